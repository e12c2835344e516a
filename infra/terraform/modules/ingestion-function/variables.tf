variable "name" {
  description = "Name of the function, its role and its alarms; its log group is /aws/lambda/<name>."
  type        = string
}

variable "function" {
  description = "The function: see the variable `functions` of phase 2."
  type = object({
    zip_key                        = string
    trigger                        = string
    handler                        = string
    architecture                   = string
    memory_size_mb                 = number
    timeout_seconds                = number
    reserved_concurrent_executions = number
    environment                    = map(string)
  })
}

variable "artifacts_bucket" {
  description = "Bucket of the releases."
  type        = string
}

variable "landing_bucket" {
  description = "Bucket that trigger stream writes to, below chargebacks/."
  type        = string
}

variable "table" {
  description = "The chargebacks table: trigger stream reads its stream, url writes items."
  type        = object({ name = string, arn = string, stream_arn = string })
}

variable "kms_key_arn" {
  description = "Key of the stores, the queue, the environment and the logs."
  type        = string
}

variable "topic_arn" {
  description = "Topic that alarms are told to."
  type        = string
}

variable "log_retention_days" {
  description = "Days that log lines are kept."
  type        = number
}
