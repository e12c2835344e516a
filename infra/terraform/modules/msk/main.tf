# One Kafka cluster, serverless or provisioned. Either way: IAM alone says who may do what, TLS alone carries it, and
# only the security groups below reach it.

locals {
  serverless = var.type == "serverless"
  arn        = local.serverless ? aws_msk_serverless_cluster.this[0].arn : aws_msk_cluster.this[0].arn

  # Of a provisioned cluster; subnets are in a zone each.
  zones   = length(distinct(var.subnet_ids))
  brokers = length(var.subnet_ids) * var.provisioned.brokers_per_zone
  copies  = min(3, local.brokers)
  at_risk = local.copies < 3 ? "its topics would have ${local.copies} copies, and acks=all would be satisfied by one, so that losing one disk loses messages" : "two of a topic's three copies may lie in one zone, whose outage would stop all sending"
}

resource "aws_msk_serverless_cluster" "this" {
  count        = local.serverless ? 1 : 0
  cluster_name = var.name

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [aws_security_group.brokers.id]
  }

  client_authentication {
    sasl {
      iam {
        enabled = true
      }
    }
  }

  # A cluster cannot move to other subnets: another list of them must not replace it and lose its messages.
  lifecycle {
    prevent_destroy = true # ../../allow-destroy
    ignore_changes  = [vpc_config[0].subnet_ids]
  }
}

resource "aws_msk_cluster" "this" {
  count                  = local.serverless ? 0 : 1
  cluster_name           = var.name
  kafka_version          = var.provisioned.kafka_version
  number_of_broker_nodes = local.brokers
  enhanced_monitoring    = "DEFAULT" # the free level: a group's lag by topic, which alarms read, is in it

  broker_node_group_info {
    instance_type   = var.provisioned.instance_type
    client_subnets  = var.subnet_ids
    security_groups = [aws_security_group.brokers.id]
    storage_info {
      ebs_storage_info {
        volume_size = var.provisioned.disk_gb
      }
    }
  }

  client_authentication {
    unauthenticated = false
    sasl {
      iam = true
    }
  }

  encryption_info {
    encryption_at_rest_kms_key_arn = var.kms_key_arn
    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = true
    }
  }

  configuration_info {
    arn      = aws_msk_configuration.this[0].arn
    revision = aws_msk_configuration.this[0].latest_revision
  }

  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.brokers[0].name
      }
    }
  }

  # A cluster cannot move to other subnets: another list of them must not replace it and lose its messages.
  lifecycle {
    prevent_destroy = true # ../../allow-destroy
    ignore_changes  = [broker_node_group_info[0].client_subnets]

    precondition {
      condition     = local.zones >= 3 || var.accept_two_zones
      error_message = "The provisioned cluster ${var.name} would lie in ${local.zones} zones: ${local.at_risk}. Give phase 1 three zones (availability_zones = 3, or three subnets in existing_vpc), or accept it by accept_two_zones = true."
    }
    precondition {
      condition     = local.zones <= 3
      error_message = "The provisioned cluster ${var.name} would lie in ${local.zones} zones, and MSK takes two or three. Name three subnets in phase 1's existing_vpc."
    }
    postcondition {
      condition     = self.number_of_broker_nodes == length(self.broker_node_group_info[0].client_subnets) * var.provisioned.brokers_per_zone
      error_message = "The provisioned cluster ${var.name} lies in ${length(self.broker_node_group_info[0].client_subnets)} zones and cannot move, but phase 1 gives ${length(var.subnet_ids)} private subnets. Set availability_zones = ${length(self.broker_node_group_info[0].client_subnets)} in phase 1 (or name that many subnets in existing_vpc) and apply it first."
    }
  }
}

resource "aws_msk_configuration" "this" {
  count = local.serverless ? 0 : 1
  name  = var.name
  server_properties = join("\n", [
    "auto.create.topics.enable=false", # a misspelt topic is an error, not a topic
    "default.replication.factor=${local.copies}",
    # acks=all waits for this many copies; one fewer than there are, so that a broker may restart.
    "min.insync.replicas=${local.copies - 1}",
  ])
}

resource "aws_cloudwatch_log_group" "brokers" {
  #checkov:skip=CKV_AWS_338:how long broker logs are worth their price is the variable log_retention_days
  count             = local.serverless ? 0 : 1
  name              = "/aws/msk/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
