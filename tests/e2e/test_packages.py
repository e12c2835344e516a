"""What `build.sh` makes holds what is needed and nothing else."""

import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename

import chargebacks
from scripts.locked_requirements import PROVIDED, blocks, closure, declared
from scripts.targets import JOBS, WheelsZip
from tests.e2e.packages import (
    ARM_ZIP,
    GLUE_6_WHEELS,
    ROOT,
    SAMPLE,
    SCRIPT,
    UPDATER,
    WHEELS,
    ZIP,
    Installed,
    python,
    run_build,
)
from tests.fixtures import lambda_runtime
from tests.fixtures.lambda_runtime import Runtime, lay_runtime

VERSION = chargebacks.__version__
LAMBDA_LIMIT = 250 * 1024 * 1024  # unzipped, "Lambda quotas" (AWS Lambda Developer Guide)


def glue_tags(python: str) -> set[str]:
    """Tags of wheels for Amazon Linux 2023, whose glibc is 2.34 (AWS Glue Developer Guide, "AWS Glue 5.0")."""
    own = f"cp{python.replace('.', '')}"
    stable = {f"{since}-abi3-manylinux2014_x86_64" for since in ("cp310", "cp311")}
    return {"py3-none-any", f"{own}-{own}-manylinux_2_28_x86_64", *stable}


def test_the_runtime_brings_boto3_and_the_zip_the_rest(task: Path, runtime: Runtime) -> None:
    script = (
        "import boto3, jsonschema_rs, aws_lambda_powertools as tools, chargebacks as ours, sys;"
        "print('python%d.%d' % sys.version_info[:2]);"
        "print(*(module.__file__ for module in (boto3, jsonschema_rs, tools, ours)))"
    )
    name, *files = python(script, task, runtime.packages, executable=runtime.python)
    boto3, *rest = map(Path, files)
    assert name == runtime.name
    assert boto3.is_relative_to(runtime.packages)
    assert all(module.is_relative_to(task) for module in rest)


def test_the_zip_has_handler_package_schemas_and_validator(names: set[str]) -> None:
    assert names >= {
        "lambda_function.py",
        "chargebacks/contract/__init__.py",
        "chargebacks/projection/updater.py",
        "chargebacks/schemas/consolidation_completed/1-0-0/schema.json",
        "chargebacks/schemas/chargebacks_consolidated/1-0-0/schema.json",
        "chargebacks/schemas/metrics.json",
        "jsonschema_rs/jsonschema_rs.abi3.so",
        "aws_lambda_powertools/logging/__init__.py",
    }


