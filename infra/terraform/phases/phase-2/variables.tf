variable "project" {
  description = "First part of every name."
  type        = string
  default     = "poc-chargeback"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.project))
    error_message = "project must be 3 to 20 lower-case letters, digits and dashes, a letter first and no dash last: it is part of bucket names."
  }
}

variable "environment" {
  description = "Second part of every name: one deployment of the whole system."
  type        = string
  default     = "dev"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment must be 2 to 10 lower-case letters and digits, a letter first: it is part of bucket names."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "sa-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region's name, like sa-east-1."
  }
}

variable "state" {
  description = "Where earlier phases keep their state: backend and what is common to its configuration (s3: bucket and region; local: path, a folder with its last /). null: their values are given."
  type        = object({ backend = string, config = map(string) })
  default     = null

  validation {
    condition     = var.state == null || contains(["s3", "local"], try(var.state.backend, ""))
    error_message = "state.backend must be s3 or local."
  }
  validation {
    condition     = var.state != null || var.phase_1 != null
    error_message = "Give either state, to read phase 1's outputs from, or phase_1, the outputs themselves."
  }
}

variable "phase_1" {
  description = "Phase 1's outputs, for a plan without its state; null: they are read from `state`."
  type = object({
    kms_key_arn            = string
    artifacts_bucket       = string
    landing_bucket         = string
    chargebacks_table_name = string
    chargebacks_table_arn  = string
    chargebacks_stream_arn = string
  })
  default = null
}

variable "functions" {
  description = "The ingestion functions, name to function; none until their code is there. Trigger `stream` gets the chargebacks table's changes and may write to the landing bucket; `url` answers HTTPS requests signed by IAM and may write to the table."
  type = map(object({
    zip_key                        = string # in the artifacts bucket; a release's: releases/<version>/<name>.zip
    trigger                        = string
    handler                        = optional(string, "lambda_function.lambda_handler")
    architecture                   = optional(string, "x86_64")
    memory_size_mb                 = optional(number, 256)
    timeout_seconds                = optional(number, 60)
    reserved_concurrent_executions = optional(number, -1)
    environment                    = optional(map(string), {})
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.functions) : can(regex("^[a-z][a-z0-9-]{1,26}$", name))])
    error_message = "functions' names must be 2 to 27 lower-case letters, digits and dashes, a letter first."
  }
  validation {
    condition     = alltrue([for function in values(var.functions) : contains(["stream", "url"], function.trigger)])
    error_message = "functions' trigger must be stream or url."
  }
  validation {
    condition     = alltrue([for function in values(var.functions) : can(regex("^releases/[^/]+/[^/]+[.]zip$", function.zip_key))])
    error_message = "functions' zip_key must be releases/<version>/<name>.zip: a key without a version could not be rolled back."
  }
  validation {
    condition     = alltrue([for function in values(var.functions) : contains(["x86_64", "arm64"], function.architecture)])
    error_message = "functions' architecture must be x86_64 or arm64."
  }
  validation {
    condition     = alltrue([for function in values(var.functions) : function.memory_size_mb >= 128 && function.memory_size_mb <= 10240])
    error_message = "functions' memory_size_mb must be from 128 to 10240."
  }
  validation {
    condition     = alltrue([for function in values(var.functions) : function.timeout_seconds >= 1 && function.timeout_seconds <= 900])
    error_message = "functions' timeout_seconds must be from 1 to 900."
  }
  validation {
    condition     = alltrue([for function in values(var.functions) : function.reserved_concurrent_executions >= -1])
    error_message = "functions' reserved_concurrent_executions must be -1 (no limit), 0 (paused) or more."
  }
  validation {
    condition     = alltrue([for function in values(var.functions) : !contains(keys(function.environment), "AWS_REGION")])
    error_message = "functions' environment cannot set AWS_REGION: Lambda does."
  }
}

variable "alarm_emails" {
  description = "Who is told of alarms. Each must confirm once, by a link in an e-mail."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", address))])
    error_message = "alarm_emails must be e-mail addresses."
  }
}

variable "log_retention_days" {
  description = "Days that log lines are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of CloudWatch Logs' periods: 1, 3, 5, 7, 14, 30, 60, 90 and so on."
  }
}
