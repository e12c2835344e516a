terraform {
  required_version = ">= 1.11" # S3's own locking of the state

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  backend "s3" {} # bucket, key and region: -backend-config (infra/terraform/README.md)
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = var.project
      Environment = var.environment
      ManagedBy   = "terraform"
      Phase       = "phase-3"
    }
  }
}
