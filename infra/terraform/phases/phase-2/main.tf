# Phase 2, ingestion: how chargebacks get into the table and from its stream into the landing zone. The functions are a
# variable, for their code has releases of its own; whoever writes landing files by other means leaves it empty.

locals {
  name = "${var.project}-${var.environment}"
}

module "function" {
  source             = "../../modules/ingestion-function"
  for_each           = var.functions
  name               = "${local.name}-${each.key}"
  function           = each.value
  artifacts_bucket   = local.phase_1.artifacts_bucket
  landing_bucket     = local.phase_1.landing_bucket
  kms_key_arn        = local.phase_1.kms_key_arn
  topic_arn          = module.notifications.topic_arn
  log_retention_days = var.log_retention_days
  table = {
    name       = local.phase_1.chargebacks_table_name
    arn        = local.phase_1.chargebacks_table_arn
    stream_arn = local.phase_1.chargebacks_stream_arn
  }
}

module "notifications" {
  source      = "../../modules/notifications"
  name        = "${local.name}-ingestion-alarms"
  kms_key_arn = local.phase_1.kms_key_arn
  emails      = var.alarm_emails
}
