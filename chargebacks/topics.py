"""What a topic should be, what it is, and the steps from the one to the other. Pure: nothing here asks a broker."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from chargebacks.errors import SettingsError

MS_PER_HOUR: Final = 3_600_000
IN_SYNC: Final = "min.insync.replicas"


@dataclass(frozen=True)
class Topic:
    """A topic as it is wanted. `configs` by Kafka's own names; those that are not named stay as they are.

    `replicas` None: as many as the cluster gives by itself (MSK Serverless: 3, and allows no other).
    """

    name: str
    partitions: int
    configs: Mapping[str, str] = field(default_factory=dict)
    replicas: int | None = None


@dataclass(frozen=True)
class Found:
    """The same topic as a broker describes it."""

    partitions: int
    configs: Mapping[str, str]
    replicas: int


@dataclass(frozen=True)
class Create:
    """Make the topic."""

    topic: Topic

    def __str__(self) -> str:
        told = [f"{self.topic.partitions} partitions", *_told(self.topic.configs)]
        if self.topic.replicas:
            told.append(f"{self.topic.replicas} replicas")
        return f"create topic {self.topic.name}: {', '.join(told)}"


@dataclass(frozen=True)
class AddPartitions:
    """Give it more partitions: `total` in all."""

    name: str
    now: int
    total: int

    def __str__(self) -> str:
        return f"add partitions to topic {self.name}: {self.now} become {self.total}"


@dataclass(frozen=True)
class Configure:
    """Set what differs; `now` is what it was."""

    name: str
    configs: Mapping[str, str]
    now: Mapping[str, str]

    def __str__(self) -> str:
        told = [
            f"{name} {self.now.get(name, 'unset')} becomes {value}" for name, value in self.configs.items()
        ]
        return f"configure topic {self.name}: {', '.join(told)}"


Step = Create | AddPartitions | Configure


def configs(retention_hours: int, min_insync_replicas: int | None) -> dict[str, str]:
    """A topic's settings by Kafka's names ("Topic Configs", Apache Kafka documentation)."""
    named = {"retention.ms": str(retention_hours * MS_PER_HOUR)}
    if min_insync_replicas is not None:
        named[IN_SYNC] = str(min_insync_replicas)
    return named


def plan(wanted: Topic, found: Found | None) -> list[Step]:
    """The steps that are left; none when the topic is as it should be. How often it is replicated is never changed.

    Raises SettingsError when there are more partitions than wanted (Kafka cannot take any away), when it is
    replicated otherwise, and when more replicas would have to be in sync than there are.
    """
    _check_in_sync(wanted, found)
    if found is None:
        return [Create(wanted)]
    if wanted.replicas and wanted.replicas != found.replicas:
        raise SettingsError(
            f"topic {wanted.name} has {found.replicas} replicas, which are not changed here: "
            "leave --replicas out, or reassign it first"
        )
    if found.partitions > wanted.partitions:
        raise SettingsError(
            f"topic {wanted.name} has {found.partitions} partitions and Kafka takes none away: "
            f"give --partitions {found.partitions} or more, or another topic"
        )
    steps: list[Step] = []
    if found.partitions < wanted.partitions:
        steps.append(AddPartitions(wanted.name, found.partitions, wanted.partitions))
    changed = {name: value for name, value in wanted.configs.items() if found.configs.get(name) != value}
    if changed:
        steps.append(Configure(wanted.name, changed, found.configs))
    return steps


def _check_in_sync(wanted: Topic, found: Found | None) -> None:
    replicas = found.replicas if found else wanted.replicas
    in_sync = int(wanted.configs.get(IN_SYNC, 0))
    if replicas and in_sync > replicas:
        raise SettingsError(
            f"topic {wanted.name} cannot have {in_sync} replicas in sync of {replicas}: nothing could be sent; "
            f"give --min-insync-replicas {replicas} or less"
        )


def _told(named: Mapping[str, str]) -> list[str]:
    return [f"{name} {value}" for name, value in named.items()]
