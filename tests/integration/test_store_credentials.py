"""Whose credentials a bucket is opened with: those in the environment, else those that boto3 finds, else obstore's."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from chargebacks.adapters import aws_credentials
from chargebacks.adapters.store import Store

PROFILE = "[default]\naws_access_key_id = of-a-profile\naws_secret_access_key = secret\n"


@pytest.fixture
def profile(s3_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Credentials and a region in boto3's files alone: no other client of this process would find them."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    for name, text in {"CREDENTIALS": PROFILE, "CONFIG": "[default]\nregion = sa-east-1\n"}.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "CREDENTIALS"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "CONFIG"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    aws_credentials._found.cache_clear()
    yield
    aws_credentials._found.cache_clear()


def opened(root: str) -> Any:
    return Store(root)._inner


def test_without_credentials_in_the_environment_boto3_s_are_used_with_their_region(
    bucket: str, profile: None
) -> None:
    inner = opened(bucket)
    assert inner.credential_provider()["access_key_id"] == "of-a-profile"
    assert inner.credential_provider.config == {"region": "sa-east-1"}
    Store(bucket).put("a", b"data")
    assert Store(bucket).get("a") == b"data"


def test_boto3_is_asked_where_credentials_are_once_a_process(bucket: str, profile: None) -> None:
    assert opened(bucket).credential_provider is opened(f"{bucket}/below").credential_provider


def test_credentials_in_the_environment_come_first(
    bucket: str, profile: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert opened(bucket).credential_provider is None


def test_without_boto3_the_store_looks_by_itself(
    bucket: str, profile: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("obstore.auth")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "boto3", None)
    assert opened(bucket).credential_provider is None


def test_where_boto3_finds_nothing_the_store_looks_by_itself(
    bucket: str, profile: None, tmp_path: Path
) -> None:
    (tmp_path / "CREDENTIALS").write_text("")
    assert opened(bucket).credential_provider is None
