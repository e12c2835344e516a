"""Entry → messages: valid, equal on repeat, and the slices name every announced id once."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks import contract
from chargebacks.consolidation.announce.messages import messages, slice_event, summary_event
from chargebacks.consolidation.commits.entry import Announcement, Counts, DataFile, Entry
from chargebacks.contract.message import Message
from chargebacks.errors import ContractError
from tests.unit.consolidation.test_entry import sample

IDS = [f"cb-{n:05d}" for n in range(1234)]
FULL = replace(
    sample(),
    job_name="poc-chargeback-dev-chargebacks-consolidation",
    output_path="s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",
    counts=Counts(1_250_150, 1_250_000, 150, 0, 0, 0),
    files=tuple(DataFile(f"g/part-{n:05d}-0.csv", 7, n, 1, 1) for n in range(10)),
)


def announcing(ids: list[str], entry: Entry = FULL) -> list[Message]:
    return list(messages(replace(entry, announcement=Announcement("t", "changed", len(ids))), ids))


def events(sent: list[Message]) -> list[dict[str, Any]]:
    return [contract.decode(message.value) for message in sent]


def test_the_summary_has_the_twelve_fields_of_the_sample_event() -> None:
    event = summary_event(FULL)
    assert {
        "event_type": "consolidation_completed",
        "partition_date": "2025-11-20",
        "execution_sequence": 2,
        "total_executions": 4,
        "records_processed": 1_250_000,
        "duplicates_removed": 150,
        "output_files": 10,
        "output_format": "csv",
        "output_path": "s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",
        "execution_time": "2025-11-20T06:30:00",
        "completed_at": "2025-11-20T06:45:32.000000+00:00",
        "job_name": "poc-chargeback-dev-chargebacks-consolidation",
    }.items() <= event.items()
    assert (event["slices"], event["commit"], event["records_read"]) == (0, 7, 1_250_150)


@given(st.integers(0, 1600))
def test_slices_of_at_most_500_name_every_id_once_in_order_and_the_summary_comes_last(count: int) -> None:
    ids = [f"cb-{n}" for n in range(count)]
    *slices, summary = events(announcing(ids))
    assert [one for event in slices for one in event["chargeback_ids"]] == ids
    assert all(len(event["chargeback_ids"]) <= 500 for event in slices)
    assert [event["slice"] for event in slices] == list(range(1, len(slices) + 1))
    assert {event["slices"] for event in slices} <= {len(slices)}
    assert (summary["event_type"], summary["slices"]) == ("consolidation_completed", len(slices))


def test_publishing_twice_sends_equal_messages() -> None:
    assert announcing(IDS) == announcing(IDS)


def test_keys_spread_slices_over_kafka_partitions() -> None:
    prefix = "poc-chargeback-dev-chargebacks-consolidation:2025-11-20"
    assert [message.key for message in announcing(IDS)] == [
        f"{prefix}:{n}" for n in ("1", "2", "3", "summary")
    ]


def test_headers_are_cloudevents_in_binary_mode_and_one_trace_for_the_run() -> None:
    sent = announcing(IDS)
    for message, event in zip(sent, events(sent), strict=True):
        headers = dict(message.headers)
        assert headers["ce_specversion"] == "1.0"
        assert (headers["ce_id"], headers["ce_type"]) == (event["event_id"], event["event_type"])
        assert (headers["ce_time"], headers["ce_subject"]) == (event["completed_at"], "2025-11-20")
        assert (headers["ce_source"], headers["content-type"]) == (
            f"/{event['job_name']}",
            "application/json",
        )
        version, trace, span, flags = headers["traceparent"].split("-")
        assert (version, len(trace), len(span), flags) == ("00", 32, 16, "01")
        assert int(trace, 16)
        assert int(span, 16)
    assert len({dict(message.headers)["traceparent"].split("-")[1] for message in sent}) == 1


def test_event_ids_tell_runs_partitions_and_slices_apart() -> None:
    other_run = announcing(IDS, replace(FULL, run="other"))
    other_day = announcing(IDS, replace(FULL, partition_date=date(2025, 11, 19)))
    every = [event["event_id"] for event in events([*announcing(IDS), *other_run, *other_day])]
    assert len(set(every)) == len(every) == 12


def test_longest_ids_of_widest_characters_fit_into_a_message() -> None:
    ids = [f"{n:03d}" + "😡" * 253 for n in range(250)] + [f"{n:03d}" + "\x01" * 253 for n in range(250)]
    assert len(announcing(ids)[0].value) < contract.MAX_BYTES


def test_a_message_outside_the_contract_is_not_sent() -> None:
    with pytest.raises(ContractError, match="job_name"):
        announcing([], replace(FULL, job_name=" "))
    with pytest.raises(ContractError, match="chargeback_ids"):
        announcing(["twice", "twice"])
    with pytest.raises(ContractError):
        contract.encode(slice_event(FULL, 1, []))
