# The consolidation on AWS Glue: the job, its log groups and its way into the VPC. What it may do is in iam.tf.

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
data "aws_partition" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id
  account   = "${local.region}:${data.aws_caller_identity.current.account_id}"
  release   = "s3://${var.artifacts_bucket}/releases/${var.artifact_version}"
  log_group = "/aws-glue/jobs/${var.name}"

  security_group_ids = concat([aws_security_group.this.id], var.security_group_ids)
}

resource "aws_glue_job" "this" {
  #checkov:skip=CKV_AWS_195:buckets and log groups are encrypted by our key themselves, and there are no bookmarks
  name              = var.name
  description       = "Consolidates a day's chargebacks and announces what changed"
  role_arn          = aws_iam_role.this.arn
  glue_version      = var.glue_version
  worker_type       = var.worker_type
  number_of_workers = var.workers_maximum # autoscaling takes it as the most
  timeout           = var.timeout_minutes
  max_retries       = var.retries
  execution_class   = "STANDARD" # FLEX may wait for hours
  connections       = [for connection in aws_glue_connection.subnet : connection.name]

  command {
    name            = "glueetl"
    python_version  = "3"
    script_location = "${local.release}/consolidate_chargebacks.py"
  }

  execution_property {
    max_concurrent_runs = var.max_concurrent_runs # commits are safe, and a backfill must not make a scheduled run fail
  }

  default_arguments = merge({ for name, value in var.arguments : "--${name}" => value }, {
    "--enable-auto-scaling" = "true"
    # Who signs requests must know the region, driver and workers: Glue does not promise it to them.
    "--aws_region" = local.region
    # A private subnet reaches no package index: every wheel comes from the bucket, and pip must not look elsewhere.
    "--additional-python-modules"       = "${local.release}/${var.wheels}"
    "--python-modules-installer-option" = "--no-index"
    "--custom-logGroup-prefix"          = local.log_group
    # Glue takes one --conf, which holds all of them.
    "--conf" = join(" --conf ", [
      # The work is done by Polars and Arrow in Python workers, outside the JVM's heap.
      "spark.executor.memory=${var.heap_gb}g",
      "spark.executor.memoryOverhead=${var.overhead_gb}g",
    ])
  })

  depends_on = [aws_iam_role_policy.work, aws_iam_role_policy.run, module.logs]
}

# Since Glue 5.0 `output` has what the script writes, to stdout or stderr: tracebacks, too. `error` has the lines of Spark
# and Glue themselves ("Logging for AWS Glue jobs", AWS Glue Developer Guide).
module "logs" {
  source         = "../log-group"
  for_each       = toset(["output", "error"])
  name           = "${local.log_group}/${each.key}"
  retention_days = var.log_retention_days
  kms_key_arn    = var.kms_key_arn
  log_stream     = var.log_stream
}
