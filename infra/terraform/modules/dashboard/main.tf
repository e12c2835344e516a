# One dashboard: first what the business asks, in plain words, then what an operator needs.
# Numbers of our own come from schemas/metrics.json by `own_metrics`; the rest are AWS's.

data "aws_region" "current" {}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    start          = "-P7D"
    periodOverride = "inherit"
    widgets        = concat(local.business, local.operator)
  })
}

locals {
  dimension_values = { service = var.watched.updater_service, JobName = var.watched.job_name }

  # name -> the metric as a widget writes it: [namespace, name, dimension, value ...]
  own = merge([for side in values(var.watched.own_metrics) : {
    for name, metric in side.metrics : name =>
    flatten([side.namespace, name, [for dimension in side.dimensions : [dimension, local.dimension_values[dimension]]]])
  }]...)

  day   = { view = "singleValue", sparkline = false, stat = "Sum", period = 86400, setPeriodToTimeRange = false }
  bars  = { view = "bar", stat = "Sum", period = 86400 }
  lines = { view = "timeSeries", stat = "Sum", period = 300 }

  business_numbers = [
    {
      title = "Chargebacks updated"
      text  = "How many chargebacks were marked as consolidated in their record, today so far (UTC)."
      kind  = merge(local.day, { metrics = [local.own["ChargebacksUpdated"]] })
    },
    {
      title = "Chargebacks in the consolidated files"
      text  = "How many different chargebacks the day's files hold, as of the last consolidation."
      kind  = merge(local.day, { stat = "Maximum", metrics = [local.own["RecordsProcessed"]] })
    },
    {
      title = "Repeated records removed"
      text  = "Records that came more than once, or in an older version. Only the newest is kept; this is normal."
      kind  = merge(local.day, { stat = "Maximum", metrics = [local.own["DuplicatesRemoved"]] })
    },
    {
      title = "Records set aside"
      text  = "Records that could not be read and wait in quarantine for a person. None is lost."
      kind  = merge(local.day, { stat = "Maximum", metrics = [local.own["RecordsRejected"]] })
    },
    {
      title = "Consolidations completed"
      text  = "How many of the day's ${var.watched.executions_per_day} consolidations are done and announced, today so far (UTC). One that was announced late counts on the day of its announcement."
      kind  = merge(local.day, { metrics = [local.own["ExecutionsCompleted"]] })
    },
    {
      title = "Chargebacks without a record"
      text  = "Announced chargebacks that the table does not have. A few can be late; many mean that something is wrong upstream."
      kind  = merge(local.day, { metrics = [local.own["ChargebacksMissing"]] })
    },
  ]
}
