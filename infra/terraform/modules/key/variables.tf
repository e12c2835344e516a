variable "alias" {
  description = "Alias of the key, without `alias/`."
  type        = string
}

variable "description" {
  description = "What the key is for, as the console shows it."
  type        = string
}

variable "deletion_window_days" {
  description = "Days between a deletion being asked for and done; until then it can be called off."
  type        = number
  default     = 30
}
