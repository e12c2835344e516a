# What the bucket does by itself. No rule deletes a current object unless the caller names its folder in `expire`:
# a folder of the commit log must never be named there.

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  #checkov:skip=CKV_AWS_300:the rule abort-multipart-uploads does that; the scanner loses sight of it beside dynamic rules
  bucket     = aws_s3_bucket.this.id
  depends_on = [aws_s3_bucket_versioning.this]

  # What a crashed writer left in parts costs money and no listing shows it.
  rule {
    id     = "abort-multipart-uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = var.abort_uploads_after_days
    }
  }

  # A deleted object frees its space only when its old version goes, too.
  rule {
    id     = "free-deleted"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = var.deleted_after_days
    }
    expiration {
      expired_object_delete_marker = true # a marker that hides nothing any more
    }
  }

  dynamic "rule" {
    for_each = var.archive == null ? [] : [var.archive]
    content {
      id     = "archive"
      status = "Enabled"
      filter {
        prefix = rule.value.prefix # S3 leaves objects of less than 128 KB where they are: "Transitioning objects"
      }
      transition {
        days          = rule.value.after_days
        storage_class = rule.value.storage_class
      }
    }
  }

  dynamic "rule" {
    for_each = var.expire
    content {
      id     = "expire-${replace(trim(rule.key, "/"), "/", "-")}"
      status = "Enabled"
      filter {
        prefix = rule.key
      }
      expiration {
        days = rule.value
      }
    }
  }
}
