# moto has no DeleteConnection: the provider would ask until it gives up.
resource "aws_glue_connection" "subnet" {
  for_each = {}
}
