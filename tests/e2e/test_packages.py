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
from tests.e2e.packages import ROOT, SAMPLE, SCRIPT, UPDATER, WHEELS, ZIP, build, python, run_build
from tests.fixtures import lambda_runtime

VERSION = chargebacks.__version__
# Python 3.11 on Amazon Linux 2023, which has glibc 2.34 (AWS Glue Developer Guide, "AWS Glue 5.0").
GLUE = {"py3-none-any", "cp311-cp311-manylinux_2_28_x86_64"} | {
    f"cp{minor}-abi3-manylinux2014_x86_64" for minor in ("310", "311")
}
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
    assert filled(again) == filled(dist)
    assert [name for name in filled(again) if (again / name).read_bytes() != (dist / name).read_bytes()] == []


def test_the_zip_is_also_where_it_always_was(dist: Path, release: Path) -> None:
    assert (dist / ZIP).read_bytes() == (release / ZIP).read_bytes()


def test_a_release_is_a_folder_of_its_version_as_the_bucket_has_it(release: Path) -> None:
    assert release.name == VERSION  # these sources are no git checkout
    assert set(filled(release)) == {
        Path(name)
        for name in (ZIP, WHEELS, SCRIPT, "manifest.json", f"chargebacks-{VERSION}-py3-none-any.whl")
    }


def test_the_manifest_tells_every_file_and_every_wheel_by_its_sum(release: Path) -> None:
    told = json.loads((release / "manifest.json").read_text())
    made = {path.name: path.read_bytes() for path in release.iterdir() if path.name != "manifest.json"}
    packed = zipfile.ZipFile(release / WHEELS)
    inside = {Path(name).name: packed.read(name) for name in packed.namelist() if name.endswith(".whl")}
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


def test_the_wheels_are_the_lock_file_s_and_ours_for_glue_s_python_and_nothing_that_glue_brings(
    release: Path,
) -> None:
    packed = zipfile.ZipFile(release / WHEELS)
    asked = packed.read("wheels/requirements.txt").decode().split()
    lock = {line.split()[0] for line in blocks((ROOT / "requirements.lock").read_text()).values()}
    assert set(asked) - {f"chargebacks=={VERSION}"} <= lock
    names = {one.split("==")[0] for one in asked}
    assert names == {*closure(declared("job"), PROVIDED["job"]), "chargebacks"}
    assert not names & {"boto3", "botocore", "s3transfer", "pyspark", "py4j"}
    tags = [parse_wheel_filename(Path(name).name)[3] for name in packed.namelist() if name.endswith(".whl")]
    assert len(tags) == len(asked)
    assert all({str(tag) for tag in one} & GLUE for one in tags)


def test_the_wheels_are_all_that_the_job_imports_beside_what_glue_brings(wheels: Path, runtime: Path) -> None:
    script = (
        "import chargebacks.bootstrap, chargebacks.consolidation.job as job, chargebacks.adapters.producer as kafka;"
        "import chargebacks.adapters.cloudwatch as metrics; metrics._client;"
        "print(job.__file__, kafka.__file__); import boto3; print(boto3.__file__)"
    )
    ours, kafka, boto3 = map(Path, python(script, wheels, runtime))
    assert ours.is_relative_to(wheels)
    assert kafka.is_relative_to(wheels)
    assert boto3.is_relative_to(runtime)


def test_arm64_is_refused_in_words_while_a_pinned_library_has_no_wheel_that_lambda_could_load(
    source: Path, tmp_path: Path
) -> None:
    done = run_build(source, "--arm64", tmp_path / "dist")
    assert done.returncode == 1
    assert "no wheel for arm64 and glibc 2.26" in done.stderr
    assert not (tmp_path / "dist").exists()


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
    assert {ZIP, WHEELS, SCRIPT} <= {path.name for path in release.iterdir()}
    module, function = lambda_runtime.HANDLER.split(".")
    code = zipfile.ZipFile(release / ZIP).read(f"{module}.py").decode()
    assert f"\ndef {function}(" in code
    assert f"python{sys.version_info.major}.{sys.version_info.minor}" == lambda_runtime.RUNTIME
