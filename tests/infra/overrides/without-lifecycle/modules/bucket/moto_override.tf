# Left out where many buckets are applied: the provider waits for a minute until each one's rules have settled. They are
# applied alone, in test_bucket_on_moto.py.

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  count = 0
}
