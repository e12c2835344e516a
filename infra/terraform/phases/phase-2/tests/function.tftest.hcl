# modules/ingestion-function: one role each, of the two stores only what the trigger is for.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  phase_1 = {
    kms_key_arn            = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    artifacts_bucket       = "poc-chargeback-dev-artifacts-123456789012"
    landing_bucket         = "poc-chargeback-dev-landing-123456789012"
    chargebacks_table_name = "poc-chargeback-chargebacks-dev"
    chargebacks_table_arn  = "arn:aws:dynamodb:sa-east-1:123456789012:table/poc-chargeback-chargebacks-dev"
    chargebacks_stream_arn = "arn:aws:dynamodb:sa-east-1:123456789012:table/poc-chargeback-chargebacks-dev/stream/2025-11-20T00:00:00.000"
  }
}

run "the_streams_function_may_write_landing_files_and_no_items" {
  command = plan
  module {
    source = "../../modules/ingestion-function"
  }
  variables {
    name               = "poc-chargeback-dev-tested"
    artifacts_bucket   = var.phase_1.artifacts_bucket
    landing_bucket     = var.phase_1.landing_bucket
    kms_key_arn        = var.phase_1.kms_key_arn
    topic_arn          = "arn:aws:sns:sa-east-1:123456789012:alarms"
    log_retention_days = 7
    table              = { name = var.phase_1.chargebacks_table_name, arn = var.phase_1.chargebacks_table_arn, stream_arn = var.phase_1.chargebacks_stream_arn }
    function = {
      zip_key                        = "releases/1.0.0/tested.zip"
      trigger                        = "stream"
      handler                        = "lambda_function.lambda_handler"
      architecture                   = "arm64"
      memory_size_mb                 = 512
      timeout_seconds                = 60
      reserved_concurrent_executions = 0
      environment                    = { LOG_LEVEL = "DEBUG" }
    }
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action])) == toset([
      "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams", "kms:Decrypt",
      "kms:GenerateDataKey", "logs:CreateLogStream", "logs:PutLogEvents", "s3:PutObject", "sqs:SendMessage",
    ])
    error_message = "The role allows more or less than the stream's function does."
  }
  assert {
    condition     = !anytrue([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Resource == "*"])
    error_message = "A statement names no resource."
  }
  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Condition.StringEquals["kms:ViaService"] if statement.Sid == "UseKey"])[1] == "s3.sa-east-1.amazonaws.com"
    error_message = "The key may be used apart from the stores."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.stream[0].function_response_types == toset(["ReportBatchItemFailures"]) && length(aws_lambda_function_url.this) == 0
    error_message = "The stream does not take partial failures, or there is a URL, too."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.stream[0].maximum_retry_attempts == 10000 && aws_lambda_event_source_mapping.stream[0].maximum_record_age_in_seconds == 43200
    error_message = "A batch is given up on before an outage of some hours has passed, or too late to read it from the stream."
  }
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.this) == ["age", "duration", "errors", "throttles"] && length(aws_cloudwatch_metric_alarm.failed) == 1
    error_message = "An alarm is missing."
  }
  assert {
    condition     = module.failed[0].name == "poc-chargeback-dev-tested-failed"
    error_message = "The queue has another name than the one that the role may write to."
  }
  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 0 && aws_lambda_function.this.environment[0].variables == tomap({ LANDING_PATH = "s3://poc-chargeback-dev-landing-123456789012/chargebacks", LOG_LEVEL = "DEBUG" })
    error_message = "The function's settings are not those given."
  }
}

run "the_urls_function_may_write_items_and_asks_for_a_signature" {
  command = plan
  module {
    source = "../../modules/ingestion-function"
  }
  variables {
    name               = "poc-chargeback-dev-tested"
    artifacts_bucket   = var.phase_1.artifacts_bucket
    landing_bucket     = var.phase_1.landing_bucket
    kms_key_arn        = var.phase_1.kms_key_arn
    topic_arn          = "arn:aws:sns:sa-east-1:123456789012:alarms"
    log_retention_days = 7
    table              = { name = var.phase_1.chargebacks_table_name, arn = var.phase_1.chargebacks_table_arn, stream_arn = var.phase_1.chargebacks_stream_arn }
    function = {
      zip_key                        = "releases/1.0.0/tested.zip"
      trigger                        = "url"
      handler                        = "lambda_function.lambda_handler"
      architecture                   = "arm64"
      memory_size_mb                 = 512
      timeout_seconds                = 60
      reserved_concurrent_executions = 0
      environment                    = { LOG_LEVEL = "DEBUG" }
    }
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action])) == toset([
      "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "kms:Decrypt", "kms:GenerateDataKey", "logs:CreateLogStream",
      "logs:PutLogEvents",
    ])
    error_message = "The role allows more or less than the URL's function does."
  }
  assert {
    condition     = aws_lambda_function_url.this[0].authorization_type == "AWS_IAM"
    error_message = "Anybody may call the function."
  }
  assert {
    condition     = length(aws_lambda_event_source_mapping.stream) + length(module.failed) + length(aws_cloudwatch_metric_alarm.failed) == 0
    error_message = "Parts of the stream's trigger are there."
  }
  assert {
    condition     = alltrue([for name, alarm in aws_cloudwatch_metric_alarm.this : endswith(alarm.alarm_description, "What to do: docs/runbook-ingestion.md, section ${name}.")])
    error_message = "An alarm does not name its section of the runbook."
  }
  assert {
    condition     = output.log_group_name == "/aws/lambda/poc-chargeback-dev-tested" && aws_lambda_function.this.logging_config[0].log_group == output.log_group_name
    error_message = "The log group has another name, or the function writes to another."
  }
}
