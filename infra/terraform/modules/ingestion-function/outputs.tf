output "arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.this.arn
}

output "log_group_name" {
  description = "Log group that it writes to."
  value       = module.logs.name
}

output "url" {
  description = "Its URL; null when the stream starts it."
  value       = one(aws_lambda_function_url.this[*].function_url)
}
