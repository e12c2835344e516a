output "alarm_arns" {
  description = "ARNs of the alarms, by name in the runbook."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.arn }
}
