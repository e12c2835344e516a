# The provider waits for 25 seconds until a queue's policy has settled. test_first_deployment.py applies it.

resource "aws_sqs_queue_policy" "this" {
  count = 0
}
