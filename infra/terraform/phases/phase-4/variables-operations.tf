# Logs, alarms and money.

variable "log_retention_days" {
  description = "Days that log lines are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of CloudWatch Logs' periods: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "use_log_stream" {
  description = "true: every log line goes to one Kinesis stream, <project>-<environment>-logs, too."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_stream_shards" {
  description = "Shards of that stream: each takes 1 MB or 1,000 records a second."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.log_stream_shards >= 1 && var.log_stream_shards <= 100 && floor(var.log_stream_shards) == var.log_stream_shards
    error_message = "log_stream_shards must be a whole number, 1 to 100."
  }
}

variable "alarm_emails" {
  description = "Addresses that alarms, failed runs and the budget tell; each has to confirm once."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", address))])
    error_message = "alarm_emails must be e-mail addresses, like team@example.com."
  }
}

variable "alarm_thresholds" {
  description = "Where alarms begin. lag_messages null: 5 % of a day's messages by expected_chargebacks_per_day, at least 100. deadline_minutes: how long an execution may take to complete. dead_letter_age_percent: of dead_letter_retention_days."
  type = object({
    error_rate_percent      = optional(number, 5)
    lag_messages            = optional(number)
    message_age_seconds     = optional(number, 3600)
    missing_percent         = optional(number, 1)
    rejected_percent        = optional(number, 2)
    deadline_minutes        = optional(number, 60)
    dead_letters            = optional(number, 100)
    dead_letter_age_percent = optional(number, 75)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue(concat(
      [for value in values(var.alarm_thresholds) : value >= 0 if value != null],
      [for name, value in var.alarm_thresholds : value <= 100 if endswith(name, "_percent")],
      [var.alarm_thresholds.deadline_minutes >= 30 && var.alarm_thresholds.deadline_minutes <= 1440],
    ))
    error_message = "alarm_thresholds must be 0 or more, those in percent at most 100, and deadline_minutes 30 to 1440."
  }
}

variable "monthly_budget_usd" {
  description = "US dollars a month for all that is tagged with the project, whatever its environment. -1: derived from expected_chargebacks_per_day, pollers_minimum and the cluster's type, for one environment; null: no budget."
  type        = number
  default     = -1

  validation {
    condition     = var.monthly_budget_usd == null ? true : var.monthly_budget_usd > 0 || var.monthly_budget_usd == -1
    error_message = "monthly_budget_usd must be more than 0, -1 to derive it from expected_chargebacks_per_day, or null for no budget."
  }
}
