output "bucket" {
  description = "Name of the bucket: what `-backend-config=bucket=…` and the variable `state` name."
  value       = module.bucket.name
}
