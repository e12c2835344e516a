output "name" {
  description = "Name of the job."
  value       = aws_glue_job.this.name
}

output "arn" {
  description = "ARN of the job."
  value       = aws_glue_job.this.arn
}

output "log_group_names" {
  description = "Log groups: of what the script prints (`output`), and of everything else (`error`)."
  value       = { for name, group in module.logs : name => group.name }
}
