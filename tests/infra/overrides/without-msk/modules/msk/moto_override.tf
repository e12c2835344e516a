# Left out: moto has no bootstrap brokers of MSK, and a cluster that it made would have none to talk to. The planned
# values are held against botocore's model of the service instead, in test_planned.py.

resource "aws_msk_serverless_cluster" "this" {
  count = 0
}

locals {
  arn = "arn:aws:kafka:sa-east-1:123456789012:cluster/poc-chargeback-dev/11111111-2222-3333-4444-555555555555-s1"
}

output "bootstrap_servers" {
  value = "boot-mocked.c1.kafka-serverless.sa-east-1.amazonaws.com:9098"
}
