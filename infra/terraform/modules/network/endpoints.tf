# The ways from the private subnets to AWS. Gateway endpoints cost nothing, interface endpoints by the hour and zone.

data "aws_region" "current" {}

resource "aws_vpc_endpoint" "gateway" {
  for_each          = var.gateway_endpoints
  vpc_id            = local.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${data.aws_region.current.id}.${each.key}"
  route_table_ids   = local.route_table_ids
  tags              = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = var.interface_endpoints
  vpc_id              = local.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${data.aws_region.current.id}.${each.key}"
  subnet_ids          = local.subnet_ids
  security_group_ids  = [local.endpoint_security_group_id]
  private_dns_enabled = true
  tags                = { Name = "${var.name}-${each.key}" }
}

# Callers' egress rules name one group, so all endpoints are in one: the existing ones' when it is named.
resource "aws_security_group" "endpoints" {
  #checkov:skip=CKV2_AWS_5:the endpoints join it; which there are is a variable
  count       = local.own_group ? 1 : 0
  name        = "${var.name}-endpoints"
  description = "Interface endpoints of AWS services"
  vpc_id      = local.vpc_id
  tags        = { Name = "${var.name}-endpoints" }
}

# Who may call is decided by the callers' own egress rules and roles; here it is enough to be inside.
resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each          = toset(local.own_group ? local.vpc_cidrs : []) # a VPC that was there may have several
  security_group_id = local.endpoint_security_group_id
  description       = "TLS from the VPC"
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
