# Who reaches the brokers: members of `clients`, and Lambda's pollers, which sit in the brokers' own group
# ("Configuring your Amazon MSK cluster and Amazon VPC network for Lambda", AWS Lambda Developer Guide).

locals {
  iam_port = 9098 # SASL/IAM over TLS: "Port information", Amazon MSK Developer Guide
}

resource "aws_security_group" "brokers" {
  name        = "${var.name}-brokers"
  description = "Kafka brokers, and the pollers that Lambda puts beside them"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-brokers" }
}

resource "aws_security_group" "clients" {
  #checkov:skip=CKV2_AWS_5:the job's workers join it, in phase 4
  name        = "${var.name}-clients"
  description = "Whoever talks to the Kafka brokers"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-clients" }
}

resource "aws_vpc_security_group_ingress_rule" "brokers" {
  for_each                     = { clients = aws_security_group.clients.id, pollers = aws_security_group.brokers.id }
  security_group_id            = aws_security_group.brokers.id
  description                  = "Kafka from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = local.iam_port
  to_port                      = local.iam_port
}

resource "aws_vpc_security_group_egress_rule" "kafka" {
  for_each                     = { clients = aws_security_group.clients.id, pollers = aws_security_group.brokers.id }
  security_group_id            = each.value
  description                  = "Kafka from ${each.key}"
  referenced_security_group_id = aws_security_group.brokers.id
  ip_protocol                  = "tcp"
  from_port                    = local.iam_port
  to_port                      = local.iam_port
}

# Provisioned pollers reach Lambda and STS by themselves; their on-failure destination is reached from here.
resource "aws_vpc_security_group_egress_rule" "endpoints" {
  security_group_id            = aws_security_group.brokers.id
  description                  = "Pollers to the dead-letter queue, by the interface endpoint of SQS"
  referenced_security_group_id = var.endpoint_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

# So that a shell among the clients, in subnets without a way out, can fetch what makes the topic (../../README.md).
data "aws_region" "current" {}

data "aws_ec2_managed_prefix_list" "s3" {
  name = "com.amazonaws.${data.aws_region.current.id}.s3"
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.clients.id
  description       = "S3 by its gateway endpoint"
  prefix_list_id    = data.aws_ec2_managed_prefix_list.s3.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
