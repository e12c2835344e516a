"""The rules that JSON Schema cannot say, for events that their schema already accepts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from chargebacks.contract.wording import shown
from chargebacks.errors import ContractError

AT_MOST: Final = (("slice", "slices"), ("execution_sequence", "total_executions"))
TIMES: Final = ("execution_time", "completed_at")


def check(event: Mapping[str, Any]) -> None:
    """Raises ContractError when a count exceeds its total, or a time does not exist (30 February)."""
    for part, whole in AT_MOST:
        if part in event and whole in event and event[part] > event[whole]:
            raise ContractError(
                f"{event['event_type']}: {part} must be at most {whole}, which is {event[whole]}, "
                f"not {event[part]}"
            )
    for name in TIMES:
        _check_time(event, name)


def _check_time(event: Mapping[str, Any], name: str) -> None:
    try:
        datetime.fromisoformat(event[name])
    except ValueError:
        raise ContractError(
            f"{event['event_type']}: {name} must be a time that exists, not {shown(event[name])}"
        ) from None
