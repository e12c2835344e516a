variable "name" {
  description = "Name of the queue."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts its messages."
  type        = string
}

variable "retention_days" {
  description = "Days that a message is kept, 1 to 14."
  type        = number
  default     = 14
}
