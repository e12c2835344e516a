# The bucket where every phase of every environment keeps its state: applied once for an account and region, first of
# all. Its own state is a small local file: keep it, or import the bucket again.

data "aws_caller_identity" "current" {}

module "key" {
  source      = "../modules/key"
  alias       = "${var.project}-terraform-state"
  description = "Terraform state of ${var.project}"
}

module "bucket" {
  source             = "../modules/bucket"
  name               = "${var.project}-terraform-state-${data.aws_caller_identity.current.account_id}"
  kms_key_arn        = module.key.arn
  force_destroy      = var.force_destroy
  deleted_after_days = 365 # an older state is the way back from a broken one
}
