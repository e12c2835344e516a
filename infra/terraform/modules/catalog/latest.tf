# The view across days. Glue keeps Athena's views as Presto does: base64 of JSON in the original text.

locals {
  # Text formats hold no empty strings: an empty field is null.
  values = { for column in local.columns : column.name =>
    var.output_format != "csv" ? column.name :
    column.name == "amount" ? "cast(nullif(amount, '') AS decimal(38,9))" : "nullif(${column.name}, '')"
  }
  view_types = merge(
    { for column in local.columns : column.name => column.type },
    { amount = "decimal(38,9)", partition_date = "string" },
  )
  view_names = concat(local.names, ["partition_date"])
  presto_types = {
    "string"                                              = "varchar"
    "timestamp"                                           = "timestamp(3)"
    "struct<transaction_id:string,customer_email:string>" = "row(transaction_id varchar, customer_email varchar)"
  }

  # docs/reading.md, "The newest version of each chargeback, across days".
  latest_sql = templatefile("${path.module}/latest.sql", {
    names  = join(", ", local.view_names)
    values = join(",\n           ", [for name in local.names : local.values[name] == name ? name : "${local.values[name]} AS ${name}"])
  })
}

resource "aws_glue_catalog_table" "latest" {
  name               = "chargebacks_latest"
  database_name      = aws_glue_catalog_database.this.name
  description        = "The newest version of each chargeback across days, without removed ones"
  table_type         = "VIRTUAL_VIEW"
  view_expanded_text = "/* Presto View */"
  view_original_text = "/* Presto View: ${base64encode(jsonencode({
    originalSql = local.latest_sql
    catalog     = "awsdatacatalog"
    schema      = var.database
    columns = [for name in local.view_names :
      { name = name, type = lookup(local.presto_types, local.view_types[name], local.view_types[name]) }
    ]
  }))} */"

  parameters = { presto_view = "true", comment = "Presto View" }

  storage_descriptor {
    # A view is read by no SerDe, but Athena refuses one without: "Table storage descriptor is missing SerDe info".
    ser_de_info {
      name                  = "-"
      serialization_library = "-"
    }

    dynamic "columns" {
      for_each = local.view_names
      content {
        name = columns.value
        type = local.view_types[columns.value]
      }
    }
  }

  depends_on = [aws_glue_catalog_table.this]
}
