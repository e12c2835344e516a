"""Looking at a topic and changing it, by Kafka's admin client."""

from concurrent.futures import Future
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from confluent_kafka.cimpl import NewPartitions, NewTopic

from chargebacks.adapters.kafka import client_config
from chargebacks.errors import TopicError
from chargebacks.topics import AddPartitions, Configure, Create, Found, Step

ASK_SECONDS: Final = 30.0
CLUSTER_DEFAULT: Final = -1


def admin_client(bootstrap_servers: str, auth: str) -> AdminClient:
    """An admin client for those brokers. Raises TopicError when the settings make none."""
    try:
        return AdminClient(client_config(bootstrap_servers, auth) | {"log_level": 3})
    except KafkaException as error:
        raise TopicError(
            f"no Kafka client can be made ({error.args[0].str()}): check settings and credentials"
        ) from error


def describe(admin: AdminClient, name: str) -> Found | None:
    """The topic as it is, or None. Raises TopicError when the brokers do not say."""
    try:
        asked = admin.describe_topics(TopicCollection([name]), request_timeout=ASK_SECONDS)
        partitions = asked[name].result(ASK_SECONDS).partitions
    except TimeoutError as error:
        raise TopicError(f"topic {name} could not be described: no broker answers") from error
    except KafkaException as error:
        if error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            return None
        raise _refused(f"topic {name} could not be described", error) from error
    resource = ConfigResource(ResourceType.TOPIC, name)
    told = admin.describe_configs([resource], request_timeout=ASK_SECONDS)
    entries = _result(told[resource], f"topic {name}'s settings could not be read")
    replicas = min(len(one.replicas) for one in partitions)
    return Found(len(partitions), {key: entry.value for key, entry in entries.items()}, replicas)


def perform(admin: AdminClient, step: Step) -> None:
    """Do it. Raises TopicError when the brokers refuse, or do not answer."""
    match step:
        case Create(topic):
            new = NewTopic(
                topic.name, topic.partitions, topic.replicas or CLUSTER_DEFAULT, config=dict(topic.configs)
            )
            done = admin.create_topics([new], request_timeout=ASK_SECONDS)[topic.name]
        case AddPartitions(name, _, total):
            more = [NewPartitions(name, total)]
            done = admin.create_partitions(more, request_timeout=ASK_SECONDS)[name]
        case Configure(name, changes, _):
            resource = ConfigResource(
                ResourceType.TOPIC, name, incremental_configs=[_set(key, changes[key]) for key in changes]
            )
            done = admin.incremental_alter_configs([resource], request_timeout=ASK_SECONDS)[resource]
    _result(done, f"could not {step}")


def _set(name: str, value: str) -> ConfigEntry:
    return ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)


def _result(answer: "Future[Any]", what: str) -> Any:
    try:
        return answer.result(ASK_SECONDS)
    except TimeoutError as error:
        raise TopicError(f"{what}: no broker answers") from error
    except KafkaException as error:
        raise _refused(what, error) from error


def _refused(what: str, error: KafkaException) -> TopicError:
    return TopicError(f"{what}: {error.args[0].str()}")
