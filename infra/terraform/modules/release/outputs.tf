output "updater" {
  description = "The updater's zip (file), its runtime and its architecture."
  value       = { file = local.zip_chosen.file, runtime = local.zip_chosen.runtime, architecture = local.zip_chosen.architecture }

  precondition {
    condition     = local.unreadable == ""
    error_message = "Cannot use ${var.location}: ${local.unreadable}."
  }
  precondition {
    condition     = local.unreadable != "" || length(local.zips_that_fit) > 0
    error_message = "The release of ${var.location} has no updater for ${local.requested_of_zips}; it has ${local.zips_it_has}. Set runtime and architecture to one of these pairs, or to null for the release's first."
  }
}

output "job" {
  description = "The job's zip of wheels (file) and the Glue version that they are for."
  value       = local.wheels_chosen

  precondition {
    condition     = local.unreadable != "" || length(local.wheels_that_fit) > 0
    error_message = "The release of ${var.location} has no wheels for glue_version = ${jsonencode(var.glue_version)}; it has ${local.wheels_it_has}. Set glue_version to one of these, or to null for the release's first."
  }
}
