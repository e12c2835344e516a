variable "name" {
  description = "Name of the cluster; its security groups are named after it."
  type        = string
}

variable "type" {
  description = "serverless or provisioned."
  type        = string
}

variable "provisioned" {
  description = "What a provisioned cluster is made of; a serverless one ignores it."
  type        = object({ kafka_version = string, brokers_per_zone = number, instance_type = string, disk_gb = number })
}

variable "vpc_id" {
  description = "VPC of the subnets."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, each in a zone of its own."
  type        = list(string)
}

variable "accept_two_zones" {
  description = "true: a provisioned cluster may lie in two zones, with two copies of each message."
  type        = bool
}

variable "endpoint_security_group_id" {
  description = "Security group of the VPC's interface endpoints."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of a provisioned cluster's disks and logs; a serverless one has MSK's own."
  type        = string
}

variable "log_retention_days" {
  description = "Days that a provisioned cluster's broker logs are kept."
  type        = number
}
