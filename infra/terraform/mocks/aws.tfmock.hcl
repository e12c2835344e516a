# What tests' mocked provider answers where a made-up text would not do: names that are cut up, ARNs that are checked.

mock_data "aws_caller_identity" {
  defaults = {
    account_id = "123456789012"
  }
}

mock_data "aws_partition" {
  defaults = {
    partition = "aws"
  }
}

mock_data "aws_region" {
  defaults = {
    id = "sa-east-1"
  }
}

mock_data "aws_availability_zones" {
  defaults = {
    names = ["sa-east-1a", "sa-east-1b", "sa-east-1c"]
  }
}

# A release's manifest, as build.sh writes it.
mock_data "aws_s3_objects" {
  defaults = {
    keys = ["releases/0.1.0-1a2b3c4d5e6f/manifest.json"]
  }
}

mock_data "aws_s3_object" {
  defaults = {
    body = <<-JSON
      {"version": "0.1.0-1a2b3c4d5e6f", "python": "3.11", "sha256": {}, "wheels": {},
       "functions": {"consolidation-updater": [
         {"file": "consolidation-updater-arm64.zip", "architecture": "arm64", "runtimes": ["python3.13"]},
         {"file": "consolidation-updater.zip", "architecture": "x86_64", "runtimes": ["python3.13", "python3.11"]}]},
       "jobs": {"consolidate_chargebacks": [
         {"file": "chargebacks-glue-6.0.gluewheels.zip", "glue_version": "6.0", "python": "3.13"},
         {"file": "chargebacks.gluewheels.zip", "glue_version": "5.1", "python": "3.11"}]}}
    JSON
  }
}

mock_data "aws_vpc" {
  defaults = {
    cidr_block = "172.16.0.0/16"
    cidr_block_associations = [
      { association_id = "vpc-cidr-assoc-1", cidr_block = "172.16.0.0/16", state = "associated" },
      { association_id = "vpc-cidr-assoc-2", cidr_block = "100.64.0.0/16", state = "associated" },
      { association_id = "vpc-cidr-assoc-3", cidr_block = "10.99.0.0/16", state = "disassociated" },
    ]
  }
}

mock_resource "aws_kms_key" {
  defaults = {
    arn    = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    key_id = "00000000-0000-0000-0000-000000000000"
  }
}

mock_resource "aws_s3_bucket" {
  defaults = {
    arn = "arn:aws:s3:::mocked"
  }
}

mock_resource "aws_dynamodb_table" {
  defaults = {
    arn        = "arn:aws:dynamodb:sa-east-1:123456789012:table/mocked"
    stream_arn = "arn:aws:dynamodb:sa-east-1:123456789012:table/mocked/stream/2025-11-20T00:00:00.000"
  }
}

mock_resource "aws_sns_topic" {
  defaults = {
    arn = "arn:aws:sns:sa-east-1:123456789012:mocked"
  }
}

mock_resource "aws_sqs_queue" {
  defaults = {
    arn = "arn:aws:sqs:sa-east-1:123456789012:mocked"
  }
}

mock_resource "aws_iam_role" {
  defaults = {
    arn = "arn:aws:iam::123456789012:role/mocked"
  }
}

mock_resource "aws_lambda_function" {
  defaults = {
    arn = "arn:aws:lambda:sa-east-1:123456789012:function:mocked"
  }
}

mock_resource "aws_msk_serverless_cluster" {
  defaults = {
    arn                        = "arn:aws:kafka:sa-east-1:123456789012:cluster/mocked/11111111-2222-3333-4444-555555555555-s1"
    bootstrap_brokers_sasl_iam = "boot-mocked.c1.kafka-serverless.sa-east-1.amazonaws.com:9098"
  }
}

mock_resource "aws_msk_cluster" {
  defaults = {
    arn                        = "arn:aws:kafka:sa-east-1:123456789012:cluster/mocked/11111111-2222-3333-4444-555555555555-2"
    bootstrap_brokers_sasl_iam = "b-1.mocked.kafka.sa-east-1.amazonaws.com:9098,b-2.mocked.kafka.sa-east-1.amazonaws.com:9098"
  }
}

mock_resource "aws_msk_configuration" {
  defaults = {
    arn             = "arn:aws:kafka:sa-east-1:123456789012:configuration/mocked/11111111-2222-3333-4444-555555555555-2"
    latest_revision = 1
  }
}

mock_resource "aws_lambda_function_url" {
  defaults = {
    function_url = "https://mocked.lambda-url.sa-east-1.on.aws/"
  }
}

mock_resource "aws_security_group" {
  defaults = {
    id = "sg-mocked"
  }
}

mock_data "aws_ec2_managed_prefix_list" {
  defaults = {
    id = "pl-mocked"
  }
}

mock_data "aws_subnet" {
  defaults = {
    availability_zone = "sa-east-1a"
  }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = {
    arn = "arn:aws:logs:sa-east-1:123456789012:log-group:mocked"
  }
}

mock_resource "aws_kinesis_stream" {
  defaults = {
    arn = "arn:aws:kinesis:sa-east-1:123456789012:stream/mocked"
  }
}

mock_resource "aws_glue_job" {
  defaults = {
    arn = "arn:aws:glue:sa-east-1:123456789012:job/mocked"
  }
}

mock_resource "aws_cloudwatch_metric_alarm" {
  defaults = {
    arn = "arn:aws:cloudwatch:sa-east-1:123456789012:alarm:mocked"
  }
}
