"""`chargebacks files`: the exact read path, from the log."""

import json

import click

from chargebacks import schedule
from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import entries
from chargebacks.settings import state_root


@click.command("files")
@click.argument("days", metavar="DATE|FIRST..LAST")
@click.option("--output-path", required=True, help="root of the consolidated output")
@click.option("--state-path", help="root of the log [_state beside the output]")
@click.option("--commit", type=click.IntRange(min=1), help="an older consolidation of that DATE [the newest]")
@click.option("--json", "as_json", is_flag=True, help="one object a partition: commit, format, files")
def command(days: str, output_path: str, state_path: str | None, commit: int | None, as_json: bool) -> None:
    """The files of each partition's newest consolidation: one immutable set, whatever is written meanwhile.

    Days of a range that have no consolidation are passed over.
    """
    store = Store(state_root(output_path, state_path))
    for entry in entries(store, *schedule.parse_dates(days), commit):
        if as_json:
            click.echo(json.dumps(described(entry, store)))
            continue
        for file in entry.files:
            click.echo(store.url(file.path))


def described(entry: Entry, store: Store) -> dict[str, object]:
    """An entry and its files, for programs."""
    return {
        "partition_date": entry.partition_date.isoformat(),
        "commit": entry.commit,
        "completed_at": entry.completed_at.isoformat(),
        "format": entry.output_format,
        "compression": entry.output_compression,
        "records": entry.counts.records_processed,
        "files": [{"url": store.url(one.path), "rows": one.rows, "bytes": one.bytes} for one in entry.files],
    }
