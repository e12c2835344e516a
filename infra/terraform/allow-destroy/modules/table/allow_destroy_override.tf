# Copied over ../../../modules/table by whoever means to destroy the tables ("Destroy" in ../../../README.md).

resource "aws_dynamodb_table" "this" {
  #checkov:skip=CKV_AWS_28:the module that this is laid over sets it
  #checkov:skip=CKV_AWS_119:the module that this is laid over sets it
  #checkov:skip=CKV2_AWS_16:the module that this is laid over sets it
  lifecycle {
    prevent_destroy = false
  }
}
