# How the job reaches the VPC, and whom its workers may talk to there.

# One connection for each subnet, so that a zone that is down does not stop the job.
data "aws_subnet" "this" {
  for_each = toset(var.subnet_ids)
  id       = each.key
}

resource "aws_glue_connection" "subnet" {
  for_each        = data.aws_subnet.this
  name            = "${var.name}-${each.value.availability_zone}"
  connection_type = "NETWORK"

  physical_connection_requirements {
    availability_zone      = each.value.availability_zone
    subnet_id              = each.key
    security_group_id_list = local.security_group_ids
  }
}

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:the job's connections put workers into it
  name        = var.name
  description = "The consolidation job's workers"
  vpc_id      = var.vpc_id
  tags        = { Name = var.name }
}

# Workers talk to each other on any port: "Setting up Amazon VPC for JDBC connections", AWS Glue developer guide.
resource "aws_vpc_security_group_ingress_rule" "workers" {
  #checkov:skip=CKV_AWS_24:only members of the group itself come in
  #checkov:skip=CKV_AWS_25:only members of the group itself come in
  #checkov:skip=CKV_AWS_260:only members of the group itself come in
  security_group_id            = aws_security_group.this.id
  description                  = "Workers of a run among themselves"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 0
  to_port                      = 65535
}

resource "aws_vpc_security_group_egress_rule" "workers" {
  security_group_id            = aws_security_group.this.id
  description                  = "Workers of a run among themselves"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = 0
  to_port                      = 65535
}

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  security_group_id            = aws_security_group.this.id
  description                  = "AWS services by interface endpoints"
  referenced_security_group_id = var.endpoint_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

data "aws_ec2_managed_prefix_list" "s3" {
  name = "com.amazonaws.${local.region}.s3"
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.this.id
  description       = "S3 by its gateway endpoint"
  prefix_list_id    = data.aws_ec2_managed_prefix_list.s3.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
