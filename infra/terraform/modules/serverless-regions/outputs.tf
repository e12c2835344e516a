output "offered" {
  description = "Whether AWS offers MSK Serverless in the region."
  value       = contains(setunion(local.listed, var.more), var.region)
}