def filled(folder: Path) -> list[Path]:
    """Every file below it, by its path there."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


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
    names: set[str], task: Path, runtime: Runtime
) -> None:
    script = (
        "import lambda_function, sys; print(*(m for m in sys.modules if m.split('.')[0] == 'chargebacks'))"
    )
    packed = {name for name in names if name.startswith("chargebacks/") and name.endswith(".py")}
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in packed}
    assert modules == set(python(script, task, runtime.packages, executable=runtime.python))


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


@pytest.mark.parametrize(("zip_", "machine"), [(ZIP, 62), (ARM_ZIP, 183)])  # EM_X86_64, EM_AARCH64
def test_every_library_in_a_zip_is_for_its_architecture(release: Path, zip_: str, machine: int) -> None:
    packed = zipfile.ZipFile(release / zip_)
    headers = [packed.read(name)[:20] for name in packed.namelist() if name.endswith(".so")]
    assert [header[:4] for header in headers] == [b"\x7fELF"]
    assert [int.from_bytes(header[18:20], "little") for header in headers] == [machine]


def test_the_zip_for_arm64_has_the_same_files(release: Path, names: set[str]) -> None:
    assert set(zipfile.ZipFile(release / ARM_ZIP).namelist()) == names


def test_building_twice_gives_the_same_bytes_and_the_former_option_says_that_it_is_not_needed(
    source: Path, dist: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    done = run_build(source, "--arm64", again)
    assert done.returncode == 0, done.stderr
    assert "--arm64 is no longer needed" in done.stderr
    assert filled(again) == filled(dist)
    assert [name for name in filled(again) if (again / name).read_bytes() != (dist / name).read_bytes()] == []


def test_the_zip_is_also_where_it_always_was(dist: Path, release: Path) -> None:
    assert (dist / ZIP).read_bytes() == (release / ZIP).read_bytes()


def test_a_release_is_a_folder_of_its_version_as_the_bucket_has_it(release: Path) -> None:
    assert release.name == VERSION  # these sources are no git checkout
    assert set(filled(release)) == {
        Path(name)
        for name in (
            ZIP,
            ARM_ZIP,
            WHEELS,
            GLUE_6_WHEELS,
            SCRIPT,
            "manifest.json",
            f"chargebacks-{VERSION}-py3-none-any.whl",
        )
    }


def test_the_manifest_tells_every_file_and_every_wheel_by_its_sum(release: Path) -> None:
    told = json.loads((release / "manifest.json").read_text())
    made = {path.name: path.read_bytes() for path in release.iterdir() if path.name != "manifest.json"}
    zips = [zipfile.ZipFile(release / name) for name in (WHEELS, GLUE_6_WHEELS)]
    inside = {
        Path(name).name: packed.read(name)
        for packed in zips
        for name in packed.namelist()
        if name.endswith(".whl")
    }
    assert told["version"] == release.name
    assert told["sha256"] == {name: hashlib.sha256(data).hexdigest() for name, data in made.items()}
    assert told["wheels"] == {name: hashlib.sha256(data).hexdigest() for name, data in inside.items()}


def test_the_glue_job_gets_its_script_and_our_package(source: Path, release: Path) -> None:
    script = source / "glue_jobs" / SCRIPT
    assert (release / script.name).read_bytes() == script.read_bytes()
    (wheel,) = release.glob("chargebacks-*-py3-none-any.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    assert inside >= {
        "chargebacks/cli.py",
        "chargebacks/schemas/asyncapi.yaml",
        "chargebacks/schemas/metrics.json",
        "chargebacks/consolidation/__init__.py",
    }


def test_the_manifest_says_what_runs_each_zip(release: Path) -> None:
    told = json.loads((release / "manifest.json").read_text())
    assert told["functions"]["consolidation-updater"] == [
        {"file": ARM_ZIP, "architecture": "arm64", "runtimes": ["python3.13"]},
        {"file": ZIP, "architecture": "x86_64", "runtimes": ["python3.13", "python3.11"]},
    ]
    assert told["jobs"]["consolidate_chargebacks"] == [
        {"file": GLUE_6_WHEELS, "glue_version": "6.0", "python": "3.13"},
        {"file": WHEELS, "glue_version": "5.1", "python": "3.11"},
    ]
    assert told["python"] == "3.11"  # as in manifests of earlier releases


@pytest.mark.parametrize("target", JOBS["consolidate_chargebacks"], ids=lambda target: target.file)
def test_the_wheels_are_the_lock_file_s_and_ours_for_glue_s_python_and_nothing_that_glue_brings(
    release: Path, target: WheelsZip
) -> None:
    packed = zipfile.ZipFile(release / target.file)
    asked = packed.read("wheels/requirements.txt").decode().split()
    lock = {
        line.split()[0] for line in blocks((ROOT / "requirements.lock").read_text(), [target.python]).values()
    }
    assert set(asked) - {f"chargebacks=={VERSION}"} <= lock
    names = {one.split("==")[0] for one in asked}
    assert names == {*closure(declared("job"), PROVIDED["job"], [target.python]), "chargebacks"}
    assert not names & {"boto3", "botocore", "s3transfer", "pyspark", "py4j"}
    tags = [parse_wheel_filename(Path(name).name)[3] for name in packed.namelist() if name.endswith(".whl")]
    assert len(tags) == len(asked)
    assert all({str(tag) for tag in one} & glue_tags(target.python) for one in tags)


def test_the_wheels_are_all_that_the_job_imports_beside_what_glue_brings(
    wheels: Installed, tmp_path: Path
) -> None:
    script = (
        "import chargebacks.bootstrap, chargebacks.consolidation.job as job, chargebacks.adapters.producer as kafka;"
        "import chargebacks.adapters.cloudwatch as metrics; metrics._client;"
        "print(job.__file__, kafka.__file__); import boto3; print(boto3.__file__)"
    )
    brought = lay_runtime(tmp_path / "brought", f"python{wheels.zip.python}")  # boto3, as Glue brings it
    ours, kafka, boto3 = map(Path, python(script, wheels.folder, brought.packages, executable=brought.python))
    assert ours.is_relative_to(wheels.folder)
    assert kafka.is_relative_to(wheels.folder)
    assert boto3.is_relative_to(brought.packages)


def test_the_contract_is_read_from_within_the_unopened_wheel(release: Path, task: Path) -> None:
    (wheel,) = release.glob("chargebacks-*-py3-none-any.whl")
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


def test_the_release_has_the_files_and_the_handler_that_terraform_deploys(release: Path) -> None:
    """The same names as in tests/infra/test_phase_4.py, which compares them with what is applied."""
    assert {ZIP, ARM_ZIP, WHEELS, GLUE_6_WHEELS, SCRIPT} <= {path.name for path in release.iterdir()}
    module, function = lambda_runtime.HANDLER.split(".")
    code = zipfile.ZipFile(release / ZIP).read(f"{module}.py").decode()
    assert f"\ndef {function}(" in code
