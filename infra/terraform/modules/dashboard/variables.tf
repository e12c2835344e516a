variable "name" {
  description = "Name of the dashboard."
  type        = string
}

variable "title" {
  description = "What the first heading calls the environment."
  type        = string
}

variable "alarm_arns" {
  description = "Alarms that are shown."
  type        = list(string)
}

variable "watched" {
  description = "What is watched. `own_metrics` is schemas/metrics.json, decoded; `updater_service` its dimension's value; `lag` the statistic and period of SumOffsetLag."
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
  })
}
