output "arn" {
  description = "ARN of the cluster."
  value       = local.arn
}

output "uuid" {
  description = "The cluster's id: the last part of its ARN, and of its topics' and groups'."
  value       = element(split("/", local.arn), 2)
}

output "bootstrap_servers" {
  description = "host:port,host:port for clients that sign by IAM."
  value       = local.serverless ? aws_msk_serverless_cluster.this[0].bootstrap_brokers_sasl_iam : aws_msk_cluster.this[0].bootstrap_brokers_sasl_iam
}

output "client_security_group_id" {
  description = "Security group to join for who talks to the brokers."
  value       = aws_security_group.clients.id
}

output "log_group_names" {
  description = "Log groups that brokers write to: none for a serverless cluster."
  value       = aws_cloudwatch_log_group.brokers[*].name
}
