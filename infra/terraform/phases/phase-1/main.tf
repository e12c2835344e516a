# Phase 1, the foundation: network, key, buckets and tables. Everything that holds data is here, so that the later
# phases can be destroyed and applied again without losing any.

data "aws_caller_identity" "current" {}

locals {
  name = "${var.project}-${var.environment}"
  # The job's --output_path is s3://<consolidated>/chargebacks; its commit log lies beside it, in _state/chargebacks.
  view_prefix = "chargebacks/"
}

module "key" {
  source      = "../../modules/key"
  alias       = local.name
  description = "Buckets, tables, queues, topics and logs of ${local.name}"
}

module "serverless" {
  source = "../../modules/serverless-regions"
  region = var.region
  more   = var.more_serverless_regions
}

module "network" {
  source              = "../../modules/network"
  name                = local.name
  cidr                = var.vpc_cidr
  zones               = coalesce(var.availability_zones, module.serverless.offered ? 2 : 3)
  existing            = var.existing_vpc
  gateway_endpoints   = var.gateway_endpoints
  interface_endpoints = var.interface_endpoints
}

module "landing" {
  source             = "../../modules/bucket"
  name               = "${local.name}-landing-${data.aws_caller_identity.current.account_id}"
  kms_key_arn        = module.key.arn
  force_destroy      = var.force_destroy_buckets
  deleted_after_days = var.deleted_after_days
  expire             = var.landing_expire_days == null ? {} : { "chargebacks/" = var.landing_expire_days }
}

# Three things live here: chargebacks/ (copies for who just lists), _state/chargebacks/ (commit log, generations,
# pending markers) and the symlink manifest below it. Only the copies are ever moved, and only to classes that are
# read at once. The generations are the exact read path and the next execution's input, written and deleted by the
# job's own rules (docs/protocol.md): no lifecycle rule names them.
module "consolidated" {
  source             = "../../modules/bucket"
  name               = "${local.name}-consolidated-${data.aws_caller_identity.current.account_id}"
  kms_key_arn        = module.key.arn
  force_destroy      = var.force_destroy_buckets
  deleted_after_days = var.deleted_after_days
  archive = var.archive_after_days == null ? null : {
    prefix        = local.view_prefix
    after_days    = var.archive_after_days
    storage_class = var.archive_storage_class
  }
}

# Rejected records, with their text and maybe customers' data: `chargebacks expire` deletes them, by the log.
module "quarantine" {
  source             = "../../modules/bucket"
  name               = "${local.name}-quarantine-${data.aws_caller_identity.current.account_id}"
  kms_key_arn        = module.key.arn
  force_destroy      = var.force_destroy_buckets
  deleted_after_days = var.deleted_after_days
}

# Releases stay: a rollback names an older one.
module "artifacts" {
  source             = "../../modules/bucket"
  name               = "${local.name}-artifacts-${data.aws_caller_identity.current.account_id}"
  kms_key_arn        = module.key.arn
  force_destroy      = var.force_destroy_buckets
  deleted_after_days = 90
}

module "chargebacks" {
  source              = "../../modules/table"
  name                = "${var.project}-chargebacks-${var.environment}"
  hash_key            = "chargeback_id"
  kms_key_arn         = module.key.arn
  deletion_protection = var.deletion_protection
  stream              = true
  # For summaries without slices: the updater finds the day's chargebacks by it instead of by a scan. It holds the
  # position, too, so that a retry goes on where the first try stopped.
  index = var.partition_index ? {
    name       = "created_date-index"
    hash_key   = "created_date"
    attributes = ["created_at", "consolidation_position"]
  } : null
}

# For consumers that must do a thing once for each event: keys and times as Powertools' idempotency wants them.
module "ledger" {
  source              = "../../modules/table"
  name                = "${var.project}-ledger-${var.environment}"
  hash_key            = "id"
  ttl_attribute       = "expiration"
  kms_key_arn         = module.key.arn
  deletion_protection = var.deletion_protection
}
