output "job_name" {
  description = "Name of the Glue job."
  value       = module.job.name
}

output "function_name" {
  description = "Name of the updater."
  value       = module.updater.function_name
}

output "runs_on" {
  description = "What was chosen from the release: the updater's runtime and architecture, and the job's Glue version."
  value = {
    runtime      = module.release.updater.runtime
    architecture = module.release.updater.architecture
    glue_version = module.release.job.glue_version
  }
}

output "log_group_names" {
  description = "Log groups of the updater and of the job."
  value       = concat([module.updater.log_group_name], values(module.job.log_group_names))
}

output "dead_letter_queue_url" {
  description = "Queue of messages that could not be applied."
  value       = module.dead_letters.url
}

output "database" {
  description = "Glue catalog database that Athena reads."
  value       = module.catalog.database
}

output "alarm_topic_arn" {
  description = "SNS topic that alarms tell."
  value       = module.notifications.topic_arn
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = module.dashboard.name
}

output "monthly_budget_usd" {
  description = "US dollars a month that the budget allows; null when there is none."
  value       = local.monthly_budget_usd
}
