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
            raise broken(event, part, f"at most {whole} {event[whole]}")
    for name in TIMES:
        if not _exists(event[name]):
            raise broken(event, name, "a time that exists")


def broken(event: Mapping[str, Any], field: str, rule: str) -> ContractError:
    """The refusal of `event`, in the words that broken schemas use too."""
    return ContractError(
        f"{event['event_type']}: {field} breaks the rule {rule}: it is {shown(event[field])}"
    )


def _exists(time: str) -> bool:
    try:
        datetime.fromisoformat(time)
    except ValueError:
        return False
    return True
