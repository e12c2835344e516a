"""The updater and its infrastructure agree: every variable that is set is one that its settings read."""

import re
from zoneinfo import ZoneInfo

import pytest

from chargebacks.errors import SettingsError
from chargebacks.projection.settings import UpdaterSettings
from tests.fixtures.terraform import TREE
from tests.infra.given import INDEX, PHASE_1, REGION
from tests.infra.phase_4 import FUNCTION, Applied, queue

# For the layer: "Lambda runtime wrapper scripts", AWS Lambda Developer Guide.
WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"


def variables(applied: Applied) -> dict[str, str]:
    (made,) = applied.one("aws_lambda_function")["environment"]
    given: dict[str, str] = made["variables"]
    return given


@pytest.fixture
def environment(deployed: Applied) -> dict[str, str]:
    return variables(deployed)


def read(name: str) -> bool:
    """Whether the settings look at that variable: another value changes them, or is refused."""
    try:
        return UpdaterSettings.from_environment({name: "another"}) != UpdaterSettings.from_environment({})
    except SettingsError:
        return True


def test_every_variable_that_is_set_is_one_that_settings_read(environment: dict[str, str]) -> None:
    assert [name for name in environment if name != WRAPPER and not read(name)] == []
    assert not read("DYNAMODB_TABLE")  # the check itself


def test_variables_that_lambda_keeps_for_itself_are_not_set(environment: dict[str, str]) -> None:
    assert [name for name in environment if name.startswith(("AWS_", "LAMBDA_"))] in ([], [WRAPPER])


def test_no_variable_is_set_by_a_switch_that_is_off_here(switched_on: Applied) -> None:
    module = (TREE / "modules/updater/main.tf").read_text()
    (block,) = re.findall(r"variables = merge\((.*?)^    \)", module, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"\b([A-Z_]+) += ", block)) == set(variables(switched_on))


def test_settings_parse_what_is_set(phase_4: Applied) -> None:
    parsed = UpdaterSettings.from_environment({**variables(phase_4), "AWS_REGION": REGION})
    assert parsed == UpdaterSettings(
        table=PHASE_1["chargebacks_table_name"],
        dlq_url=queue(phase_4, FUNCTION)["url"],
        service=FUNCTION,
    )


def test_settings_parse_what_every_switch_sets(switched_on: Applied) -> None:
    parsed = UpdaterSettings.from_environment(variables(switched_on))
    assert parsed == UpdaterSettings(
        table=PHASE_1["chargebacks_table_name"],
        dlq_url=queue(switched_on, FUNCTION)["url"],
        service=FUNCTION,
        log_level="DEBUG",
        partition_index=INDEX,
        schedule_zone=ZoneInfo("America/Sao_Paulo"),
    )


def test_the_timeout_leaves_time_beside_what_is_kept_for_the_answer(phase_4: Applied) -> None:
    assert phase_4.one("aws_lambda_function")["timeout"] >= 3 * UpdaterSettings().reserve
