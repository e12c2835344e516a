# The function's own role: its log group, and of the two stores only what its trigger is for.

resource "aws_iam_role" "this" {
  name = var.name
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "work"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.logging, local.work[var.function.trigger])
  })
}

locals {
  logging = [{
    Sid      = "Log"
    Effect   = "Allow"
    Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    Resource = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/${var.name}:*"
  }]

  work = { stream = local.stream_to_landing, url = local.url_to_table }

  stream_to_landing = [
    {
      Sid      = "ReadStream"
      Effect   = "Allow"
      Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
      Resource = "${var.table.arn}/stream/*"
    },
    {
      Sid      = "WriteLandingFiles"
      Effect   = "Allow"
      Action   = "s3:PutObject"
      Resource = "arn:${local.partition}:s3:::${var.landing_bucket}/chargebacks/*"
    },
    {
      Sid      = "PutAside"
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${var.name}-failed"
    },
    merge(local.use_key, { Condition = { StringEquals = { "kms:ViaService" = [for service in ["dynamodb", "s3", "sqs"] : "${service}.${local.region}.amazonaws.com"] } } }),
  ]

  url_to_table = [
    {
      Sid      = "WriteItems"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      Resource = var.table.arn
    },
    merge(local.use_key, { Condition = { StringEquals = { "kms:ViaService" = ["dynamodb.${local.region}.amazonaws.com"] } } }),
  ]

  use_key = {
    Sid      = "UseKey"
    Effect   = "Allow"
    Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource = var.kms_key_arn
  }
}
