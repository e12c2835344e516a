# Left out where a bucket is read and written: moto reads no conditions of a bucket's policy, so that "deny without TLS"
# would deny everything. The policy is applied in test_bucket_on_moto.py, and its text is held in stores.tftest.hcl.

resource "aws_s3_bucket_policy" "this" {
  count = 0
}
