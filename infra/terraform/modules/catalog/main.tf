# What Athena and its kin see: the output as folders, the output exactly, and the newest version across days.
# docs/reading.md says what each promises. Partitions are projected from folder names, so there is no crawler.

locals {
  instants = ["created_at", "updated_at", "event_timestamp"]
  names = [
    "chargeback_id", "status", "merchant_id", "amount", "currency", "created_at", "updated_at", "reason",
    "metadata", "event_type", "event_timestamp", "extras",
  ]
  # Hive's types by format. OpenCSVSerde gives text whatever is declared; a JSON text keeps an instant's microseconds.
  typed = {
    csv = {}
    json = {
      amount   = "decimal(38,9)"
      metadata = "struct<transaction_id:string,customer_email:string>"
    }
    parquet = merge(
      { amount = "decimal(38,9)", metadata = "struct<transaction_id:string,customer_email:string>" },
      { for name in local.instants : name => "timestamp" },
    )
  }
  columns = [for name in local.names : { name = name, type = lookup(local.typed[var.output_format], name, "string") }]

  text_output = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

  format = {
    csv = {
      serde = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
      # A doubled quote is a quote without any escape. The SerDe insists on one, and takes a quote to mean its default,
      # the backslash, which is a plain character in our files: so it gets one that no text is expected to hold.
      parameters = { separatorChar = ",", quoteChar = "\"", escapeChar = "\u0001" }
      table      = { "skip.header.line.count" = "1" }
      input      = "org.apache.hadoop.mapred.TextInputFormat"
      output     = local.text_output
    }
    json = {
      serde      = "org.openx.data.jsonserde.JsonSerDe"
      parameters = { "ignore.malformed.json" = "false" }
      table      = {}
      input      = "org.apache.hadoop.mapred.TextInputFormat"
      output     = local.text_output
    }
    parquet = {
      serde      = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
      parameters = {}
      table      = {}
      input      = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
      output     = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    }
  }[var.output_format]

  tables = {
    chargebacks = {
      description = "The output folders. Never a record missing, but a record may show twice while a run converges"
      location    = "s3://${var.output_folder}"
      input       = local.format.input
      output      = local.format.output
    }
    chargebacks_exact = {
      description = "The newest consolidation of each day, exactly, by the symlink manifests"
      location    = "s3://${var.state_folder}/symlink_manifest"
      input       = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
      output      = local.text_output # as the symlink format's documentation has it, of whatever the files are
    }
  }

  projection = {
    "projection.enabled"      = "true"
    "projection.year.type"    = "integer"
    "projection.year.range"   = "${var.first_year},${var.last_year}"
    "projection.month.type"   = "integer"
    "projection.month.range"  = "1,12"
    "projection.month.digits" = "2"
    "projection.day.type"     = "integer"
    "projection.day.range"    = "1,31"
    "projection.day.digits"   = "2"
  }
}

resource "aws_glue_catalog_database" "this" {
  name        = var.database
  description = "Consolidated chargebacks"
}

resource "aws_glue_catalog_table" "this" {
  for_each      = local.tables
  name          = each.key
  database_name = aws_glue_catalog_database.this.name
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"

  parameters = merge(local.projection, local.format.table, {
    EXTERNAL                    = "TRUE"
    "storage.location.template" = "${each.value.location}/year=$${year}/month=$${month}/day=$${day}"
  })

  dynamic "partition_keys" {
    for_each = ["year", "month", "day"]
    content {
      name = partition_keys.value
      type = "string" # so that 01 stays 01
    }
  }

  storage_descriptor {
    location      = "${each.value.location}/"
    input_format  = each.value.input
    output_format = each.value.output

    ser_de_info {
      serialization_library = local.format.serde
      parameters            = local.format.parameters
    }

    dynamic "columns" {
      for_each = local.columns
      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}
