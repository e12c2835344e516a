# What a function gets, and what is there without one.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  phase_1 = {
    kms_key_arn            = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    artifacts_bucket       = "poc-chargeback-dev-artifacts-123456789012"
    landing_bucket         = "poc-chargeback-dev-landing-123456789012"
    chargebacks_table_name = "poc-chargeback-chargebacks-dev"
    chargebacks_table_arn  = "arn:aws:dynamodb:sa-east-1:123456789012:table/poc-chargeback-chargebacks-dev"
    chargebacks_stream_arn = "arn:aws:dynamodb:sa-east-1:123456789012:table/poc-chargeback-chargebacks-dev/stream/2025-11-20T00:00:00.000"
  }
}

run "no_function_by_default" {
  command = plan

  assert {
    condition     = length(module.function) == 0
    error_message = "Something is made that nobody asked for."
  }
  assert {
    condition     = module.notifications.failed_run_rule == null
    error_message = "Runs of a job are told that this phase does not have."
  }
}

run "functions_are_named_and_only_some_have_a_url" {
  command = plan
  variables {
    alarm_emails = ["oncall@example.com"]
    functions = {
      api               = { zip_key = "releases/1.0.0/api.zip", trigger = "url" }
      stream-to-landing = { zip_key = "releases/1.0.0/stream.zip", trigger = "stream" }
    }
  }

  assert {
    condition     = keys(output.function_arns) == ["api", "stream-to-landing"] && keys(output.function_urls) == ["api"]
    error_message = "The functions or their URLs are not those asked for."
  }
  assert {
    condition     = output.log_group_names == ["/aws/lambda/poc-chargeback-dev-api", "/aws/lambda/poc-chargeback-dev-stream-to-landing"]
    error_message = "Phase 4 is not told of the functions' log groups."
  }
}
