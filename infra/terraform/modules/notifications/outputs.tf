output "topic_arn" {
  description = "Topic that alarms tell."
  value       = aws_sns_topic.this.arn
}

output "failed_run_rule" {
  description = "Name of the rule that matches failed runs; null when no job is named."
  value       = one(aws_cloudwatch_event_rule.failed_run[*].name)
}

output "monthly_budget_usd" {
  description = "Limit of the budget in US dollars a month; null when there is none."
  value       = one(aws_budgets_budget.month[*].limit_amount)
}
