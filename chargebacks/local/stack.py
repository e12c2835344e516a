"""The local stack: a real Kafka broker and DynamoDB Local, on free ports of this machine."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chargebacks.local import broker, dynamodb, jars
from chargebacks.local.processes import HOST, Server, check_port, free_port


@dataclass(frozen=True)
class Kafka:
    """A running broker: its address, and the server to stop or restart."""

    bootstrap_servers: str
    server: Server


@dataclass(frozen=True)
class DynamoDB:
    """A running DynamoDB Local: its address, and the server to stop or restart (which empties it)."""

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
    """A broker while the block runs; data and logs in `folder`. Raises LocalStackError."""
    files = jars.ensure("kafka", progress)
    chosen = _port(port, "Kafka")
    with broker.broker(folder.absolute(), files, chosen, free_port()) as server:
        yield Kafka(f"{HOST}:{chosen}", server)


@contextmanager
def database(
    folder: Path, port: int | None = None, progress: jars.Progress = jars.quiet
) -> Iterator[DynamoDB]:
    """DynamoDB Local while the block runs; its log in `folder`. Raises LocalStackError."""
    files = jars.ensure("dynamodb", progress)
    chosen = _port(port, "DynamoDB Local")
    with dynamodb.database(folder.absolute(), files, chosen) as server:
        yield DynamoDB(f"http://{HOST}:{chosen}", server)


@contextmanager
def stack(
    folder: Path,
    kafka_port: int | None = None,
    dynamodb_port: int | None = None,
    progress: jars.Progress = jars.quiet,
) -> Iterator[Stack]:
    """Both servers while the block runs; what they write is in `folder`. Raises LocalStackError."""
    with ExitStack() as held:
        yield Stack(
            held.enter_context(kafka(folder / "kafka", kafka_port, progress)),
            held.enter_context(database(folder / "dynamodb", dynamodb_port, progress)),
        )


def _port(asked: int | None, name: str) -> int:
    if asked is None:
        return free_port()
    check_port(asked, name)
    return asked
