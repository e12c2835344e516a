"""Runs of the whole job in this process, on a folder: what the tests of executions and of the protocol share."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chargebacks import contract, partition
from chargebacks.adapters.store import Store
from chargebacks.consolidation import job
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.consolidation.records import datafile
from chargebacks.consolidation.report import PartitionReport, RunReport
from chargebacks.consolidation.stages.engine import Engine, InProcessEngine
from chargebacks.contract.message import Message
from chargebacks.errors import PublishError
from chargebacks.schedule import parse_date
from tests.unit.consolidation.builders import DAY, NOW, Row, settings, without_nulls


@dataclass
class Broker:
    """Takes messages; goes down after `capacity` of them."""

    sent: list[Message] = field(default_factory=list)
    capacity: int | None = None

    def publish(self, topic: str, messages: Iterable[Message]) -> int:
        """Record each message, as acknowledged."""
        count = 0
        for message in messages:
            if self.capacity is not None and len(self.sent) >= self.capacity:
                raise PublishError(f"{topic}: down")
            self.sent.append(message)
            count += 1
        return count

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was sent, decoded."""
        return [contract.decode(message.value) for message in self.sent]

    @property
    def announced(self) -> list[str]:
        """The ids named by slices."""
        return [one for event in self.events for one in event.get("chargeback_ids", [])]

    def distinct(self) -> dict[str, dict[str, Any]]:
        """By event id; what was sent twice must have been equal."""
        found: dict[str, dict[str, Any]] = {}
        for event in self.events:
            assert found.setdefault(event["event_id"], event) == event
        return found


class Interrupted(InProcessEngine):
    """An engine after whose stages, as often as told, something else happens before the commit."""

    def __init__(self, interrupt: Callable[[int], None], times: int = 1) -> None:
        self._interrupt, self._left, self._turn = interrupt, times, 0

    def run(self, *arguments: Any) -> list[Any]:
        """The stages, then the interruption."""
        results = super().run(*arguments)
        if self._left:
            self._left -= 1
            self._turn += 1
            self._interrupt(self._turn)
        return results


def run(
    root: Path,
    publisher: Broker | None = None,
    engine: Engine | None = None,
    at: str = "06:30",
    **given: str,
) -> RunReport:
    """One run of the job, for DAY at that time unless told otherwise; the clock stands still."""
    told = settings(root, **{"execution_time": f"{DAY}T{at}:00"} | given)
    return job.run(told, engine or InProcessEngine(), publisher, lambda: NOW)


def run_day(root: Path, publisher: Broker | None = None, at: str = "06:30", **given: str) -> PartitionReport:
    """One run that must concern one partition only, and not fail."""
    report = run(root, publisher, None, at, **given)
    report.raise_failures()
    assert len(report.partitions) == 1
    return report.partitions[0]


def committed(root: Path, at: str = "06:30", **given: str) -> Entry:
    """The entry of such a run."""
    entry = run_day(root, None, at, **given).entry
    assert entry
    return entry


def log(root: Path, day: str = DAY) -> CommitLog:
    """That day's log."""
    return CommitLog(Store(str(root / "_state/out")), parse_date(day))


def view(root: Path, day: str = DAY, output: str = "out") -> dict[str, Row]:
    """The rows that a reader who lists the output folder finds, by id; no id may be there twice."""
    folder = root / output / partition.hive(parse_date(day))
    rows = [
        row
        for path in folder.glob("*")
        for row in datafile.read(path.read_bytes(), path.name.split(".")[1]).to_dicts()
    ]
    found = {row["chargeback_id"]: without_nulls(row) for row in rows}
    assert len(found) == len(rows)
    return found


def exact(root: Path, day: str = DAY) -> dict[str, Row]:
    """The rows by the exact read path: those that the newest entry names."""
    head = log(root, day).head()
    assert head
    state = Store(str(root / "_state/out"))
    frames = [datafile.read(state.get(file.path), head.output_format) for file in head.files]
    return {row["chargeback_id"]: without_nulls(row) for frame in frames for row in frame.to_dicts()}


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def anonymous(broker: Broker) -> list[str]:
    """The distinct events without what names the run, sorted."""
    events = broker.distinct().values()
    return sorted(
        json.dumps({k: v for k, v in one.items() if k != "event_id"}, sort_keys=True) for one in events
    )
