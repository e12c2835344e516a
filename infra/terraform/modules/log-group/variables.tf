variable "name" {
  description = "Name of the log group."
  type        = string
}

variable "retention_days" {
  description = "Days that lines are kept; one of those that CloudWatch Logs knows."
  type        = number
}

variable "kms_key_arn" {
  description = "Key that encrypts the lines."
  type        = string
}

variable "log_stream" {
  description = "Stream that gets every line, and the role that writes to it; null: none."
  type        = object({ stream_arn = string, role_arn = string })
  default     = null
}
