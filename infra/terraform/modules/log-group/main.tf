# A log group that is encrypted, forgets, and is subscribed to the environment's log stream when there is one.

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:how long is a variable; the stream's readers keep what must be kept for longer
  name              = var.name
  retention_in_days = var.retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_subscription_filter" "this" {
  count           = var.log_stream == null ? 0 : 1
  name            = "log-stream"
  log_group_name  = aws_cloudwatch_log_group.this.name
  filter_pattern  = "" # every line
  destination_arn = var.log_stream.stream_arn
  role_arn        = var.log_stream.role_arn
}
