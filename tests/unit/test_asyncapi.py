"""The document of the topic says what the code does: references resolve, examples are real messages."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from chargebacks import contract
from chargebacks.consolidation.announce.messages import messages
from chargebacks.consolidation.commits.entry import Announcement, Counts, Entry
from chargebacks.contract.schemas import CURRENT

SCHEMAS = Path(__file__).parents[2] / "schemas"
DOCUMENT = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text())
MESSAGES = DOCUMENT["components"]["messages"]


def references(node: Any) -> Iterator[str]:
    """Every `$ref` at or below `node`."""
    match node:
        case {"$ref": str(target)}:
            yield target
        case dict():
            for child in node.values():
                yield from references(child)
        case list():
            for child in node:
                yield from references(child)


def target(reference: str) -> Any:
    """What a reference points to: `#/a/b` in the document, else a file beside it. Raises for none."""
    if not reference.startswith("#/"):
        return json.loads((SCHEMAS / reference).read_text())
    found = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def resolved(node: Any) -> Any:
    """`node` with every reference replaced by what it points to."""
    match node:
        case {"$ref": str(reference)}:
            return resolved(target(reference))
        case dict():
            return {name: resolved(child) for name, child in node.items()}
        case list():
            return [resolved(child) for child in node]
    return node


def broken_rules(schema: Any, value: Any) -> list[str]:
    checker = jsonschema.Draft202012Validator(
        resolved(schema), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    return [error.message for error in checker.iter_errors(value)]


def test_every_reference_resolves() -> None:
    found = list(references(DOCUMENT))
    assert len(found) > 10
    assert all(target(reference) for reference in found)


def test_the_topic_carries_the_contract_s_messages_and_no_others() -> None:
    (channel,) = DOCUMENT["channels"].values()
    carried = {resolved(message)["name"] for message in channel["messages"].values()}
    assert carried == set(contract.MESSAGES) == {message["name"] for message in MESSAGES.values()}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_a_message_refers_to_its_current_schema_file(message: dict[str, Any]) -> None:
    version = CURRENT[message["name"]]
    assert message["payload"]["schema"]["$ref"] == f"{message['name']}/{version}/schema.json"


@pytest.mark.parametrize("action", ["send", "receive"])
def test_every_message_is_sent_and_received(action: str) -> None:
    operations = [o for o in DOCUMENT["operations"].values() if o["action"] == action]
    names = {resolved(message)["name"] for o in operations for message in o["messages"]}
    assert names == set(contract.MESSAGES)


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_an_example_is_a_message_that_the_contract_accepts(message: dict[str, Any]) -> None:
    for example in message["examples"]:
        assert contract.decode(json.dumps(example["payload"]).encode()) == example["payload"]
        assert broken_rules(message["payload"]["schema"], example["payload"]) == []
        assert broken_rules(message["headers"], example["headers"]) == []
        assert example["headers"]["ce_id"] == example["payload"]["event_id"]
        assert example["headers"]["ce_time"] == example["payload"]["completed_at"]


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_the_examples_beside_the_schemas_fit_the_document(message: dict[str, Any]) -> None:
    folder = (SCHEMAS / message["payload"]["schema"]["$ref"]).parent / "examples"
    for path in folder.glob("valid/*.json"):
        assert broken_rules(message["payload"]["schema"], json.loads(path.read_text())) == []


@pytest.mark.parametrize(
    ("header", "wrong"), [("ce_type", "other"), ("traceparent", "00-0-0-0"), ("ce_id", 7)]
)
def test_a_wrong_header_does_not_fit_the_document(header: str, wrong: Any) -> None:
    for message in MESSAGES.values():
        headers = message["examples"][0]["headers"] | {header: wrong}
        assert broken_rules(message["headers"], headers) != []


@pytest.mark.parametrize(
    ("key", "fits"),
    [
        ("job:2025-11-20:1", True),
        ("job:2025-11-20:summary", True),
        ("job:2025-11-20", False),
        ("job:2025-11-20:0", False),
    ],
)
def test_the_key_names_job_partition_and_slice(key: str, fits: bool) -> None:
    for message in MESSAGES.values():
        assert (broken_rules(resolved(message["bindings"])["kafka"]["key"], key) == []) is fits


ENTRY = Entry(
    commit=2,
    run="2b0f",
    partition_date=date(2025, 11, 20),
    execution_time=datetime.fromisoformat("2025-11-20T06:30:00"),
    execution_sequence=2,
    total_executions=4,
    completed_at=datetime(2025, 11, 20, 6, 45, 32, 123456, UTC),
    job_name="poc-chargeback-dev-chargebacks-consolidation",
    output_path="s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",
    output_format="csv",
    buckets=10,
    counts=Counts(records_read=501, records_processed=501),
    files=(),
    announcement=Announcement(topic="chargeback-consolidation-events", mode="changed", ids=501),
)


def documented_headers(message: dict[str, Any]) -> set[str]:
    return {name for part in resolved(message["headers"])["allOf"] for name in part["properties"]}


def test_what_the_job_sends_is_what_the_document_describes() -> None:
    by_name = {message["name"]: resolved(message) for message in MESSAGES.values()}
    sent = list(messages(ENTRY, [f"cb-{n}" for n in range(501)]))
    for one in sent:
        value, headers = contract.decode(one.value), dict(one.headers)
        message = by_name[value["event_type"]]
        assert broken_rules(message["payload"]["schema"], value) == []
        assert broken_rules(message["bindings"]["kafka"]["key"], one.key) == []
        assert broken_rules(message["headers"], headers) == []
        assert set(headers) == documented_headers(message)
        assert (headers["ce_id"], headers["ce_time"]) == (value["event_id"], value["completed_at"])
    assert [contract.decode(one.value)["event_type"] for one in sent] == [
        "chargebacks_consolidated",
        "chargebacks_consolidated",
        "consolidation_completed",
    ]
