# The job: when it runs, how big it is, and its own arguments (docs/job.md has what they mean).

variable "schedule_zone" {
  description = "IANA time zone that says what a day is and when executions are; job, schedules and updater get it."
  type        = string
  default     = "UTC"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$", var.schedule_zone))
    error_message = "schedule_zone must be an IANA time zone, like UTC or America/Sao_Paulo."
  }
}

variable "executions_per_day" {
  description = "Executions a day, evenly spread from 00:30."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.executions_per_day >= 1 && var.executions_per_day <= 24 && floor(var.executions_per_day) == var.executions_per_day
    error_message = "executions_per_day must be a whole number, 1 to 24."
  }
}

variable "schedules_enabled" {
  description = "false: the schedules are there, and start nothing."
  type        = bool
  default     = true
  nullable    = false
}

variable "glue_version" {
  description = "Glue version of the job, 5.1 or 6.0; null: the first that the release has wheels for."
  type        = string
  default     = null

  validation {
    # Without quotes 6.0 is a number, which Terraform turns into "6".
    condition     = var.glue_version == null ? true : contains(["5.1", "6.0", "6"], var.glue_version)
    error_message = "glue_version must be 5.1 or 6.0, or null for the release's first."
  }
}

variable "job_worker_type" {
  description = "Glue's worker type. G.1X: 4 cores and 16 GB each."
  type        = string
  default     = "G.1X"
  nullable    = false

  validation {
    condition     = contains(["G.1X", "G.2X", "G.4X", "G.8X"], var.job_worker_type)
    error_message = "job_worker_type must be G.1X, G.2X, G.4X or G.8X."
  }
}

variable "job_workers_maximum" {
  description = "Workers that autoscaling may use at most. docs/scale.md: 2 do for 5 million chargebacks a day, 10 for 500."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.job_workers_maximum >= 2 && var.job_workers_maximum <= 299 && floor(var.job_workers_maximum) == var.job_workers_maximum
    error_message = "job_workers_maximum must be a whole number, 2 to 299."
  }
}

variable "job_heap_gb" {
  description = "JVM heap of an executor, GB: Spark itself, and shuffled bytes."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.job_heap_gb >= 1 && floor(var.job_heap_gb) == var.job_heap_gb
    error_message = "job_heap_gb must be a whole number of GB, 1 or more."
  }
}

variable "job_overhead_gb" {
  description = "An executor's memory outside that heap, GB: the Python workers, who do the work."
  type        = number
  default     = 6
  nullable    = false

  validation {
    condition     = var.job_overhead_gb >= 1 && floor(var.job_overhead_gb) == var.job_overhead_gb
    error_message = "job_overhead_gb must be a whole number of GB, 1 or more."
  }

  validation {
    condition = var.job_heap_gb + var.job_overhead_gb <= lookup(
      { "G.1X" = 10, "G.2X" = 20, "G.4X" = 40, "G.8X" = 80 }, var.job_worker_type, 10
    )
    error_message = "job_heap_gb and job_overhead_gb together must leave room on the worker: at most 10 GB on G.1X, 20 on G.2X, 40 on G.4X, 80 on G.8X."
  }
}

variable "job_max_concurrent_runs" {
  description = "Runs at once. Commits are safe; a backfill beside scheduled runs needs more than 1."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.job_max_concurrent_runs >= 1 && var.job_max_concurrent_runs <= 50 && floor(var.job_max_concurrent_runs) == var.job_max_concurrent_runs
    error_message = "job_max_concurrent_runs must be a whole number, 1 to 50."
  }
}

variable "job_timeout_minutes" {
  description = "A run that takes longer is stopped; the next one finishes what it left."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.job_timeout_minutes >= 5 && var.job_timeout_minutes <= 1440 && floor(var.job_timeout_minutes) == var.job_timeout_minutes
    error_message = "job_timeout_minutes must be a whole number, 5 to 1440."
  }
}

variable "job_retries" {
  description = "How often Glue starts a failed run again: the same execution, which goes on where it stopped."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.job_retries >= 0 && var.job_retries <= 10 && floor(var.job_retries) == var.job_retries
    error_message = "job_retries must be a whole number, 0 to 10."
  }
}

variable "lookback_days" {
  description = "Earlier days searched for late files."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.lookback_days >= 0 && var.lookback_days <= 31 && floor(var.lookback_days) == var.lookback_days
    error_message = "lookback_days must be a whole number, 0 to 31."
  }
}

variable "parallel_partitions" {
  description = "Partitions that a run works on at once."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.parallel_partitions >= 1 && var.parallel_partitions <= 32 && floor(var.parallel_partitions) == var.parallel_partitions
    error_message = "parallel_partitions must be a whole number, 1 to 32."
  }
}

variable "output_format" {
  description = "csv, parquet or json; the catalog's tables follow. Athena reads parquet best (docs/reading.md)."
  type        = string
  default     = "csv"
  nullable    = false

  validation {
    condition     = contains(["csv", "parquet", "json"], var.output_format)
    error_message = "output_format must be csv, parquet or json."
  }
}

variable "output_files" {
  description = "Files of a partition at most."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.output_files >= 1 && var.output_files <= 1000 && floor(var.output_files) == var.output_files
    error_message = "output_files must be a whole number, 1 to 1000."
  }
}

variable "output_compression" {
  description = "csv and json: none or gzip; parquet: zstd, snappy or none. null: the format's first."
  type        = string
  default     = null

  validation {
    condition = var.output_compression == null ? true : contains(
      var.output_format == "parquet" ? ["zstd", "snappy", "none"] : ["none", "gzip"], var.output_compression
    )
    error_message = "output_compression must be none or gzip for csv and json, zstd, snappy or none for parquet."
  }
}

variable "max_rejected_share" {
  description = "Share of an execution's records that may be rejected before the partition fails."
  type        = number
  default     = 0.05
  nullable    = false

  validation {
    condition     = var.max_rejected_share >= 0 && var.max_rejected_share <= 1
    error_message = "max_rejected_share must be a number, 0 to 1."
  }
}

variable "superseded_hours" {
  description = "How long files stay that a newer consolidation superseded."
  type        = number
  default     = 24
  nullable    = false

  validation {
    condition     = var.superseded_hours >= 0 && var.superseded_hours <= 8760
    error_message = "superseded_hours must be a number, 0 to 8760."
  }
}

variable "catalog_years" {
  description = "Years that the catalog's tables look for partitions in."
  type        = object({ first = number, last = number })
  default     = { first = 2025, last = 2035 }
  nullable    = false

  validation {
    condition     = var.catalog_years.first >= 1000 && var.catalog_years.last <= 2999 && var.catalog_years.first <= var.catalog_years.last
    error_message = "catalog_years must be two years of four digits, first not after last."
  }
}
