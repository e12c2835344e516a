variable "manifest" {
  description = "Text of the release's manifest.json; null: it cannot be read as text, empty: there is none."
  type        = string
}

variable "location" {
  description = "Where the manifest is, for messages: s3://<bucket>/releases/<version>/manifest.json."
  type        = string
}

variable "runtime" {
  description = "Lambda runtime of the updater; null: the first that the release has for the architecture."
  type        = string
  default     = null
}

variable "architecture" {
  description = "x86_64 or arm64; null: the first that the release has for the runtime."
  type        = string
  default     = null
}

variable "glue_version" {
  description = "Glue version of the job; null: the first that the release has."
  type        = string
  default     = null
}
