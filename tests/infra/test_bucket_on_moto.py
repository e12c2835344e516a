"""A bucket with every rule that a lifecycle can have, applied alone: the provider waits until they have settled."""

import boto3
import pytest

from tests.fixtures.terraform import CREDENTIALS, TerraformRoot
from tests.infra.given import KEY, REGION

VARIABLES = {
    "name": "tested-bucket",
    "kms_key_arn": KEY,
    "archive": {"prefix": "chargebacks/", "after_days": 90, "storage_class": "GLACIER_IR"},
    "expire": {"chargebacks/": 400},
}
PROVIDER = f'provider "aws" {{\n  region = "{REGION}"\n}}\n'


@pytest.mark.slow
def test_a_bucket_is_applied_settles_and_goes(terraform_root: TerraformRoot, s3_endpoint: str) -> None:
    bucket = terraform_root("modules/bucket", moto=s3_endpoint, provider=PROVIDER)
    assert bucket.apply(VARIABLES)["name"] == "tested-bucket"
    s3 = boto3.client(
        "s3",
        endpoint_url=s3_endpoint,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
    rules = s3.get_bucket_lifecycle_configuration(Bucket="tested-bucket")["Rules"]
    assert {rule["ID"]: rule["Filter"].get("Prefix", "") for rule in rules} == {
        "abort-multipart-uploads": "",
        "free-deleted": "",
        "archive": "chargebacks/",
        "expire-chargebacks": "chargebacks/",
    }
    assert {rule["ID"] for rule in rules if "Days" in rule.get("Expiration", {})} == {"expire-chargebacks"}
    assert bucket.changes(VARIABLES) == ""
    bucket.destroy(VARIABLES)
