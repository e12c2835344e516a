"""What a month costs: the arithmetic, against figures worked out by hand or written elsewhere."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from chargebacks.commands.cost import command
from chargebacks.cost.bill import bill, expected_of_updater, total, updater_alone
from chargebacks.cost.prices import REGIONS, load
from chargebacks.cost.usage import (
    BROKERS,
    GLUE_PRICES,
    LAMBDA_PRICES,
    Scenario,
    dpu_hours_a_day,
    invocations_a_day,
    kafka_a_day,
    messages_an_execution,
    s3_requests_a_day,
    usages,
)
from chargebacks.errors import SettingsError

README = Path(__file__).parents[2] / "infra/terraform/README.md"
PRICES = load()
SMALL, LARGE = Scenario(1), Scenario(5_000_000)
SERVERLESS = replace(LARGE, cluster_type="serverless")


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


def test_brokers_are_billed_by_zone_type_and_disk() -> None:
    found = {one.what: (one.price, one.amount) for one in usages(replace(SMALL, brokers_per_zone=2))}
    assert found["MSK: brokers"] == ("msk_kafka_t3_small_hour", 730 * 3 * 2)
    assert found["MSK: disks"] == ("msk_disk_gb_month", 3 * 2 * 100)
    larger = {one.what: one.price for one in usages(replace(SMALL, broker_type="kafka.m7g.large"))}
    assert larger["MSK: brokers"] == "msk_kafka_m7g_large_hour"


def test_a_serverless_cluster_is_billed_by_hour_partition_and_data() -> None:
    lines = {one.usage.what: one.usd for one in bill(SERVERLESS, load(region="us-east-1"))}
    assert lines["MSK Serverless: cluster"] == pytest.approx(730 * 0.75)
    assert lines["MSK Serverless: partitions"] == pytest.approx(730 * 10 * 0.0015)
    assert lines["Kafka: in"] > lines["Kafka: out"] > 0
    assert not any(name.startswith("MSK: ") for name in lines)


@pytest.mark.parametrize(("pollers", "units"), [(1, 1), (10, 1), (11, 2)])
def test_ten_pollers_share_one_billed_unit(pollers: int, units: int) -> None:
    found = {one.price: one.amount for one in usages(replace(SMALL, pollers=pollers))}
    assert found["lambda_poller_hour"] == 730 * units


def test_glue_6_costs_30_percent_less_than_5_1() -> None:
    of = {version: bill(replace(LARGE, glue_version=version), PRICES) for version in GLUE_PRICES}
    usd = {
        version: next(one.usd for one in lines if one.usage.what == "Glue") for version, lines in of.items()
    }
    assert usd["6.0"] == pytest.approx(0.7 * usd["5.1"])


def test_arm64_costs_a_fifth_less_a_second_than_x86_64() -> None:
    _, arm = updater_alone(replace(LARGE, architecture="arm64"), PRICES)
    _, x86 = updater_alone(replace(LARGE, architecture="x86_64"), PRICES)
    assert arm == pytest.approx(0.8 * x86, rel=0.001)


def test_every_price_is_used_and_every_usage_has_a_price() -> None:
    scenarios = [
        *(replace(SMALL, broker_type=one) for one in BROKERS),
        *(replace(SERVERLESS, glue_version=one) for one in GLUE_PRICES),
        *(replace(SMALL, architecture=one) for one in LAMBDA_PRICES),
    ]
    assert {one.price for scenario in scenarios for one in usages(scenario)} == set(PRICES.by_name)


@pytest.mark.parametrize(
    ("scenario", "region"), [(LARGE, "sa-east-1"), (LARGE, "us-east-1"), (SERVERLESS, "us-east-1")]
)
def test_a_bill_has_no_price_of_another_region(scenario: Scenario, region: str) -> None:
    assert load(region=region).borrowed(one.price for one in usages(scenario)) == []


@pytest.mark.parametrize("region", REGIONS)
def test_prices_state_page_unit_region_and_the_day_of_their_list(region: str) -> None:
    prices = load(region=region)
    assert all("pricing" in price.page and price.unit for price in prices.by_name.values())
    assert {price.region for price in prices.by_name.values()} <= set(REGIONS)
    days = [prices.noted, *(price.listed for price in prices.by_name.values())]
    assert max(days) == prices.noted
    assert all(date.fromisoformat(day) for day in days)


def test_a_price_that_no_list_of_its_region_confirms_says_where_it_comes_from() -> None:
    assert PRICES.unconfirmed(PRICES.by_name) == ["glue_6_dpu_hour"]
    assert "30 % below glue_dpu_hour" in PRICES.by_name["glue_6_dpu_hour"].unconfirmed


def test_prices_of_one_s_own_replace_those_that_they_name(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text(
        json.dumps(
            {"noted": "2027-01-01", "prices": {"msk_cluster_hour": {"usd": 2}, "glue_6_dpu_hour": {"usd": 1}}}
        )
    )
    found = load(own)
    assert (found.by_name["msk_cluster_hour"].usd, found.noted) == (2, "2027-01-01")
    assert found.by_name["glue_dpu_hour"] == PRICES.by_name["glue_dpu_hour"]
    assert found.borrowed(["msk_cluster_hour", "msk_gb_in"]) == ["msk_gb_in"]
    assert found.unconfirmed(found.by_name) == []
    assert found.listed(["glue_6_dpu_hour", "s3_put"]) == ("2026-08-07", "2027-01-01")


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
        ('{"prices": {"s3_put": {"usd": 1, "listed": 2026}}}', "s3_put has a 'listed' that is not text"),
    ],
)
def test_a_file_that_is_no_price_list_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    own = tmp_path / "own.json"
    own.write_text(text)
    with pytest.raises(SettingsError, match=told):
        load(own)


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def sums(output: str) -> list[str]:
    return next(line.split()[1:] for line in output.splitlines() if line.split()[:1] == ["all"])


def test_the_command_prints_each_scenario_s_sum_and_that_prices_must_be_checked() -> None:
    output = printed("--chargebacks-a-day", "1", "--chargebacks-a-day", "5000000")
    assert sums(output) == [f"{sum(line.usd for line in bill(one, PRICES)):,.2f}" for one in (SMALL, LARGE)]
    assert "120 invocations, $0.06" in output
    assert "from price lists of 2025-06-18 to 2026-08-21: check them before you rely on them" in output
    assert "Not confirmed: glue_6_dpu_hour, $0.483 per DPU-hour: 30 % below glue_dpu_hour" in output
    assert "Of another region" not in output
    assert "ingestion's functions, point-in-time recovery, superseded versions in S3" in output


def test_the_command_lists_only_prices_that_the_bill_uses() -> None:
    output = printed("--glue-version", "5.1", "--architecture", "x86_64", "--broker-type", "kafka.m7g.large")
    assert "Not confirmed" not in output


def test_a_region_with_msk_serverless_gets_a_serverless_cluster_in_two_zones() -> None:
    output = printed("--region", "us-east-1", "--chargebacks-a-day", "5000000")
    wanted = bill(replace(SERVERLESS, zones=2), load(region="us-east-1"))
    assert sums(output) == [f"{sum(line.usd for line in wanted):,.2f}"]


def test_brokers_are_priced_where_msk_serverless_is_offered_too() -> None:
    output = printed(
        "--region", "us-east-1", "--cluster-type", "provisioned", "--chargebacks-a-day", "5000000"
    )
    assert sums(output) == [f"{sum(line.usd for line in bill(LARGE, load(region='us-east-1'))):,.2f}"]


def test_a_serverless_cluster_without_a_price_of_the_region_is_refused() -> None:
    with pytest.raises(
        SettingsError, match=r"no price of MSK Serverless in sa-east-1.*give --region us-east-1"
    ):
        printed("--cluster-type", "serverless")


def test_own_serverless_prices_allow_a_serverless_cluster(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps({"region": "eu-west-1", "prices": {"msk_cluster_hour": {"usd": 0.8625}}}))
    options = ("--prices", str(own), "--chargebacks-a-day", "1")
    output = printed(*options, "--cluster-type", "serverless")
    assert "629.62" in output
    assert "Of another region, since eu-west-1's are not known: alarm_month" in output
    assert "MSK: brokers" in printed(*options)


@pytest.mark.parametrize(("noted", "day"), [(20271130, "20271130"), (None, PRICES.noted)])
def test_the_day_of_one_s_own_file_may_be_a_number_or_unknown(
    tmp_path: Path, noted: int | None, day: str
) -> None:
    own = tmp_path / "own.json"
    own.write_text(json.dumps({"noted": noted, "prices": {"endpoint_hour": {"usd": 0.1}}}))
    assert f"noted on {day} from price lists of 2025-06-18 to" in printed("--prices", str(own))


def test_own_prices_that_the_bill_does_not_use_are_named(tmp_path: Path) -> None:
    """A file from before Glue 6.0 and arm64 had prices."""
    own = tmp_path / "own.json"
    prices = {name: {"usd": 0.1} for name in ("glue_dpu_hour", "lambda_gb_second", "s3_put")}
    own.write_text(json.dumps({"prices": prices}))
    unused = "In the file of --prices, but not used for this deployment: glue_dpu_hour, lambda_gb_second."
    assert unused in printed("--prices", str(own))
    assert unused not in printed("--prices", str(own), "--glue-version", "5.1")
    assert "not used" not in printed()


def test_the_readme_shows_what_the_command_prints() -> None:
    page = README.read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```text cost\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    printed_table = printed().split("\n\nThe updater")[0].splitlines()
    assert shown.splitlines() == [line.rstrip() for line in printed_table]


def test_the_readme_states_the_sums_of_a_region_with_msk_serverless() -> None:
    page = " ".join(README.read_text(encoding="utf-8").split())
    small, middle, large = (f"{float(text):.0f}" for text in sums(printed("--region", "us-east-1")))
    assert f"`chargebacks cost --region us-east-1` prints {small}, {middle} and {large} dollars" in page
