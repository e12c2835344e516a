variable "name" {
  description = "Name of the function, its role and its security group; its log group is /aws/lambda/<name>."
  type        = string
}

variable "artifacts_bucket" {
  description = "Bucket that holds releases/<version>/."
  type        = string
}

variable "artifact_version" {
  description = "Release that runs."
  type        = string
}

variable "zip" {
  description = "Name of the release's zip for that runtime and architecture."
  type        = string
}

variable "runtime" {
  description = "Lambda runtime, like python3.13."
  type        = string
}

variable "architecture" {
  description = "x86_64 or arm64."
  type        = string
}

variable "memory_size_mb" {
  description = "Memory, MB."
  type        = number
}

variable "timeout_seconds" {
  description = "A longer invocation is stopped; the function keeps the last 8 seconds for its answer."
  type        = number
}

variable "reserved_concurrent_executions" {
  description = "Concurrency set apart for the function: -1 no limit, 0 pauses it."
  type        = number
}

variable "log_level" {
  description = "LOG_LEVEL of the function."
  type        = string
}

variable "schedule_zone" {
  description = "IANA time zone that says what a day is; the job's schedule_zone."
  type        = string
}

variable "tracing" {
  description = "true: X-Ray traces, with the ADOT layer."
  type        = bool
}

variable "adot_layer_version" {
  description = "Version of the ADOT layer, like ver-1-32-0:2, or the ARN of a layer version."
  type        = string
}

variable "table_name" {
  description = "Name of the chargebacks table."
  type        = string
}

variable "table_arn" {
  description = "ARN of the chargebacks table."
  type        = string
}

variable "partition_index_name" {
  description = "Index by created_date; null: a day is found by a scan."
  type        = string
  default     = null
}

variable "dead_letter_queue" {
  description = "Queue for messages that cannot succeed."
  type        = object({ arn = string, url = string })
}

variable "msk_cluster_arn" {
  description = "Cluster that the messages come from."
  type        = string
}

variable "topic_name" {
  description = "Topic that the messages come from."
  type        = string
}

variable "consumer_group" {
  description = "Consumer group of the pollers."
  type        = string
}

variable "batch_size" {
  description = "Messages of an invocation at most."
  type        = number
}

variable "batching_window_seconds" {
  description = "How long a batch may wait to be full."
  type        = number
}

variable "retry_attempts" {
  description = "How often a failed message is handed over again before it is put aside."
  type        = number
}

variable "record_age_seconds" {
  description = "A message that is older is put aside, tried or not."
  type        = number
}

variable "pollers_minimum" {
  description = "Pollers that are always there."
  type        = number
}

variable "pollers_maximum" {
  description = "Pollers at most."
  type        = number
}

variable "vpc_id" {
  description = "VPC of the subnets."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets."
  type        = list(string)
}

variable "endpoint_security_group_id" {
  description = "Security group of the VPC's interface endpoints."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of table, queue, environment and logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days that log lines are kept."
  type        = number
}

variable "log_stream" {
  description = "Stream that gets every log line, and the role that writes to it; null: none."
  type        = object({ stream_arn = string, role_arn = string })
  default     = null
}
