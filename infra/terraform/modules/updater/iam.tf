# What the updater may do: change items of its table, put messages aside; and what Lambda needs to feed and run it.

resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "work" {
  name   = "update-chargebacks"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.work })
}

resource "aws_iam_role_policy" "run" {
  name = "run-on-lambda"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.feed, local.run, var.tracing ? [local.trace] : [])
  })
}

locals {
  topic = "${replace(var.msk_cluster_arn, ":cluster/", ":topic/")}/${var.topic_name}"
  group = "${replace(var.msk_cluster_arn, ":cluster/", ":group/")}/${var.consumer_group}"
  interfaces = [
    "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
  ]
  key_users = [for service in ["dynamodb", "lambda", "sqs"] : "${service}.${local.region}.amazonaws.com"]

  work = [
    {
      Sid    = "Update"
      Effect = "Allow"
      # A batch of PartiQL updates needs this one action, and the answer's old item no other.
      Action   = ["dynamodb:DescribeTable", "dynamodb:PartiQLUpdate"]
      Resource = [var.table_arn]
    },
    {
      Sid      = "FindADay"
      Effect   = "Allow"
      Action   = [var.partition_index_name == null ? "dynamodb:Scan" : "dynamodb:Query"]
      Resource = [var.partition_index_name == null ? var.table_arn : "${var.table_arn}/index/${var.partition_index_name}"]
    },
    { Sid = "PutAside", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [var.dead_letter_queue.arn] },
    {
      Sid       = "Encryption"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = [var.kms_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = local.key_users } }
    },
  ]

  # The pollers act as the function: "Configuring Lambda permissions for Amazon MSK event source mappings".
  feed = [
    {
      Sid      = "Cluster"
      Effect   = "Allow"
      Action   = ["kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers", "kafka-cluster:Connect"]
      Resource = [var.msk_cluster_arn]
    },
    {
      Sid      = "Topic"
      Effect   = "Allow"
      Action   = ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"]
      Resource = [local.topic]
    },
    {
      Sid      = "ConsumerGroup"
      Effect   = "Allow"
      Action   = ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"]
      Resource = [local.group]
    },
  ]

  run = [
    {
      Sid      = "Log"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["${module.logs.arn}:*"]
    },
    {
      Sid    = "Network"
      Effect = "Allow"
      Action = concat(local.interfaces, [
        "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
      ])
      # Lambda makes and removes interfaces whose ids nobody knows before, and checks the role against all of them:
      # "Giving Lambda functions access to resources in an Amazon VPC".
      Resource = ["*"]
    },
    {
      Sid    = "NotFromWithin"
      Effect = "Deny" # Lambda needs that, the function's code does not (the same page)
      Action = local.interfaces
      # For what is denied the widest is the safest.
      Resource  = ["*"]
      Condition = { ArnEquals = { "lambda:SourceFunctionArn" = [local.function_arn] } }
    },
  ]

  trace = {
    Sid      = "Trace"
    Effect   = "Allow"
    Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    Resource = ["*"] # X-Ray's writes know no resources
  }
}
