# What wakes a person. `seconds` is the period; `expression` null: the one metric itself is compared; `told` false: the
# alarm shows, and tells nobody.

locals {
  usual = {
    expression = null
    comparison = "GreaterThanThreshold"
    threshold  = 0
    seconds    = 300
    periods    = 1
    datapoints = 1
    missing    = "notBreaching"
    told       = true
  }

  updater_alarms = {
    updater-errors = merge(local.usual, {
      meaning = "The updater's invocations end in errors: nothing of their batches was acknowledged."
      metrics = { errors = merge(local.function, { name = "Errors", stat = "Sum" }) }
    })
    updater-error-rate = merge(local.usual, {
      meaning = "More than ${var.thresholds.error_rate_percent} % of the updater's invocations end in errors: items fall behind."
      metrics = {
        errors      = merge(local.function, { name = "Errors", stat = "Sum" })
        invocations = merge(local.function, { name = "Invocations", stat = "Sum" })
      }
      expression = "100 * errors / invocations"
      threshold  = var.thresholds.error_rate_percent
      periods    = 3
      datapoints = 2
    })
    messages-failed = merge(local.usual, {
      meaning = "More than ${var.thresholds.error_rate_percent} % of the messages failed: they come again, or lie in the dead-letter queue."
      metrics = {
        failed    = merge(local.own["MessagesFailed"], { stat = "Sum" })
        processed = merge(local.own["MessagesProcessed"], { stat = "Sum" })
      }
      expression = "100 * failed / (failed + processed)"
      threshold  = var.thresholds.error_rate_percent
      periods    = 3
      datapoints = 2
    })
    updater-duration = merge(local.usual, {
      meaning    = "An invocation took more than 80 % of the updater's timeout: batches are about to be cut off."
      metrics    = { duration = merge(local.function, { name = "Duration", stat = "Maximum" }) }
      threshold  = var.timeout_seconds * 1000 * 0.8
      periods    = 3
      datapoints = 2
    })
    updater-throttles = merge(local.usual, {
      meaning = "Lambda refused to run the updater: its concurrency, or the account's, is used up, or it is paused."
      metrics = { throttles = merge(local.function, { name = "Throttles", stat = "Sum" }) }
    })
    offset-lag = merge(local.usual, {
      meaning   = "More than ${var.thresholds.lag_messages} messages wait on the topic: the updater does not keep up."
      metrics   = { lag = merge(local.topic, { name = "SumOffsetLag", stat = var.watched.lag.stat }) }
      threshold = var.thresholds.lag_messages
      seconds   = var.watched.lag.seconds
      periods   = local.lag_periods
      # MSK sends no lag while the consumer group rebalances, so that some minutes have no value.
      datapoints = ceil(0.8 * local.lag_periods)
    })
    message-age = merge(local.usual, {
      meaning    = "The oldest message has waited for more than ${var.thresholds.message_age_seconds} seconds: items show an older consolidation."
      metrics    = { age = merge(local.topic, { name = "EstimatedMaxTimeLag", stat = "Maximum" }) }
      threshold  = var.thresholds.message_age_seconds
      periods    = 3
      datapoints = 3
    })
    updater-silent = merge(local.usual, {
      # Lag says nothing of a group that never committed: MSK has no such metric before. Twice in a row, for Lambda's
      # numbers come later than the job's: in the minutes after an announcement nothing seems to have been invoked.
      meaning = "Chargebacks were announced for two executions in a row, and the updater was not invoked once meanwhile: messages do not reach it."
      metrics = {
        announced   = merge(local.own["ChargebacksAnnounced"], { stat = "Sum" })
        invocations = merge(local.function, { name = "Invocations", stat = "Sum" })
      }
      expression = "IF(FILL(announced, 0) > 0 AND FILL(invocations, 0) == 0, 1, 0)"
      seconds    = 3600 * ceil(24 / var.watched.executions_per_day)
      periods    = 2
      datapoints = 2
    })
    dead-letters = merge(local.usual, {
      meaning = "The dead-letter queue is not empty: messages were put aside that the updater could not apply."
      metrics = { messages = merge(local.queue, { name = "ApproximateNumberOfMessagesVisible", stat = "Maximum" }) }
    })
    dead-letter-depth = merge(local.usual, {
      meaning   = "The dead-letter queue holds more than ${var.thresholds.dead_letters} messages: the fault is not a single message."
      metrics   = { messages = merge(local.queue, { name = "ApproximateNumberOfMessagesVisible", stat = "Maximum" }) }
      threshold = var.thresholds.dead_letters
    })
    dead-letter-age = merge(local.usual, {
      meaning   = "The oldest dead letter is older than ${var.thresholds.dead_letter_age_percent} % of the ${var.dead_letter_retention_days} days after which SQS deletes it."
      metrics   = { age = merge(local.queue, { name = "ApproximateAgeOfOldestMessage", stat = "Maximum" }) }
      threshold = var.dead_letter_retention_days * 86400 * var.thresholds.dead_letter_age_percent / 100
    })
    chargebacks-missing = merge(local.usual, {
      meaning = "More than ${var.thresholds.missing_percent} % of the announced chargebacks have no item: their writers are late, or write elsewhere."
      metrics = {
        missing = merge(local.own["ChargebacksMissing"], { stat = "Sum" })
        updated = merge(local.own["ChargebacksUpdated"], { stat = "Sum" })
        already = merge(local.own["ChargebacksAlreadyApplied"], { stat = "Sum" })
        stale   = merge(local.own["ChargebacksStale"], { stat = "Sum" })
      }
      # Of all that were looked for: a replay updates none of those that it said before.
      expression = "100 * missing / (missing + updated + already + stale)"
      threshold  = var.thresholds.missing_percent
      seconds    = 3600
    })
    table-throttles = merge(local.usual, {
      meaning    = "DynamoDB throttles the chargebacks table, or its index: updates are retried, and slower."
      metrics    = local.throttled
      expression = join(" + ", [for id in keys(local.throttled) : "FILL(${id}, 0)"])
    })
  }

  job_alarms = {
    execution-overdue = merge(local.usual, {
      meaning    = "No execution completed for ${local.overdue_hours} hours: the last one that was due did not, within ${var.thresholds.deadline_minutes} minutes."
      metrics    = { completed = merge(local.own["ExecutionsCompleted"], { stat = "Sum" }) }
      expression = "FILL(completed, 0)" # else CloudWatch looks further back for hours that have a number
      comparison = "LessThanThreshold"
      threshold  = 1
      seconds    = 3600
      periods    = local.overdue_hours
      datapoints = local.overdue_hours
      missing    = "breaching" # a job that never started sends nothing
      told       = var.schedules_enabled
    })
    schedule-dead-letters = merge(local.usual, {
      meaning = "EventBridge Scheduler could not start an execution: its request is in the schedules' dead-letter queue."
      metrics = {
        requests = merge(local.queue, {
          name       = "ApproximateNumberOfMessagesVisible"
          stat       = "Maximum"
          dimensions = { QueueName = var.watched.schedule_queue_name }
        })
      }
    })
    job-failed = merge(local.usual, {
      meaning = "A run of the job failed or timed out: what it committed is safe, the rest waits for the next run."
      metrics = { runs = merge(local.rule, { name = "MatchedEvents", stat = "Sum" }) }
    })
    consolidations-unpublished = merge(local.usual, {
      meaning = "A run ended with consolidations that are committed and not announced: items do not show them."
      metrics = { unpublished = merge(local.own["ConsolidationsUnpublished"], { stat = "Maximum" }) }
      missing = "ignore" # a run reports once: what it said holds until the next
    })
    rejected-share = merge(local.usual, {
      meaning   = "A run rejected more than ${var.thresholds.rejected_percent} % of a partition's records: at ${var.rejected_limit_percent} % the partition fails."
      metrics   = { share = merge(local.own["RejectedShare"], { stat = "Maximum" }) }
      threshold = var.thresholds.rejected_percent
      missing   = "ignore" # as above
    })
    files-unreadable = merge(local.usual, {
      meaning = "A run could not read landing files: all of their records are missing from the output, and one file may hold many thousands."
      metrics = { files = merge(local.own["FilesUnreadable"], { stat = "Maximum" }) }
      missing = "ignore" # runs are hours apart: keep the state until the next one
    })
  }

  alarms        = merge(local.updater_alarms, local.job_alarms)
  lag_periods   = 900 / var.watched.lag.seconds
  overdue_hours = ceil((24 * 60 / var.watched.executions_per_day + var.thresholds.deadline_minutes) / 60)
}
