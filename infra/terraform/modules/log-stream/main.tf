# The one stream that every log group of an environment is subscribed to, and the role by which CloudWatch Logs writes to it.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
data "aws_partition" "current" {}

locals {
  account = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
}

resource "aws_kinesis_stream" "this" {
  name             = var.name
  shard_count      = var.shards
  retention_period = var.retention_hours
  encryption_type  = "KMS"
  kms_key_id       = var.kms_key_arn
}

resource "aws_iam_role" "subscription" {
  name = "${var.name}-subscription"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "logs.${data.aws_region.current.id}.amazonaws.com" }
      # Log groups of this account only: "Cross-service confused deputy prevention", CloudWatch Logs user guide.
      Condition = { StringLike = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:logs:${local.account}:*" } }
    }]
  })
}

resource "aws_iam_role_policy" "subscription" {
  name = "write-to-the-stream"
  role = aws_iam_role.subscription.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "kinesis:PutRecord", Resource = aws_kinesis_stream.this.arn },
      {
        Effect    = "Allow"
        Action    = "kms:GenerateDataKey"
        Resource  = var.kms_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "kinesis.${data.aws_region.current.id}.amazonaws.com" } }
      },
    ]
  })
}
