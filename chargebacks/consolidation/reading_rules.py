"""The settings that decide what is read and what is rejected, and a short text that identifies them.

Each log entry records that text. So a later run knows which files were read, or found unreadable, under other rules.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Final

from chargebacks.settings import JobSettings

# Raise it, once a release, when what becomes of a landing file changes. Entries without rules count as 1.
READER_VERSION: Final = 2
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

        `skip_files` is left out: a skipped file stays skipped in later runs, which do not name it.
        """
        rules = {name: value for name, value in asdict(self).items() if name != "skip_files"}
        rules["required_fields"] = sorted(set(self.required_fields))
        digest = blake2b(json.dumps(rules, sort_keys=True).encode(), digest_size=_DIGEST_BYTES).hexdigest()
        return f"{READER_VERSION}:{digest}"


DEFAULT_RULES: Final = ReadingRules()
