output "dead_letter_queue_name" {
  description = "Name of the queue of executions that could not be started."
  value       = module.not_started.name
}

output "role_arn" {
  description = "Role by which the job is started."
  value       = aws_iam_role.this.arn
}
