# The topic's messages, handed over by Lambda's provisioned pollers. Only provisioned ones retry a batch's failed
# messages alone and give up at last ("Process Apache Kafka messages with Lambda").

resource "aws_lambda_event_source_mapping" "topic" {
  function_name    = aws_lambda_function.this.arn
  event_source_arn = var.msk_cluster_arn
  topics           = [var.topic_name]
  # From the first message still there: what was announced before the function existed is applied, too.
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = var.batch_size
  maximum_batching_window_in_seconds = var.batching_window_seconds
  function_response_types            = ["ReportBatchItemFailures"]
  maximum_retry_attempts             = var.retry_attempts
  # Messages that were never tried are put aside by their age, too: less than the topic keeps would empty it into the
  # dead-letter queue when the updater is paused over a weekend.
  maximum_record_age_in_seconds = var.record_age_seconds

  amazon_managed_kafka_event_source_config {
    consumer_group_id = var.consumer_group
  }

  provisioned_poller_config {
    minimum_pollers = var.pollers_minimum
    maximum_pollers = var.pollers_maximum
  }

  # What is given up on: SQS gets topic, partition and offsets. The topic still holds the message, and the log can
  # say it again.
  destination_config {
    on_failure {
      destination_arn = var.dead_letter_queue.arn
    }
  }
}
