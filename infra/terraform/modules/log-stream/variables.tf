variable "name" {
  description = "Name of the Kinesis stream; its role is named after it."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the stream."
  type        = string
}

variable "shards" {
  description = "Shards: each takes 1 MB or 1,000 records a second."
  type        = number
  default     = 1
}

variable "retention_hours" {
  description = "How long readers can read a record, 24 to 8760."
  type        = number
  default     = 24
}
