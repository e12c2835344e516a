"""The log entry: everything that follows from one consolidation, in one small immutable object.

Files, messages, markers and reports are projections of entries; nothing in here grows with the rows.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, Final, TypeVar

from chargebacks import record
from chargebacks.errors import ConservationError, StateVersionError
from chargebacks.settings import COMPRESSIONS

VERSION: Final = 2  # raise it when an older job would lose or misread a new field
SLICE_IDS: Final = 500
RECORD_FIELDS: Final = (*record.FIELDS, *record.METADATA_FIELDS)
FIELDS_OF_VERSION_1: Final = (
    *("chargeback_id", "status", "merchant_id", "amount", "currency", "created_at", "updated_at", "reason"),
    *("metadata", "event_type", "event_timestamp", "transaction_id", "customer_email"),
)
_TUPLES: Final = ("rules_of_rows", "rules_of_unreadable", "record_fields")
T = TypeVar("T", bound="Counts | DataFile | Announcement | Entry")


@dataclass(frozen=True)
class Counts:
    """Records of a partition as it stands, summed over every landing file that it covers."""

    records_read: int = 0
    records_processed: int = 0
    duplicates_removed: int = 0
    records_rejected: int = 0
    echoes_ignored: int = 0
    records_withdrawn: int = 0

    def check(self, where: str) -> None:
        """Raise ConservationError unless every record read is accounted for."""
        accounted = (
            self.records_processed
            + self.duplicates_removed
            + self.records_rejected
            + self.echoes_ignored
            + self.records_withdrawn
        )
        if self.records_read != accounted:
            raise ConservationError(
                f"{where}: {self.records_read} records read but {accounted} accounted for ({self}): "
                "nothing was committed; keep the landing files and report this as a bug"
            )


@dataclass(frozen=True)
class DataFile:
    """One data file: its path below the state root, the commit that wrote it, its bucket, rows and bytes."""

    path: str
    commit: int
    bucket: int
    rows: int
    bytes: int

    @property
    def view_name(self) -> str:
        """Its name in the prefix view; a pattern that `converge` knows as ours."""
        return f"part-{self.bucket:05d}-c{self.commit:08d}.{self.path.rsplit('/', 1)[-1].partition('.')[2]}"


@dataclass(frozen=True)
class Announcement:
    """What is to be published: to which topic, how many ids, and the side objects that hold them, in order."""

    topic: str
    mode: str
    ids: int
    chunks: tuple[str, ...] = ()

    @property
    def slices(self) -> int:
        """How many slice messages that makes."""
        return -(-self.ids // SLICE_IDS)


@dataclass(frozen=True)
class Entry:
    """One consolidation of one partition. Paths of side objects are below the state root."""

    commit: int
    run: str
    partition_date: date
    execution_time: datetime  # naive UTC
    execution_sequence: int
    total_executions: int
    completed_at: datetime  # aware UTC
    job_name: str
    output_path: str  # the partition's folder
    output_format: str
    buckets: int
    counts: Counts
    files: tuple[DataFile, ...]
    announcement: Announcement
    coverage: str | None = None  # landing files that this entry adds; None: none
    rejects: str | None = None
    landing_files: int = 0  # how many are covered so far
    landing_digest: str | None = (
        None  # of their versions, by `coverage.digest`; None: written before there was one
    )
    output_compression: str = "none"
    full: bool = False  # recomputed from raw: counts and coverage start anew with this entry
    rules: str = ""  # `ReadingRules.text` of its execution; "" in entries of version 1
    rules_of_rows: tuple[str, ...] = ()  # rules under which covered files were read, sorted
    rules_of_unreadable: tuple[str, ...] = ()  # rules under which covered files could not be read, sorted
    record_fields: tuple[str, ...] = RECORD_FIELDS  # of its data files

    def read_under_others(self, rules: str) -> bool:
        """Return whether rows were read under other rules than these. Only a full execution reads them again."""
        return bool({*self.rules_of_rows} - {rules})

    def to_json(self) -> bytes:
        """The object as it is stored."""
        found = asdict(self) | {
            "version": VERSION,
            "partition_date": self.partition_date.isoformat(),
            "execution_time": self.execution_time.isoformat(),
            "completed_at": completed_text(self.completed_at),
        }
        return json.dumps(found, indent=1, sort_keys=True).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes, where: str = "a log entry") -> "Entry":
        """Read an entry of this or any earlier version; `where` names it in errors.

        Fields that this version does not have are skipped. Raises StateVersionError for a newer version.
        """
        found: dict[str, Any] = json.loads(data)
        _check_version(found, where)
        announcement = found["announcement"] | {"chunks": tuple(found["announcement"]["chunks"])}
        return _known(
            cls,
            _before_version_2(found)
            | found
            | {name: tuple(found[name]) for name in _TUPLES if name in found}
            | {
                "partition_date": date.fromisoformat(found["partition_date"]),
                "execution_time": datetime.fromisoformat(found["execution_time"]),
                "completed_at": datetime.fromisoformat(found["completed_at"]),
                "counts": _known(Counts, found["counts"]),
                "files": tuple(_known(DataFile, file) for file in found["files"]),
                "announcement": _known(Announcement, announcement),
            },
        )


def _check_version(found: Mapping[str, Any], where: str) -> None:
    version = found.get("version", 1)
    if not isinstance(version, int) or version > VERSION:
        raise StateVersionError(
            f"{where} was written by a newer release (version {version!r}; this code knows {VERSION}): "
            "upgrade the release that runs this job or command; nothing was done"
        )


def _before_version_2(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that an entry of version 1 lacks. Any of its files may have been unreadable."""
    unknown = ("",) if found.get("landing_files", 1) else ()
    return {
        "output_compression": COMPRESSIONS[found["output_format"]][0],
        "rules_of_rows": unknown,
        "rules_of_unreadable": unknown,
        "record_fields": FIELDS_OF_VERSION_1,
    }


def _known(kind: type[T], found: Mapping[str, Any]) -> T:
    """A `kind` of those fields that it has: what a newer writer adds is passed over."""
    return kind(**{field.name: found[field.name] for field in fields(kind) if field.name in found})


def completed_text(moment: datetime) -> str:
    """`completed_at` as messages carry it: `2025-11-20T06:45:32.123456+00:00`."""
    return moment.isoformat(timespec="microseconds")
