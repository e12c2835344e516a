# Where people are told: one encrypted topic, their e-mail addresses, and what is told without an alarm:
# runs of the job that failed, and money, each where it is asked for.

data "aws_caller_identity" "current" {}

resource "aws_sns_topic" "this" {
  name              = var.name
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "OurAlarmsAndBudgets"
        Effect    = "Allow"
        Principal = { Service = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
      }],
      # No condition: "You can't use Condition blocks in Amazon SNS topic policies for EventBridge" (Amazon
      # EventBridge User Guide, resource-based policies).
      [for _ in var.job_name[*] : {
        Sid       = "OurEvents"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
      }],
      [{
        Sid       = "OnlyOverTls"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.this.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
    )
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each  = toset(var.emails)
  topic_arn = aws_sns_topic.this.arn
  protocol  = "email" # each address has to confirm once
  endpoint  = each.key
}

resource "aws_cloudwatch_event_rule" "failed_run" {
  count       = var.job_name == null ? 0 : 1
  name        = "${var.name}-failed-run"
  description = "A run of ${var.job_name} failed, timed out or broke off"
  event_pattern = jsonencode({
    source        = ["aws.glue"]
    "detail-type" = ["Glue Job State Change"]
    detail        = { jobName = [var.job_name], state = ["FAILED", "TIMEOUT", "ERROR"] }
  })
}

resource "aws_cloudwatch_event_target" "failed_run" {
  count = var.job_name == null ? 0 : 1
  rule  = aws_cloudwatch_event_rule.failed_run[0].name
  arn   = aws_sns_topic.this.arn

  input_transformer {
    input_paths = { time = "$.time", run = "$.detail" }
    # A placeholder outside quotes becomes a JSON value, so that quotes and line ends in the error are escaped; inside
    # quotes they would end the text ("Amazon EventBridge input transformation", Amazon EventBridge User Guide).
    input_template = join("", [
      "{\"problem\": \"A run of ${var.job_name} failed or timed out. See docs/runbook.md, section job-failed.\",",
      " \"time\": <time>, \"run\": <run>}",
    ])
  }
}

resource "aws_budgets_budget" "month" {
  count        = var.monthly_budget_usd == null ? 0 : 1
  name         = "${var.name}-month"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"

  cost_filter {
    name   = "TagKeyValue"
    values = [for key, value in var.cost_tags : format("user:%s$%s", key, value)]
  }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }
    content {
      notification_type         = notification.key
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [aws_sns_topic.this.arn]
    }
  }

  depends_on = [aws_sns_topic_policy.this] # a topic that does not let Budgets publish is refused
}
