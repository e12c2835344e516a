"""What `build.sh` makes: the Lambda's zip runs as Lambda runs it, and holds what it needs and nothing else."""

import base64
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.locked_requirements import blocks, closure, declared
from tests.fixtures import lambda_runtime

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

    from chargebacks.local.stack import DynamoDB

ROOT = Path(__file__).parents[2]
UPDATER = ROOT / "consumers" / "consolidation_updater"
pytestmark = pytest.mark.xdist_group("packages")  # what is built once serves them all
SAMPLE = json.loads((UPDATER / "test_event.json").read_text())
ZIP = "consolidation-updater.zip"
SOURCES = (
    ".gitignore",
    "LICENSE",
    "README.md",
    "build.sh",
    "chargebacks",
    "consumers",
    "glue_jobs",
    "pyproject.toml",
    "requirements.lock",
    "schemas",
    "scripts",
)
LAMBDA_LIMIT = 250 * 1024 * 1024  # unzipped, "Lambda quotas" (AWS Lambda Developer Guide)


def build(source: Path, dist: Path) -> Path:
    """Run the build.sh of that checkout into that folder."""
    environment = {**os.environ, "UV_CACHE_DIR": str(ROOT / ".cache" / "uv")}
    done = subprocess.run(
        [source / "build.sh", dist], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return dist


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this checkout's sources, which nobody edits meanwhile, with this checkout's environment."""
    copy = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(sys.prefix)
    return copy


@pytest.fixture(scope="session")
def dist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts, built once."""
    return build(source, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def names(dist: Path) -> set[str]:
    """What is in the Lambda's zip."""
    return set(zipfile.ZipFile(dist / ZIP).namelist())


@pytest.fixture(scope="session")
def task(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, unpacked as Lambda unpacks it."""
    folder = tmp_path_factory.mktemp("task")
    zipfile.ZipFile(dist / ZIP).extractall(folder)
    return folder


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lambda_runtime.lay_runtime(tmp_path_factory.mktemp("runtime") / "site")


@pytest.fixture
def function(
    task: Path, runtime: Path, dynamodb: "DynamoDB", table: "Table", tmp_path: Path
) -> Iterator[lambda_runtime.Function]:
    """The updater, running on the test's own table."""
    environment = {
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb.endpoint_url,
        "DYNAMODB_TABLE_NAME": table.name,
    }
    with lambda_runtime.running(task, runtime, environment, tmp_path / "log") as started:
        yield started


def item(chargeback_id: str, created_at: str) -> dict[str, Any]:
    return {"chargeback_id": chargeback_id, "status": "open", "created_at": created_at}


def marked(table: "Table") -> dict[str, Any]:
    """Which items are marked as consolidated, and since when."""
    items = table.scan(ConsistentRead=True)["Items"]
    return {
        str(i["chargeback_id"]): i.get("consolidation_date") for i in items if "consolidation_status" in i
    }


def test_the_zip_runs_in_lambda_on_the_sample_event(
    function: lambda_runtime.Function, table: "Table"
) -> None:
    table.put_item(Item=item("cb-before", "2025-11-19T23:59:59.999999Z"))
    table.put_item(Item=item("cb-first", "2025-11-20T00:00:00Z"))
    table.put_item(Item=item("cb-last", "2025-11-20T23:59:59.999999Z"))
    table.put_item(Item=item("cb-after", "2025-11-21T00:00:00Z"))
    answer = function.invoke(SAMPLE)
    assert answer == lambda_runtime.Answer("response", {"batchItemFailures": []})
    assert set(marked(table)) == {"cb-first", "cb-last"}
    metrics = "METRICS: messages_processed=1, messages_failed=0, chargebacks_updated=2"
    assert function.lines().count(metrics) == 1


def test_the_zip_updates_the_chargebacks_of_a_slice_once(
    function: lambda_runtime.Function, table: "Table"
) -> None:
    table.put_item(Item=item("cb-1", "2025-01-01T00:00:00Z"))
    event = {
        "event_type": "chargebacks_consolidated",
        "event_id": "51be07a6c2f94d83",
        "partition_date": "2025-11-20",
        "execution_sequence": 2,
        "slice": 1,
        "slices": 1,
        "chargeback_ids": ["cb-1", "cb-missing"],
        "records_processed": 2,
        "output_format": "csv",
        "output_path": "s3://bucket/consolidated/chargebacks/year=2025/month=11/day=20",
        "execution_time": "2025-11-20T06:30:00",
        "completed_at": "2025-11-20T06:45:32.123456+00:00",
        "job_name": "job",
    }
    for _ in range(2):
        assert function.invoke(batch(event)) == lambda_runtime.Answer("response", {"batchItemFailures": []})
    assert set(marked(table)) == {"cb-1"}
    updated = [line for line in function.lines() if line.startswith("METRICS: ")]
    assert [line.rpartition("=")[2] for line in updated] == ["1", "0"]


def batch(event: dict[str, Any]) -> dict[str, Any]:
    """The sample's batch with `event` as its message."""
    ((partition, (record,)),) = SAMPLE["records"].items()
    value = base64.b64encode(json.dumps(event).encode()).decode()
    return {**SAMPLE, "records": {partition: [{**record, "value": value}]}}


def python(script: str, *path: Path, given: bytes = b"") -> list[str]:
    """The words that a bare Python prints, with these places to import from and no others."""
    environment = {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-S", "-P", "-c", script]
    done = subprocess.run(command, env=environment, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().split()


def test_the_runtime_brings_boto3_and_the_zip_the_rest(task: Path, runtime: Path) -> None:
    script = (
        "import boto3, jsonschema_rs, aws_lambda_powertools as tools, chargebacks as ours;"
        "print(*(module.__file__ for module in (boto3, jsonschema_rs, tools, ours)))"
    )
    boto3, *rest = map(Path, python(script, task, runtime))
    assert boto3.is_relative_to(runtime)
    assert all(module.is_relative_to(task) for module in rest)


def test_the_zip_has_handler_package_schemas_and_validator(names: set[str]) -> None:
    assert names >= {
        "lambda_function.py",
        "chargebacks/contract/__init__.py",
        "chargebacks/projection/updater.py",
        "chargebacks/schemas/consolidation_completed/1-0-0/schema.json",
        "chargebacks/schemas/chargebacks_consolidated/1-0-0/schema.json",
        "jsonschema_rs/jsonschema_rs.abi3.so",
        "aws_lambda_powertools/logging/__init__.py",
    }


@pytest.mark.parametrize(
    "unwanted",
    [
        "boto3",
        "botocore",
        "s3transfer",
        "pyspark",
        "py4j",
        "confluent_kafka",
        "polars",
        "pyarrow",
        "obstore",
        "click",
    ],
)
def test_the_zip_has_no_aws_sdk_no_spark_and_no_kafka_client(names: set[str], unwanted: str) -> None:
    assert {name for name in names if name.split("/")[0].startswith(unwanted)} == set()


def test_the_zip_has_only_the_handler_our_package_and_the_locked_dependencies(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "aws_lambda_powertools",
        "chargebacks",
        "jmespath",
        "jsonschema_rs",
        "lambda_function.py",
        "typing_extensions.py",
    }


@pytest.mark.parametrize("ours", ["local", "consolidation", "commands", "adapters", "cli.py", "__main__.py"])
def test_the_zip_has_nothing_of_ours_that_the_handler_does_not_import(names: set[str], ours: str) -> None:
    assert {name for name in names if name.startswith(f"chargebacks/{ours}")} == set()


def test_every_module_of_ours_in_the_zip_is_imported_by_the_handler(
    names: set[str], task: Path, runtime: Path
) -> None:
    script = (
        "import lambda_function, sys; print(*(m for m in sys.modules if m.split('.')[0] == 'chargebacks'))"
    )
    packed = {name for name in names if name.startswith("chargebacks/") and name.endswith(".py")}
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in packed}
    assert modules == set(python(script, task, runtime))


def test_the_zip_holds_no_traces_of_the_machine_that_built_it(
    source: Path, dist: Path, names: set[str]
) -> None:
    assert {name for name in names if "__pycache__" in name or name.startswith("bin/")} == set()
    package = zipfile.ZipFile(dist / ZIP)
    assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    places = [str(place).encode() for place in (ROOT, source, sys.prefix)]
    assert [name for name in names if any(place in package.read(name) for place in places)] == []


def test_the_zip_fits_lambda_and_is_readable_there(dist: Path) -> None:
    entries = zipfile.ZipFile(dist / ZIP).infolist()
    assert sum(entry.file_size for entry in entries) < LAMBDA_LIMIT
    assert all(entry.external_attr >> 16 & 0o444 == 0o444 for entry in entries)


def test_the_zip_is_for_x86_64_linux(task: Path) -> None:
    (library,) = task.rglob("*.so")
    header = library.read_bytes()[:20]
    assert header[:4] == b"\x7fELF"
    assert int.from_bytes(header[18:20], "little") == 62  # EM_X86_64


def test_building_twice_gives_the_same_bytes(source: Path, dist: Path, tmp_path: Path) -> None:
    again = build(source, tmp_path / "again")
    assert sorted(path.name for path in again.iterdir()) == sorted(path.name for path in dist.iterdir())
    assert [
        path.name for path in again.iterdir() if path.read_bytes() != (dist / path.name).read_bytes()
    ] == []


def test_the_glue_job_gets_its_script_and_our_package(dist: Path) -> None:
    script = ROOT / "glue_jobs" / "consolidate_chargebacks.py"
    assert (dist / script.name).read_bytes() == script.read_bytes()
    (wheel,) = dist.glob("chargebacks-*-py3-none-any.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert inside >= {
        "chargebacks/cli.py",
        "chargebacks/schemas/asyncapi.yaml",
        "chargebacks/consolidation/__init__.py",
    }


def test_the_contract_is_read_from_within_the_unopened_wheel(dist: Path, task: Path) -> None:
    (wheel,) = dist.glob("chargebacks-*-py3-none-any.whl")
    value = base64.b64decode(next(iter(SAMPLE["records"].values()))[0]["value"])
    script = (
        "import sys; from chargebacks import contract;"
        "print(contract.__file__, contract.decode(sys.stdin.buffer.read())['event_type'])"
    )
    answer = python(script, wheel, task, given=value)
    assert answer == [f"{wheel}/chargebacks/contract/__init__.py", "consolidation_completed"]


def test_the_updater_s_requirements_are_the_lock_file_s() -> None:
    lock = blocks((ROOT / "requirements.lock").read_text())
    listed = blocks((UPDATER / "requirements.txt").read_text())
    assert set(listed) == set(closure(declared("updater")))
    assert listed == {name: lock[name] for name in listed}
    assert all("--hash=sha256:" in pin for pin in listed.values())
