"""Pure logic stays pure: which modules may import what, read from their source and seen in a fresh interpreter."""

import ast
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import chargebacks

ROOT = Path(chargebacks.__file__).parent.parent
OUTSIDE = frozenset({"pyspark", "py4j", "boto3", "botocore", "confluent_kafka"})
BATCH = frozenset({"polars", "pyarrow", "obstore"})
WORDS = tuple(
    f"chargebacks.{name}"
    for name in (
        "defaults",
        "errors",
        "setting_values",
        "settings",
        "schedule",
        "partition",
        "record",
        "instants",
        "packaged",
        "metrics",
        "contract",
    )
)
# What the object store falls back to: it loads boto3 when a name cannot be said otherwise, never before.
FALLBACKS = frozenset({"chargebacks.adapters.odd_names"})
# Who runs the stages: the engine imports Spark when it is first needed, and these two hold an engine.
SHELL = tuple(f"chargebacks.consolidation.{name}" for name in ("stages.engine", "execution", "job"))
RULES = tuple(
    found.name
    for found in pkgutil.walk_packages(
        [str(ROOT / "chargebacks/consolidation")], "chargebacks.consolidation."
    )
    if found.name not in SHELL
)
STREAM_RULES = ("chargebacks.projection.decide",)


def source(module: str, root: Path = ROOT) -> Path:
    """The file of a module or package below `root`."""
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imported(statements: Iterable[ast.AST]) -> Iterator[str]:
    """The dotted names that import statements name; `from a import b` may mean the module a.b."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(module: str, root: Path = ROOT) -> set[str]:
    """Every package from outside that a module imports, anywhere in it or in our modules that it imports."""
    seen, outside, todo = set[str](), set[str](), [module]
    while todo:
        current = todo.pop()
        if current in seen | FALLBACKS or not source(current, root).exists():
            continue
        seen.add(current)
        for name in imported(ast.walk(ast.parse(source(current, root).read_text()))):
            if name.split(".")[0] == module.split(".")[0]:
                todo.append(name)
            else:
                outside.add(name.split(".")[0])
    return outside


def loaded(module: str, root: Path = ROOT) -> set[str]:
    """The top-level packages that a fresh interpreter has in memory after importing only `module`."""
    code = f"import sys, json, {module}; print(json.dumps([name.split('.')[0] for name in sys.modules]))"
    told = subprocess.run([sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True)
    return set(json.loads(told.stdout))


@pytest.mark.parametrize("module", [*WORDS, *RULES, *STREAM_RULES])
def test_pure_modules_name_no_spark_no_aws_and_no_kafka_client(module: str) -> None:
    assert not reached(module) & OUTSIDE


def test_importing_every_pure_module_loads_no_spark_no_aws_and_no_kafka_client() -> None:
    assert not loaded(", ".join([*WORDS, *RULES, *SHELL, *STREAM_RULES])) & OUTSIDE


def test_words_and_contract_load_nothing_but_the_validator() -> None:
    """The updater's Lambda ships them: no data frames, no object store."""
    allowed = {"chargebacks", "jsonschema_rs", "__main__"} | set(sys.stdlib_module_names)
    named = {package for module in WORDS for package in reached(module)}
    assert named <= allowed
    assert not loaded(", ".join([*WORDS, *STREAM_RULES])) & (OUTSIDE | BATCH)


def test_the_updaters_start_loads_no_more_of_the_sdk_than_its_client_needs() -> None:
    """boto3 would load S3's transfers with it, which take a fifth of the start."""
    started = loaded("consumers.consolidation_updater.lambda_function")
    assert not started & {"boto3", "s3transfer", "confluent_kafka", *BATCH}
    assert {"botocore", "aws_lambda_powertools", "jsonschema_rs"} <= started


def test_the_checks_know_the_modules_that_hold_the_rules() -> None:
    known = ("records.merge", "records.normalise", "plan", "commits.log")
    assert {f"chargebacks.consolidation.{name}" for name in known} <= set(RULES)
    assert all(source(module).exists() for module in [*WORDS, *RULES, *SHELL, *STREAM_RULES])


@pytest.mark.parametrize(
    "statement",
    [
        "import pyspark",
        "from pyspark.sql import functions",
        "from house import helper",
        "def later():\n    import pyspark.sql",
    ],
)
def test_the_source_check_catches_an_offender(tmp_path: Path, statement: str) -> None:
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "helper.py").write_text("import pyspark.sql\n")
    (package / "rules.py").write_text(f"{statement}\n")
    assert "pyspark" in reached("house.rules", tmp_path)


def test_the_interpreter_check_catches_an_offender_hidden_from_the_source_check(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("__import__('importlib').import_module('py4j')\n")
    assert "py4j" not in reached("rules", tmp_path)
    assert "py4j" in loaded("rules", tmp_path)
