# modules/msk: IAM alone, TLS alone, and security groups that name each other.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  phase_1 = {
    vpc_id                     = "vpc-1"
    private_subnet_ids         = ["subnet-1", "subnet-2"]
    endpoint_security_group_id = "sg-1"
    kms_key_arn                = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  }
}

run "a_serverless_cluster_knows_iam_alone" {
  command = plan
  module {
    source = "../../modules/msk"
  }
  variables {
    name                       = "poc-chargeback-dev"
    type                       = "serverless"
    provisioned                = { kafka_version = "3.8.x", brokers_per_zone = 1, instance_type = "kafka.t3.small", disk_gb = 100 }
    vpc_id                     = var.phase_1.vpc_id
    subnet_ids                 = ["subnet-1", "subnet-2", "subnet-3"]
    accept_two_zones           = false
    endpoint_security_group_id = var.phase_1.endpoint_security_group_id
    kms_key_arn                = var.phase_1.kms_key_arn
    log_retention_days         = 7
  }

  assert {
    condition     = aws_msk_serverless_cluster.this[0].client_authentication[0].sasl[0].iam[0].enabled
    error_message = "Clients are not known by IAM."
  }
  assert {
    condition     = length(aws_msk_cluster.this) + length(aws_msk_configuration.this) + length(aws_cloudwatch_log_group.brokers) == 0
    error_message = "Parts of a provisioned cluster are there."
  }
}

run "a_provisioned_cluster_knows_iam_and_tls_alone" {
  command = plan
  module {
    source = "../../modules/msk"
  }
  variables {
    name                       = "poc-chargeback-dev"
    type                       = "provisioned"
    provisioned                = { kafka_version = "3.8.x", brokers_per_zone = 1, instance_type = "kafka.t3.small", disk_gb = 100 }
    vpc_id                     = var.phase_1.vpc_id
    subnet_ids                 = ["subnet-1", "subnet-2", "subnet-3"]
    accept_two_zones           = false
    endpoint_security_group_id = var.phase_1.endpoint_security_group_id
    kms_key_arn                = var.phase_1.kms_key_arn
    log_retention_days         = 7
  }

  assert {
    condition     = aws_msk_cluster.this[0].client_authentication[0].sasl[0].iam && !aws_msk_cluster.this[0].client_authentication[0].unauthenticated
    error_message = "Clients are known by more than IAM."
  }
  assert {
    condition     = aws_msk_cluster.this[0].encryption_info[0].encryption_in_transit[0].client_broker == "TLS" && aws_msk_cluster.this[0].encryption_info[0].encryption_in_transit[0].in_cluster
    error_message = "Messages travel in the clear."
  }
  assert {
    condition     = aws_msk_cluster.this[0].encryption_info[0].encryption_at_rest_kms_key_arn == var.phase_1.kms_key_arn
    error_message = "Disks are not encrypted by the key."
  }
  assert {
    condition     = aws_msk_cluster.this[0].number_of_broker_nodes == 3 && strcontains(aws_msk_configuration.this[0].server_properties, "min.insync.replicas=2")
    error_message = "Three zones do not give three brokers of which one may restart."
  }
  assert {
    condition     = strcontains(aws_msk_configuration.this[0].server_properties, "auto.create.topics.enable=false")
    error_message = "A misspelt topic would be made."
  }
  assert {
    condition     = aws_msk_cluster.this[0].enhanced_monitoring == "DEFAULT"
    error_message = "Metrics are paid for that no alarm reads."
  }
  assert {
    condition     = aws_cloudwatch_log_group.brokers[0].retention_in_days == 7 && length(aws_msk_serverless_cluster.this) == 0
    error_message = "Broker logs are kept for another time, or there are two clusters."
  }
}

run "only_members_of_the_named_groups_reach_the_brokers" {
  command = plan
  module {
    source = "../../modules/msk"
  }
  variables {
    name                       = "poc-chargeback-dev"
    type                       = "serverless"
    provisioned                = { kafka_version = "3.8.x", brokers_per_zone = 1, instance_type = "kafka.t3.small", disk_gb = 100 }
    vpc_id                     = var.phase_1.vpc_id
    subnet_ids                 = ["subnet-1", "subnet-2", "subnet-3"]
    accept_two_zones           = false
    endpoint_security_group_id = var.phase_1.endpoint_security_group_id
    kms_key_arn                = var.phase_1.kms_key_arn
    log_retention_days         = 7
  }

  assert {
    condition     = alltrue([for rule in values(aws_vpc_security_group_ingress_rule.brokers) : rule.referenced_security_group_id == "sg-mocked" && rule.cidr_ipv4 == null && rule.from_port == 9098 && rule.to_port == 9098])
    error_message = "Addresses, not groups, reach the brokers, or another port than IAM's."
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.endpoints.referenced_security_group_id == "sg-1"
    error_message = "Lambda's pollers do not reach the endpoint of the dead-letter queue."
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.s3.prefix_list_id == "pl-mocked" && aws_vpc_security_group_egress_rule.s3.cidr_ipv4 == null && aws_vpc_security_group_egress_rule.s3.to_port == 443
    error_message = "A shell among the clients does not reach S3, or more than that."
  }
}
