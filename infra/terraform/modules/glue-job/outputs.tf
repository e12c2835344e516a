output "name" {
  description = "Name of the job."
  value       = aws_glue_job.this.name
}

output "arn" {
  description = "ARN of the job."
  value       = aws_glue_job.this.arn
}

output "log_group_names" {
  description = "Log groups: of what the script writes, tracebacks too (`output`), and of Spark's and Glue's own lines (`error`)."
  value       = { for name, group in module.logs : name => group.name }
}
