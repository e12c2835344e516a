"""The table of calls and actions, against every request that real runs make: none is missing, none is too many.

S3 and CloudWatch are moto's, DynamoDB is DynamoDB Local, SQS is moto's; a proxy in front of each keeps what was asked.
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from chargebacks.adapters.store import Store
from chargebacks.bootstrap import observed
from chargebacks.consolidation import job
from chargebacks.consolidation.report import RunReport
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.errors import StorageError
from chargebacks.local.dynamodb import create_table, environment
from chargebacks.local.stack import DynamoDB
from chargebacks.projection.settings import UpdaterSettings
from chargebacks.projection.updater import Updater
from tests.fixtures.calls import Call, call_of
from tests.fixtures.msk import Context, failed_offsets, of, put, slice_of, summary
from tests.fixtures.places import DAY, NOW, Place
from tests.fixtures.s3 import new_bucket
from tests.fixtures.s3_faults import Asked, S3Fault, S3Proxy, s3_proxy
from tests.infra.actions import ACTIONS, Role
from tests.unit.consolidation.running import Broker

ROOT = Path(__file__).parents[2]
INDEX = "created-date-index"
SIX_MIB = 6 * 1024**2  # more than obstore writes in one request


@contextmanager
def recorded(target: str, *services: str) -> Iterator[S3Proxy]:
    """A proxy before that server; this process's SDKs reach those services through it while the block runs."""
    with s3_proxy(target) as proxy, pytest.MonkeyPatch.context() as patch:
        for service in services:
            patch.setenv(f"AWS_ENDPOINT_URL_{service}", proxy.url)
        yield proxy


def run(place: Place, broker: Broker | None, at: str, **given: str) -> RunReport:
    """One run of the job, as Glue starts it but for Spark, which opens no object itself."""
    told = place.settings(
        execution_time=f"{DAY}T{at}:00", publish_metrics="true", superseded_hours="0", **given
    )
    return observed(told, lambda: job.run(told, InProcessEngine(), broker, lambda: NOW))


def play(place: Place) -> None:
    """A day: much, with rejects; news that nobody announces; recovery of that; news that change nothing."""
    large = [{"chargeback_id": f"c{n}", "reason": "x" * (SIX_MIB // 40)} for n in range(40)]
    place.land("first.json", [*large, {"status": "no id"}])
    run(place, Broker(), "00:30", output_files="1").raise_failures()
    place.land(
        "second.json", [{"chargeback_id": "c1", "updated_at": f"{DAY}T05:00:00Z"}, {"chargeback_id": "new"}]
    )
    run(place, None, "06:30", output_files="1").raise_failures()
    told = place.settings(publish_metrics="true")
    observed(told, lambda: job.recover(told, Broker())).raise_failures()
    place.land("third.json", [{"chargeback_id": "new"}])
    run(place, Broker(), "12:30", output_files="3").raise_failures()


def break_an_upload(proxy: S3Proxy, place: Place) -> None:
    """Refuse the part of a large object: what was begun is given up."""
    proxy.plan = lambda request, _: S3Fault.CONFLICT if "partNumber=" in request.path else None
    with pytest.raises(StorageError):
        Store(place.root).put("large", b"x" * SIX_MIB)


def calls(*asked: Sequence[Asked]) -> set[Call]:
    """What was asked, as calls."""
    return {call_of(request) for one in asked for request in one}


@pytest.fixture(scope="module")
def job_calls(s3_endpoint: str, s3_environment: None) -> set[Call]:
    """Every call of the job."""
    place = Place(new_bucket())
    with recorded(s3_endpoint, "S3", "CLOUDWATCH") as proxy:
        play(place)
        break_an_upload(proxy, place)
    return calls(proxy.asked)


@pytest.fixture(scope="module")
def updater_calls(dynamodb: DynamoDB, s3_endpoint: str) -> Iterator[set[Call]]:
    """Every call of the updater: slices, a message that is put aside, days found by a scan and by the index."""
    table = create_table(dynamodb.endpoint_url, f"calls-{uuid.uuid4().hex}", INDEX)
    put(table, {"a": f"{DAY}T10:00:00Z", "b": f"{DAY}T11:00:00Z"})
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(dynamodb.endpoint_url).items():
            patch.setenv(name, value)
        with recorded(dynamodb.endpoint_url, "DYNAMODB") as items, recorded(s3_endpoint, "SQS") as letters:
            url = _queue(letters)
            for index in (None, INDEX):
                settings = UpdaterSettings(table=table.name, dlq_url=url, partition_index=index)
                answer = Updater.build(settings).handle(of(slice_of("a"), b"poison", summary()), Context())
                assert failed_offsets(answer) == []
    yield calls(items.asked, letters.asked)
    table.delete()


def _queue(letters: S3Proxy) -> str:
    """A queue of the test's own, made by the test, which is not what is recorded."""
    import boto3

    url = boto3.client("sqs").create_queue(QueueName=f"calls-{uuid.uuid4().hex}")["QueueUrl"]
    letters.asked.clear()
    return url


@pytest.fixture
def made(request: pytest.FixtureRequest, role: Role) -> set[Call]:
    """The calls of that role's code."""
    found: set[Call] = request.getfixturevalue(f"{role}_calls")
    return found


@pytest.mark.parametrize("role", ["job", "updater"])
def test_every_call_that_was_made_is_in_the_table(role: Role, made: set[Call]) -> None:
    assert made - set(ACTIONS[role]) == set()


@pytest.mark.parametrize("role", ["job", "updater"])
def test_every_call_in_the_table_was_made(role: Role, made: set[Call]) -> None:
    assert set(ACTIONS[role]) - made == set()


def test_the_updater_s_page_names_the_permissions_of_the_table() -> None:
    page = (ROOT / "consumers/consolidation_updater/README.md").read_text()
    assert set(re.findall(r"\b(?:dynamodb|sqs):\w+", page)) == set().union(*ACTIONS["updater"].values())


@pytest.mark.parametrize(
    ("request_", "call"),
    [
        (Asked("GET", "/b?list-type=2&prefix=x", {}), Call("s3", "ListObjectsV2")),
        (Asked("PUT", "/b/k", {"x-amz-copy-source": "b/j"}), Call("s3", "CopyObject")),
        (Asked("POST", "/b/k?uploads=", {}), Call("s3", "CreateMultipartUpload")),
        (Asked("DELETE", "/b/k?uploadId=1", {}), Call("s3", "AbortMultipartUpload")),
        (Asked("DELETE", "/b/k", {}), Call("s3", "DeleteObject")),
        (Asked("POST", "/", {"x-amz-target": "AmazonSQS.SendMessage"}), Call("sqs", "SendMessage")),
    ],
)
def test_a_request_is_known_by_what_is_on_the_wire(request_: Asked, call: Call) -> None:
    assert call_of(request_) == call


@pytest.mark.parametrize(
    "asked", [Asked("PUT", "/b", {}), Asked("GET", "/b/k?acl", {}), Asked("PATCH", "/b/k", {})]
)
def test_a_request_that_nobody_has_thought_of_fails(asked: Asked) -> None:
    with pytest.raises(AssertionError, match="is no call that is known"):
        call_of(asked)
