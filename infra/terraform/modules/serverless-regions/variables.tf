variable "region" {
  description = "The region that the question is about."
  type        = string
}

variable "more" {
  description = "Regions that offer MSK Serverless and are not in the list yet."
  type        = set(string)
}
