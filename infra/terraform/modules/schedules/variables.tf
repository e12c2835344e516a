variable "name" {
  description = "Name of the schedules' group and, with -start, of their role."
  type        = string
}

variable "job_name" {
  description = "Glue job that is started."
  type        = string
}

variable "job_arn" {
  description = "ARN of that job."
  type        = string
}

variable "executions_per_day" {
  description = "Executions a day, 1 to 24, evenly spread from 00:30."
  type        = number

  validation {
    condition     = var.executions_per_day >= 1 && var.executions_per_day <= 24 && floor(var.executions_per_day) == var.executions_per_day
    error_message = "executions_per_day must be a whole number, 1 to 24."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the dead-letter queue."
  type        = string
}

variable "schedule_zone" {
  description = "IANA time zone of the slots; the job's schedule_zone."
  type        = string
}

variable "enabled" {
  description = "false: the schedules are there, and start nothing."
  type        = bool
  default     = true
}
