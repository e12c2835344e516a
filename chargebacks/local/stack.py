"""The local stack: a real Kafka broker and DynamoDB Local, on free ports of this machine.

with stack(folder) as running:
    running.bootstrap_servers, running.endpoint_url
"""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chargebacks.errors import LocalStackError
from chargebacks.local import broker, dynamodb, jars
from chargebacks.local.processes import HOST, JVM_FLAGS, Server, check_port, free_port

TRIES: Final = 3  # a free port may be gone by the time that the server takes it


@dataclass(frozen=True)
class Kafka:
    """A running broker: its address, and the server to stop or restart (it keeps its topics)."""

    bootstrap_servers: str
    server: Server


@dataclass(frozen=True)
class DynamoDB:
    """A running DynamoDB Local: its address, and the server to stop or restart (which empties it, unless its
    items are kept)."""

    endpoint_url: str
    server: Server


@dataclass(frozen=True)
class Stack:
    """Both servers, up."""

    kafka: Kafka
    dynamodb: DynamoDB

    @property
    def bootstrap_servers(self) -> str:
        return self.kafka.bootstrap_servers

    @property
    def endpoint_url(self) -> str:
        return self.dynamodb.endpoint_url


@contextmanager
def kafka(folder: Path, port: int | None = None, progress: jars.Progress = jars.quiet) -> Iterator[Kafka]:
    """A broker while the block runs; it starts empty, data and log in `folder`. Raises LocalStackError."""
    files = jars.ensure("kafka", progress)

    def make(chosen: int) -> Server:
        return broker.broker(folder.absolute(), files, chosen, free_port(chosen))

    with _alone(folder), _serving("Kafka", port, make) as (server, chosen):
        yield Kafka(f"{HOST}:{chosen}", server)


@contextmanager
def database(
    folder: Path,
    port: int | None = None,
    progress: jars.Progress = jars.quiet,
    kept: bool = False,
    jvm_flags: Sequence[str] = JVM_FLAGS,
) -> Iterator[DynamoDB]:
    """DynamoDB Local while the block runs; it starts empty, its log in `folder`. Raises LocalStackError.

    With `kept`, a restart finds the items again.
    """
    files = jars.ensure("dynamodb", progress)

    def make(chosen: int) -> Server:
        return dynamodb.database(folder.absolute(), files, chosen, kept, jvm_flags)

    with _alone(folder), _serving("DynamoDB Local", port, make) as (server, chosen):
        yield DynamoDB(f"http://{HOST}:{chosen}", server)


@contextmanager
def stack(
    folder: Path,
    kafka_port: int | None = None,
    dynamodb_port: int | None = None,
    progress: jars.Progress = jars.quiet,
    database_flags: Sequence[str] = JVM_FLAGS,
) -> Iterator[Stack]:
    """Both servers while the block runs, started side by side. Raises LocalStackError.

    What they write is in `folder/kafka` and `folder/dynamodb`; the logs stay there afterwards.
    """
    _port("Kafka", kafka_port)
    _port("DynamoDB Local", dynamodb_port)
    for name in ("kafka", "dynamodb"):
        jars.ensure(name, progress)
    with ExitStack() as held:
        with ThreadPoolExecutor(2) as pool:
            broker_up = pool.submit(held.enter_context, kafka(folder / "kafka", kafka_port))
            made = database(folder / "dynamodb", dynamodb_port, jvm_flags=database_flags)
            table_up = pool.submit(held.enter_context, made)
        yield Stack(broker_up.result(), table_up.result())


@contextmanager
def _serving(name: str, asked: int | None, make: Callable[[int], Server]) -> Iterator[tuple[Server, int]]:
    """The server that `make` makes for a port: the one asked for, or a free one."""
    server, port = _started(name, asked, make)
    try:
        yield server, port
    finally:
        server.stop()


def _started(name: str, asked: int | None, make: Callable[[int], Server]) -> tuple[Server, int]:
    for left in reversed(range(TRIES)):
        port = _port(name, asked)
        server = make(port)
        try:
            server.start()
        except LocalStackError:
            if (
                asked is not None
                or not left
                or "already in use" not in server.log.read_text(errors="replace")
            ):
                raise
        else:
            return server, port
    raise LocalStackError(f"{name} found no free port on {HOST}")


def _port(name: str, asked: int | None) -> int:
    if asked is None:
        return free_port()
    check_port(asked, name)
    return asked


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder; the system lets go of it even when this process is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LocalStackError(
                f"another stack uses the folder {folder}: stop it, or give another folder"
            ) from None
        yield
