variable "name" {
  description = "Name of the topic; rule and budget are named after it."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the topic; its policy lets CloudWatch, EventBridge and Budgets use it."
  type        = string
}

variable "emails" {
  description = "Addresses that are told."
  type        = list(string)
}

variable "job_name" {
  description = "Glue job whose failed runs are told; null: none."
  type        = string
  default     = null
}

variable "monthly_budget_usd" {
  description = "US dollars a month; told at 80 % spent and 100 % forecast. null: no budget."
  type        = number
  default     = null
}

variable "cost_tags" {
  description = "Tag whose costs the budget adds up; it must be active as a cost allocation tag."
  type        = map(string)
  default     = {}
}
