variable "database" {
  description = "Name of the catalog's database."
  type        = string
}

variable "output_format" {
  description = "The job's output_format: csv, parquet or json."
  type        = string
}

variable "output_folder" {
  description = "bucket/prefix of the output."
  type        = string
}

variable "state_folder" {
  description = "bucket/prefix of the job's state, which holds the symlink manifests."
  type        = string
}

variable "first_year" {
  description = "First year that is looked for."
  type        = number
}

variable "last_year" {
  description = "Last year that is looked for."
  type        = number
}
