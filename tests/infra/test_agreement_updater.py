"""The updater and its infrastructure agree: every variable that is set is one that its settings read."""

import pytest

from chargebacks.errors import SettingsError
from chargebacks.projection.settings import UpdaterSettings
from tests.infra.given import PHASE_1, REGION
from tests.infra.phase_4 import Applied


@pytest.fixture
def environment(phase_4: Applied) -> dict[str, str]:
    (made,) = phase_4.one("aws_lambda_function")["environment"]
    variables: dict[str, str] = made["variables"]
    return variables


def read(name: str) -> bool:
    """Whether the settings look at that variable: another value changes them, or is refused."""
    try:
        return UpdaterSettings.from_environment({name: "another"}) != UpdaterSettings.from_environment({})
    except SettingsError:
        return True


def test_every_variable_that_is_set_is_one_that_settings_read(environment: dict[str, str]) -> None:
    assert [name for name in environment if not read(name)] == []
    assert not read("DYNAMODB_TABLE")  # the check itself


def test_variables_that_lambda_keeps_for_itself_are_not_set(environment: dict[str, str]) -> None:
    assert [name for name in environment if name.startswith(("AWS_", "LAMBDA_"))] == []


def test_settings_parse_what_is_set(phase_4: Applied, environment: dict[str, str]) -> None:
    parsed = UpdaterSettings.from_environment({**environment, "AWS_REGION": REGION})
    assert parsed == UpdaterSettings(
        table=PHASE_1["chargebacks_table_name"], dlq_url=phase_4.one("aws_sqs_queue")["url"]
    )


def test_the_timeout_leaves_time_beside_what_is_kept_for_the_answer(phase_4: Applied) -> None:
    assert phase_4.one("aws_lambda_function")["timeout"] >= 3 * UpdaterSettings().reserve
