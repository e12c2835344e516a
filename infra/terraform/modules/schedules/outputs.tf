output "role_arn" {
  description = "Role by which the job is started."
  value       = aws_iam_role.this.arn
}
