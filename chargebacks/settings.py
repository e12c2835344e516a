"""Settings enter once, here, as frozen objects. Nothing else reads arguments or the environment.

`ARGUMENTS` is the job's one table of arguments: Glue, the command line and the documentation all read it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from chargebacks import schedule
from chargebacks.defaults import TOPIC
from chargebacks.errors import SettingsError
from chargebacks.setting_values import (
    choice,
    flag,
    integer,
    landing_files,
    matching,
    number,
    pattern,
    required_fields,
)

FORMATS: Final = ("csv", "parquet", "json")
# By format, the default first. Parquet compresses within the file; csv and json files are compressed as a whole.
COMPRESSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "csv": ("none", "gzip"),
    "parquet": ("zstd", "snappy", "none"),
    "json": ("none", "gzip"),
}
REQUIRED: Final = ("landing_path", "output_path")
TOPIC_NAME: Final = re.compile(r"(?!\.\.?$)[a-zA-Z0-9._-]{1,249}")  # Kafka: "Topic names"
REGION_NAMES: Final = ("AWS_REGION", "AWS_DEFAULT_REGION")  # obstore's and botocore's
REGION: Final = re.compile(r"([a-z]{2}(-[a-z]+)+-\d+)?")
JOB_NAME: Final = re.compile(r"(?=.*\S).{1,255}")  # as the contract has it
CSV_ESCAPES: Final = ("quote", "backslash")
DEFAULT_LOOKBACK: Final = 1
MAX_OUTPUT_PATH: Final = 2000  # the contract's 2048, less the partition's folder


@dataclass(frozen=True)
class Argument:
    """One argument of the job: its name, its default as text (None: worked out from the others), its help.

    `many`: its text is one value or a JSON list of values; on the command line it may be given several times.
    """

    name: str
    default: str | None
    help: str
    many: bool = False


ARGUMENTS: Final = (
    Argument("landing_path", None, "root of the landing zone (s3://bucket/prefix or a folder); required"),
    Argument("output_path", None, "root of the consolidated output; required"),
    Argument("state_path", None, "root of log, generations and pending markers [_state beside the output]"),
    Argument("quarantine_path", None, "where rejected records go [_quarantine beside the output]"),
    Argument(
        "partition_date", None, "the day to consolidate, or FIRST..LAST, YYYY-MM-DD [the execution's day]"
    ),
    Argument("execution_time", None, "identifies the execution, ISO 8601, UTC unless it says [now]"),
    Argument("execution_sequence", None, "which of the day's executions this is [from the schedule]"),
    Argument("total_executions", "4", "executions a day, 1 to 24"),
    Argument("schedule_zone", "UTC", "the IANA zone that says what a day is and when the slots are"),
    Argument("lookback_days", None, "earlier days searched for late files, 0 to 31 [1; before a range none]"),
    Argument("full", "false", "true: recompute the partition from all its landing files"),
    Argument(
        "allow_shrink", "false", "true: full or restart_log may lose chargebacks that no landing file has"
    ),
    Argument("restart_log", "false", "true: start a new log where the state is lost but the output is not"),
    Argument("csv_escape", "", 'quotes inside quotes in CSV: quote (""), backslash (\\") [decide per file]'),
    Argument("required_fields", "chargeback_id", "fields without which a record is rejected, with commas"),
    Argument("id_pattern", "", "regular expression that every chargeback_id must match [any]"),
    Argument("skip_file", "", "landing file to quarantine unread; several: a JSON list of paths", many=True),
    Argument("parallel_partitions", "4", "partitions that are worked on at once, 1 to 32"),
    Argument("output_format", "csv", "csv, parquet or json"),
    Argument("output_files", "10", "how many files a partition has at most, 1 to 1000"),
    Argument("output_compression", None, "csv, json: none, gzip; parquet: zstd, snappy, none [the first]"),
    Argument("max_rejected_share", "0.05", "share of records that may be rejected, 0 to 1"),
    Argument("announce", "changed", "which chargebacks slices name: changed or all"),
    Argument("kafka_bootstrap_servers", "", "host:port,host:port [commit, and leave it unpublished]"),
    Argument("kafka_topic", TOPIC, "the topic of slices and summaries"),
    Argument("kafka_auth", "none", "none, or iam for MSK"),
    Argument("publish_timeout_seconds", "120", "how long the broker may take to acknowledge a message"),
    Argument(
        "superseded_hours", "24", "how long files stay that a newer consolidation superseded, 0 to 8760"
    ),
    Argument(
        "aws_region", "", "where AWS is asked, if the environment does not say [as the environment says]"
    ),
    Argument("job_name", "poc-chargeback-dev-chargebacks-consolidation", "the name that messages carry"),
    Argument("publish_metrics", "false", "true: send the run's numbers to CloudWatch"),
    Argument("dry_run", "false", "true: read, count and report; write and send nothing"),
)


@dataclass(frozen=True)
class JobSettings:
    """What one run of the job was asked to do. Paths are absolute; times are naive UTC.

    `partition_date` is the last of the days asked for, `first_date` the first: mostly the same.
    `lookback_days` None: no other day is looked at.
    """

    landing_path: str
    output_path: str
    state_path: str
    quarantine_path: str
    first_date: date
    partition_date: date
    execution_time: datetime
    execution_sequence: int
    total_executions: int
    schedule_zone: ZoneInfo
    lookback_days: int | None
    full: bool
    allow_shrink: bool
    restart_log: bool
    csv_escape: str
    required_fields: tuple[str, ...]
    id_pattern: str
    skip_file: tuple[str, ...]
    parallel_partitions: int
    output_format: str
    output_files: int
    output_compression: str
    max_rejected_share: float
    announce: str
    kafka_bootstrap_servers: str
    kafka_topic: str
    kafka_auth: str
    publish_timeout_seconds: float
    superseded_hours: float
    aws_region: str
    job_name: str
    publish_metrics: bool
    dry_run: bool

    @property
    def own_day(self) -> date:
        """The day that the execution falls on, whichever days it was asked for."""
        return schedule.day_of(self.execution_time, self.schedule_zone)

    @classmethod
    def parse(cls, given: Mapping[str, str], now: datetime) -> "JobSettings":
        """Settings from arguments as text. `now` is aware. Raises SettingsError: one line, what and why."""
        text = {a.name: a.default for a in ARGUMENTS if a.default is not None} | dict(given)
        unknown = sorted(set(text) - {a.name for a in ARGUMENTS})
        if unknown:
            raise SettingsError(f"unknown argument {unknown[0]}: see chargebacks consolidate --help")
        for name in REQUIRED:
            if not text.get(name):
                raise SettingsError(f"{name} is missing: give --{name.replace('_', '-')}")
        parsed = {**_when(text, now), **_where(text), **_how(text)}
        return cls(**{field.name: parsed[field.name] for field in fields(cls)})  # type: ignore[arg-type]


def _when(text: Mapping[str, str], now: datetime) -> dict[str, object]:
    schedule_zone = schedule.zone(text["schedule_zone"])
    total = integer(text, "total_executions", 1, 24)
    given = text.get("execution_time")
    time = schedule.parse_execution_time(given) if given else schedule.naive_utc(now)
    days, sequence = text.get("partition_date"), text.get("execution_sequence")
    first, last = schedule.parse_dates(days or schedule.day_of(time, schedule_zone).isoformat())
    return {
        "schedule_zone": schedule_zone,
        "total_executions": total,
        "execution_time": time,
        "first_date": first,
        "partition_date": last,
        "lookback_days": _lookback(text, ".." in (days or "")),
        "execution_sequence": integer(text, "execution_sequence", 1, total)
        if sequence
        else schedule.sequence_at(time, total, schedule_zone),
    }


def _lookback(text: Mapping[str, str], a_range: bool) -> int | None:
    if "lookback_days" in text:
        return integer(text, "lookback_days", 0, 31)
    return None if a_range else DEFAULT_LOOKBACK


def _where(text: Mapping[str, str]) -> dict[str, object]:
    output = absolute(text["output_path"])
    paths = {
        "landing_path": absolute(text["landing_path"]),
        "output_path": output,
        "state_path": state_root(text["output_path"], text.get("state_path")),
        "quarantine_path": quarantine_root(text["output_path"], text.get("quarantine_path")),
    }
    for name, path in paths.items():
        for other, inside in paths.items():
            if name != other and f"{inside}/".startswith(f"{path}/"):
                raise SettingsError(f"{other} {inside!r} lies inside {name} {path!r}: give separate folders")
    if len(output) > MAX_OUTPUT_PATH:
        raise SettingsError(f"output_path is longer than {MAX_OUTPUT_PATH} characters: give a shorter one")
    return dict(paths)


def _how(text: Mapping[str, str]) -> dict[str, object]:
    return {
        "full": flag(text, "full"),
        "allow_shrink": flag(text, "allow_shrink"),
        "restart_log": flag(text, "restart_log"),
        "csv_escape": choice(text, "csv_escape", ("", *CSV_ESCAPES)),
        "required_fields": required_fields(text),
        "id_pattern": pattern(text, "id_pattern"),
        "skip_file": landing_files(text, "skip_file", absolute(text["landing_path"])),
        "parallel_partitions": integer(text, "parallel_partitions", 1, 32),
        "output_format": choice(text, "output_format", FORMATS),
        "output_files": integer(text, "output_files", 1, 1000),
        "output_compression": _compression(text),
        "max_rejected_share": number(text, "max_rejected_share", 0, 1),
        "announce": choice(text, "announce", ("changed", "all")),
        "kafka_bootstrap_servers": text["kafka_bootstrap_servers"],
        "kafka_topic": matching(
            text, "kafka_topic", TOPIC_NAME, "letters, digits, `.`, `_` and `-`, at most 249"
        ),
        "kafka_auth": choice(text, "kafka_auth", ("none", "iam")),
        "publish_timeout_seconds": number(text, "publish_timeout_seconds", 1, 3600),
        "superseded_hours": number(text, "superseded_hours", 0, 8760),
        "aws_region": matching(text, "aws_region", REGION, "a region like sa-east-1, or leave it out"),
        "job_name": matching(text, "job_name", JOB_NAME, "1 to 255 printable characters"),
        "publish_metrics": flag(text, "publish_metrics"),
        "dry_run": flag(text, "dry_run"),
    }


def _compression(text: Mapping[str, str]) -> str:
    output_format = choice(text, "output_format", FORMATS)
    possible = COMPRESSIONS[output_format]
    given = text.get("output_compression", possible[0]).lower()
    if given not in possible:
        raise SettingsError(
            f"output_compression {given!r} does not go with {output_format}: give {', '.join(possible)}"
        )
    return given


def state_root(output_path: str, state_path: str | None = None) -> str:
    """Where log, generations and pending markers are: as given, else `_state/<name>` beside the output."""
    return absolute(state_path or _beside(absolute(output_path), "_state"))


def quarantine_root(output_path: str, quarantine_path: str | None = None) -> str:
    """Where rejected records go: as given, else `_quarantine/<name>` beside the output."""
    return absolute(quarantine_path or _beside(absolute(output_path), "_quarantine"))


def absolute(path: str) -> str:
    """A bucket URL (s3a:// as s3://), or a local path made absolute and plain; no slash at the end.

    Raises SettingsError for what obstore could not address, or would under another name.
    """
    if not path.isprintable():
        raise SettingsError(f"path {path!r} holds a character that cannot be printed: give another")
    scheme, separator, rest = path.rpartition("://")
    if scheme in ("s3", "s3a", "s3n"):
        return f"s3://{_bucket_path(path, rest)}"
    if separator and scheme != "file":
        raise SettingsError(f"path {path!r} has an unknown scheme: give s3://bucket/prefix or a folder")
    if separator and not rest.startswith("/"):
        raise SettingsError(f"path {path!r} names a machine, or a folder below none: give file:///folder")
    return os.path.abspath(rest).rstrip("/")  # noqa: PTH100  (pathlib keeps `..`, behind which paths overlap)


def _bucket_path(path: str, rest: str) -> str:
    bucket, *folders = rest.rstrip("/").split("/")
    if not bucket:
        raise SettingsError(f"path {path!r} names no bucket: give s3://bucket/prefix")
    if {"", ".", ".."} & set(folders):
        raise SettingsError(f"path {path!r} has an empty folder, `.` or `..` in it: give s3://bucket/prefix")
    return "/".join([bucket, *folders])


def _beside(output: str, folder: str) -> str:
    parent, _, name = output.rpartition("/")
    if parent in ("", "s3:/", "s3://"):
        raise SettingsError(
            f"output_path {output!r} has no folder beside it for {folder}: give --state-path and --quarantine-path"
        )
    return f"{parent}/{folder}/{name}"
