# Starts the job at each of the day's slots, with the execution that the slot is.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
  group_arn = "arn:${local.partition}:scheduler:${local.account}:schedule-group/${var.name}"

  # Evenly spread from 00:30, as chargebacks/schedule.py has it. A slot within a minute is rounded up: the execution
  # that a moment belongs to is the latest slot at or before it.
  minutes = [for n in range(var.executions_per_day) : ceil(30 + 1440 * n / var.executions_per_day)]

  inputs = [for n in range(var.executions_per_day) : jsonencode({
    JobName = var.job_name
    Arguments = {
      "--execution_time"     = "<aws.scheduler.scheduled-time>" # UTC, with a Z that the job takes off
      "--execution_sequence" = tostring(n + 1)
      "--total_executions"   = tostring(var.executions_per_day)
    }
  })]
}

# Executions that Scheduler gave up on: "Configuring a schedule's dead-letter queue" (EventBridge Scheduler User Guide).
module "not_started" {
  source      = "../dead-letter-queue"
  name        = "${var.name}-schedule-dead-letters" # a queue's name has 80 characters at most, the longest job's 57
  kms_key_arn = var.kms_key_arn
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.name
}

resource "aws_scheduler_schedule" "slot" {
  #checkov:skip=CKV_AWS_297:a schedule holds the job's name and a number, nothing to hide
  count       = var.executions_per_day
  name        = format("execution-%02d-of-%02d", count.index + 1, var.executions_per_day)
  group_name  = aws_scheduler_schedule_group.this.name
  description = format("Execution %d of %d of %s", count.index + 1, var.executions_per_day, var.job_name)
  state       = var.enabled ? "ENABLED" : "DISABLED"

  schedule_expression          = "cron(${local.minutes[count.index] % 60} ${floor(local.minutes[count.index] / 60)} * * ? *)"
  schedule_expression_timezone = var.schedule_zone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${local.partition}:scheduler:::aws-sdk:glue:startJobRun"
    role_arn = aws_iam_role.this.arn
    # jsonencode writes < and > by their numbers, and Scheduler would not know its keyword.
    input = replace(replace(local.inputs[count.index], "\\u003c", "<"), "\\u003e", ">")

    retry_policy {
      # An hour of retries outlasts most throttling and a run that is under way. Then the request goes to the queue;
      # the next run finds the day's files anyway.
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 60
    }

    dead_letter_config {
      arn = module.not_started.arn
    }
  }
}

resource "aws_iam_role" "this" {
  name = "${var.name}-start" # a role's name has 64 characters at most, the longest job's 57
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        ArnEquals    = { "aws:SourceArn" = local.group_arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "start-the-job"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Start", Effect = "Allow", Action = ["glue:StartJobRun"], Resource = [var.job_arn] },
      { Sid = "PutAside", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [module.not_started.arn] },
      {
        Sid       = "Encryption"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "sqs.${data.aws_region.current.id}.amazonaws.com" } }
      },
    ]
  })
}
