# Private subnets that reach AWS by endpoints alone: no internet gateway, no NAT, so no way in and no way out.
# With `existing` nothing of that is made, only the endpoints that it asks for.

data "aws_availability_zones" "here" {
  count = var.existing == null ? 1 : 0
  state = "available"

  # MSK has no brokers there ("BrokerNodeGroupInfo", Amazon MSK API Reference). Its name differs by account.
  exclude_zone_ids = ["use1-az3"]

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"] # no Local Zones: MSK and Glue are not there
  }
}

data "aws_vpc" "existing" {
  count = var.existing == null ? 0 : 1
  id    = var.existing.vpc_id
}

data "aws_subnet" "existing" {
  for_each = toset(var.existing == null ? [] : var.existing.private_subnet_ids)
  id       = each.key
}

locals {
  vpc_id          = var.existing == null ? aws_vpc.this[0].id : var.existing.vpc_id
  vpc_cidrs       = var.existing == null ? [var.cidr] : [for one in data.aws_vpc.existing[0].cidr_block_associations : one.cidr_block if one.state == "associated"]
  subnet_ids      = var.existing == null ? aws_subnet.private[*].id : var.existing.private_subnet_ids
  route_table_ids = var.existing == null ? aws_route_table.private[*].id : var.existing.route_table_ids

  named_group                = try(var.existing.endpoint_security_group_id, null)
  own_group                  = local.named_group == null
  endpoint_security_group_id = local.own_group ? aws_security_group.endpoints[0].id : local.named_group
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:there is no gateway, so no traffic from or to outside that flow logs would show
  count                = var.existing == null ? 1 : 0
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # interface endpoints answer under the services' own names
  tags                 = { Name = var.name }
}

resource "aws_default_security_group" "closed" {
  count  = var.existing == null ? 1 : 0
  vpc_id = aws_vpc.this[0].id # without rules: who forgets to name a group reaches nobody
}

resource "aws_subnet" "private" {
  count             = var.existing == null ? var.zones : 0
  vpc_id            = aws_vpc.this[0].id
  availability_zone = data.aws_availability_zones.here[0].names[count.index]
  cidr_block        = cidrsubnet(var.cidr, 4, count.index)
  tags              = { Name = "${var.name}-private-${count.index + 1}" }

  lifecycle {
    ignore_changes = [availability_zone] # a list of zones that changes must not move what lies in a subnet

    precondition {
      condition     = count.index < length(data.aws_availability_zones.here[0].names)
      error_message = "The region has ${length(data.aws_availability_zones.here[0].names)} zones for a private subnet each, not ${var.zones}: set availability_zones to 2."
    }
  }
}

resource "aws_route_table" "private" {
  count  = var.existing == null ? 1 : 0
  vpc_id = aws_vpc.this[0].id
  tags   = { Name = "${var.name}-private" }
}

resource "aws_route_table_association" "private" {
  count          = var.existing == null ? var.zones : 0
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[0].id
}
