"""One event on this machine: the updater as Lambda would call it, the answer on standard output."""

import json
import os
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from chargebacks.errors import ChargebacksError, SettingsError, TransientError
from chargebacks.projection.retry import Patience
from chargebacks.projection.updater import Updater

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2


def run_event(path: Path, updater: Callable[[], Updater]) -> int:
    """Handle the event in that file and print the answer as JSON.

    Returns the exit code: 0; 1 when the table does not answer or a message is reported as failed; 2 for a
    wrong file or setting. One line on standard error says which.
    """
    _sign_for_a_local_table(os.environ)
    try:
        answer = _answered_by(updater()).handle(_read(path), None)
    except ChargebacksError as error:
        return _explain(str(error), EXIT_USAGE if isinstance(error, SettingsError) else EXIT_FAILED)
    print(json.dumps(answer))  # noqa: T201 - the command's result
    return EXIT_FAILED if answer["batchItemFailures"] else 0


def _sign_for_a_local_table(env: MutableMapping[str, str]) -> None:
    """DynamoDB Local checks no signature, but the SDK insists on one: without a key, any will do."""
    host = urlsplit(env.get("AWS_ENDPOINT_URL_DYNAMODB", "")).hostname
    if host in ("127.0.0.1", "localhost") and not {"AWS_ACCESS_KEY_ID", "AWS_PROFILE"} & set(env):
        env.update(AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local")  # noqa: S106 - no secret


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"cannot read the event file {path}: {error}") from None


def _answered_by(updater: Updater) -> Updater:
    """The updater, once its table has answered; asked once, for a person waits."""
    try:
        updater.table.check_key(
            Patience(attempts=1, backoff=0, backoff_limit=0, remaining=lambda: float("inf"))
        )
    except TransientError as error:
        raise TransientError(
            f"no table {updater.table.name} answers: {error}; "
            "point AWS_ENDPOINT_URL_DYNAMODB at one (`chargebacks stack` starts it), or give credentials"
        ) from None
    return updater


def _explain(message: str, code: int) -> int:
    print(f"lambda_function: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201 - the reason, for a person
    return code
