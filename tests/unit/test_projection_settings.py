"""The updater's settings, from the environment and nowhere else."""

import pytest

from chargebacks.errors import SettingsError
from chargebacks.projection.settings import UpdaterSettings


def test_nothing_given_is_a_table_of_the_development_stage_in_sao_paulo() -> None:
    settings = UpdaterSettings.from_environment({})
    assert (settings.table, settings.region) == ("poc-chargeback-chargebacks-dev", "sa-east-1")
    assert (settings.log_level, settings.schedule_zone.key) == ("INFO", "UTC")
    assert settings.dlq_url is settings.partition_index is None


def test_every_variable_is_read_and_an_empty_one_counts_as_unset() -> None:
    settings = UpdaterSettings.from_environment(
        {
            "DYNAMODB_TABLE_NAME": "mine",
            "AWS_REGION": " ",
            "LOG_LEVEL": "warn",
            "DLQ_URL": "https://queue",
            "PARTITION_INDEX_NAME": "",
            "SCHEDULE_ZONE": "America/Sao_Paulo",
        }
    )
    assert (settings.table, settings.region, settings.log_level) == ("mine", "sa-east-1", "WARNING")
    assert (settings.dlq_url, settings.partition_index) == ("https://queue", None)
    assert settings.schedule_zone.key == "America/Sao_Paulo"


@pytest.mark.parametrize("env", [{"LOG_LEVEL": "loud"}, {"SCHEDULE_ZONE": "Mars/Olympus"}])
def test_a_wrong_one_is_named(env: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(env.values()))):
        UpdaterSettings.from_environment(env)


def test_no_call_can_outlast_the_reserve() -> None:
    settings = UpdaterSettings()
    assert settings.connect_timeout + settings.read_timeout < settings.reserve
