output "function_arns" {
  description = "The functions' ARNs, by name."
  value       = { for name, function in module.function : name => function.arn }
}

output "function_urls" {
  description = "The URLs of those that have one, by name."
  value       = { for name, function in module.function : name => function.url if function.url != null }
}

output "alarm_topic_arn" {
  description = "Topic that the alarms are told to."
  value       = aws_sns_topic.alarms.arn
}
