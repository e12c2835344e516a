"""The job and the oracle, two readings of the same rules, agree on any records, files and executions."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from chargebacks.settings import COMPRESSIONS, JobSettings
from tests.fixtures.any_files import any_files
from tests.oracle.check_files import check_files
from tests.oracle.expect import Execution, expectations

FOLDERS = (
    "2025/11/20",
    "year=2025/month=11/day=20",
    "dt=2025-11-20/hour=06",
    "2025-11-20",
    "2025/11/19",
    "day=2025-11-19",
    "2025/11/20/_temporary",
)
WAYS = [(name, compression) for name, possible in COMPRESSIONS.items() for compression in possible]
TIMES = ("2025-11-20T06:30:00", "2025-11-20T12:30:00")

arriving = st.lists(st.tuples(st.sampled_from(FOLDERS), any_files), min_size=1, max_size=3)


@settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(arriving, arriving, st.sampled_from(WAYS))
def test_job_and_oracle_agree_on_any_files(
    early: list[tuple[str, tuple[str, bytes]]],
    late: list[tuple[str, tuple[str, bytes]]],
    way: tuple[str, str],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        executions, told = [], []
        for number, (time, arriving) in enumerate(zip(TIMES, (early, late), strict=True)):
            arrived = tuple(_land(root / "landing", arriving, number))
            executions.append(Execution("2025-11-20", time, arrived))
            told += _run(root, time, *way)
        expected = list(expectations(root / "landing", executions, lookback_days=1))
        assert told == [
            (
                one.partition_date,
                one.execution_time,
                one.message_counts,
                len(one.announced),
                one.unreadable,
                one.ties,
                one.later,
            )
            for one in sorted(expected, key=lambda one: (one.execution_time, one.partition_date))
        ]
        newest = {one.partition_date: one for one in expected}
        for one in newest.values():
            assert not list(check_files(one, root / "out/c", root / "out/_state/c", at_most=3))


def _land(landing: Path, arriving: list[tuple[str, tuple[str, bytes]]], number: int) -> list[str]:
    landing.mkdir(exist_ok=True)
    paths = []
    for position, (folder, (ending, data)) in enumerate(arriving):
        paths.append(f"{folder}/{number}-{position}{ending}")
        (landing / folder).mkdir(parents=True, exist_ok=True)
        (landing / paths[-1]).write_bytes(data)
    return paths


def _run(root: Path, time: str, output_format: str, compression: str) -> list[tuple[Any, ...]]:
    arguments = {
        "landing_path": str(root / "landing"),
        "output_path": str(root / "out" / "c"),
        "partition_date": "2025-11-20",
        "execution_time": time,
        "output_format": output_format,
        "output_compression": compression,
        "output_files": "3",
        "max_rejected_share": "1",
    }
    parsed = JobSettings.parse(arguments, datetime.now(UTC))
    reports = job.run(parsed, InProcessEngine(), None).to_json()
    assert [report["error"] for report in reports] == [None] * len(reports)
    return [
        (
            report["partition_date"],
            report["execution_time"],
            {
                name: report[name]
                for name in (
                    "records_read",
                    "records_processed",
                    "duplicates_removed",
                    "records_rejected",
                    "echoes_ignored",
                )
            },
            report["chargebacks_announced"],
            report["files_unreadable"],
            report["ties_decided_by_bytes"],
            report["records_after_execution"],
        )
        for report in reports
    ]
