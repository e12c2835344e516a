"""`chargebacks files`: the exact read path, from the log."""

import json

import click

from chargebacks import schedule
from chargebacks.adapters.store import Store
from chargebacks.consolidation.commits.entry import Entry
from chargebacks.consolidation.commits.log import CommitLog
from chargebacks.errors import SettingsError
from chargebacks.settings import state_root


@click.command("files")
@click.argument("day", metavar="DATE")
@click.option("--output-path", required=True, help="root of the consolidated output")
@click.option("--state-path", help="root of the log [_state beside the output]")
@click.option("--json", "as_json", is_flag=True, help="with commit, format, rows and bytes")
def command(day: str, output_path: str, state_path: str | None, as_json: bool) -> None:
    """The files of a partition's newest consolidation: one immutable set, whatever is written meanwhile."""
    store = Store(state_root(output_path, state_path))
    head = CommitLog(store, schedule.parse_date(day)).head()
    if head is None:
        raise SettingsError(f"partition {day} has no consolidation in {store.root}: check --output-path")
    if as_json:
        click.echo(json.dumps(described(head, store), indent=1))
        return
    for file in head.files:
        click.echo(store.url(file.path))


def described(head: Entry, store: Store) -> dict[str, object]:
    """The head and its files, for programs."""
    return {
        "commit": head.commit,
        "format": head.output_format,
        "compression": head.output_compression,
        "records": head.counts.records_processed,
        "files": [{"url": store.url(one.path), "rows": one.rows, "bytes": one.bytes} for one in head.files],
    }
