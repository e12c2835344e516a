"""Putting a message aside that can never succeed, with all that is needed to send it again."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chargebacks.errors import TransientError
from chargebacks.projection import clients
from chargebacks.projection.msk import Message
from chargebacks.projection.retry import Patience
from chargebacks.projection.settings import UpdaterSettings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass
class DeadLetters:
    """The dead-letter queue (SQS, standard). Its client is made when the first message needs it."""

    settings: UpdaterSettings
    _client: "SQSClient | None" = field(default=None, init=False, repr=False)

    def put(self, message: Message, reason: str, patience: Patience) -> None:
        """Send the message there. Raises TransientError when there is no queue or it does not take it."""
        url = self.settings.dlq_url
        if not url:
            raise TransientError(f"{reason}; not dead-lettered: DLQ_URL is not set")
        client, letter = self._connect(), body(message, reason)
        try:
            patience.call(lambda: client.send_message(QueueUrl=url, MessageBody=letter), "MessageId")
        except TransientError as error:
            raise TransientError(f"{reason}; not dead-lettered: {error}") from None

    def _connect(self) -> "SQSClient":
        if self._client is None:
            self._client = clients.make("sqs", self.settings)
        return self._client


def body(message: Message, reason: str) -> str:
    """The dead letter as JSON; key, value and headers as Lambda gave them (value and key are base64)."""
    letter = {
        "payload": message.value,
        "reason": reason,
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "timestamp": message.timestamp,
        "key": message.key,
        "headers": message.headers,
    }
    return json.dumps(letter, default=str)
