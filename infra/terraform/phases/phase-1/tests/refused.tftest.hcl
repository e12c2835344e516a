# Every variable's bad value is refused.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
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

run "vpc_cidr_refuses_a_small_block" {
  command = plan
  variables {
    vpc_cidr = "10.0.0.0/24"
  }
  expect_failures = [var.vpc_cidr]
}

run "vpc_cidr_refuses_text" {
  command = plan
  variables {
    vpc_cidr = "ten"
  }
  expect_failures = [var.vpc_cidr]
}

run "availability_zones_refuses_one" {
  command = plan
  variables {
    availability_zones = 1
  }
  expect_failures = [var.availability_zones]
}

run "availability_zones_refuses_four" {
  command = plan
  variables {
    availability_zones = 4
  }
  expect_failures = [var.availability_zones]
}

run "existing_vpc_refuses_one_subnet" {
  command = plan
  variables {
    existing_vpc = { vpc_id = "vpc-1", private_subnet_ids = ["subnet-1", "subnet-1"], route_table_ids = ["rtb-1"] }
  }
  expect_failures = [var.existing_vpc]
}

run "existing_vpc_refuses_fewer_endpoints_when_it_names_no_group_of_its_own" {
  command = plan
  variables {
    existing_vpc        = { vpc_id = "vpc-1", private_subnet_ids = ["subnet-1", "subnet-2"], route_table_ids = ["rtb-1"] }
    interface_endpoints = ["glue", "lambda", "logs", "monitoring", "sts"]
  }
  expect_failures = [var.existing_vpc]
}

run "gateway_endpoints_refuses_other_services" {
  command = plan
  variables {
    gateway_endpoints = ["sqs"]
  }
  expect_failures = [var.gateway_endpoints]
}

run "interface_endpoints_refuses_a_path" {
  command = plan
  variables {
    interface_endpoints = ["com/amazonaws"]
  }
  expect_failures = [var.interface_endpoints]
}

run "landing_expire_days_refuses_what_late_files_need" {
  command = plan
  variables {
    landing_expire_days = 31
  }
  expect_failures = [var.landing_expire_days]
}

run "archive_after_days_refuses_what_is_still_written" {
  command = plan
  variables {
    archive_after_days = 30
  }
  expect_failures = [var.archive_after_days]
}

run "archive_storage_class_refuses_what_must_be_restored" {
  command = plan
  variables {
    archive_storage_class = "GLACIER"
  }
  expect_failures = [var.archive_storage_class]
}

run "deleted_after_days_refuses_none" {
  command = plan
  variables {
    deleted_after_days = 0
  }
  expect_failures = [var.deleted_after_days]
}

run "deleted_after_days_refuses_a_fraction" {
  command = plan
  variables {
    deleted_after_days = 1.5
  }
  expect_failures = [var.deleted_after_days]
}
