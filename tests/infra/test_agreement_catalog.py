"""Catalog and job agree on folders, names and columns; the view's query runs on DuckDB, for Athena is out of reach."""

import base64
import json
import re
from datetime import date
from typing import Any

import duckdb
import pytest

from chargebacks import partition, record
from chargebacks.consolidation.commits.converge import manifest_path
from tests.infra.given import PHASE_1
from tests.infra.phase_4 import Applied

DAY = date(2025, 1, 2)
COLUMNS = [*record.FIELDS, record.EXTRAS]


@pytest.fixture
def tables(phase_4: Applied) -> dict[str, dict[str, Any]]:
    """Tables and view by name."""
    return {one["name"]: one for one in phase_4.of("aws_glue_catalog_table").values()}


def located(table: dict[str, Any]) -> str:
    """Where the table looks for that day."""
    template: str = table["parameters"]["storage.location.template"]
    day = {"${year}": f"{DAY:%Y}", "${month}": f"{DAY:%m}", "${day}": f"{DAY:%d}"}
    for placeholder, value in day.items():
        template = template.replace(placeholder, value)
    return template


def columns(table: dict[str, Any]) -> list[str]:
    return [column["name"] for column in table["storage_descriptor"][0]["columns"]]


def test_folders_are_where_the_job_puts_its_files(tables: dict[str, dict[str, Any]]) -> None:
    bucket = f"s3://{PHASE_1['consolidated_bucket']}"
    assert located(tables["chargebacks"]) == f"{bucket}/chargebacks/{partition.hive(DAY)}"
    manifest = f"{bucket}/_state/chargebacks/{manifest_path(DAY)}"
    assert f"{located(tables['chargebacks_exact'])}/manifest" == manifest


def test_partitions_are_projected_so_that_nothing_crawls(tables: dict[str, dict[str, Any]]) -> None:
    for name in ("chargebacks", "chargebacks_exact"):
        told = tables[name]["parameters"]
        assert told["projection.enabled"] == "true"
        assert (told["projection.month.digits"], told["projection.day.digits"]) == ("2", "2")
        assert [key["name"] for key in tables[name]["partition_keys"]] == ["year", "month", "day"]


def test_no_character_of_the_csv_escapes_another(tables: dict[str, dict[str, Any]]) -> None:
    """A quote would do it, too: OpenCSVSerde takes it to mean its default, the backslash."""
    for name in ("chargebacks", "chargebacks_exact"):
        (serde,) = tables[name]["storage_descriptor"][0]["ser_de_info"]
        assert serde["parameters"]["quoteChar"] == '"'
        assert serde["parameters"]["escapeChar"] not in '"\\,'


def test_columns_are_the_record_s_in_the_job_s_order(tables: dict[str, dict[str, Any]]) -> None:
    for name in ("chargebacks", "chargebacks_exact"):
        assert columns(tables[name]) == COLUMNS
    assert columns(tables["chargebacks_latest"]) == [*COLUMNS, "partition_date"]


def test_the_view_names_a_serde_for_athena_refuses_one_without(tables: dict[str, dict[str, Any]]) -> None:
    (described,) = tables["chargebacks_latest"]["storage_descriptor"]
    assert [one["serialization_library"] for one in described["ser_de_info"]] == ["-"]


def test_the_view_takes_the_newest_of_each_across_days(tables: dict[str, dict[str, Any]]) -> None:
    (encoded,) = re.findall(r"/\* Presto View: (\S+) \*/", tables["chargebacks_latest"]["view_original_text"])
    view = json.loads(base64.b64decode(encoded))
    assert [column["name"] for column in view["columns"]] == [*COLUMNS, "partition_date"]
    with duckdb.connect() as database:
        typed = ", ".join(f"{name} VARCHAR" for name in [*COLUMNS, "year", "month", "day"])
        database.execute(f"CREATE TABLE chargebacks_exact ({typed})")
        for chargeback, moment, kind, day in (
            ("a", "2025-01-01T10:00:00.000000Z", "INSERT", "01"),
            ("a", "2025-01-02T10:00:00.000001Z", "MODIFY", "02"),
            ("a", "2025-01-02T10:00:00.000000Z", "MODIFY", "03"),
            ("gone", "2025-01-01T10:00:00.000000Z", "INSERT", "01"),
            ("gone", "", "REMOVE", "02"),
        ):
            known = {"chargeback_id": chargeback, "amount": "10.5", "updated_at": moment, "event_type": kind}
            known |= {"event_timestamp": "2025-01-02T11:00:00.000000Z"}
            row = [*(known.get(name, "") for name in COLUMNS), "2025", "01", day]
            database.execute(f"INSERT INTO chargebacks_exact VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
        found = database.sql(view["originalSql"]).select("chargeback_id, amount, reason, partition_date")
        assert [tuple(map(str, row)) for row in found.fetchall()] == [
            ("a", "10.500000000", "None", "2025-01-02")
        ]
