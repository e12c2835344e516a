"""What `build.sh` makes holds what is needed and nothing else."""

import base64
import sys
import zipfile
from pathlib import Path

import pytest

from scripts.locked_requirements import blocks, closure, declared
from tests.e2e.packages import ROOT, SAMPLE, UPDATER, ZIP, build, python

LAMBDA_LIMIT = 250 * 1024 * 1024  # unzipped, "Lambda quotas" (AWS Lambda Developer Guide)


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
        "tzdata",
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


def test_the_glue_job_gets_its_script_and_our_package(source: Path, dist: Path) -> None:
    script = source / "glue_jobs" / "consolidate_chargebacks.py"
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
