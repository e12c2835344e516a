"""Fetching the servers' jars: pinned, checked, all or nothing. A stand-in for Ivy's program writes the files."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from chargebacks.errors import LocalStackError
from chargebacks.local import ivy, jars

LISTED = Path(jars.__file__).parent
# Speaks as the `java` program does, and fetches as Ivy does: files named by the ivy.xml, content = their name.
FAKE_JAVA = """#!{python} -IS
import re, sys
from pathlib import Path
if sys.argv[1] == "-version":
    print('version "17.0.1"')
    sys.exit(0)
given = dict(zip(sys.argv, sys.argv[1:]))
with open("{calls}", "a") as calls:
    calls.write("called\\n")
if {offline}:
    print("java.net.UnknownHostException: no such host")
    sys.exit(1)
for name, rev in re.findall(r'name="(\\S+)" rev="(\\S+)"', Path(given["-ivy"]).read_text()):
    target = Path(given["-retrieve"].replace("[artifact]-[revision].[ext]", f"{{name}}-{{rev}}.jar"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(target.name)
    print("\\t[SUCCESSFUL ] " + target.name)
"""


def listed(*names: str, content: str | None = None) -> str:
    def line(name: str) -> str:
        sha256 = hashlib.sha256((content or f"{name}-1.0.jar").encode()).hexdigest()
        return f"{sha256}  org.example:{name}:1.0"

    return "# a remark\n" + "\n".join(map(line, names)) + "\n"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose list of set `some` pins ten jars, and whose Java is the stand-in."""
    names = [f"part{n}" for n in range(10)]
    (tmp_path / "some.sha256").write_text(listed(*names))
    monkeypatch.setattr(jars, "HERE", tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    put_java(tmp_path)
    return tmp_path


def put_java(machine: Path, offline: str = "False") -> None:
    program = machine / "jdk" / "bin" / "java"
    program.parent.mkdir(parents=True, exist_ok=True)
    calls = machine / "calls"
    text = FAKE_JAVA.format(python=sys.executable, calls=calls, offline=offline.format(calls=calls))
    program.write_text(text)
    program.chmod(0o755)


def calls(machine: Path) -> int:
    return (machine / "calls").read_text().count("called")


def test_a_set_is_fetched_once_and_progress_shown(machine: Path) -> None:
    told: list[tuple[str, int, int]] = []
    folder = jars.ensure("some", lambda *seen: told.append(seen), machine / "cache")
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"part{n}-1.0.jar" for n in range(10))
    assert told == [("some", n, 10) for n in range(1, 11)]
    before = calls(machine)
    assert jars.ensure("some", cache=machine / "cache") == folder
    assert calls(machine) == before


def test_processes_that_ask_at_once_fetch_once(machine: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from chargebacks.local import jars;"
        f"jars.HERE = Path({str(machine)!r}); print(jars.ensure('some', cache=Path({str(machine / 'cache')!r})))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    answers = {process.communicate()[0] for process in running}
    assert len(answers) == 1
    assert calls(machine) == ivy.SIDE_BY_SIDE


def test_a_wrong_sum_is_refused_and_nothing_is_kept(machine: Path) -> None:
    (machine / "some.sha256").write_text(listed("good") + listed("bad", content="what was pinned"))
    with pytest.raises(LocalStackError, match=r"bad-1\.0\.jar is not the pinned file .*expected"):
        jars.ensure("some", cache=machine / "cache")
    assert [path.name for path in (machine / "cache").iterdir()] == ["some.lock"]


def test_a_jar_that_was_changed_in_the_cache_is_refused(machine: Path) -> None:
    folder = jars.ensure("some", cache=machine / "cache")
    (folder / "part3-1.0.jar").write_text("something else")
    with pytest.raises(LocalStackError, match=r"part3-1\.0\.jar is not the pinned file"):
        jars.ensure("some", cache=machine / "cache")


def test_a_jar_that_is_missing_in_the_cache_is_named(machine: Path) -> None:
    folder = jars.ensure("some", cache=machine / "cache")
    (folder / "part3-1.0.jar").unlink()
    with pytest.raises(LocalStackError, match=r"part3-1\.0\.jar is missing: delete the folder"):
        jars.ensure("some", cache=machine / "cache")


def test_a_machine_that_is_offline_is_told_so_and_can_try_again(machine: Path) -> None:
    put_java(machine, offline="True")
    with pytest.raises(LocalStackError, match=r"download of jars failed \(.*UnknownHost.*online"):
        jars.ensure("some", cache=machine / "cache")
    put_java(machine)
    assert jars.ensure("some", cache=machine / "cache").is_dir()


def test_a_download_that_breaks_off_once_is_tried_again(machine: Path) -> None:
    put_java(
        machine, offline='(not Path("{calls}.broke").exists() and Path("{calls}.broke").touch() is None)'
    )
    assert len(list(jars.ensure("some", cache=machine / "cache").iterdir())) == 10
    assert calls(machine) == 2 * ivy.SIDE_BY_SIDE


def test_what_a_killed_fetch_left_is_cleared_away(machine: Path) -> None:
    left_over = machine / "cache" / "some-abc.part"
    left_over.mkdir(parents=True)
    jars.ensure("some", cache=machine / "cache")
    assert not left_over.exists()


def test_another_list_is_another_folder(machine: Path) -> None:
    first = jars.ensure("some", cache=machine / "cache")
    (machine / "some.sha256").write_text(listed("part0"))
    assert jars.ensure("some", cache=machine / "cache") != first


@pytest.mark.parametrize(
    ("name", "server"), [("kafka", "kafka_2.13:4.1.0"), ("dynamodb", "DynamoDBLocal:2.6.1")]
)
def test_the_lists_pin_the_servers_and_no_file_twice(name: str, server: str) -> None:
    pinned = jars.read_list((LISTED / f"{name}.sha256").read_text())
    assert server in {f"{jar.module}:{jar.revision}" for jar in pinned}
    assert len({jar.file_name for jar in pinned}) == len(pinned)
    assert all(len(jar.sha256) == 64 for jar in pinned)


def test_ivy_is_asked_for_exactly_the_listed_files() -> None:
    asked = ivy.module_file([jars.Jar("0", "org.example", "some", "1.0")])
    assert '<dependency org="org.example" name="some" rev="1.0" transitive="false"' in asked
    assert asked.count("<dependency ") == 1
