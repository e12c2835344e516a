variable "name" {
  description = "Name of the bucket, unique in the world."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the objects."
  type        = string
}

variable "force_destroy" {
  description = "true: destroying the bucket deletes what is in it, every version."
  type        = bool
  default     = false
}

variable "abort_uploads_after_days" {
  description = "Days after which an unfinished multipart upload is dropped; a writer that sleeps longer must start anew."
  type        = number
  default     = 7
}

variable "deleted_after_days" {
  description = "Days for which a deleted or overwritten object can be brought back."
  type        = number
  default     = 7
}

variable "archive" {
  description = "Objects below `prefix` move to `storage_class` after `after_days`; it must be one that is read at once. null: none."
  type        = object({ prefix = string, after_days = number, storage_class = string })
  default     = null

  validation {
    condition     = var.archive == null || contains(["GLACIER_IR", "STANDARD_IA", "INTELLIGENT_TIERING"], try(var.archive.storage_class, ""))
    error_message = "archive.storage_class must be GLACIER_IR, STANDARD_IA or INTELLIGENT_TIERING: objects in the others must be restored before they can be read, so readers would fail."
  }
}

variable "expire" {
  description = "Folders (prefix with its last /) whose objects are deleted, to days after their creation. Never one of the commit log's."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for prefix in keys(var.expire) : endswith(prefix, "/") && !startswith(prefix, "_state/")])
    error_message = "expire must name folders with their last /, and none below _state/: only `chargebacks expire` deletes there."
  }
}
