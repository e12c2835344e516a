output "vpc_id" {
  description = "The VPC."
  value       = module.network.vpc_id
}

output "private_subnet_ids" {
  description = "Its private subnets, each in a zone of its own."
  value       = module.network.private_subnet_ids
}

output "endpoint_security_group_id" {
  description = "Security group of the interface endpoints: what a caller's egress rule names."
  value       = module.network.endpoint_security_group_id
}

output "kms_key_arn" {
  description = "Key of everything that is stored."
  value       = module.key.arn
}

output "landing_bucket" {
  description = "Bucket where raw files land, below chargebacks/."
  value       = module.landing.name
}

output "consolidated_bucket" {
  description = "Bucket of the output (chargebacks/) and the commit log (_state/chargebacks/)."
  value       = module.consolidated.name
}

output "quarantine_bucket" {
  description = "Bucket of rejected records."
  value       = module.quarantine.name
}

output "artifacts_bucket" {
  description = "Bucket of releases."
  value       = module.artifacts.name
}

output "chargebacks_table_name" {
  description = "The chargebacks table."
  value       = module.chargebacks.name
}

output "chargebacks_table_arn" {
  description = "Its ARN."
  value       = module.chargebacks.arn
}

output "chargebacks_stream_arn" {
  description = "ARN of its stream."
  value       = module.chargebacks.stream_arn
}

output "partition_index_name" {
  description = "Its index by created_date; null when there is none."
  value       = var.partition_index ? "created_date-index" : null
}

output "ledger_table_name" {
  description = "The ledger of events that were handled."
  value       = module.ledger.name
}

output "ledger_table_arn" {
  description = "Its ARN."
  value       = module.ledger.arn
}
