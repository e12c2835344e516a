variable "name" {
  description = "Name of the job, its role, its security group and its connections."
  type        = string
}

variable "arguments" {
  description = "The job's arguments (docs/job.md), name without dashes to text."
  type        = map(string)
}

variable "artifacts_bucket" {
  description = "Bucket that holds releases/<version>/."
  type        = string
}

variable "artifact_version" {
  description = "Release that runs."
  type        = string
}

variable "glue_version" {
  description = "Glue version, which the wheels are for."
  type        = string
}

variable "wheels" {
  description = "Name of the release's zip of wheels for that Glue version."
  type        = string
}

variable "worker_type" {
  description = "Glue's worker type."
  type        = string
}

variable "workers_maximum" {
  description = "Workers that autoscaling may use at most, 2 or more."
  type        = number
}

variable "heap_gb" {
  description = "JVM heap of an executor, GB."
  type        = number
}

variable "overhead_gb" {
  description = "An executor's memory outside that heap, GB."
  type        = number
}

variable "max_concurrent_runs" {
  description = "Runs that may be under way at once."
  type        = number
}

variable "timeout_minutes" {
  description = "A run that takes longer is stopped."
  type        = number
}

variable "retries" {
  description = "How often Glue starts a failed run again, with the same arguments: the same execution."
  type        = number
}

variable "vpc_id" {
  description = "VPC of the subnets."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, each in a zone of its own."
  type        = list(string)
}

variable "security_group_ids" {
  description = "Security groups that workers join beside their own: the brokers' clients."
  type        = list(string)
}

variable "endpoint_security_group_id" {
  description = "Security group of the VPC's interface endpoints."
  type        = string
}

variable "read_folders" {
  description = "bucket/prefix that the job reads."
  type        = list(string)
}

variable "write_folders" {
  description = "bucket/prefix that the job reads and writes."
  type        = list(string)
}

variable "msk_cluster_arn" {
  description = "Cluster that the job announces on."
  type        = string
}

variable "topic_name" {
  description = "Topic that the job announces on."
  type        = string
}

variable "metrics_namespace" {
  description = "The only CloudWatch namespace that the job may write to."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of buckets and logs."
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
