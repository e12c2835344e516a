# What tells people: the topic and its addresses, alarms, the dashboard, saved queries.

module "monthly_budget" {
  source              = "../../modules/monthly-budget"
  cluster_type        = local.cluster_type
  chargebacks_per_day = var.expected_chargebacks_per_day
  pollers_minimum     = var.pollers_minimum
}

locals {
  derived_budget     = var.monthly_budget_usd == null ? false : var.monthly_budget_usd == -1
  monthly_budget_usd = local.derived_budget ? module.monthly_budget.usd : var.monthly_budget_usd
}

module "notifications" {
  source             = "../../modules/notifications"
  name               = "${local.prefix}-consolidation"
  kms_key_arn        = local.phase_1.kms_key_arn
  emails             = var.alarm_emails
  job_name           = module.job.name
  monthly_budget_usd = local.monthly_budget_usd
  cost_tags          = { Project = var.project }
}

locals {
  # What alarms and dashboard ask after, by the names that AWS's and our own metrics carry.
  watched = {
    own_metrics            = local.metrics
    updater_service        = local.updater_service
    job_name               = module.job.name
    executions_per_day     = var.executions_per_day
    function_name          = module.updater.function_name
    cluster_name           = local.phase_3.msk_cluster_name
    consumer_group         = local.function_name
    topic_name             = local.phase_3.topic_name
    lag                    = local.lag
    dead_letter_queue_name = module.dead_letters.name
    schedule_queue_name    = module.schedules.dead_letter_queue_name
    table_name             = local.phase_1.chargebacks_table_name
    index_name             = local.partition_index_name
  }

  # SumOffsetLag each minute: MSK Serverless sends a value for each partition, a provisioned cluster sends their sum.
  lag = {
    serverless  = { stat = "Sum", seconds = 60 }
    provisioned = { stat = "Maximum", seconds = 300 }
  }[local.cluster_type]

  # The contract puts at most 500 ids into a message.
  usual_messages = var.expected_chargebacks_per_day / 500
  alarm_thresholds = merge(var.alarm_thresholds, {
    lag_messages = coalesce(var.alarm_thresholds.lag_messages, max(100, ceil(0.05 * local.usual_messages)))
  })
}

module "alarms" {
  source                     = "../../modules/alarms"
  prefix                     = local.prefix
  watched                    = local.watched
  thresholds                 = local.alarm_thresholds
  topic_arn                  = module.notifications.topic_arn
  failed_run_rule            = module.notifications.failed_run_rule
  timeout_seconds            = var.timeout_seconds
  dead_letter_retention_days = var.dead_letter_retention_days
  schedules_enabled          = var.schedules_enabled
  rejected_limit_percent     = 100 * var.max_rejected_share
}

module "dashboard" {
  source     = "../../modules/dashboard"
  name       = "${local.prefix}-chargebacks"
  title      = "${var.project}, ${var.environment}"
  watched    = local.watched
  alarm_arns = values(module.alarms.alarm_arns)
}

module "insights" {
  source = "../../modules/insights"
  folder = local.prefix
  log_groups = {
    updater = [module.updater.log_group_name]
    job     = [module.job.log_group_names["output"]]
  }
}
