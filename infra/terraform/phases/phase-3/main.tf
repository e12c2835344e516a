# Phase 3, streaming: the Kafka cluster. Its topic is made by `chargebacks topics apply`, which the outputs feed: the
# AWS provider has no resource for topics, and one that needs the brokers' ports would need a way into the VPC.

locals {
  name = "${var.project}-${var.environment}"
}

module "serverless" {
  source = "../../modules/serverless-regions"
  region = var.region
  more   = var.more_serverless_regions
}

module "msk" {
  source                     = "../../modules/msk"
  name                       = local.name
  type                       = coalesce(var.cluster_type, module.serverless.offered ? "serverless" : "provisioned")
  provisioned                = var.provisioned
  vpc_id                     = local.phase_1.vpc_id
  subnet_ids                 = local.phase_1.private_subnet_ids
  accept_two_zones           = var.accept_two_zones
  endpoint_security_group_id = local.phase_1.endpoint_security_group_id
  kms_key_arn                = local.phase_1.kms_key_arn
  log_retention_days         = var.log_retention_days
}
