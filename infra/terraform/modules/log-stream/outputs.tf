output "destination" {
  description = "What a log group's subscription needs: the stream, and the role that may write to it."
  # The role's policy is part of it: a subscription made earlier than that is refused.
  value = {
    stream_arn = aws_kinesis_stream.this.arn
    role_arn   = aws_iam_role.subscription.arn
  }
  depends_on = [aws_iam_role_policy.subscription]
}
