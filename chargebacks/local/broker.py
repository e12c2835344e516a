"""A real Kafka broker on this machine: one node, KRaft mode (broker and controller in one), plain text."""

import logging
import shutil
import subprocess
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from chargebacks.adapters.topics import perform
from chargebacks.errors import LocalStackError, TopicError
from chargebacks.local.java import java
from chargebacks.local.processes import HOST, JVM_FLAGS, PAUSE_SECONDS, Server, tail
from chargebacks.topics import Create, Topic

ASK_SECONDS: Final = 2.0
SHOWN_SECONDS: Final = 60.0
LOG_FLAGS: Final = ("-Dlog4j2.level=WARN",)
SETTINGS: Final = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@{host}:{controller}
log.dirs={data}
auto.create.topics.enable=false
num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1200
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


def broker(folder: Path, jars: Path, port: int, controller_port: int) -> Server:
    """A broker, formatted but not started; settings, data and log are in `folder`. Raises LocalStackError."""
    folder.mkdir(parents=True, exist_ok=True)
    settings, data = folder / "server.properties", folder / "data"
    settings.write_text(SETTINGS.format(host=HOST, port=port, controller=controller_port, data=data))
    if data.exists():
        shutil.rmtree(data)
    _format(settings, jars)
    command = [*_java(jars, "-Xms256m", "-Xmx512m", *LOG_FLAGS), "kafka.Kafka", str(settings)]
    return Server("Kafka", command, folder / "kafka.log", lambda: answers(f"{HOST}:{port}"))


def _java(jars: Path, *flags: str) -> list[str]:
    return [str(java()), *JVM_FLAGS, *flags, "-cp", f"{jars}/*"]


def _format(settings: Path, jars: Path) -> None:
    """Give the data folder its identity, as KRaft requires before the first start."""
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
    # One word: an id may begin with a dash, and would be taken for an option.
    arguments = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(settings)]
    done = subprocess.run(
        [*_java(jars, "-Xmx128m", "-Dlog4j2.level=ERROR"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=settings.parent,
    )
    log = settings.parent / "format.log"
    log.write_text(done.stdout + done.stderr)
    if done.returncode:
        raise LocalStackError(f"Kafka's storage could not be formatted: {tail(log)}; see {log}")


def client(bootstrap_servers: str) -> AdminClient:
    """An admin client that keeps quiet while the broker is not up yet."""
    settings: dict[str, Any] = {"bootstrap.servers": bootstrap_servers, "log_level": 0}
    return AdminClient(settings, logger=_silent())


def _silent() -> logging.Logger:
    logger = logging.getLogger("chargebacks.local.broker.client")
    logger.disabled = True
    return logger


def answers(bootstrap_servers: str) -> bool:
    """Whether the broker there tells its metadata."""
    try:
        return bool(client(bootstrap_servers).list_topics(timeout=ASK_SECONDS).brokers)
    except KafkaException:
        return False


def create_topic(bootstrap_servers: str, name: str, partitions: int = 1) -> None:
    """Create the topic, one replica; it is there for everybody when this returns.

    Raises LocalStackError when it exists, or the broker refuses or does not show it.
    """
    admin = client(bootstrap_servers)
    try:
        perform(admin, Create(Topic(name, partitions, replicas=1)))
    except TopicError as error:
        raise LocalStackError(str(error)) from error
    # The controller has agreed; the broker hears of it a moment later.
    deadline = time.monotonic() + SHOWN_SECONDS
    while not _shows(admin, name, partitions):
        if time.monotonic() > deadline:
            raise LocalStackError(f"topic {name} was created, but the broker does not show it: start anew")
        time.sleep(PAUSE_SECONDS)


def _shows(admin: AdminClient, name: str, partitions: int) -> bool:
    """Whether the broker's metadata has the topic, with a leader for every partition."""
    try:
        topic = admin.list_topics(name, timeout=ASK_SECONDS).topics[name]
    except KafkaException:
        return False
    led = [one for one in topic.partitions.values() if one.error is None]
    return topic.error is None and len(led) == partitions
