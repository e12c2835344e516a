# One plan of every number of executions a day.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region = "sa-east-1"
}

module "day_of" {
  source             = "../../modules/schedules"
  for_each           = toset([for executions in range(1, 25) : tostring(executions)])
  name               = "day-of-${each.key}"
  job_name           = "job"
  job_arn            = "arn:aws:glue:sa-east-1:123456789012:job/job"
  kms_key_arn        = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  executions_per_day = tonumber(each.key)
  schedule_zone      = "America/Sao_Paulo"
}
