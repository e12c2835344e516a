"""Every file of the corpus through the job: each record that another reader counts is accounted for."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chargebacks.consolidation import limits
from chargebacks.consolidation.stages.engine import SparkEngine
from tests.corpus.corpus import KINDS, SAMPLE, corpus, kinds
from tests.corpus.running import Outcome, complaint, through_the_job, together
from tests.corpus.spec import Fate, Spec

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CASES = [
    pytest.param(spec, id=spec.name, marks=[] if n % SAMPLE == 0 else pytest.mark.slow)
    for n, spec in enumerate(corpus())
]
UNKNOWN = [
    pytest.param(spec, id=spec.name, marks=pytest.mark.slow)
    for spec in corpus()
    if spec.fate is Fate.READ and spec.ending == ".parquet"
    if "/unknown/" in spec.name and not spec.name.endswith("/null")
]
Alone = Callable[[Spec], Outcome]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """What became of a file by itself; each is run once for all tests of this module."""
    found: dict[str, Outcome] = {}

    def outcome(spec: Spec) -> Outcome:
        if spec.name not in found:
            found[spec.name] = through_the_job(tmp_path_factory.mktemp("alone"), spec)
        return found[spec.name]

    return outcome


def test_the_corpus_has_files_of_every_kind() -> None:
    found = kinds()
    print("\n".join(f"{count:4} {kind}" for kind, count in sorted(found.items())))  # pytest -rP shows it
    assert sum(found.values()) >= 300
    assert set(KINDS) <= {part for spec in corpus() for part in spec.name.split("/")}
    assert len({spec.file for spec in corpus()}) == len(corpus())


@pytest.mark.parametrize("spec", CASES)
def test_every_record_of_a_file_is_accounted_for(alone: Alone, spec: Spec) -> None:
    assert complaint(spec, alone(spec)) is None


@pytest.mark.parametrize("spec", UNKNOWN)
def test_an_unknown_column_of_any_type_is_kept_or_named_as_lost(alone: Alone, spec: Spec) -> None:
    outcome = alone(spec)
    assert outcome.lost == ("unknown",) if not outcome.unknown else not outcome.lost


@pytest.mark.slow
def test_what_was_read_rejected_or_declared_unreadable_is_what_the_other_readers_count(alone: Alone) -> None:
    certain = [spec for spec in corpus() if spec.fate is not Fate.DAMAGED and not spec.slack[1]]
    lost = sum(len(spec.rows) for spec in certain if alone(spec).unreadable)
    assert sum(alone(spec).read for spec in certain) + lost == sum(len(spec.rows) for spec in certain)


@pytest.mark.slow
def test_one_run_on_spark_counts_all_files_as_runs_of_each(
    tmp_path: Path, spark: "SparkSession", alone: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_UNREADABLE_SHARE", 1.0)
    specs = [spec for spec in corpus() if not spec.settings]
    each = [alone(spec) for spec in specs]
    found = together(tmp_path, specs, SparkEngine(lambda: spark))
    assert (found.read, found.rejected) == (sum(one.read for one in each), sum(one.rejected for one in each))
    assert found.kept.keys() == {key for one in each for key in one.kept}
    assert sorted(found.unreadable) == sorted(reason for one in each for reason in one.unreadable)
