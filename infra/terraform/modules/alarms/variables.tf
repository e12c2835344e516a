variable "prefix" {
  description = "What alarms' names begin with."
  type        = string
}

variable "thresholds" {
  description = "Where alarms begin."
  type = object({
    error_rate_percent      = number
    lag_messages            = number
    message_age_seconds     = number
    missing_percent         = number
    rejected_percent        = number
    deadline_minutes        = number
    dead_letters            = number
    dead_letter_age_percent = number
  })
}

variable "topic_arn" {
  description = "SNS topic that is told."
  type        = string
}

variable "schedules_enabled" {
  description = "false: no execution is due, so that nobody is told of one that is overdue."
  type        = bool
}

variable "rejected_limit_percent" {
  description = "The job's max_rejected_share, in percent: for the alarm's text."
  type        = number
}

variable "timeout_seconds" {
  description = "The updater's timeout."
  type        = number
}

variable "dead_letter_retention_days" {
  description = "Days that the dead-letter queue keeps a message."
  type        = number
}

variable "failed_run_rule" {
  description = "EventBridge rule that matches the job's failed runs."
  type        = string
}

variable "watched" {
  description = "What is watched. `own_metrics` is schemas/metrics.json, decoded; `updater_service` its dimension's value; `lag` the statistic and period of SumOffsetLag; `index_name` null: the table has no index."
  type = object({
    own_metrics = map(object({
      namespace  = string
      dimensions = list(string)
      metrics    = map(object({ unit = string, meaning = string }))
    }))
    updater_service        = string
    job_name               = string
    executions_per_day     = number
    function_name          = string
    cluster_name           = string
    consumer_group         = string
    topic_name             = string
    lag                    = object({ stat = string, seconds = number })
    dead_letter_queue_name = string
    schedule_queue_name    = string
    table_name             = string
    index_name             = optional(string)
  })
}
