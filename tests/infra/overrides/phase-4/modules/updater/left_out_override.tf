# moto knows Kafka as no event source: CreateEventSourceMapping wants an SQS, Kinesis or DynamoDB ARN.
resource "aws_lambda_event_source_mapping" "topic" {
  count = 0
}
