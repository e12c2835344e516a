"""Pack the updater for Lambda: its handler, what that imports of our package, the schemas, the dependencies.

`python -m scripts.pack_updater DEPENDENCIES ZIP`, where DEPENDENCIES is a folder to which they were installed, and the
zip's name says for which runtimes (scripts/targets.py). A library that these cannot load is an error.
The same input gives the same bytes.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts.shared_objects import faults
from scripts.targets import FunctionZip, function_zip
from scripts.zipping import pack

ROOT = Path(__file__).parents[1]
HANDLER = ROOT / "consumers" / "consolidation_updater" / "lambda_function.py"
PACKAGE = "chargebacks"
NOT_AT_RUN_TIME = {"TYPE_CHECKING", "__name__ == '__main__'"}
# What an installation leaves behind that differs from machine to machine, or that nobody imports.
LEFT_OUT = {"__pycache__", "bin", ".lock", "RECORD", "INSTALLER", "REQUESTED", "uv_cache.json", "sboms"}


def imported(path: Path) -> Iterator[str]:
    """Names of our package that a file imports when Lambda runs it; one may be a module or something in it."""
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) in NOT_AT_RUN_TIME:
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(name: str) -> Iterator[Path]:
    """The files that importing a dotted name of our package runs: each package on the way, then the module."""
    steps = name.split(".")
    for end in range(1, len(steps) + 1):
        place = ROOT.joinpath(*steps[:end])
        candidates = (place / "__init__.py", place.with_suffix(".py"))
        yield from (path for path in candidates if steps[0] == PACKAGE and path.is_file())


def our_modules() -> set[Path]:
    """The handler's share of our package: everything that is reached from its imports."""
    waiting, found = [HANDLER], set[Path]()
    while waiting:
        new = {path for name in imported(waiting.pop()) for path in files_of(name)} - found
        found |= new
        waiting += new
    return found


def entries(dependencies: Path) -> dict[str, Path]:
    """Every file of the package by its name in the zip."""
    schemas = [*sorted((ROOT / "schemas").glob("*/*/schema.json")), ROOT / "schemas" / "metrics.json"]
    installed = [path for path in dependencies.rglob("*") if path.is_file()]
    named = {path.relative_to(dependencies): path for path in installed}
    kept = {str(name): path for name, path in named.items() if not LEFT_OUT & set(name.parts)}
    return {
        **kept,
        **{str(path.relative_to(ROOT)): path for path in our_modules()},
        **{f"{PACKAGE}/{path.relative_to(ROOT)}": path for path in schemas},
        HANDLER.name: HANDLER,
    }


def check(packed: Mapping[str, Path], target: FunctionZip) -> None:
    """Raise ValueError, with every fault, when a runtime of the zip cannot load a library in it."""
    found = [fault for name, path in packed.items() for fault in faults(name, path.read_bytes(), target)]
    if found:
        raise ValueError(
            f"{target.file}: {'; '.join(found)}. Pin a version that has a wheel for these runtimes "
            "(pyproject.toml, make lock)"
        )


def main(dependencies: Path, target: Path) -> None:
    packed = entries(dependencies)
    try:
        check(packed, function_zip(target.name))
    except ValueError as error:
        sys.exit(f"build: {error}")
    pack(packed, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
