variable "cluster_type" {
  description = "serverless or provisioned."
  type        = string
}

variable "chargebacks_per_day" {
  description = "Chargebacks of a usual day."
  type        = number
}

variable "pollers_minimum" {
  description = "Pollers that are always there; ten are billed as one unit."
  type        = number
}
