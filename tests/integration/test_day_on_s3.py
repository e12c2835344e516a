"""A whole day with everything on S3 as moto speaks it: the oracle works out every file, count and message."""

import json
from pathlib import Path

import pytest

from chargebacks import contract
from chargebacks.consolidation import job
from chargebacks.consolidation.stages.engine import InProcessEngine
from tests.fixtures.places import NOW, Place
from tests.oracle.check_files import check_files
from tests.oracle.check_messages import check_messages
from tests.oracle.expect import Execution, expectations
from tests.unit.consolidation.running import Broker

TINY = Path(__file__).parent.parent / "oracle" / "tiny_day"


@pytest.mark.parametrize("output_format", ["csv", "json", "parquet"])
def test_the_tiny_day_comes_out_on_s3_as_the_oracle_has_it(
    bucket: str, tmp_path: Path, output_format: str
) -> None:
    story = json.loads((TINY / "expected.json").read_bytes())
    place, broker = Place(bucket), Broker()
    lookback = str(story["lookback_days"])
    executions = []
    for told in story["executions"]:
        for name in told["arrived"]:
            place.land(name, (TINY / "landing" / name).read_bytes())
        when = {"partition_date": told["partition_date"], "execution_time": told["execution_time"]}
        settings = place.settings(**when, output_format=output_format, lookback_days=lookback)
        job.run(settings, InProcessEngine(), broker, lambda: NOW).raise_failures()
        executions.append(Execution(arrived=tuple(told["arrived"]), **when))
    for path, data in place.written().items():  # where the oracle can read it
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    expected = list(expectations(TINY / "landing", executions, story["lookback_days"]))
    messages = [{"key": one.key, "value": contract.decode(one.value)} for one in broker.sent]
    assert list(check_messages(expected, messages)) == []
    for one in {one.partition_date: one for one in expected}.values():
        assert list(check_files(one, tmp_path / "out", tmp_path / "_state/out", at_most=3)) == []
