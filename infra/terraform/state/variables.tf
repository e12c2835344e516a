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

variable "force_destroy" {
  description = "true: destroying the bucket deletes every phase's state with it."
  type        = bool
  default     = false
  nullable    = false
}
