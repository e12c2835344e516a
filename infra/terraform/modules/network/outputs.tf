output "vpc_id" {
  description = "The VPC."
  value       = local.vpc_id
}

output "private_subnet_ids" {
  description = "Its private subnets, each in a zone of its own."
  value       = local.subnet_ids

  # MSK clusters and the job's connections take one subnet of a zone.
  precondition {
    condition     = length(distinct([for subnet in data.aws_subnet.existing : subnet.availability_zone_id])) == length(data.aws_subnet.existing)
    error_message = "existing_vpc.private_subnet_ids must name one subnet of each zone, but they are in ${join(", ", [for id, subnet in data.aws_subnet.existing : "${subnet.availability_zone_id} (${id})"])}."
  }
}

output "interface_endpoint_ids" {
  description = "Ids of the interface endpoints that were made, by service."
  value       = { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id }
}

output "endpoint_security_group_id" {
  description = "Security group of the interface endpoints: what a caller's egress rule names."
  value       = local.endpoint_security_group_id
}
