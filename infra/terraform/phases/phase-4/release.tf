# The release that runs: its manifest says which zip and which wheels there are for which runtime.

locals {
  release_folder = "releases/${var.artifact_version}"
  manifest_key   = "${local.release_folder}/manifest.json"
}

# Looked for first, because a missing object fails aws_s3_object without saying what to do.
data "aws_s3_objects" "manifest" {
  bucket = local.phase_1.artifacts_bucket
  prefix = local.manifest_key
}

data "aws_s3_object" "manifest" {
  count  = contains(data.aws_s3_objects.manifest.keys, local.manifest_key) ? 1 : 0
  bucket = local.phase_1.artifacts_bucket
  key    = local.manifest_key
}

module "release" {
  source = "../../modules/release"

  # The provider reads no body of content types that are not text: null says so, and empty text that there is no object.
  manifest = length(data.aws_s3_object.manifest) == 0 ? "" : try(coalesce(data.aws_s3_object.manifest[0].body), null)
  location = "s3://${local.phase_1.artifacts_bucket}/${local.manifest_key}"

  runtime      = var.runtime
  architecture = var.architecture
  glue_version = var.glue_version == "6" ? "6.0" : var.glue_version
}
