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
