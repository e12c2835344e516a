"""The settings that decide what is read and what is rejected, and a short text that identifies them.

Each log entry records that text. So a later run knows which files were read, or found unreadable, under other rules.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Final

from chargebacks.settings import JobSettings

READER_VERSION: Final = (
    2  # raise it when a released rule changes what becomes of a file; entries without rules are 1
)
_DIGEST_BYTES: Final = 8


@dataclass(frozen=True)
class ReadingRules:
    """What `JobSettings` says about reading.

    `csv_escape` is "quote", "backslash", or "" to decide per file. `id_pattern` is a regular expression that the whole
    id must match, or "". `skip_files` are landing files to quarantine without opening them.
    """

    csv_escape: str = ""
    required_fields: tuple[str, ...] = ("chargeback_id",)
    id_pattern: str = ""
    skip_files: Collection[str] = ()

    @classmethod
    def of(cls, settings: JobSettings) -> "ReadingRules":
        """Return the rules of a run."""
        return cls(
            settings.csv_escape, settings.required_fields, settings.id_pattern, frozenset(settings.skip_file)
        )

    @property
    def text(self) -> str:
        """The reader's version and a digest of the settings: `2:0123456789abcdef`.

        `skip_files` is left out: a file that was skipped once stays skipped in the next run, which names it no more.
        """
        told = {name: value for name, value in asdict(self).items() if name != "skip_files"}
        told["required_fields"] = sorted(set(self.required_fields))
        digest = blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=_DIGEST_BYTES).hexdigest()
        return f"{READER_VERSION}:{digest}"


DEFAULT_RULES: Final = ReadingRules()
