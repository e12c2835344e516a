# modules/msk: how many copies a topic has by default, and the zones that this takes.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  name                       = "poc-chargeback-dev"
  type                       = "provisioned"
  provisioned                = { kafka_version = "3.8.x", brokers_per_zone = 1, instance_type = "kafka.t3.small", disk_gb = 100 }
  vpc_id                     = "vpc-1"
  subnet_ids                 = ["subnet-1", "subnet-2", "subnet-3"]
  accept_two_zones           = false
  endpoint_security_group_id = "sg-1"
  kms_key_arn                = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_retention_days         = 7
}

run "three_zones_give_three_copies_of_which_two_confirm_a_message" {
  command = plan
  module {
    source = "../../modules/msk"
  }

  assert {
    condition     = aws_msk_cluster.this[0].number_of_broker_nodes == 3 && aws_msk_cluster.this[0].broker_node_group_info[0].instance_type == "kafka.t3.small"
    error_message = "There is not one small broker in each zone."
  }
  assert {
    condition     = strcontains(aws_msk_configuration.this[0].server_properties, "default.replication.factor=3") && strcontains(aws_msk_configuration.this[0].server_properties, "min.insync.replicas=2")
    error_message = "One copy alone can confirm a message."
  }
}

run "two_zones_are_refused" {
  command = plan
  module {
    source = "../../modules/msk"
  }
  variables {
    subnet_ids = ["subnet-1", "subnet-2"]
  }
  expect_failures = [aws_msk_cluster.this]
}

run "a_subnet_named_twice_is_one_zone" {
  command = plan
  module {
    source = "../../modules/msk"
  }
  variables {
    subnet_ids = ["subnet-1", "subnet-2", "subnet-2"]
  }
  expect_failures = [aws_msk_cluster.this]
}

run "two_zones_that_are_accepted_give_two_copies_of_which_one_confirms_a_message" {
  command = plan
  module {
    source = "../../modules/msk"
  }
  variables {
    subnet_ids       = ["subnet-1", "subnet-2"]
    accept_two_zones = true
  }

  assert {
    condition     = aws_msk_cluster.this[0].number_of_broker_nodes == 2 && strcontains(aws_msk_configuration.this[0].server_properties, "default.replication.factor=2") && strcontains(aws_msk_configuration.this[0].server_properties, "min.insync.replicas=1")
    error_message = "A broker's restart would stop all sending, or there are more copies than brokers."
  }
}

run "more_than_three_zones_are_refused" {
  command = plan
  module {
    source = "../../modules/msk"
  }
  variables {
    subnet_ids = ["subnet-1", "subnet-2", "subnet-3", "subnet-4"]
  }
  expect_failures = [aws_msk_cluster.this]
}

run "a_serverless_cluster_may_lie_in_two_zones" {
  command = plan
  module {
    source = "../../modules/msk"
  }
  variables {
    type       = "serverless"
    subnet_ids = ["subnet-1", "subnet-2"]
  }

  assert {
    condition     = length(aws_msk_serverless_cluster.this) == 1
    error_message = "The rule about provisioned clusters holds for serverless ones, which keep three copies by themselves."
  }
}
