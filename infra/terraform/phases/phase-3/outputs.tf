output "msk_cluster_arn" {
  description = "ARN of the cluster."
  value       = module.msk.arn
}

output "msk_cluster_name" {
  description = "Its name."
  value       = local.name
}

output "msk_cluster_uuid" {
  description = "Its id: the last part of its ARN, and of its topics' and groups'."
  value       = module.msk.uuid
}

output "msk_bootstrap_servers" {
  description = "host:port,host:port for clients that sign by IAM; `chargebacks topics apply` takes it."
  value       = module.msk.bootstrap_servers
}

output "msk_client_security_group_id" {
  description = "Security group to join for who talks to the brokers."
  value       = module.msk.client_security_group_id
}

output "topic_name" {
  description = "The topic; `chargebacks topics apply` makes it."
  value       = var.topic_name
}

output "topic_partitions" {
  description = "Its partitions; `chargebacks topics apply` makes them."
  value       = var.topic_partitions
}

output "topic_retention_hours" {
  description = "How long it keeps messages; `chargebacks topics apply` sets it."
  value       = var.topic_retention_hours
}

output "log_group_names" {
  description = "The brokers' log group, of a provisioned cluster; phase 4 subscribes it to the log stream."
  value       = module.msk.log_group_names
}
