# Whose and where. The job's settings are in variables-job.tf, the updater's in variables-updater.tf, what tells
# people in variables-operations.tf.

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

variable "expected_chargebacks_per_day" {
  description = "Chargebacks that are announced on a usual day. The defaults of alarm_thresholds.lag_messages and monthly_budget_usd follow from it."
  type        = number
  default     = 5000000
  nullable    = false

  validation {
    condition     = var.expected_chargebacks_per_day >= 1 && floor(var.expected_chargebacks_per_day) == var.expected_chargebacks_per_day
    error_message = "expected_chargebacks_per_day must be a whole number, 1 or more."
  }
}

variable "artifact_version" {
  description = "Release that runs: releases/<artifact_version>/ in the artifacts bucket. A rollback is an earlier one."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", var.artifact_version))
    error_message = "artifact_version must be a release's name as build.sh prints it: letters, digits, dots, dashes and underscores."
  }
}

variable "state" {
  description = "Where earlier phases keep their state: backend and what is common to its configuration (s3: bucket and region; local: path, a folder). null: their values are given."
  type        = object({ backend = string, config = map(string) })
  default     = null

  validation {
    condition     = var.state == null || contains(["s3", "local"], try(var.state.backend, ""))
    error_message = "state.backend must be s3 or local."
  }
  validation {
    condition     = var.state != null || (var.phase_1 != null && var.phase_3 != null)
    error_message = "Give either state, to read the outputs of phases 1 and 3 from, or phase_1 and phase_3, the outputs themselves."
  }
}

variable "phase_1" {
  description = "Phase 1's outputs; null: read from its state."
  type = object({
    vpc_id                     = string
    private_subnet_ids         = list(string)
    endpoint_security_group_id = string
    kms_key_arn                = string
    landing_bucket             = string
    consolidated_bucket        = string
    quarantine_bucket          = string
    artifacts_bucket           = string
    chargebacks_table_name     = string
    chargebacks_table_arn      = string
    partition_index_name       = optional(string)
  })
  default = null
}

variable "phase_2" {
  description = "Phase 2's outputs, for the log stream; null: read from its state. Where phase 2 is not applied, give no groups."
  type        = object({ log_group_names = list(string) })
  default     = null
}

variable "phase_3" {
  description = "Phase 3's outputs; null: read from its state."
  type = object({
    msk_cluster_arn              = string
    msk_cluster_name             = string
    msk_bootstrap_servers        = string
    msk_client_security_group_id = string
    topic_name                   = string
    log_group_names              = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.phase_3 == null ? true : can(regex("^arn:[^:]+:kafka:[^:]+:[0-9]{12}:cluster/[^/]+/[^/]+$", var.phase_3.msk_cluster_arn))
    error_message = "phase_3.msk_cluster_arn must be a cluster's ARN, arn:aws:kafka:<region>:<account>:cluster/<name>/<uuid>."
  }
}
