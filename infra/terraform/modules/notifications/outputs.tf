output "topic_arn" {
  description = "Topic that alarms tell."
  value       = aws_sns_topic.this.arn
}

output "failed_run_rule" {
  description = "Name of the rule that matches failed runs."
  value       = aws_cloudwatch_event_rule.failed_run.name
}
