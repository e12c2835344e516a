# Copied over ../../../modules/msk by whoever means to destroy the cluster ("Destroy" in ../../../README.md).

resource "aws_msk_serverless_cluster" "this" {
  lifecycle {
    prevent_destroy = false
  }
}

resource "aws_msk_cluster" "this" {
  #checkov:skip=CKV_AWS_80:the module that this is laid over sets it
  #checkov:skip=CKV_AWS_81:the module that this is laid over sets it
  lifecycle {
    prevent_destroy = false
  }
}
