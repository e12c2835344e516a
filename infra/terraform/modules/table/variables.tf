variable "name" {
  description = "Name of the table."
  type        = string
}

variable "hash_key" {
  description = "The table's whole key, a text attribute."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the items."
  type        = string
}

variable "index" {
  description = "An index by another text attribute that also holds `attributes`; null: none."
  type        = object({ name = string, hash_key = string, attributes = list(string) })
  default     = null
}

variable "ttl_attribute" {
  description = "Attribute with the epoch second after which an item goes by itself; null: items stay."
  type        = string
  default     = null
}

variable "stream" {
  description = "true: a stream of changes, with new and old images."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "true: the table cannot be deleted until this is set to false and applied."
  type        = bool
  default     = true
}
