"""Releases as build.sh puts them into the artifacts bucket, with zips that no Lambda would start."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3

from tests.fixtures.terraform import CREDENTIALS
from tests.infra.given import REGION

UPDATER_ARM64: Final = "consolidation-updater-arm64.zip"
UPDATER_X86_64: Final = "consolidation-updater.zip"
WHEELS_6_0: Final = "chargebacks-glue-6.0.gluewheels.zip"
WHEELS_5_1: Final = "chargebacks.gluewheels.zip"
Manifest = dict[str, Any]


def manifest(version: str) -> Manifest:
    """Return the manifest of a release of today."""
    return {
        **_sums(version, (UPDATER_ARM64, UPDATER_X86_64, WHEELS_6_0, WHEELS_5_1)),
        "functions": {
            "consolidation-updater": [
                {"file": UPDATER_ARM64, "architecture": "arm64", "runtimes": ["python3.13"]},
                {"file": UPDATER_X86_64, "architecture": "x86_64", "runtimes": ["python3.13", "python3.11"]},
            ]
        },
        "jobs": {
            "consolidate_chargebacks": [
                {"file": WHEELS_6_0, "glue_version": "6.0", "python": "3.13"},
                {"file": WHEELS_5_1, "glue_version": "5.1", "python": "3.11"},
            ]
        },
    }


def earlier_manifest(version: str) -> Manifest:
    """Return the manifest of a release from before manifests named runtimes, architectures and Glue versions."""
    return _sums(version, (UPDATER_X86_64, WHEELS_5_1))


def _sums(version: str, files: tuple[str, ...]) -> Manifest:
    sums = dict.fromkeys((*files, "consolidate_chargebacks.py"), "0" * 64)
    return {"version": version, "python": "3.11", "sha256": sums, "wheels": {}}


def put_release(endpoint_url: str, bucket: str, released: Manifest) -> None:
    """Put the release's manifest and its zips where Terraform and Lambda look for them."""
    s3, folder = _s3(endpoint_url), f"releases/{released['version']}"
    for name in released["sha256"]:
        s3.put_object(Bucket=bucket, Key=f"{folder}/{name}", Body=b"zip")
    # As `aws s3 sync` does: the provider reads objects of this content type.
    s3.put_object(
        Bucket=bucket,
        Key=f"{folder}/manifest.json",
        Body=json.dumps(released).encode(),
        ContentType="application/json",
    )


@contextmanager
def artifacts(endpoint_url: str, bucket: str, *releases: Manifest) -> Iterator[None]:
    """Keep an artifacts bucket with these releases while the block runs; the account is empty again after it."""
    s3 = _s3(endpoint_url)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for released in releases:
        put_release(endpoint_url, bucket, released)
    try:
        yield
    finally:
        for found in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=found["Key"])
        s3.delete_bucket(Bucket=bucket)


def _s3(endpoint_url: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
