"""A profile's seconds, by functions of the project: each with what it does in libraries, without our own callees."""

import ast
import pstats
from functools import cache
from pathlib import Path
from typing import Any

import chargebacks

WORTH_SHOWING = 0.02
Function = tuple[str, int, str]  # file, line, name


def dearest(path: Path) -> list[tuple[str, int, float]]:
    """Name, calls and seconds of our functions in a file of cProfile's, the dearest first; none that hardly counts."""
    stats: dict[Function, Any] = vars(pstats.Stats(str(path)).strip_dirs())["stats"]
    found = stats.keys() & _our_functions()
    own = {one: stats[one][3] for one in found}
    behind: dict[Function, dict[Function, float]] = {one: {one: 1.0} for one in found}
    for one in found:
        for caller, (_, _, _, seconds) in stats[one][4].items():
            for ancestor, share in _nearest(caller, stats, behind).items():
                own[ancestor] -= seconds * share if ancestor != one else 0.0
    rows = [(f"{one[0].removesuffix('.py')}.{one[2]}", stats[one][1], own[one]) for one in found]
    whole = sum(own.values())
    return sorted((row for row in rows if row[2] > WORTH_SHOWING * whole), key=lambda row: -row[2])


def _nearest(
    caller: Function, stats: dict[Function, Any], behind: dict[Function, dict[Function, float]]
) -> dict[Function, float]:
    """Which of our functions stand behind a caller, through libraries, and for what share of its time."""
    if caller not in behind:
        found = behind[caller] = {}  # while it is worked out, a circle leads nowhere
        callers = stats[caller][4]
        whole = sum(seconds for _, _, _, seconds in callers.values()) or 1.0
        for one, (_, _, _, seconds) in callers.items():
            for ancestor, share in _nearest(one, stats, behind).items():
                found[ancestor] = found.get(ancestor, 0.0) + share * seconds / whole
    return behind[caller]


@cache
def _our_functions() -> frozenset[Function]:
    """File name, line and name of every function of the package: Spark's profiles know no folders."""
    return frozenset(
        (path.name, line, node.name)
        for path in Path(chargebacks.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        for line in (node.lineno, *(decorator.lineno for decorator in node.decorator_list))
    )
