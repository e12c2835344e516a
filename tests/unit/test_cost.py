"""What a month costs: the arithmetic, against figures worked out by hand or written elsewhere."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from chargebacks.commands.cost import command
from chargebacks.cost.bill import bill, expected_of_updater, total, updater_alone
from chargebacks.cost.prices import load
from chargebacks.cost.usage import (
    Scenario,
    dpu_hours_a_day,
    invocations_a_day,
    kafka_a_day,
    messages_an_execution,
    s3_requests_a_day,
    usages,
)
from chargebacks.errors import SettingsError

PRICES = load()
SMALL, LARGE = Scenario(1), Scenario(5_000_000)


def test_users_expectation_of_the_updater_comes_out_as_they_have_it() -> None:
    invocations, usd = expected_of_updater(4, PRICES)
    assert invocations == 120
    assert round(usd, 2) == 0.06


@pytest.mark.parametrize("daily", [1, 100_000])
def test_the_updater_is_invoked_as_often_as_users_expect_while_an_execution_fits_a_batch(daily: int) -> None:
    invocations, usd = updater_alone(Scenario(daily), PRICES)
    assert invocations == 120
    assert usd < 0.06


def test_five_million_are_2501_messages_an_execution_and_26_batches() -> None:
    assert messages_an_execution(LARGE) == 2501
    assert invocations_a_day(LARGE) == 4 * 26


@pytest.mark.parametrize(
    ("daily", "workers", "hours"), [(5_000_000, 2, 0.13), (50_000_000, 4, 0.27), (500_000_000, 10, 1.5)]
)
def test_glue_takes_the_hours_that_the_page_on_scale_has(daily: int, workers: int, hours: float) -> None:
    found = dpu_hours_a_day(Scenario(daily, workers=workers))
    assert float(f"{found:.2g}") == hours


def test_kafka_carries_every_id_once_and_a_frame_for_each_message() -> None:
    messages, data = kafka_a_day(Scenario(1000, executions=1, id_bytes=40, summary_bytes=900))
    assert (messages, data) == (3, 1000 * 40 + 3 * 900)


def test_each_landing_file_is_put_and_read_once_and_listed_by_every_execution() -> None:
    puts, gets = s3_requests_a_day(Scenario(1_000_000, executions=2, records_a_file=500, output_files=10))
    assert puts == 2000 + 2 * 2 + 2 * (50 + 30)
    assert gets == 2000 + 2 * (50 + 10)


def test_what_is_fixed_does_not_move_and_what_moves_grows() -> None:
    small, large = (bill(one, PRICES) for one in (SMALL, LARGE))
    assert total(small, moves=False) == total(large, moves=False) > 500
    assert total(small, moves=True) < 5 < total(large, moves=True)


def test_a_switch_changes_its_own_line_alone() -> None:
    fewer = {one.what: one.amount for one in usages(replace(SMALL, interface_endpoints=2))}
    changed = {one.what for one in usages(SMALL) if fewer[one.what] != one.amount}
    assert changed == {"interface endpoints"}


def test_every_price_is_used_and_every_usage_has_a_price() -> None:
    assert {one.price for one in usages(SMALL)} == set(PRICES.of)


def test_prices_are_dated_and_say_which_page_and_whose_they_are() -> None:
    assert PRICES.noted == "2026-11-26"
    assert all("pricing" in price.page and price.unit and price.region for price in PRICES.of.values())
    assert "msk_cluster_hour" in PRICES.borrowed
    assert "lambda_request" not in PRICES.borrowed


def test_prices_of_one_s_own_replace_those_that_they_name(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps({"noted": "2027-01-01", "prices": {"msk_cluster_hour": {"usd": 2}}}))
    found = load(own)
    assert (found.of["msk_cluster_hour"].usd, found.noted) == (2, "2027-01-01")
    assert found.of["glue_dpu_hour"] == PRICES.of["glue_dpu_hour"]
    assert "msk_cluster_hour" not in found.borrowed


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no json", "holds no prices"),
        ("{}", "holds no prices"),
        ('{"prices": {"glue_dpu_hour": {}}}', "holds no prices"),
        (
            '{"prices": {"s3_put": {"usd": 0.007, "unit": "1000 requests"}}}',
            "s3_put is for a request, not for",
        ),
        ('{"prices": {"s3_put": {"usd": 1, "USD": 1}}}', "s3_put has a 'USD', which is unknown"),
        ('{"prices": {"gold": {"usd": 1}}}', "price 'gold' is unknown"),
        ('{"prices": {"glue_dpu_hour": {"usd": -1}}}', "glue_dpu_hour has no price"),
        ('{"prices": {"glue_dpu_hour": {"usd": "1"}}}', "glue_dpu_hour has no price"),
    ],
)
def test_a_file_that_is_no_price_list_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    own = tmp_path / "own.json"
    own.write_text(text)
    with pytest.raises(SettingsError, match=told):
        load(own)


def test_the_command_prints_each_scenario_s_sum_and_that_prices_must_be_checked() -> None:
    done = CliRunner().invoke(command, ["--chargebacks-a-day", "1", "--chargebacks-a-day", "5000000"])
    assert done.exit_code == 0
    sums = next(line.split()[1:] for line in done.output.splitlines() if line.split()[:1] == ["all"])
    assert sums == [f"{sum(line.usd for line in bill(one, PRICES)):,.2f}" for one in (SMALL, LARGE)]
    assert "120 invocations, $0.06" in done.output
    assert "check them before you rely on them" in done.output
    assert "ingestion's functions, point-in-time recovery, and superseded versions in S3" in done.output
