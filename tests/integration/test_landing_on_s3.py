"""The landing zone on S3 as moto speaks it: archived objects, missing buckets, layouts, odd keys at the root."""

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chargebacks.adapters.store import Store
from chargebacks.consolidation import job
from chargebacks.consolidation.report import RunReport
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import SettingsError, WithheldError
from tests.fixtures.places import DAY, NOW, Place
from tests.unit.consolidation.running import Broker


@pytest.fixture
def place(bucket: str) -> Place:
    return Place(f"{bucket}/some")


def put(place: Place, path: str, ids: str, **options: Any) -> None:
    """Land an object as an upstream does, of a name that it likes."""
    bucket, _, prefix = place.root.removeprefix("s3://").partition("/")
    body = b"".join(b'{"chargeback_id": "%s"}\n' % one.encode() for one in ids)
    boto3.client("s3").put_object(Bucket=bucket, Key=f"{prefix}/landing/{path}", Body=body, **options)


def run(place: Place, at: str, **given: str) -> RunReport:
    settings = place.settings(**{"execution_time": f"{DAY}T{at}"} | given)
    return job.run(settings, InProcessEngine(), Broker(), lambda: NOW)


def ids(place: Place) -> set[str]:
    return {row["chargeback_id"] for row in place.listed()}


@pytest.mark.parametrize(
    ("kind", "key"), [("GLACIER", "2025/11/20/old.json"), ("DEEP_ARCHIVE", "2025/11/20//odd.json")]
)
def test_an_archived_object_stops_nothing_is_told_at_every_run_and_read_once_it_is_restored(
    place: Place, kind: str, key: str
) -> None:
    put(place, "2025/11/20/a.json", "ab")
    put(place, key, "cd", StorageClass=kind)
    bucket = place.root.removeprefix("s3://").split("/")[0]
    for at in ("06:30", "12:30"):
        report = run(place, at)
        report.raise_failures()
        [told] = report.to_json()
        assert (told["files_withheld"], told["files_unreadable"], told["records_read"]) == (1, 0, 2)
        [line] = [line for line in report.lines() if "storage does not give" in line]
        assert (
            f"cannot read {place.root}/landing/{key}: archived in S3 Glacier (storage class {kind})" in line
        )
        assert (
            f"aws s3api restore-object --bucket {bucket} --key some/landing/{key} --restore-request Days=7"
            in line
        )
        assert "privileges" not in line
    request = {"Days": 7}
    boto3.client("s3").restore_object(Bucket=bucket, Key=f"some/landing/{key}", RestoreRequest=request)
    report = run(place, "18:30")
    assert report.to_json()[0]["files_withheld"] == 0
    assert ids(place) == set("abcd")
    assert run(place, "18:45").partitions[0].landing.new == []


def test_an_archived_object_of_our_own_fails_with_what_to_do(place: Place) -> None:
    put(place, "a b'c.json", "a", StorageClass="GLACIER")
    with pytest.raises(
        WithheldError, match=r"restore-object .* --key 'some/landing/a b'\"'\"'c.json' --restore"
    ):
        Store(f"{place.root}/landing").get("a b'c.json")


def test_access_denied_still_fails_the_run(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer of S3 to a role that lacks s3:GetObject or the key's kms:Decrypt."""
    import obstore
    from obstore.exceptions import PermissionDeniedError

    def refuse(*_: object, **__: object) -> None:
        raise PermissionDeniedError("403 Forbidden: <Error><Code>AccessDenied</Code></Error>")

    put(place, "2025/11/20/a.json", "a")
    monkeypatch.setattr(obstore, "get", refuse)
    [told] = run(place, "06:30").to_json()
    assert "AccessDenied" in told["error"]


def test_a_bucket_that_is_not_there_is_an_error_before_anything_happens(place: Place) -> None:
    with pytest.raises(SettingsError, match="'s3://no-such-bucket/x': there is no such bucket: create it"):
        run(place, "06:30", landing_path="s3://no-such-bucket/x")
    assert list(Store(place.root).walk("")) == []


def test_an_empty_prefix_is_a_warning(place: Place) -> None:
    [told] = [line for line in run(place, "06:30").lines() if line.startswith("warning: ")]
    assert told.startswith(
        f"warning: the landing zone {place.root}/landing is empty: check landing_path; days are"
    )


def test_all_layouts_are_read_together_though_an_odd_key_lies_at_the_root(place: Place) -> None:
    folders = ["2025/11/20", "year=2025/month=11/day=20", "dt=2025-11-20/hour=06", "date=2025-11-20"]
    folders += ["ds=2025-11-20", "day=2025-11-20", "2025-11-20"]
    names = "abcdefg"
    for folder, name in zip(folders, names, strict=True):
        put(place, f"{folder}/part#12.json", name)
    put(place, "/odd.json", "x")
    put(place, "tab\tb/a.json", "x")
    put(place, "", "")  # the folder itself, as S3's console makes it
    assert Store(f"{place.root}/landing").level("").folders == sorted(
        ["", *(f.split("/")[0] for f in folders), "tab\tb"]
    )
    report = run(place, "06:30")
    report.raise_failures()
    assert ids(place) == set(names)
    assert report.landing_warning == ""


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The prefixes that obstore is asked to list in the landing zone."""
    import obstore

    asked: list[str] = []
    for name in ("list", "list_with_delimiter"):
        real = getattr(obstore, name)

        def listing(store: Any, prefix: str = "", real: Any = real, **given: Any) -> Any:
            if "/landing" in prefix:
                asked.append(re.sub(r"^.*/landing/?", "", prefix))
            return real(store, prefix, **given)

        monkeypatch.setattr(obstore, name, listing)
    return asked


def test_one_listing_of_the_root_spares_those_of_folders_that_are_not_there(
    place: Place, requests: list[str]
) -> None:
    for day in ("19", "20"):
        put(place, f"dt=2025-11-{day}/a.json", day)
    run(place, "06:30").raise_failures()
    assert requests.count("") == 1
    assert set(requests) == {"", "dt=2025-11-19", "dt=2025-11-20"}
    assert len(requests) <= 5
