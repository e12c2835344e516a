"""Releases as build.sh puts them into the artifacts bucket, with zips that no Lambda would start."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scripts import release_manifest
from tests.e2e.packages import ARM_ZIP, GLUE_6_WHEELS, WHEELS, ZIP
from tests.infra.clients import client
from tests.infra.given import REGION

Manifest = dict[str, Any]


def manifest(version: str) -> Manifest:
    """Return the manifest of a release of today."""
    sums = _sums(version, (ARM_ZIP, ZIP, GLUE_6_WHEELS, WHEELS))
    return {**sums, "functions": release_manifest.functions(), "jobs": release_manifest.jobs()}


def earlier_manifest(version: str) -> Manifest:
    """Return the manifest of a release from before manifests named runtimes, architectures and Glue versions."""
    return _sums(version, (ZIP, WHEELS))


def _sums(version: str, files: tuple[str, ...]) -> Manifest:
    sums = dict.fromkeys((*files, "consolidate_chargebacks.py"), "0" * 64)
    return {"version": version, "python": "3.11", "sha256": sums, "wheels": {}}


def put_release(endpoint_url: str, bucket: str, released: Manifest) -> None:
    """Put the release's manifest and its zips where Terraform and Lambda look for them."""
    s3, folder = client("s3", endpoint_url), f"releases/{released['version']}"
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
    s3 = client("s3", endpoint_url)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for released in releases:
        put_release(endpoint_url, bucket, released)
    try:
        yield
    finally:
        for found in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=found["Key"])
        s3.delete_bucket(Bucket=bucket)
