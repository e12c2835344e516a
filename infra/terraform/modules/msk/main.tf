# One Kafka cluster, serverless or provisioned. Either way: IAM alone says who may do what, TLS alone carries it, and
# only the security groups below reach it.

locals {
  serverless = var.type == "serverless"
  arn        = local.serverless ? aws_msk_serverless_cluster.this[0].arn : aws_msk_cluster.this[0].arn
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
}

resource "aws_msk_cluster" "this" {
  count                  = local.serverless ? 0 : 1
  cluster_name           = var.name
  kafka_version          = var.provisioned.kafka_version
  number_of_broker_nodes = length(var.subnet_ids) * var.provisioned.brokers_per_zone
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
}

resource "aws_msk_configuration" "this" {
  count = local.serverless ? 0 : 1
  name  = var.name
  server_properties = join("\n", [
    "auto.create.topics.enable=false", # a misspelt topic is an error, not a topic
    "default.replication.factor=${min(3, length(var.subnet_ids) * var.provisioned.brokers_per_zone)}",
    # acks=all waits for this many copies; one fewer than there are, so that a broker may restart.
    "min.insync.replicas=${min(3, length(var.subnet_ids) * var.provisioned.brokers_per_zone) - 1}",
  ])
}

resource "aws_cloudwatch_log_group" "brokers" {
  #checkov:skip=CKV_AWS_338:how long broker logs are worth their price is the variable log_retention_days
  count             = local.serverless ? 0 : 1
  name              = "/aws/msk/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
