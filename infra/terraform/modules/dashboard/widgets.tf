# Where everything is: a row of business numbers is a text above its number, operators get graphs. The grid is 24 wide.

locals {
  business = concat(
    [local.heading["business"]],
    flatten([for place, number in local.business_numbers : [
      {
        type       = "text", x = 8 * (place % 3), y = 2 + 7 * floor(place / 3), width = 8, height = 3
        properties = { markdown = "**${number.title}**\n\n${number.text}" }
      },
      {
        type       = "metric", x = 8 * (place % 3), y = 5 + 7 * floor(place / 3), width = 8, height = 4
        properties = merge(number.kind, { title = number.title, region = data.aws_region.current.id })
      },
    ]]),
    [{
      type = "metric", x = 0, y = 16, width = 24, height = 6
      properties = merge(local.bars, {
        title  = "Chargebacks updated, day by day"
        region = data.aws_region.current.id, metrics = [local.own["ChargebacksUpdated"]]
      })
    }],
  )

  heading = {
    business = {
      type       = "text", x = 0, y = 0, width = 24, height = 2
      properties = { markdown = "# Chargebacks: ${var.title}\nNumbers are of today (UTC) unless their title says otherwise." }
    }
    operator = {
      type       = "text", x = 0, y = 22, width = 24, height = 2
      properties = { markdown = "# For operators\nAlarms name their section in docs/runbook.md." }
    }
  }

  group = [
    "Cluster Name", var.watched.cluster_name, "Consumer Group", var.watched.consumer_group, "Topic", var.watched.topic_name,
  ]

  function = [for name in ["Invocations", "Errors", "Throttles"] : ["AWS/Lambda", name, "FunctionName", var.watched.function_name]]
  throttled = [
    for name in ["ReadThrottleEvents", "WriteThrottleEvents"] : ["AWS/DynamoDB", name, "TableName", var.watched.table_name]
  ]
  duration   = ["AWS/Lambda", "Duration", "FunctionName", var.watched.function_name]
  concurrent = ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", var.watched.function_name]
  dead_letters = [
    for queue in [var.watched.dead_letter_queue_name, var.watched.schedule_queue_name] :
    ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue]
  ]
  letters_age = ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", var.watched.dead_letter_queue_name]

  # Title, our own metrics by name or AWS's as they are, and what differs from a sum over 300 seconds.
  graphs = [
    { title = "Messages", own = ["MessagesProcessed", "MessagesFailed", "MessagesDeadLettered"] },
    {
      title = "What became of announced chargebacks"
      own = [
        "ChargebacksUpdated", "ChargebacksAlreadyApplied", "ChargebacksStale", "ChargebacksMissing", "ChargebacksUnreadable",
      ]
    },
    { title = "Updates sent again", own = ["UpdatesRetried"] },
    { title = "Updater: invocations, errors, throttles", metrics = local.function },
    { title = "Updater: longest invocation (ms)", metrics = [local.duration], stat = "Maximum" },
    { title = "Updater: 99 % of invocations are shorter (ms)", metrics = [local.duration], stat = "p99" },
    { title = "Updater: invocations at once", metrics = [local.concurrent], stat = "Maximum" },
    {
      title   = "Messages that wait"
      metrics = [concat(["AWS/Kafka", "SumOffsetLag"], local.group)], stat = var.watched.lag.stat
      period  = var.watched.lag.seconds
    },
    {
      title   = "Oldest message (seconds)"
      metrics = [concat(["AWS/Kafka", "EstimatedMaxTimeLag"], local.group)], stat = "Maximum"
    },
    { title = "Dead letters, and executions that were not started", metrics = local.dead_letters, stat = "Maximum" },
    { title = "Oldest dead letter (seconds)", metrics = [local.letters_age], stat = "Maximum" },
    { title = "Table: throttled reads and writes", metrics = local.throttled },
    { title = "Partitions consolidated and failed", own = ["PartitionsConsolidated", "PartitionsFailed"] },
    { title = "A run's seconds", own = ["RunSeconds"], stat = "Maximum" },
    { title = "Records read by a run", own = ["RecordsRead"], stat = "Maximum" },
    { title = "Chargebacks announced", own = ["ChargebacksAnnounced"] },
    { title = "Consolidations not announced", own = ["ConsolidationsUnpublished"], stat = "Maximum" },
    { title = "Rejected share (%)", own = ["RejectedShare"], stat = "Maximum" },
    { title = "Landing zone without a known day", own = ["LandingZoneEmpty"], stat = "Maximum" },
    { title = "Unreadable landing files", own = ["FilesUnreadable"], stat = "Maximum" },
    { title = "Bytes of unreadable landing files", own = ["BytesUnreadable"], stat = "Maximum" },
  ]

  operator = concat(
    [
      local.heading["operator"],
      {
        type       = "alarm", x = 0, y = 24, width = 24, height = 4
        properties = { title = "Alarms", alarms = var.alarm_arns }
      },
    ],
    [for place, graph in local.graphs : {
      type = "metric", x = 8 * (place % 3), y = 28 + 6 * floor(place / 3), width = 8, height = 6
      properties = merge(local.lines, {
        title   = graph.title
        stat    = lookup(graph, "stat", local.lines.stat)
        period  = lookup(graph, "period", local.lines.period)
        metrics = can(graph.own) ? [for name in graph.own : local.own[name]] : graph.metrics
        region  = data.aws_region.current.id
      })
    }],
  )
}
