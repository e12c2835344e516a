# One ingestion function: what starts it is in trigger.tf, what it may do in iam.tf, what is told of it in alarms.tf.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account_id  = data.aws_caller_identity.current.account_id
  partition   = data.aws_partition.current.partition
  region      = data.aws_region.current.id
  from_stream = var.function.trigger == "stream"

  where = local.from_stream ? {
    LANDING_PATH = "s3://${var.landing_bucket}/chargebacks"
    } : {
    DYNAMODB_TABLE_NAME = var.table.name
  }
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50:traces would need code that makes them; the updater's switch shows how
  #checkov:skip=CKV_AWS_116:the stream's own destination keeps what fails, and a URL's caller gets the error
  #checkov:skip=CKV_AWS_117:it talks to S3 or DynamoDB alone, over TLS, with its own role
  #checkov:skip=CKV_AWS_272:releases come from one bucket that only the account's deployers write to
  function_name                  = var.name
  description                    = var.function.trigger == "stream" ? "The table's changes, into the landing zone" : "Signed requests, into the table"
  role                           = aws_iam_role.this.arn
  runtime                        = "python3.11"
  handler                        = var.function.handler
  architectures                  = [var.function.architecture]
  s3_bucket                      = var.artifacts_bucket
  s3_key                         = var.function.zip_key
  memory_size                    = var.function.memory_size_mb
  timeout                        = var.function.timeout_seconds
  reserved_concurrent_executions = var.function.reserved_concurrent_executions
  kms_key_arn                    = var.kms_key_arn

  environment {
    variables = merge(local.where, var.function.environment)
  }

  logging_config {
    log_format = "Text"
    log_group  = module.logs.name
  }

  depends_on = [aws_iam_role_policy.this]
}

module "logs" {
  source         = "../log-group" # phase 4 subscribes it to its stream
  name           = "/aws/lambda/${var.name}"
  retention_days = var.log_retention_days
  kms_key_arn    = var.kms_key_arn
}
