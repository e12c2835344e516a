"""Where records go that will not be tried any more: an SQS queue as Lambda's, or a file.

A file's lines carry the payload too, as Lambda's S3 and Kafka destinations do, so that they can be handed to a
function again. Returning means safe: only then may the poller commit.
"""

import errno
import json
import os
import re
import uuid
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.utils import is_valid_endpoint_url

from chargebacks.defaults import REGION
from chargebacks.errors import SettingsError, TransientError
from chargebacks.event_source import event, failure
from chargebacks.event_source.failure import Failure
from chargebacks.event_source.settings import PollSettings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

ARN: Final = "arn:"
URL: Final = ("http://", "https://")
FILES: Final = (".json", ".jsonl")
AWS_HOST: Final = re.compile(r"sqs\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")  # "Amazon SQS endpoints and quotas"
REGION_IN_HOST: Final = re.compile(r"(?:^|\.)sqs\.([a-z]{2}(?:-[a-z]+)+-\d)\.")


class Destination(Protocol):
    """Takes failures, one at a time."""

    def put(self, failed: Failure) -> None:
        """Put them aside safely. Raises TransientError: it may work later; nothing may be committed."""


def destination(settings: PollSettings) -> Destination | None:
    """What `on_failure` names; None when it names nothing. Raises SettingsError."""
    named = settings.on_failure
    if not named:
        return None
    if named.startswith((ARN, *URL)):
        return Queue.of(named, settings)
    if not named.endswith(FILES):  # a queue's bare name would be a file that nobody looks for
        raise SettingsError(
            f"on-failure {named!r} is neither a queue nor a file: give a queue's ARN or URL, or a file"
            f" whose name ends in {' or '.join(FILES)}"
        )
    return File(Path(named), settings)


@dataclass
class File:
    """A JSON line per failure, with its payload."""

    path: Path
    settings: PollSettings

    def put(self, failed: Failure) -> None:
        """They are on the disk when this returns."""
        told = failure.form(failed, str(uuid.uuid4()), self.settings)
        payload = event.form(failed.records, self.settings)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _append(self.path, json.dumps(told | {"payload": payload}).encode() + b"\n")
        except OSError as error:
            raise TransientError(f"{self.path} cannot be written ({error}): make room or mend it") from error


@dataclass
class Queue:
    """A standard SQS queue. Its client is made when the first failure needs it.

    `endpoint` is where its URL says that it is, when that is not AWS's public one: a VPC endpoint, a stand-in.
    """

    region: str
    path: str  # account/name
    settings: PollSettings
    endpoint: str | None = None
    _client: "SQSClient | None" = field(default=None, init=False, repr=False)

    @classmethod
    def of(cls, named: str, settings: PollSettings) -> "Queue":
        """The queue of an ARN or a URL. Raises SettingsError for what is neither, and for a FIFO queue."""
        region, account, name = _parts(named)
        endpoint = _endpoint(named)
        if not name or name.endswith(".fifo") or (endpoint and not is_valid_endpoint_url(endpoint)):
            raise SettingsError(
                f"on-failure {named!r} is no standard SQS queue: give its ARN or URL, or a file"
            )
        region = region or os.environ.get("AWS_REGION", REGION)
        return cls(region, f"{account}/{name}", settings, endpoint)

    def put(self, failed: Failure) -> None:
        """The queue has acknowledged them when this returns."""
        body = json.dumps(failure.form(failed, str(uuid.uuid4()), self.settings))
        try:
            client = self._connect()
            client.send_message(QueueUrl=f"{client.meta.endpoint_url}/{self.path}", MessageBody=body)
        except (BotoCoreError, ClientError) as error:
            told = " ".join(str(error).split())
            raise TransientError(f"the queue {self.path} did not take it: {told}") from error

    def _connect(self) -> "SQSClient":
        if self._client is None:
            config = Config(
                connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"}
            )
            self._client = boto3.client(
                "sqs", region_name=self.region, endpoint_url=self.endpoint, config=config
            )
        return self._client


def _parts(named: str) -> tuple[str, str, str]:
    """Region ("" when it is not told), account and name: of arn:aws:sqs:R:A:N, or https://sqs.R.host/A/N."""
    if named.startswith(ARN):
        _, _, service, region, account, name = ([*named.split(":"), *[""] * 6])[:6]
        return (region, account, name) if service == "sqs" else ("", "", "")
    host, account, name = ([*named.partition("://")[2].split("/"), "", ""])[:3]
    found = REGION_IN_HOST.search(host)
    return found[1] if found else "", account, name


def _endpoint(named: str) -> str | None:
    """Scheme and host of a URL; None of an ARN, and where boto3 finds the host by itself."""
    scheme, separator, rest = named.partition("://")
    host = rest.partition("/")[0]
    return f"{scheme}://{host}" if separator and not AWS_HOST.fullmatch(host) else None


def _append(path: Path, line: bytes) -> None:
    """The line is on the disk when this returns. Raises OSError; what was torn then, the next line leaves alone.

    One write, so that lines of pollers that share the file do not mix (POSIX, "write": O_APPEND).
    """
    with path.open("a+b", buffering=0) as file:
        if _torn(file):
            line = b"\n" + line
        if file.write(line) != len(line):
            raise OSError(errno.ENOSPC, "only a part was written")
        os.fsync(file.fileno())


def _torn(file: FileIO) -> bool:
    """Whether its last line has no end."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"
