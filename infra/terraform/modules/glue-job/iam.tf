# What the job may do: read the landing zone, write its output, announce, count; and what Glue needs to run it.

resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "glue.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "work" {
  name   = "consolidate"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = concat(local.storage, local.telling) })
}

resource "aws_iam_role_policy" "run" {
  name   = "run-on-glue"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.running })
}

locals {
  s3      = "arn:${local.partition}:s3:::"
  topic   = "${replace(var.msk_cluster_arn, ":cluster/", ":topic/")}/${var.topic_name}"
  network = "arn:${local.partition}:ec2:${local.account}"
  glue    = "arn:${local.partition}:glue:${local.account}"

  storage = [
    {
      Sid      = "Read"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = [for folder in concat(var.read_folders, var.write_folders) : "${local.s3}${folder}/*"]
    },
    {
      Sid      = "Write"
      Effect   = "Allow"
      Action   = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
      Resource = [for folder in var.write_folders : "${local.s3}${folder}/*"]
    },
    {
      Sid    = "List"
      Effect = "Allow"
      Action = ["s3:ListBucket"]
      # No condition on s3:prefix: a missing object is a 404 only for those who may list the bucket (S3 API reference,
      # "GetObject"), a request for an object has no prefix, and the job asks for objects that may be missing.
      Resource = distinct([for folder in concat(var.read_folders, var.write_folders) : "${local.s3}${split("/", folder)[0]}"])
    },
    {
      Sid       = "Encryption"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = [var.kms_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = "s3.${local.region}.amazonaws.com" } }
    },
  ]

  telling = [
    {
      Sid      = "Kafka"
      Effect   = "Allow"
      Action   = ["kafka-cluster:Connect", "kafka-cluster:WriteDataIdempotently"]
      Resource = [var.msk_cluster_arn]
    },
    {
      Sid      = "Announce"
      Effect   = "Allow"
      Action   = ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
      Resource = [local.topic]
    },
    {
      Sid       = "Count"
      Effect    = "Allow"
      Action    = ["cloudwatch:PutMetricData"]
      Resource  = ["*"] # PutMetricData knows no resources: the namespace is what narrows it
      Condition = { StringEquals = { "cloudwatch:namespace" = var.metrics_namespace } }
    },
  ]

  running = [
    {
      Sid      = "Release"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = ["${local.s3}${var.artifacts_bucket}/releases/*"]
    },
    {
      Sid      = "Log"
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"] # Glue asks for groups that are there
      Resource = [for group in module.logs : "${group.arn}:*"]
    },
    {
      Sid      = "Connection"
      Effect   = "Allow"
      Action   = ["glue:GetConnection"]
      Resource = ["${local.glue}:catalog", "${local.glue}:connection/${var.name}-*"]
    },
    {
      Sid    = "LookAtTheNetwork"
      Effect = "Allow"
      Action = [
        "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints",
      ]
      Resource = ["*"] # EC2's Describe actions know no resources
    },
    {
      Sid    = "JoinTheNetwork"
      Effect = "Allow"
      Action = ["ec2:CreateNetworkInterface"]
      Resource = concat(
        ["${local.network}:network-interface/*"],
        [for id in var.subnet_ids : "${local.network}:subnet/${id}"],
        [for id in local.security_group_ids : "${local.network}:security-group/${id}"],
      )
    },
    {
      Sid      = "MarkTheInterface"
      Effect   = "Allow"
      Action   = ["ec2:CreateTags", "ec2:DeleteTags"]
      Resource = ["${local.network}:network-interface/*"]
      # The tag by which Glue knows its own interfaces: AWS managed policy AWSGlueServiceRole.
      Condition = { "ForAllValues:StringEquals" = { "aws:TagKeys" = ["aws-glue-service-resource"] } }
    },
    {
      Sid       = "LeaveTheNetwork"
      Effect    = "Allow"
      Action    = ["ec2:DeleteNetworkInterface"]
      Resource  = ["${local.network}:network-interface/*"]
      Condition = { StringLike = { "aws:ResourceTag/aws-glue-service-resource" = "*" } }
    },
  ]
}
