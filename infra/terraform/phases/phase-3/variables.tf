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
    vpc_id                     = string
    private_subnet_ids         = list(string)
    kms_key_arn                = string
    endpoint_security_group_id = string
  })
  default = null
}

variable "more_serverless_regions" {
  description = "Regions where AWS offers MSK Serverless and that modules/serverless-regions does not list yet. Phases 1 and 3 need the same value."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for region in var.more_serverless_regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "more_serverless_regions must be AWS regions' names, like sa-east-1."
  }
}

variable "cluster_type" {
  description = "serverless: nothing to size, paid by the hour, partition and gigabyte; provisioned: brokers of a size; null: serverless where AWS offers it, else provisioned."
  type        = string
  default     = null

  validation {
    condition     = contains(["serverless", "provisioned"], coalesce(var.cluster_type, "provisioned"))
    error_message = "cluster_type must be serverless or provisioned, or null for the region's default."
  }
  validation {
    condition     = var.cluster_type != "serverless" || module.serverless.offered
    error_message = "cluster_type cannot be serverless: AWS does not offer MSK Serverless in this region. Leave cluster_type out for a provisioned cluster, or add the region to more_serverless_regions once AWS offers it."
  }
}

variable "accept_two_zones" {
  description = "true: a provisioned cluster may lie in two zones. With one broker in each, topics have two copies and a message counts as sent once one of them has it: losing that disk loses the message."
  type        = bool
  default     = false
  nullable    = false
}

variable "provisioned" {
  description = "The provisioned cluster: Kafka's version, brokers in each zone, their type, and disk of each in GB. A kafka.t3.small has 2 GB of memory, at most 300 partitions (copies included) and 4 new connections a second."
  type = object({
    kafka_version    = optional(string, "3.8.x") # recommended: "Supported Apache Kafka versions", Amazon MSK Developer Guide
    brokers_per_zone = optional(number, 1)
    instance_type    = optional(string, "kafka.t3.small")
    disk_gb          = optional(number, 100)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.provisioned.brokers_per_zone >= 1 && var.provisioned.brokers_per_zone <= 10 && floor(var.provisioned.brokers_per_zone) == var.provisioned.brokers_per_zone
    error_message = "provisioned.brokers_per_zone must be a whole number from 1 to 10."
  }
  validation {
    condition     = startswith(var.provisioned.instance_type, "kafka.")
    error_message = "provisioned.instance_type must be one of MSK's, like kafka.t3.small or kafka.m7g.large."
  }
  validation {
    condition     = var.provisioned.disk_gb >= 1 && var.provisioned.disk_gb <= 16384
    error_message = "provisioned.disk_gb must be from 1 to 16384."
  }
}

variable "log_retention_days" {
  description = "Days that a provisioned cluster's broker logs are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of CloudWatch Logs' periods: 1, 3, 5, 7, 14, 30, 60, 90 and so on."
  }
}

variable "topic_name" {
  description = "Topic of slices and summaries."
  type        = string
  default     = "chargeback-consolidation-events"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,249}$", var.topic_name)) && !contains([".", ".."], var.topic_name)
    error_message = "topic_name must be 1 to 249 letters, digits, dots, underscores and dashes: Kafka's rule."
  }
}

variable "topic_partitions" {
  description = "Partitions of the topic: at most that many batches are applied at once."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.topic_partitions >= 1 && var.topic_partitions <= 1000 && floor(var.topic_partitions) == var.topic_partitions
    error_message = "topic_partitions must be a whole number from 1 to 1000."
  }
}

variable "topic_retention_hours" {
  description = "Hours that messages stay in the topic: how long the updater may be down before they must be sent again by `chargebacks replay`. Lambda puts messages aside after 168 hours at the latest (phase 4, record_age_seconds)."
  type        = number
  default     = 168
  nullable    = false

  validation {
    condition     = var.topic_retention_hours >= 24 && var.topic_retention_hours <= 8760 && floor(var.topic_retention_hours) == var.topic_retention_hours
    error_message = "topic_retention_hours must be a whole number from 24 to 8760: a weekend's outage must not lose messages."
  }
}
