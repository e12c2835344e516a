# The metrics that alarms look at. Our own come from schemas/metrics.json by `own_metrics`; the rest are AWS's.

locals {
  dimension_values = { service = var.watched.updater_service, JobName = var.watched.job_name }

  # name -> { namespace, name, dimensions, unit }; one that the schema lacks does not plan
  own = merge([for side in values(var.watched.own_metrics) : {
    for name, metric in side.metrics : name => {
      namespace  = side.namespace
      name       = name
      unit       = metric.unit
      dimensions = { for dimension in side.dimensions : dimension => local.dimension_values[dimension] }
    }
  }]...)

  function = { namespace = "AWS/Lambda", unit = null, dimensions = { FunctionName = var.watched.function_name } }
  topic = {
    namespace = "AWS/Kafka"
    unit      = null
    dimensions = {
      "Cluster Name"   = var.watched.cluster_name
      "Consumer Group" = var.watched.consumer_group
      Topic            = var.watched.topic_name
    }
  }
  queue = { namespace = "AWS/SQS", unit = null, dimensions = { QueueName = var.watched.dead_letter_queue_name } }
  rule  = { namespace = "AWS/Events", unit = null, dimensions = { RuleName = var.failed_run_rule } }
  table = { namespace = "AWS/DynamoDB", unit = null, dimensions = { TableName = var.watched.table_name } }

  # An index has metrics of its own: its table's do not count it. By what their ids begin with.
  throttling = merge({ "" = local.table.dimensions }, var.watched.index_name == null ? {} : {
    index_ = merge(local.table.dimensions, { GlobalSecondaryIndexName = var.watched.index_name })
  })
  throttled = merge([for prefix, dimensions in local.throttling : {
    "${prefix}reads"  = merge(local.table, { name = "ReadThrottleEvents", stat = "Sum", dimensions = dimensions })
    "${prefix}writes" = merge(local.table, { name = "WriteThrottleEvents", stat = "Sum", dimensions = dimensions })
  }]...)
}
