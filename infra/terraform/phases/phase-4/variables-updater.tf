# The updater, and how the topic's messages reach it.

variable "memory_size_mb" {
  description = "The updater's memory, MB; more memory is more CPU."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_size_mb >= 128 && var.memory_size_mb <= 10240 && floor(var.memory_size_mb) == var.memory_size_mb
    error_message = "memory_size_mb must be a whole number, 128 to 10240."
  }
}

variable "timeout_seconds" {
  description = "The updater's timeout; it keeps the last 8 seconds for its answer."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 30 && var.timeout_seconds <= 840 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number, 30 to 840: pollers wait no longer than 14 minutes."
  }
}

variable "reserved_concurrent_executions" {
  description = "-1: no limit; 0: the updater is paused, and messages wait, record_age_seconds at most; more: that many at once."
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrent_executions >= -1 && floor(var.reserved_concurrent_executions) == var.reserved_concurrent_executions
    error_message = "reserved_concurrent_executions must be -1 (no limit), 0 (paused) or a whole number above."
  }
}

variable "runtime" {
  description = "The updater's Lambda runtime; null: the first that the release has, for the architecture if that is given. AWS deprecates python3.11 on 2027-06-30."
  type        = string
  default     = null

  validation {
    condition     = var.runtime == null ? true : can(regex("^python3\\.1[1-3]$", var.runtime))
    error_message = "runtime must be python3.11, python3.12 or python3.13, or null for the release's first."
  }
}

variable "architecture" {
  description = "The updater's processor, x86_64 or arm64, which costs a fifth less; null: the first that the release has, for the runtime if that is given."
  type        = string
  default     = null

  validation {
    condition     = var.architecture == null ? true : contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture must be x86_64 or arm64, or null for the release's first."
  }
}

variable "log_level" {
  description = "The updater's LOG_LEVEL."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARNING, ERROR or CRITICAL."
  }
}

variable "tracing" {
  description = "true: X-Ray traces by the ADOT layer, which needs a way to X-Ray out of the private subnets."
  type        = bool
  default     = false
  nullable    = false
}

variable "adot_layer_version" {
  description = "Version of the layer aws-otel-python that tracing adds, for python3.13 and for both architectures; or the ARN of a layer version, like AWSOpenTelemetryDistroPython's, whose account and version AWS lists by region."
  type        = string
  default     = "ver-1-32-0:2"
  nullable    = false

  validation {
    condition     = can(regex("^(ver-[0-9]+-[0-9]+-[0-9]+|arn:[^:]+:lambda:[^:]+:[0-9]{12}:layer:[A-Za-z0-9_-]+):[0-9]+$", var.adot_layer_version))
    error_message = "adot_layer_version must look like ver-1-32-0:2, or be the ARN of a layer version."
  }
}

variable "batch_size" {
  description = "Messages of an invocation at most; a slice names up to 500 chargebacks."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.batch_size >= 1 && var.batch_size <= 10000 && floor(var.batch_size) == var.batch_size
    error_message = "batch_size must be a whole number, 1 to 10000."
  }
}

variable "batching_window_seconds" {
  description = "How long a batch may wait to be full: fewer invocations, later updates."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.batching_window_seconds >= 0 && var.batching_window_seconds <= 300 && floor(var.batching_window_seconds) == var.batching_window_seconds
    error_message = "batching_window_seconds must be a whole number, 0 to 300."
  }
}

variable "retry_attempts" {
  description = "Retries of a failed message before Lambda puts it aside. A few retries end within seconds and would move a backlog to the queue as offsets only; the default leaves it to record_age_seconds to end them."
  type        = number
  default     = 10000
  nullable    = false

  validation {
    condition     = var.retry_attempts >= 0 && var.retry_attempts <= 10000 && floor(var.retry_attempts) == var.retry_attempts
    error_message = "retry_attempts must be a whole number, 0 to 10000."
  }
}

variable "record_age_seconds" {
  description = "A message that is older is put aside, tried or not: how long the updater may be paused. Lambda's most, 7 days, is how long the topic keeps messages by default."
  type        = number
  default     = 604800
  nullable    = false

  validation {
    condition     = var.record_age_seconds >= 60 && var.record_age_seconds <= 604800 && floor(var.record_age_seconds) == var.record_age_seconds
    error_message = "record_age_seconds must be a whole number, 60 to 604800."
  }
}

variable "pollers_minimum" {
  description = "Pollers that are always there, and always paid."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.pollers_minimum >= 1 && var.pollers_minimum <= 200 && floor(var.pollers_minimum) == var.pollers_minimum
    error_message = "pollers_minimum must be a whole number, 1 to 200."
  }
}

variable "pollers_maximum" {
  description = "Pollers at most; more than the topic has partitions are of no use."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.pollers_maximum >= var.pollers_minimum && var.pollers_maximum <= 2000 && floor(var.pollers_maximum) == var.pollers_maximum
    error_message = "pollers_maximum must be a whole number, pollers_minimum to 2000."
  }
}

variable "dead_letter_retention_days" {
  description = "Days that a dead letter is kept."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.dead_letter_retention_days >= 1 && var.dead_letter_retention_days <= 14 && floor(var.dead_letter_retention_days) == var.dead_letter_retention_days
    error_message = "dead_letter_retention_days must be a whole number, 1 to 14."
  }
}
