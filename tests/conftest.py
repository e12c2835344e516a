pytest_plugins = [
    "tests.fixtures.s3",
    "tests.fixtures.servers",
    "tests.fixtures.spark",
    "tests.fixtures.terraform",
]
