"""However records are split into files and executions, and in whatever order: equal rows, exact announcements."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chargebacks import contract
from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from tests.fixtures.landing_files import lines
from tests.fixtures.places import DAY, NOW, Place
from tests.oracle.check_files import check_files
from tests.oracle.check_messages import check_messages
from tests.oracle.expect import Execution, expectations
from tests.unit.consolidation.running import Broker

TIMES = ("00:30", "06:30", "12:30")
Delivery = tuple[int, int, int]  # which record, in which execution, in which of its files
Split = list[Delivery]


@st.composite
def splits(draw: st.DrawFn, count: int) -> Split:
    """Every record at least once, some twice, in any order."""
    where = st.tuples(st.integers(0, len(TIMES) - 1), st.integers(0, 1))
    times = [draw(st.lists(where, min_size=1, max_size=2)) for _ in range(count)]
    return draw(st.permutations([(n, *one) for n, some in enumerate(times) for one in some]))


def _is_alone(line: bytes) -> bool:
    """Whether the line costs no more than itself: a broken one of over 64 KiB makes its whole file unreadable."""
    return len(line) <= 64 * 1024


@st.composite
def two_splits(draw: st.DrawFn) -> tuple[list[bytes], Split, Split]:
    """Records, valid and not, and two ways in which they may arrive."""
    found = draw(st.lists(lines.filter(_is_alone), min_size=1, max_size=10))
    return found, draw(splits(len(found))), draw(splits(len(found)))


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(two_splits(), st.sampled_from(["json", "csv", "parquet"]), st.permutations(["1", "3", "3"]))
def test_any_split_gives_the_oracle_s_rows_and_announces_exactly_what_each_execution_changed(
    drawn: tuple[list[bytes], Split, Split], output_format: str, output_files: list[str]
) -> None:
    found, *ways = drawn
    newest = []
    for split in ways:
        with tempfile.TemporaryDirectory() as folder:
            place, broker = Place(folder), Broker()
            executions = []
            for number, time in enumerate(TIMES):
                arrived = _land(place, number, (one for one in split if one[1] == number), found)
                executions.append(Execution(DAY, f"{DAY}T{time}:00", arrived))
                _run(place, broker, time, output_format=output_format, output_files=output_files[number])
            expected = list(expectations(Path(folder, "landing"), executions, lookback_days=0))
            assert not list(check_messages(expected, _messages(broker)))
            output, state = Path(folder, "out"), Path(folder, "_state/out")
            assert not list(check_files(expected[-1], output, state, at_most=int(output_files[-1])))
            newest.append(expected[-1])
    assert newest[0].rows == newest[1].rows


def _land(place: Place, execution: int, split: Iterable[Delivery], found: list[bytes]) -> tuple[str, ...]:
    files: dict[str, list[bytes]] = defaultdict(list)
    for number, _, file in split:
        files[f"2025/11/20/{execution}-{file}.json"].append(found[number])
    for path, content in files.items():
        place.land(path, b"\n".join(content))
    return tuple(files)


def _run(place: Place, broker: Broker, time: str, **given: str) -> None:
    told = {"execution_time": f"{DAY}T{time}:00", "lookback_days": "0", "max_rejected_share": "1"}
    job.run(place.settings(**told | given), InProcessEngine(), broker, lambda: NOW).raise_failures()


def _messages(broker: Broker) -> list[dict[str, Any]]:
    return [{"key": message.key, "value": contract.decode(message.value)} for message in broker.sent]
