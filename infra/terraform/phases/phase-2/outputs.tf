output "function_arns" {
  description = "The functions' ARNs, by name."
  value       = { for name, function in module.function : name => function.arn }
}

output "function_urls" {
  description = "The URLs of those that have one, by name."
  value       = { for name, function in module.function : name => function.url if function.url != null }
}

output "log_group_names" {
  description = "The functions' log groups; phase 4 subscribes them to the log stream."
  value       = [for function in module.function : function.log_group_name]
}

output "alarm_topic_arn" {
  description = "Topic that the alarms are told to."
  value       = module.notifications.topic_arn
}
