# What starts the function: the chargebacks table's stream, or HTTPS requests signed by IAM.

resource "aws_lambda_event_source_mapping" "stream" {
  count                              = local.from_stream ? 1 : 0
  function_name                      = aws_lambda_function.this.arn
  event_source_arn                   = var.table.stream_arn
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = 1000 # one landing file for many changes: the job reads few large files faster
  maximum_batching_window_in_seconds = 60
  function_response_types            = ["ReportBatchItemFailures"]
  bisect_batch_on_function_error     = true
  # The stream forgets after 24 hours. For half of them a batch is tried again, so that an outage of some hours heals by
  # itself; then its place in the stream is put aside, the shard goes on, and there is time to read the changes there.
  maximum_retry_attempts        = 10000
  maximum_record_age_in_seconds = 43200

  destination_config {
    on_failure {
      destination_arn = module.failed[0].arn
    }
  }
}

# Places in the stream that were given up on; the stream itself keeps the changes for 24 hours.
module "failed" {
  source      = "../dead-letter-queue"
  count       = local.from_stream ? 1 : 0
  name        = "${var.name}-failed"
  kms_key_arn = var.kms_key_arn
}

resource "aws_lambda_function_url" "this" {
  count              = local.from_stream ? 0 : 1
  function_name      = aws_lambda_function.this.function_name
  authorization_type = "AWS_IAM" # callers need lambda:InvokeFunctionUrl and lambda:InvokeFunction, by policies of their own
}
