output "vpc_id" {
  description = "The VPC."
  value       = local.vpc_id
}

output "private_subnet_ids" {
  description = "Its private subnets, each in a zone of its own."
  value       = local.subnet_ids
}

output "interface_endpoint_ids" {
  description = "Ids of the interface endpoints that were made, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id }
}

output "endpoint_security_group_id" {
  description = "Security group of the interface endpoints: what a caller's egress rule names."
  value       = local.endpoint_security_group_id
}
