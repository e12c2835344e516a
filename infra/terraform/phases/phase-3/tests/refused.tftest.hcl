# Every variable's bad value is refused.

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

run "project_refuses_capitals" {
  command = plan
  variables {
    project = "Disputes"
  }
  expect_failures = [var.project]
}

run "project_refuses_what_makes_bucket_names_too_long" {
  command = plan
  variables {
    project = "a-project-of-21-chars"
  }
  expect_failures = [var.project]
}

run "environment_refuses_dashes" {
  command = plan
  variables {
    environment = "pre-prod"
  }
  expect_failures = [var.environment]
}

run "region_refuses_a_zone" {
  command = plan
  variables {
    region = "sa-east-1a"
  }
  expect_failures = [var.region]
}

run "state_refuses_other_backends" {
  command = plan
  variables {
    state = { backend = "http", config = {} }
  }
  expect_failures = [var.state]
}

run "cluster_type_refuses_others" {
  command = plan
  variables {
    cluster_type = "express"
  }
  expect_failures = [var.cluster_type]
}

run "provisioned_refuses_no_brokers" {
  command = plan
  variables {
    provisioned = { brokers_per_zone = 0 }
  }
  expect_failures = [var.provisioned]
}

run "provisioned_refuses_other_instances" {
  command = plan
  variables {
    provisioned = { instance_type = "m7g.large" }
  }
  expect_failures = [var.provisioned]
}

run "provisioned_refuses_no_disk" {
  command = plan
  variables {
    provisioned = { disk_gb = 0 }
  }
  expect_failures = [var.provisioned]
}

run "topic_name_refuses_spaces" {
  command = plan
  variables {
    topic_name = "chargeback events"
  }
  expect_failures = [var.topic_name]
}

run "topic_partitions_refuses_none" {
  command = plan
  variables {
    topic_partitions = 0
  }
  expect_failures = [var.topic_partitions]
}

run "topic_retention_hours_refuses_less_than_a_day" {
  command = plan
  variables {
    topic_retention_hours = 23
  }
  expect_failures = [var.topic_retention_hours]
}

run "log_retention_days_refuses_a_period_that_logs_do_not_have" {
  command = plan
  variables {
    log_retention_days = 8
  }
  expect_failures = [var.log_retention_days]
}
