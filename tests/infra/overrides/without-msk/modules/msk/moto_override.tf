# Left out: moto has no bootstrap brokers of MSK, and a cluster that it made would have none to talk to. The planned
# values are held against botocore's model of the service instead, in test_planned.py.

resource "aws_msk_serverless_cluster" "this" {
  count = 0
}

resource "aws_msk_cluster" "this" {
  count = 0
}

resource "aws_msk_configuration" "this" {
  count = 0
}

locals {
  arn = "arn:aws:kafka:sa-east-1:123456789012:cluster/poc-chargeback-dev/11111111-2222-3333-4444-555555555555-s1"
}

output "bootstrap_servers" {
  value = "boot-mocked.c1.kafka-serverless.sa-east-1.amazonaws.com:9098"
}

# moto forgets the description of a rule that names a group or a prefix list, so that a second plan would set it again.

resource "aws_vpc_security_group_ingress_rule" "brokers" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_egress_rule" "kafka" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  lifecycle {
    ignore_changes = [description]
  }
}
