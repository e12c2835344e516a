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

variable "vpc_cidr" {
  description = "Addresses of the new VPC; each subnet gets a sixteenth of them."
  type        = string
  default     = "10.40.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && try(tonumber(split("/", var.vpc_cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.vpc_cidr)[1]), 99) <= 22
    error_message = "vpc_cidr must be an IPv4 block of /16 to /22, like 10.40.0.0/16: Glue's workers take an address each."
  }
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

variable "availability_zones" {
  description = "Zones with a private subnet each; null: 2 where AWS offers MSK Serverless, else 3, which a provisioned cluster needs to keep two copies of each message while a broker restarts."
  type        = number
  default     = null

  validation {
    condition     = contains([2, 3], coalesce(var.availability_zones, 3))
    error_message = "availability_zones must be 2 or 3, or null for the region's default: MSK takes no fewer, and a third costs its interface endpoints."
  }
}

variable "existing_vpc" {
  description = "A VPC to use instead of a new one. It must resolve DNS names. private_subnet_ids: two or three, each in a zone of its own. Take the endpoints that it has out of gateway_endpoints and interface_endpoints; endpoint_security_group_id is the group that all its interface endpoints are in, which must admit TCP 443 from the private subnets. New ones join it."
  type = object({
    vpc_id                     = string
    private_subnet_ids         = list(string)
    route_table_ids            = list(string)
    endpoint_security_group_id = optional(string)
  })
  default = null

  validation {
    condition     = var.existing_vpc == null || length(distinct(try(var.existing_vpc.private_subnet_ids, []))) >= 2
    error_message = "existing_vpc.private_subnet_ids must name at least two subnets, in different zones."
  }
  validation {
    condition     = var.existing_vpc == null || try(var.existing_vpc.endpoint_security_group_id, null) != null || length(setsubtract(["glue", "logs", "monitoring", "sqs"], var.interface_endpoints)) == 0
    error_message = "existing_vpc.endpoint_security_group_id must name the group of the VPC's own endpoints when any of glue, logs, monitoring and sqs is taken out of interface_endpoints: callers may reach that group's members alone."
  }
}

variable "gateway_endpoints" {
  description = "Gateway endpoints to make: free. An existing VPC may have them."
  type        = set(string)
  default     = ["dynamodb", "s3"]
  nullable    = false

  validation {
    condition     = length(setsubtract(var.gateway_endpoints, ["dynamodb", "s3"])) == 0
    error_message = "gateway_endpoints may be dynamodb and s3: AWS has no others."
  }
}

variable "interface_endpoints" {
  description = "Interface endpoints to make, each paid by the hour and zone. The job needs glue, logs and monitoring; the updater and Lambda's pollers need sqs, for the dead-letter queue; tracing needs xray. Provisioned pollers, which phase 4 uses, need neither lambda nor sts."
  type        = set(string)
  default     = ["glue", "logs", "monitoring", "sqs"]
  nullable    = false

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9.-]+$", service))])
    error_message = "interface_endpoints must be services' short names, like sqs: not com.amazonaws.<region>.sqs."
  }
}

variable "landing_expire_days" {
  description = "Days after which landing files are deleted; null: never. The job reads late files for 31 days."
  type        = number
  default     = null

  validation {
    condition     = var.landing_expire_days == null || try(var.landing_expire_days >= 45, false)
    error_message = "landing_expire_days must be null or at least 45: the job heals outages of up to 31 days from the landing files."
  }
}

variable "archive_after_days" {
  description = "Days after which the output folder's files move to archive_storage_class; null: never."
  type        = number
  default     = 90

  validation {
    condition     = var.archive_after_days == null || try(var.archive_after_days >= 31, false)
    error_message = "archive_after_days must be null or at least 31: younger days may still be written, and S3 moves nothing earlier than 30 days to some classes."
  }
}

variable "archive_storage_class" {
  description = "GLACIER_IR, STANDARD_IA or INTELLIGENT_TIERING: all are read at once, as readers expect."
  type        = string
  default     = "GLACIER_IR"
  nullable    = false

  validation {
    condition     = contains(["GLACIER_IR", "STANDARD_IA", "INTELLIGENT_TIERING"], var.archive_storage_class)
    error_message = "archive_storage_class must be GLACIER_IR, STANDARD_IA or INTELLIGENT_TIERING: the others cannot be read at once."
  }
}

variable "deleted_after_days" {
  description = "Days for which a deleted or overwritten object can be brought back; its space is paid for until then."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.deleted_after_days >= 1 && var.deleted_after_days <= 365 && floor(var.deleted_after_days) == var.deleted_after_days
    error_message = "deleted_after_days must be a whole number from 1 to 365."
  }
}

variable "partition_index" {
  description = "true: the chargebacks table has an index by created_date, for summaries without slices. All items of a day share one key of it, and each update rewrites the item's entry: DynamoDB takes about 1,000 writes a second of one key, so a day's updates are no faster."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "false: the tables may be destroyed."
  type        = bool
  default     = true
  nullable    = false
}

variable "force_destroy_buckets" {
  description = "true: destroying deletes the buckets with all that is in them. Never in production."
  type        = bool
  default     = false
  nullable    = false
}
