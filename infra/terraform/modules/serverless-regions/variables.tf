variable "region" {
  description = "Region to look up."
  type        = string
}

variable "more" {
  description = "Regions that offer MSK Serverless and are not in the list yet."
  type        = set(string)
}
