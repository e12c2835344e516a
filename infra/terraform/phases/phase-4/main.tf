# Phase 4, consolidation: the job and its schedules, the updater, what Athena sees, and what tells people.

locals {
  prefix = "${var.project}-${var.environment}"

  job_name      = "${local.prefix}-chargebacks-consolidation"
  function_name = "${local.prefix}-consolidation-updater"

  landing_folder    = "${local.phase_1.landing_bucket}/chargebacks"
  output_folder     = "${local.phase_1.consolidated_bucket}/chargebacks"
  state_folder      = "${local.phase_1.consolidated_bucket}/_state/chargebacks"
  quarantine_folder = "${local.phase_1.quarantine_bucket}/chargebacks"

  partition_index_name = try(local.phase_1.partition_index_name, null) # a null output is none

  # The one place that names metrics; the code reads it, too.
  metrics         = jsondecode(file("${path.module}/../../../../schemas/metrics.json"))
  updater_service = local.function_name

  log_stream = var.use_log_stream ? module.log_stream[0].destination : null
}

module "log_stream" {
  source      = "../../modules/log-stream"
  count       = var.use_log_stream ? 1 : 0
  name        = "${local.prefix}-logs"
  kms_key_arn = local.phase_1.kms_key_arn
  shards      = var.log_stream_shards
}

# Earlier phases' log groups are older than the stream. This phase's own are subscribed where they are made.
resource "aws_cloudwatch_log_subscription_filter" "earlier" {
  for_each        = var.use_log_stream ? toset(local.earlier_log_groups) : toset([])
  name            = "log-stream"
  log_group_name  = each.key
  filter_pattern  = "" # every line
  destination_arn = local.log_stream.stream_arn
  role_arn        = local.log_stream.role_arn
}

module "job" {
  source = "../../modules/glue-job"
  name   = local.job_name

  arguments           = local.job_arguments
  artifacts_bucket    = local.phase_1.artifacts_bucket
  artifact_version    = var.artifact_version
  glue_version        = module.release.job.glue_version
  wheels              = module.release.job.file
  worker_type         = var.job_worker_type
  workers_maximum     = var.job_workers_maximum
  heap_gb             = var.job_heap_gb
  overhead_gb         = var.job_overhead_gb
  max_concurrent_runs = var.job_max_concurrent_runs
  timeout_minutes     = var.job_timeout_minutes
  retries             = var.job_retries

  vpc_id                     = local.phase_1.vpc_id
  subnet_ids                 = local.phase_1.private_subnet_ids
  security_group_ids         = [local.phase_3.msk_client_security_group_id]
  endpoint_security_group_id = local.phase_1.endpoint_security_group_id

  read_folders      = [local.landing_folder]
  write_folders     = [local.output_folder, local.state_folder, local.quarantine_folder]
  msk_cluster_arn   = local.phase_3.msk_cluster_arn
  topic_name        = local.phase_3.topic_name
  metrics_namespace = local.metrics.job.namespace

  kms_key_arn        = local.phase_1.kms_key_arn
  log_retention_days = var.log_retention_days
  log_stream         = local.log_stream
}

locals {
  # docs/job.md. The schedules add execution_time and execution_sequence; what is null is left to the job's default.
  job_arguments = { for name, value in {
    landing_path            = "s3://${local.landing_folder}"
    output_path             = "s3://${local.output_folder}"
    state_path              = "s3://${local.state_folder}"
    quarantine_path         = "s3://${local.quarantine_folder}"
    total_executions        = var.executions_per_day
    schedule_zone           = var.schedule_zone
    lookback_days           = var.lookback_days
    parallel_partitions     = var.parallel_partitions
    output_format           = var.output_format
    output_files            = var.output_files
    output_compression      = var.output_compression
    max_rejected_share      = var.max_rejected_share
    superseded_hours        = var.superseded_hours
    kafka_bootstrap_servers = local.phase_3.msk_bootstrap_servers
    kafka_topic             = local.phase_3.topic_name
    kafka_auth              = "iam"
    job_name                = local.job_name
    publish_metrics         = true
  } : name => tostring(value) if value != null }
}

module "schedules" {
  source             = "../../modules/schedules"
  name               = local.job_name
  job_name           = module.job.name
  job_arn            = module.job.arn
  kms_key_arn        = local.phase_1.kms_key_arn
  executions_per_day = var.executions_per_day
  schedule_zone      = var.schedule_zone
  enabled            = var.schedules_enabled
}

module "catalog" {
  source        = "../../modules/catalog"
  database      = replace(local.prefix, "-", "_")
  output_format = var.output_format
  output_folder = local.output_folder
  state_folder  = local.state_folder
  first_year    = var.catalog_years.first
  last_year     = var.catalog_years.last
}

module "dead_letters" {
  source         = "../../modules/dead-letter-queue"
  name           = "${local.function_name}-dead-letters"
  kms_key_arn    = local.phase_1.kms_key_arn
  retention_days = var.dead_letter_retention_days
}

module "updater" {
  source = "../../modules/updater"
  name   = local.function_name

  artifacts_bucket               = local.phase_1.artifacts_bucket
  artifact_version               = var.artifact_version
  zip                            = module.release.updater.file
  runtime                        = module.release.updater.runtime
  architecture                   = module.release.updater.architecture
  memory_size_mb                 = var.memory_size_mb
  timeout_seconds                = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrent_executions
  log_level                      = var.log_level
  schedule_zone                  = var.schedule_zone
  tracing                        = var.tracing
  adot_layer_version             = var.adot_layer_version

  table_name           = local.phase_1.chargebacks_table_name
  table_arn            = local.phase_1.chargebacks_table_arn
  partition_index_name = local.partition_index_name
  dead_letter_queue    = { arn = module.dead_letters.arn, url = module.dead_letters.url }

  msk_cluster_arn         = local.phase_3.msk_cluster_arn
  topic_name              = local.phase_3.topic_name
  consumer_group          = local.function_name
  batch_size              = var.batch_size
  batching_window_seconds = var.batching_window_seconds
  retry_attempts          = var.retry_attempts
  record_age_seconds      = var.record_age_seconds
  pollers_minimum         = var.pollers_minimum
  pollers_maximum         = var.pollers_maximum

  vpc_id                     = local.phase_1.vpc_id
  subnet_ids                 = local.phase_1.private_subnet_ids
  endpoint_security_group_id = local.phase_1.endpoint_security_group_id

  kms_key_arn        = local.phase_1.kms_key_arn
  log_retention_days = var.log_retention_days
  log_stream         = local.log_stream
}
