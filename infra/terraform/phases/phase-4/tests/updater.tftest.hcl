# The updater's switches.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  name                           = "updater"
  artifacts_bucket               = "artifacts"
  artifact_version               = "1.0.0"
  zip                            = "consolidation-updater.zip"
  runtime                        = "python3.13"
  architecture                   = "x86_64"
  memory_size_mb                 = 256
  timeout_seconds                = 60
  reserved_concurrent_executions = -1
  log_level                      = "INFO"
  schedule_zone                  = "UTC"
  tracing                        = false
  adot_layer_version             = "ver-1-32-0:2"
  table_name                     = "chargebacks"
  table_arn                      = "arn:aws:dynamodb:sa-east-1:123456789012:table/chargebacks"
  dead_letter_queue              = { arn = "arn:aws:sqs:sa-east-1:123456789012:dead", url = "https://dead" }
  msk_cluster_arn                = "arn:aws:kafka:sa-east-1:123456789012:cluster/c/1"
  topic_name                     = "events"
  consumer_group                 = "updater"
  batch_size                     = 100
  batching_window_seconds        = 5
  retry_attempts                 = 10000
  record_age_seconds             = 604800
  pollers_minimum                = 1
  pollers_maximum                = 4
  vpc_id                         = "vpc-1"
  subnet_ids                     = ["subnet-1", "subnet-2"]
  endpoint_security_group_id     = "sg-1"
  kms_key_arn                    = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_retention_days             = 7
}

run "as_it_is_by_default" {
  command = plan
  module {
    source = "../../modules/updater"
  }

  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_format == "Text"
    error_message = "Lines are wrapped, and saved queries would not parse them."
  }
  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "PassThrough" && length(coalesce(aws_lambda_function.this.layers, [])) == 0
    error_message = "Traces are made that nobody asked for."
  }
  assert {
    condition     = !can(aws_lambda_function.this.environment[0].variables.AWS_REGION)
    error_message = "AWS_REGION is Lambda's own to set."
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.run.policy, "xray:") && strcontains(aws_iam_role_policy.work.policy, "dynamodb:Scan")
    error_message = "The role may trace, or may not scan."
  }
  assert {
    condition     = aws_lambda_event_source_mapping.topic.function_response_types == toset(["ReportBatchItemFailures"]) && aws_lambda_event_source_mapping.topic.batch_size == 100
    error_message = "Failed messages are not reported one by one."
  }
}

run "traced_on_arm_with_an_index_and_paused" {
  command = plan
  module {
    source = "../../modules/updater"
  }
  variables {
    tracing                        = true
    architecture                   = "arm64"
    zip                            = "consolidation-updater-arm64.zip"
    partition_index_name           = "created_date-index"
    reserved_concurrent_executions = 0
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active" && strcontains(aws_lambda_function.this.layers[0], ":layer:aws-otel-python-arm64-ver-1-32-0:2")
    error_message = "Tracing lacks its mode or its layer."
  }
  assert {
    condition     = aws_lambda_function.this.environment[0].variables.AWS_LAMBDA_EXEC_WRAPPER == "/opt/otel-instrument" && strcontains(aws_iam_role_policy.run.policy, "xray:PutTraceSegments")
    error_message = "The layer is not started, or may not send."
  }
  assert {
    condition     = aws_lambda_function.this.s3_key == "releases/1.0.0/consolidation-updater-arm64.zip"
    error_message = "arm64 runs another architecture's zip."
  }
  assert {
    condition     = aws_lambda_function.this.environment[0].variables.PARTITION_INDEX_NAME == "created_date-index"
    error_message = "The updater does not know the index."
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.work.policy, "dynamodb:Scan") && strcontains(aws_iam_role_policy.work.policy, "table/chargebacks/index/created_date-index")
    error_message = "With an index the role queries it, and scans nothing."
  }
  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 0
    error_message = "0 does not pause the function."
  }
}

run "the_arn_of_another_layer_version_is_taken_as_it_is" {
  command = plan
  module {
    source = "../../modules/updater"
  }
  variables {
    tracing            = true
    adot_layer_version = "arn:aws:lambda:sa-east-1:615299751070:layer:AWSOpenTelemetryDistroPython:22"
  }

  assert {
    condition     = aws_lambda_function.this.layers == tolist(["arn:aws:lambda:sa-east-1:615299751070:layer:AWSOpenTelemetryDistroPython:22"])
    error_message = "The function has the layers ${jsonencode(aws_lambda_function.this.layers)}."
  }
}
