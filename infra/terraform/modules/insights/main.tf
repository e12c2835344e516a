# Saved CloudWatch Logs Insights queries: a file each in queries/, in the folder of what it asks.

locals {
  files = {
    for file in fileset("${path.module}/queries", "*/*.txt") : trimsuffix(file, ".txt") => {
      text   = file("${path.module}/queries/${file}")
      groups = var.log_groups[dirname(file)]
    }
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each        = local.files
  name            = "${var.folder}/${each.key}"
  query_string    = each.value.text
  log_group_names = each.value.groups
}
