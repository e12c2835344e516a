"""The sample: repeatable, as large as asked for, and with everything in it that an upstream gets wrong."""

import io
import json
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from chargebacks.adapters.store import Store
from chargebacks.commands.sample import command
from chargebacks.errors import SettingsError
from chargebacks.local.sample.deliveries import Recipe
from chargebacks.local.sample.generate import Window, check, generate
from tests.oracle.expect import Execution, Expected, expectations
from tests.oracle.landing import day_of

RECIPE = Recipe(date(2025, 11, 20), 4_000, 80, 7)


class Kept(dict[str, bytes]):
    """A target that keeps the files in memory."""

    def put(self, path: str, data: bytes) -> None:
        assert path not in self, "no file is written twice"
        self[path] = data


@pytest.fixture(scope="module")
def made() -> tuple[list[Window], Kept]:
    kept = Kept()
    return list(generate(RECIPE, kept)), kept


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[Expected]:
    landing = tmp_path_factory.mktemp("landing")
    windows = generate(RECIPE, Store(str(landing)))
    executions = [Execution("2025-11-20", w.execution_time.isoformat(), w.files) for w in windows]
    return list(expectations(landing, executions, lookback_days=1))


def test_the_same_seed_makes_the_same_bytes_and_another_does_not(made: tuple[list[Window], Kept]) -> None:
    again, other = Kept(), Kept()
    assert list(generate(RECIPE, again)) == made[0]
    list(generate(Recipe(RECIPE.day, RECIPE.size, RECIPE.files, 8), other))
    assert again == made[1]
    assert other != made[1]


def test_the_windows_name_every_file_once(made: tuple[list[Window], Kept]) -> None:
    windows, kept = made
    named = [path for window in windows for path in window.files]
    assert sorted(named) == sorted(kept)
    assert [f"{window.execution_time:%H:%M}" for window in windows] == ["00:30", "06:30", "12:30", "18:30"]


def test_both_layouts_and_all_formats_are_there_some_of_them_compressed(
    made: tuple[list[Window], Kept],
) -> None:
    paths = list(made[1])
    assert any(path.startswith("year=2025/month=11/day=20/") for path in paths)
    endings = {path.partition(".")[2] for path in paths if day_of(path, len(made[1][path]))}
    assert endings == {"parquet", "jsonl", "json.gz", "ndjson", "csv", "csv.gz"}


def test_the_day_has_about_the_chargebacks_and_duplicates_asked_for(expected: list[Expected]) -> None:
    last = [e for e in expected if e.partition_date == "2025-11-20"][-1]
    assert RECIPE.size <= len(last.rows) <= RECIPE.size + 10
    assert 0.05 < last.message_counts["duplicates_removed"] / RECIPE.size < 0.15


def test_every_window_brings_rejects_and_the_later_ones_echoes_within_the_limits(
    expected: list[Expected],
) -> None:
    rejected = [e.counts.rejected for e in expected if e.partition_date == "2025-11-20"]
    echoes = [e.counts.echoes for e in expected if e.partition_date == "2025-11-20"]
    assert sorted(set(rejected)) == rejected
    assert rejected[-1] == 20  # one of the texts has two lines, so it may hold two records
    assert echoes[0] == 0 < echoes[1] < echoes[2] < echoes[3]


def test_one_file_is_unreadable_and_one_is_late_for_yesterday(expected: list[Expected]) -> None:
    assert [e.unreadable for e in expected] == [0, 0, 1, 0, 0]
    assert [e.partition_date[-2:] for e in expected] == ["20", "20", "20", "19", "20"]


def test_removals_are_there_and_some_of_them_have_no_update_time(expected: list[Expected]) -> None:
    rows = [json.loads(content) for content in expected[-1].rows.values()]
    removed = [row for row in rows if row["event_type"] == "REMOVE"]
    assert {row["updated_at"] is None for row in removed} == {True, False}


def test_reasons_need_every_kind_of_care_in_csv(expected: list[Expected]) -> None:
    reasons = {json.loads(content)["reason"] for content in expected[-1].rows.values()}
    for needed in (",", '"', "\n", "\r\n", "😡", "\\"):
        assert any(needed in (reason or "") for reason in reasons)
    assert {None, "null", "00123"} <= reasons


def test_amounts_come_in_several_scales_and_times_in_several_types(made: tuple[list[Window], Kept]) -> None:
    kept = made[1].items()
    whole = [
        path_data for path_data in kept if path_data[0].endswith(".parquet") and "cut" not in path_data[0]
    ]
    schemas = [pl.read_parquet_schema(io.BytesIO(data)) for _, data in whole]
    assert Counter(type(schema["amount"]) for schema in schemas) == {pl.Decimal: len(schemas)}
    assert {schema["amount"].scale for schema in schemas if isinstance(schema["amount"], pl.Decimal)} == {
        2,
        4,
        6,
    }
    assert {pl.String(), pl.Int64(), pl.Datetime("us", "UTC")} <= {schema["updated_at"] for schema in schemas}
    assert 0 < sum("channel" in schema for schema in schemas) < len(schemas)


@pytest.mark.parametrize(("size", "files"), [(39, 8), (10**9, 8), (400, 7), (400, 401)])
def test_a_recipe_that_makes_no_day_is_refused(size: int, files: int) -> None:
    with pytest.raises(SettingsError, match="out of range"):
        check(Recipe(date(2025, 11, 20), size, files, 7))


def test_the_command_prints_the_plan_and_writes_the_files(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        command, ["--to", str(tmp_path / "new"), "--size", "100", "--files", "8", "--json"]
    )
    plan = [json.loads(line) for line in result.stdout.splitlines()]
    assert plan[0]["execution_time"] == "2025-11-20T00:30:00"
    assert all((tmp_path / "new" / path).is_file() for window in plan for path in window["files"])
