"""The job's settings: defaults, what each argument may be, and one line for whatever it may not be."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargebacks import contract, partition
from chargebacks.commands import consolidate
from chargebacks.consolidation.announce.messages import messages
from chargebacks.consolidation.commits.entry import Announcement, Counts, Entry
from chargebacks.errors import SettingsError
from chargebacks.settings import ARGUMENTS, JobSettings, absolute

NOW = datetime(2025, 11, 20, 6, 31, tzinfo=UTC)
PATHS = {
    "landing_path": "s3://bucket/landing/chargebacks",
    "output_path": "s3://bucket/consolidated/chargebacks",
}


def parsed(**given: str) -> JobSettings:
    return JobSettings.parse(PATHS | given, NOW)


def test_two_paths_are_enough() -> None:
    found = parsed()
    assert found.state_path == "s3://bucket/consolidated/_state/chargebacks"
    assert found.quarantine_path == "s3://bucket/consolidated/_quarantine/chargebacks"
    assert (found.partition_date, found.execution_sequence) == (date(2025, 11, 20), 2)
    assert found.execution_time == datetime.fromisoformat("2025-11-20T06:31:00")
    assert (found.total_executions, found.lookback_days, found.output_files) == (4, 1, 10)
    assert (found.output_format, found.announce, found.kafka_auth, found.dry_run) == (
        "csv",
        "changed",
        "none",
        False,
    )
    assert found.job_name == "poc-chargeback-dev-chargebacks-consolidation"
    assert (found.kafka_topic, found.kafka_bootstrap_servers) == ("chargeback-consolidation-events", "")
    assert (found.max_rejected_share, found.schedule_zone.key) == (0.05, "UTC")


@pytest.mark.parametrize(
    ("output_format", "given", "compression"),
    [
        ("csv", None, "none"),
        ("json", None, "none"),
        ("parquet", None, "zstd"),
        ("csv", "GZIP", "gzip"),
        ("parquet", "snappy", "snappy"),
    ],
)
def test_the_compression_is_the_formats_unless_given(
    output_format: str, given: str | None, compression: str
) -> None:
    chosen = {"output_compression": given} if given else {}
    assert parsed(output_format=output_format, **chosen).output_compression == compression


LIST = '["2025/11/20/a.json", "s3://bucket/landing/chargebacks/2025/11/20/b, c.json"]'


@pytest.mark.parametrize(
    ("given", "files"),
    [
        ("", ()),
        ("2025/11/20/a, b [1].json", ("2025/11/20/a, b [1].json",)),
        ("s3://bucket/landing/chargebacks/2025/11/20/a.json", ("2025/11/20/a.json",)),
        ("s3a://bucket/landing/chargebacks/2025/11/20/a.json", ("2025/11/20/a.json",)),
        (LIST, ("2025/11/20/a.json", "2025/11/20/b, c.json")),
        ('["[a].json"]', ("[a].json",)),
    ],
)
def test_files_to_skip_are_one_path_or_a_json_list(given: str, files: tuple[str, ...]) -> None:
    landing = "s3a://bucket/landing/chargebacks/" if given.startswith("s3a") else PATHS["landing_path"]
    assert parsed(skip_file=given, landing_path=landing).skip_file == files


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        ([], ()),
        (["--skip-file", "a.json"], ("a.json",)),
        (["--skip-file", "a.json", "--skip-file", "[b].json"], ("a.json", "[b].json")),
        (["--skip-file", '["a.json", "b.json"]'], ("a.json", "b.json")),
    ],
)
def test_the_command_line_takes_the_option_again_for_each_file(
    arguments: list[str], files: tuple[str, ...]
) -> None:
    given = ["--landing-path", "landing", "--output-path", "out", *arguments]
    found = consolidate.command.make_context("consolidate", given).params
    found = {name: value for name, value in found.items() if name not in ("as_json", "master")}
    assert consolidate.job_settings(found).skip_file == files


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        parsed().output_files = 3  # type: ignore[misc]


def test_every_argument_is_a_setting_and_every_setting_an_argument() -> None:
    fields = set(JobSettings.__dataclass_fields__)
    assert {argument.name for argument in ARGUMENTS} == fields - {
        "first_date"
    }  # partition_date says both ends


def test_the_partition_date_defaults_to_the_executions_day_in_the_schedules_zone() -> None:
    late = {"execution_time": "2025-11-20T02:00:00Z", "schedule_zone": "America/Sao_Paulo"}
    assert (parsed(**late).partition_date, parsed(**late).execution_sequence) == (date(2025, 11, 19), 4)
    assert parsed(**late, partition_date="2025-11-18").partition_date == date(2025, 11, 18)


def test_what_is_given_wins_over_what_is_worked_out() -> None:
    found = parsed(
        state_path="/s", quarantine_path="/q", execution_sequence="4", dry_run="TRUE", output_format="Parquet"
    )
    assert (found.state_path, found.quarantine_path, found.execution_sequence) == ("/s", "/q", 4)
    assert (found.dry_run, found.output_format) == (True, "parquet")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"landing_path": ""}, "landing_path is missing: give --landing-path"),
        ({"output_path": ""}, "output_path is missing: give --output-path"),
        ({"landing": "x"}, "unknown argument landing: see chargebacks consolidate --help"),
        ({"partition_date": "yesterday"}, "partition_date 'yesterday' is no date"),
        ({"execution_time": "noon"}, "execution_time 'noon' is no time"),
        ({"schedule_zone": "Mars"}, "schedule_zone 'Mars' is no IANA time zone"),
        (
            {"output_compression": "zstd"},
            "output_compression 'zstd' does not go with csv: give none, gzip",
        ),
        (
            {"output_format": "parquet", "output_compression": "gzip"},
            "output_compression 'gzip' does not go with parquet: give zstd, snappy, none",
        ),
        ({"total_executions": "0"}, "total_executions '0' is out of range: give a whole number, 1 to 24"),
        ({"total_executions": "25"}, "total_executions '25' is out of range"),
        ({"total_executions": "4.0"}, "total_executions '4.0' is out of range"),
        ({"execution_sequence": "5"}, "execution_sequence '5' is out of range: give a whole number, 1 to 4"),
        ({"execution_sequence": "0"}, "execution_sequence '0' is out of range"),
        ({"lookback_days": "32"}, "lookback_days '32' is out of range"),
        ({"lookback_days": "-1"}, "lookback_days '-1' is out of range"),
        (
            {"skip_file": '["a.json"'},
            'skip_file \'["a.json"\' is not a JSON list of paths: give ["PATH", "PATH"]',
        ),
        ({"skip_file": "[1]"}, "skip_file '[1]' is not a JSON list of paths"),
        ({"skip_file": '[""]'}, "skip_file '[\"\"]' is not a JSON list of paths"),
        ({"output_files": "0"}, "output_files '0' is out of range: give a whole number, 1 to 1000"),
        ({"output_files": "1001"}, "output_files '1001' is out of range"),
        ({"output_format": "xml"}, "output_format 'xml' is unknown: give csv, parquet, json"),
        ({"announce": "none"}, "announce 'none' is unknown: give changed, all"),
        ({"kafka_auth": "plain"}, "kafka_auth 'plain' is unknown: give none, iam"),
        ({"max_rejected_share": "5"}, "max_rejected_share '5' is out of range: give a number, 0 to 1"),
        ({"max_rejected_share": "nan"}, "max_rejected_share 'nan' is out of range"),
        ({"publish_timeout_seconds": "0"}, "publish_timeout_seconds '0' is out of range"),
        ({"dry_run": "maybe"}, "dry_run 'maybe' is unknown: give true, false"),
        ({"job_name": ""}, "job_name '' cannot be a name: give 1 to 255 printable characters"),
        ({"job_name": "  "}, "job_name '  ' cannot be a name: give 1 to 255 printable characters"),
        (
            {"job_name": "x" * 256},
            "job_name '" + "x" * 256 + "' cannot be a name: give 1 to 255 printable characters",
        ),
        (
            {"kafka_topic": "no topic"},
            "kafka_topic 'no topic' cannot be a name: give letters, digits, `.`, `_` and `-`, at most 249",
        ),
        (
            {"kafka_topic": ""},
            "kafka_topic '' cannot be a name: give letters, digits, `.`, `_` and `-`, at most 249",
        ),
        (
            {"kafka_topic": ".."},
            "kafka_topic '..' cannot be a name: give letters, digits, `.`, `_` and `-`, at most 249",
        ),
        (
            {"kafka_topic": "t" * 250},
            "kafka_topic '"
            + "t" * 250
            + "' cannot be a name: give letters, digits, `.`, `_` and `-`, at most 249",
        ),
        ({"landing_path": "gs://bucket/x"}, "path 'gs://bucket/x' has an unknown scheme"),
        ({"landing_path": "s3://"}, "path 's3://' names no bucket"),
        ({"landing_path": "s3:///x"}, "path 's3:///x' names no bucket"),
        ({"landing_path": "s3://bucket//x"}, "path 's3://bucket//x' has an empty folder, `.` or `..` in it"),
        (
            {"landing_path": "s3://bucket/a/../x"},
            "path 's3://bucket/a/../x' has an empty folder, `.` or `..` in it",
        ),
        ({"landing_path": "/a\nb"}, "path '/a\\nb' holds a character that cannot be printed"),
        ({"job_name": "a\nb"}, "job_name 'a\\nb' cannot be a name"),
        (
            {"execution_time": "2999-12-31T23:59:59", "schedule_zone": "Asia/Tokyo"},
            "partition_date '3000-01-01' is no date",
        ),
        ({"output_path": "s3://bucket"}, "output_path 's3://bucket' has no folder beside it for _state"),
        ({"output_path": "/"}, "output_path '' has no folder beside it for _"),
        ({"output_path": "s3://bucket/" + "x" * 2048}, "output_path is longer than 2000 characters"),
    ],
)
def test_a_wrong_or_missing_argument_is_explained_in_one_line(given: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parsed(**given)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        {"output_path": "s3://bucket/landing/chargebacks/out"},
        {"output_path": "s3://bucket/landing/chargebacks"},
        {"landing_path": "s3://bucket/consolidated/chargebacks/landing"},
        {"landing_path": "s3a://bucket/consolidated/chargebacks/"},
        {"state_path": "s3://bucket/consolidated/chargebacks/_state"},
        {"quarantine_path": "s3://bucket/landing/chargebacks/bad"},
        {"landing_path": "/data", "output_path": "/data/../data/out"},
        {"landing_path": "/data", "output_path": "/elsewhere/./../data//out"},
    ],
)
def test_no_path_may_lie_inside_another(given: dict[str, str]) -> None:
    """What one step writes, another would read or delete."""
    with pytest.raises(SettingsError, match="lies inside"):
        parsed(**given)


def test_paths_that_only_begin_alike_are_apart() -> None:
    assert parsed(output_path="s3://bucket/landing/chargebacks-out").output_path.endswith("-out")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("s3://bucket/a/", "s3://bucket/a"),
        ("s3a://bucket/a", "s3://bucket/a"),
        ("s3n://bucket", "s3://bucket"),
        ("s3://bucket/a///", "s3://bucket/a"),
        ("file:///tmp/a/", "/tmp/a"),
        ("/tmp/a/../b/./c//d/", "/tmp/b/c/d"),
        ("/tmp/Ünï cödé=1", "/tmp/Ünï cödé=1"),
    ],
)
def test_paths_are_absolute_and_have_one_spelling(given: str, path: str) -> None:
    assert absolute(given) == path


@pytest.mark.parametrize("path", ["file://localhost/tmp/x", "file://tmp/x"])
def test_a_file_url_that_names_a_machine_is_no_folder_of_the_working_folder(path: str) -> None:
    with pytest.raises(SettingsError, match="give file:///folder"):
        absolute(path)


def test_a_relative_path_is_taken_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute("x/../y") == f"{tmp_path}/y"


SOME = st.text(max_size=12)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            argument.name: SOME | st.sampled_from(["1", "2025-11-20", "csv", "a"]) for argument in ARGUMENTS
        },
    )
)
def test_any_arguments_are_settings_that_messages_can_carry_or_an_explanation(given: dict[str, str]) -> None:
    found, refused = None, ""
    try:
        found = JobSettings.parse({**PATHS, **given}, NOW)
    except SettingsError as error:
        refused = str(error)
    if found is None:
        assert refused
        assert "\n" not in refused
    else:
        assert list(messages(entry_of(found), ["a"]))


def test_required_fields_always_hold_the_key_and_name_known_fields_once() -> None:
    assert parsed(required_fields=" status, metadata.transaction_id,status").required_fields == (
        "chargeback_id",
        "status",
        "metadata.transaction_id",
    )


@pytest.mark.parametrize("name", ["metadata", "extras", "Status", "metadata.card"])
def test_a_field_that_cannot_be_required_is_refused(name: str) -> None:
    with pytest.raises(
        SettingsError, match=f"required_fields names '{name}', which cannot be required: give"
    ):
        parsed(required_fields=f"status,{name}")


def test_an_id_pattern_that_is_not_a_regular_expression_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"id_pattern 'cb-\[' is not a regular expression: "):
        parsed(id_pattern="cb-[")
    assert parsed(id_pattern=r"(?!TOTAL)cb-\d+").id_pattern == r"(?!TOTAL)cb-\d+"


def entry_of(found: JobSettings) -> Entry:
    return Entry(
        commit=1,
        run="r",
        partition_date=found.partition_date,
        execution_time=found.execution_time,
        execution_sequence=found.execution_sequence,
        total_executions=found.total_executions,
        completed_at=NOW,
        job_name=found.job_name,
        output_path=f"{found.output_path}/{partition.hive(found.partition_date)}",
        output_format=found.output_format,
        buckets=found.output_files,
        counts=Counts(),
        files=(),
        announcement=Announcement(found.kafka_topic, found.announce, 1),
    )


def test_the_extremes_of_what_is_accepted_can_be_carried_by_messages() -> None:
    longest = parsed(
        job_name="x" * 255,
        output_path="s3://bucket/" + "x" * 1988,
        execution_time="2999-12-31T23:59:59.999999Z",
    )
    assert contract.decode(list(messages(replace(entry_of(longest)), ["a"]))[-1].value)
    assert list(messages(entry_of(parsed(partition_date="1000-01-01")), ["a"]))
