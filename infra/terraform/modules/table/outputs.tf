output "name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

output "arn" {
  description = "ARN of the table."
  value       = aws_dynamodb_table.this.arn
}

output "stream_arn" {
  description = "ARN of its stream; null without one."
  value       = var.stream ? aws_dynamodb_table.this.stream_arn : null
}
