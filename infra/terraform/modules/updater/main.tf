# The function that marks chargebacks as consolidated. What it may do is in iam.tf, what feeds it in source.tf.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
data "aws_partition" "current" {}

locals {
  partition    = data.aws_partition.current.partition
  region       = data.aws_region.current.id
  account      = "${local.region}:${data.aws_caller_identity.current.account_id}"
  function_arn = "arn:${local.partition}:lambda:${local.account}:function:${var.name}"

  # Account, names and runtimes (python3.8 to python3.13): "AWS Distro for OpenTelemetry Lambda Support For Python".
  adot_account      = "arn:${local.partition}:lambda:${local.region}:901920570463"
  adot_architecture = { x86_64 = "amd64", arm64 = "arm64" }[var.architecture]
  adot_layer = startswith(var.adot_layer_version, "arn:") ? var.adot_layer_version : (
    "${local.adot_account}:layer:aws-otel-python-${local.adot_architecture}-${var.adot_layer_version}"
  )
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_115:-1, no limit, is what was asked for; the variable sets one
  #checkov:skip=CKV_AWS_116:the mapping's own destination and the code's dead letters keep what fails
  #checkov:skip=CKV_AWS_272:releases come from one bucket that only the account's deployers write to
  function_name                  = var.name
  description                    = "Marks chargebacks as consolidated, from the topic's messages"
  role                           = aws_iam_role.this.arn
  runtime                        = var.runtime
  handler                        = "lambda_function.lambda_handler"
  architectures                  = [var.architecture]
  s3_bucket                      = var.artifacts_bucket
  s3_key                         = "releases/${var.artifact_version}/${var.zip}"
  memory_size                    = var.memory_size_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrent_executions
  kms_key_arn                    = var.kms_key_arn
  layers                         = var.tracing ? [local.adot_layer] : []

  environment {
    variables = merge(
      # AWS_REGION is Lambda's own to set.
      {
        DYNAMODB_TABLE_NAME = var.table_name
        DLQ_URL             = var.dead_letter_queue.url
        SCHEDULE_ZONE       = var.schedule_zone
        LOG_LEVEL           = var.log_level
        # Environments of one account must not add up each other's numbers.
        POWERTOOLS_SERVICE_NAME = var.name
      },
      var.partition_index_name == null ? {} : { PARTITION_INDEX_NAME = var.partition_index_name },
      var.tracing ? { AWS_LAMBDA_EXEC_WRAPPER = "/opt/otel-instrument" } : {},
    )
  }

  logging_config {
    log_format = "Text" # JSON would wrap the METRICS line that saved queries parse
    log_group  = module.logs.name
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [aws_security_group.this.id]
  }

  depends_on = [aws_iam_role_policy.work, aws_iam_role_policy.run]
}

module "logs" {
  source         = "../log-group"
  name           = "/aws/lambda/${var.name}"
  retention_days = var.log_retention_days
  kms_key_arn    = var.kms_key_arn
  log_stream     = var.log_stream
}

# The function itself never talks to the brokers: Lambda's pollers do, from the cluster's own security group.
resource "aws_security_group" "this" {
  name        = var.name
  description = "The consolidation updater"
  vpc_id      = var.vpc_id
  tags        = { Name = var.name }

  # After the function is gone Lambda removes its interfaces, in its role; the group goes when they have, so the rights
  # must stay for longer.
  depends_on = [aws_iam_role_policy.run]
}

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  security_group_id            = aws_security_group.this.id
  description                  = "SQS by its interface endpoint"
  referenced_security_group_id = var.endpoint_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

data "aws_ec2_managed_prefix_list" "dynamodb" {
  name = "com.amazonaws.${local.region}.dynamodb"
}

resource "aws_vpc_security_group_egress_rule" "dynamodb" {
  security_group_id = aws_security_group.this.id
  description       = "DynamoDB by its gateway endpoint"
  prefix_list_id    = data.aws_ec2_managed_prefix_list.dynamodb.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
