# modules/bucket, modules/table and modules/key: encrypted, recoverable, closed; a lifecycle that the commit log survives.

mock_provider "aws" {
  override_during = plan
  source          = "../../mocks"
}

variables {
  kms_key_arn = "arn:aws:kms:sa-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  alias       = "poc-chargeback-dev"
  description = "A test's"
  name        = "tested"
  hash_key    = "chargeback_id"
}

run "a_bucket_is_closed_encrypted_and_versioned" {
  command = plan
  module {
    source = "../../modules/bucket"
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Public access is not blocked."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "Objects are not encrypted by the key."
  }
  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled"
    error_message = "The bucket is not versioned."
  }
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.Bool["aws:SecureTransport"] == "false" && jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Effect == "Deny"
    error_message = "Requests without TLS are not refused."
  }
  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "The bucket goes with all that is in it."
  }
}

run "no_rule_of_a_bucket_deletes_what_is_current" {
  command = plan
  module {
    source = "../../modules/bucket"
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id] == ["abort-multipart-uploads", "free-deleted"]
    error_message = "There are other rules than these two."
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id if length(rule.expiration) > 0] == ["free-deleted"]
    error_message = "Another rule than that of delete markers expires objects."
  }
  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.noncurrent_version_expiration[0].noncurrent_days if rule.id == "free-deleted"]) == 7
    error_message = "Deleted objects do not free their space after a week."
  }
}

run "archive_moves_one_folder_and_deletes_nothing" {
  command = plan
  module {
    source = "../../modules/bucket"
  }
  variables {
    archive = { prefix = "chargebacks/", after_days = 90, storage_class = "GLACIER_IR" }
  }

  assert {
    condition     = one([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.filter[0].prefix if length(rule.transition) > 0]) == "chargebacks/"
    error_message = "Other objects than those of the folder are moved: the state's must never be."
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.id if length(rule.expiration) > 0] == ["free-deleted"]
    error_message = "Archiving deletes current objects."
  }
}

run "archive_refuses_classes_that_must_be_restored_first" {
  command = plan
  module {
    source = "../../modules/bucket"
  }
  variables {
    archive = { prefix = "chargebacks/", after_days = 90, storage_class = "DEEP_ARCHIVE" }
  }
  expect_failures = [var.archive]
}

run "expire_refuses_the_commit_logs_folder" {
  command = plan
  module {
    source = "../../modules/bucket"
  }
  variables {
    expire = { "_state/chargebacks/" = 90 }
  }
  expect_failures = [var.expire]
}

run "a_table_is_recoverable_and_protected" {
  command = plan
  module {
    source = "../../modules/table"
  }

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST" && aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "The table is not on demand, or can be deleted."
  }
  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].enabled && aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "The table cannot be recovered, or is not encrypted by the key."
  }
  assert {
    condition     = length(aws_dynamodb_table.this.global_secondary_index) + length(aws_dynamodb_table.this.ttl) == 0 && !aws_dynamodb_table.this.stream_enabled
    error_message = "The table has more than was asked for."
  }
}

run "a_table_has_the_index_stream_and_ttl_asked_for" {
  command = plan
  module {
    source = "../../modules/table"
  }
  variables {
    stream        = true
    ttl_attribute = "expiration"
    index         = { name = "created_date-index", hash_key = "created_date", attributes = ["created_at"] }
  }

  assert {
    condition     = aws_dynamodb_table.this.stream_view_type == "NEW_AND_OLD_IMAGES" && aws_dynamodb_table.this.ttl[0].attribute_name == "expiration"
    error_message = "Stream or TTL is missing."
  }
  assert {
    condition     = one(aws_dynamodb_table.this.global_secondary_index).hash_key == "created_date" && contains(one(aws_dynamodb_table.this.global_secondary_index).non_key_attributes, "created_at")
    error_message = "The index is not by created_date, or lacks created_at."
  }
}

run "the_key_serves_this_accounts_services_alone" {
  command = plan
  module {
    source = "../../modules/key"
  }

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_alias.this.name == "alias/poc-chargeback-dev"
    error_message = "The key does not rotate, or has another alias."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.this.policy).Statement : try(length(statement.Condition) > 0, false) if can(statement.Principal.Service)
    ])
    error_message = "A service may use the key for other accounts."
  }
  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[2].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Publishers of other accounts may use the key."
  }
  assert {
    condition = { for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Sid => statement.Condition if try(statement.Principal.Service == "events.amazonaws.com", false) } == {
      EventBridgeToOurTopics = { StringLike = { "kms:EncryptionContext:aws:sns:topicArn" = "arn:aws:sns:sa-east-1:123456789012:*" } }
    }
    error_message = "EventBridge may use the key for other topics, or under a condition that it never meets."
  }
}
