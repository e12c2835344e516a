# modules/network: private subnets and endpoints, and nothing of its own in a VPC that was there.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  name                = "poc-chargeback-dev"
  cidr                = "10.40.0.0/16"
  zones               = 3
  gateway_endpoints   = ["dynamodb", "s3"]
  interface_endpoints = ["sqs"]
}

run "subnets_are_private_and_each_in_a_zone_of_its_own" {
  command = plan
  module {
    source = "../../modules/network"
  }

  assert {
    condition     = aws_subnet.private[*].availability_zone == ["sa-east-1a", "sa-east-1b", "sa-east-1c"]
    error_message = "Subnets share a zone."
  }
  assert {
    condition     = aws_subnet.private[*].cidr_block == ["10.40.0.0/20", "10.40.16.0/20", "10.40.32.0/20"]
    error_message = "Subnets do not each have a sixteenth of the addresses."
  }
  assert {
    condition     = !anytrue([for subnet in aws_subnet.private : coalesce(subnet.map_public_ip_on_launch, false)])
    error_message = "A subnet gives out public addresses."
  }
}

run "endpoints_are_those_asked_for_and_answer_the_vpc_alone" {
  command = plan
  module {
    source = "../../modules/network"
  }

  assert {
    condition = sort([for endpoint in values(aws_vpc_endpoint.gateway) : endpoint.service_name]) == tolist([
      "com.amazonaws.sa-east-1.dynamodb", "com.amazonaws.sa-east-1.s3"
    ])
    error_message = "Gateway endpoints are not those of S3 and DynamoDB."
  }
  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["sqs"] && aws_vpc_endpoint.interface["sqs"].private_dns_enabled
    error_message = "The interface endpoint is missing, or does not answer under the service's own name."
  }
  assert {
    condition     = { for cidr, rule in aws_vpc_security_group_ingress_rule.endpoints : rule.cidr_ipv4 => rule.to_port } == { "10.40.0.0/16" = 443 }
    error_message = "Endpoints answer more than TLS from the VPC."
  }
}

run "a_vpc_that_was_there_gets_endpoints_alone" {
  command = plan
  module {
    source = "../../modules/network"
  }
  variables {
    existing = {
      vpc_id             = "vpc-1"
      private_subnet_ids = ["subnet-1", "subnet-2"]
      route_table_ids    = ["rtb-1"]
    }
    gateway_endpoints = []
  }

  assert {
    condition     = length(aws_vpc.this) + length(aws_subnet.private) + length(aws_route_table.private) + length(aws_default_security_group.closed) == 0
    error_message = "Something was made that the VPC has."
  }
  assert {
    condition     = length(aws_vpc_endpoint.gateway) == 0 && aws_vpc_endpoint.interface["sqs"].vpc_id == "vpc-1"
    error_message = "Endpoints do not follow the variables."
  }
  assert {
    condition     = sort([for rule in aws_vpc_security_group_ingress_rule.endpoints : rule.cidr_ipv4]) == tolist(["100.64.0.0/16", "172.16.0.0/16"])
    error_message = "Endpoints do not answer all of the existing VPC's addresses, or more."
  }
}

run "endpoints_of_a_vpc_that_was_there_and_new_ones_are_in_one_group" {
  command = plan
  module {
    source = "../../modules/network"
  }
  variables {
    existing = {
      vpc_id                     = "vpc-1"
      private_subnet_ids         = ["subnet-1", "subnet-2"]
      route_table_ids            = ["rtb-1"]
      endpoint_security_group_id = "sg-theirs"
    }
  }

  assert {
    condition     = output.endpoint_security_group_id == "sg-theirs" && aws_vpc_endpoint.interface["sqs"].security_group_ids == toset(["sg-theirs"])
    error_message = "Callers are told of a group that not every endpoint is in."
  }
  assert {
    condition     = length(aws_security_group.endpoints) + length(aws_vpc_security_group_ingress_rule.endpoints) == 0
    error_message = "There is a group without endpoints, or somebody's own group is changed."
  }
}

run "a_vpc_with_all_endpoints_gets_none" {
  command = plan
  variables {
    existing_vpc = {
      vpc_id                     = "vpc-1"
      private_subnet_ids         = ["subnet-1", "subnet-2"]
      route_table_ids            = ["rtb-1"]
      endpoint_security_group_id = "sg-theirs"
    }
    gateway_endpoints   = []
    interface_endpoints = []
  }

  assert {
    condition     = output.endpoint_security_group_id == "sg-theirs"
    error_message = "Later phases are told of another group than the one named."
  }
}

run "a_vpc_without_endpoints_gets_all_of_them_in_a_group_of_ours" {
  command = plan
  variables {
    existing_vpc        = { vpc_id = "vpc-1", private_subnet_ids = ["subnet-1", "subnet-2"], route_table_ids = ["rtb-1"] }
    interface_endpoints = ["glue", "logs", "monitoring", "sqs"]
  }

  assert {
    condition     = output.endpoint_security_group_id == "sg-mocked"
    error_message = "Later phases are not told of our own group."
  }
}

run "a_region_with_two_zones_refuses_a_third_subnet" {
  command = plan
  module {
    source = "../../modules/network"
  }
  override_data {
    target = data.aws_availability_zones.here[0]
    values = { names = ["us-west-1a", "us-west-1b"] }
  }
  expect_failures = [aws_subnet.private[2]]
}

run "zones_without_msk_get_no_subnet" {
  command = plan
  module {
    source = "../../modules/network"
  }

  assert {
    condition     = data.aws_availability_zones.here[0].exclude_zone_ids == toset(["use1-az3"])
    error_message = "A subnet may be made where MSK refuses it."
  }
}

run "two_existing_subnets_of_one_zone_are_refused" {
  command = plan
  module {
    source = "../../modules/network"
  }
  variables {
    existing = { vpc_id = "vpc-1", private_subnet_ids = ["subnet-1", "subnet-2"], route_table_ids = ["rtb-1"] }
  }
  override_data {
    target = data.aws_subnet.existing
    values = { availability_zone_id = "sae1-az1" }
  }
  expect_failures = [output.private_subnet_ids]
}
