"""The function's own process: what ends it, what it outlives, and that the poller outlives it."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chargebacks.errors import SettingsError
from chargebacks.event_source.context import LambdaContext
from chargebacks.event_source.environment import Environment
from chargebacks.event_source.invoke import FunctionError
from tests.fixtures.conformance import states
from tests.fixtures.poller_process import alive
from tests.fixtures.polling import wait_until


@pytest.fixture(scope="module")
def environment() -> Iterator[Environment]:
    with Environment("tests.fixtures.handlers:told") as made:
        yield made


def within(seconds: float) -> LambdaContext:
    return LambdaContext("updater", deadline=time.monotonic() + seconds, aws_request_id="id-1")


def pid(environment: Environment) -> int:
    answer: dict[str, int] = environment({"do": "answer"}, within(60))
    return answer["pid"]


def test_the_function_gets_the_event_and_lambdas_context(environment: Environment) -> None:
    answer = environment({"do": "answer"}, within(60))
    assert answer["pid"] != os.getpid()
    assert answer["aws_request_id"] == "id-1"
    assert answer["function_name"] == "updater"
    assert 0 < answer["remaining"] <= 60_000


@states("error.environment")
def test_an_exception_leaves_the_process_for_the_next_invocation(environment: Environment) -> None:
    before = pid(environment)
    with pytest.raises(FunctionError, match="it raised ValueError: as told"):
        environment({"do": "raise"}, within(60))
    assert pid(environment) == before


@states("error.environment")
@pytest.mark.parametrize(("how", "code"), [("exit", "3"), ("quit", "5"), ("kill", str(-signal.SIGKILL))])
def test_a_process_that_ends_is_replaced(environment: Environment, how: str, code: str) -> None:
    before = pid(environment)
    with pytest.raises(FunctionError, match=rf"ended by itself \(exit code {code}\)"):
        environment({"do": how}, within(60))
    assert pid(environment) != before


@states("error.timeout", "error.environment")
def test_a_hung_function_is_ended_with_all_that_it_started(environment: Environment, tmp_path: Path) -> None:
    before, child = pid(environment), tmp_path / "child"
    with pytest.raises(FunctionError, match=r"its time of .* s was up"):
        environment({"do": "hang", "child": str(child)}, within(3))
    assert pid(environment) != before
    ended = (before, int(child.read_text()))
    wait_until(lambda: not any(map(alive, ended)))


def test_what_a_crashed_function_started_ends_with_it(environment: Environment, tmp_path: Path) -> None:
    child = tmp_path / "child"
    with pytest.raises(FunctionError, match="ended by itself"):
        environment({"do": "leave a child", "child": str(child)}, within(60))
    wait_until(lambda: not alive(int(child.read_text())))


@pytest.mark.parametrize("text", ["no JSON\n", "[]\n", '{"answer": 1, "aws_request_id": "another"}\n'])
def test_what_is_no_answer_to_the_request_is_not_taken_for_one(environment: Environment, text: str) -> None:
    before = pid(environment)
    with pytest.raises(FunctionError, match="no answer to this request"):
        environment({"do": "write on the line", "text": text}, within(60))
    assert pid(environment) != before


def test_an_answer_that_json_cannot_say_is_an_error(environment: Environment) -> None:
    with pytest.raises(FunctionError, match="TypeError"):
        environment({"do": "answer with a set"}, within(60))


@pytest.mark.parametrize(
    ("name", "explained"),
    [
        ("tests.fixtures.handlers:nothing", "cannot be loaded"),
        ("tests.fixtures.no_module:nothing", "cannot be loaded"),
        ("antigravity_of_this:main", "cannot be loaded"),
    ],
)
def test_a_handler_that_is_not_there_is_explained(name: str, explained: str) -> None:
    with pytest.raises(SettingsError, match=explained), Environment(name):
        pass


def test_a_handler_that_ends_its_process_while_it_is_loaded_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quitter.py").write_text("import os\nos._exit(7)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        pytest.raises(SettingsError, match="ended its process while it is loaded"),
        Environment("quitter:main"),
    ):
        pass
