import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.fixtures.s3",
    "tests.fixtures.servers",
    "tests.fixtures.spark",
    "tests.fixtures.terraform",
]

# A busy machine is no failure. All else as Hypothesis has it: with CI in the environment the same examples every time.
settings.register_profile(
    "unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    """Hand out files in the order of collection: by the number of tests, files of one long test would come last."""
    config.option.loadscopereorder = False
