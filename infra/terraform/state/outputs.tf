output "bucket" {
  description = "Name of the bucket: what `-backend-config=bucket=…` and the variable `state` name."
  value       = module.bucket.name
}

output "backend" {
  description = "What `terraform init -backend-config=` of the phases takes, as a file."
  value       = <<-HCL
    bucket       = "${module.bucket.name}"
    region       = "${var.region}"
    kms_key_id   = "${module.key.arn}"
    encrypt      = true
    use_lockfile = true
  HCL
}

output "tfvars" {
  description = "What the phases that read earlier ones' outputs take by `-var-file=`, as a file."
  value       = jsonencode({ state = { backend = "s3", config = { bucket = module.bucket.name, region = var.region } } })
}
