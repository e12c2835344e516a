"""`chargebacks reconcile`: is the table in step with what was consolidated?"""

import math
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from chargebacks import schedule
from chargebacks.adapters.store import Store
from chargebacks.settings import state_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chargebacks.projection.standing import Standing

THREADS: Final = 8


@click.command("reconcile")
@click.argument("days", metavar="DATE|FIRST..LAST")
@click.option("--output-path", required=True, help="root of the consolidated output")
@click.option("--state-path", help="root of the log [_state beside the output]")
@click.option("--table", "table_name", help="the chargebacks table [as the updater: DYNAMODB_TABLE_NAME]")
@click.option("--ids", "named", is_flag=True, help="name each chargeback that is behind or has no item")
def command(days: str, output_path: str, state_path: str | None, table_name: str | None, named: bool) -> None:
    """Compare the table's items with what each partition's consolidations announced. Changes nothing.

    An item is in step when the announcement of its chargeback, or a later one, has reached it. Exits with 1 when one
    is behind: its message is on the way, or the item was created after it; `chargebacks replay` sends it again.
    That a chargeback has no item is told, and no error.
    """
    from chargebacks.consolidation.commits.log import CommitLog, entries
    from chargebacks.projection.retry import Patience
    from chargebacks.projection.settings import UpdaterSettings
    from chargebacks.projection.standing import standings
    from chargebacks.projection.table import Table
    from chargebacks.reconciling import announced

    settings = replace(UpdaterSettings.from_environment(os.environ), threads=THREADS)
    table = Table.connect(replace(settings, table=table_name or settings.table))
    patience = Patience.of(settings, lambda: math.inf)
    table.check_key(patience)
    store = Store(state_root(output_path, state_path))
    behind = 0
    for head in entries(store, *schedule.parse_dates(days), None):
        for told, expected in announced(CommitLog(store, head.partition_date), store):
            found = standings(table, expected, patience, THREADS)
            behind += _tell(f"{head.partition_date}: {told}", found, named)
    sys.exit(1 if behind else 0)


def _tell(what: str, found: "Iterator[Standing]", named: bool) -> int:
    """Print one line for all of them, and how many are behind."""
    in_step = behind = missing = 0
    for one in found:
        in_step, behind, missing = in_step + one.in_step, behind + len(one.behind), missing + len(one.missing)
        if named:
            for kind, ids in (("behind", one.behind), ("no item", one.missing)):
                for chargeback_id in ids:
                    click.echo(f"{kind}\t{chargeback_id}")
    click.echo(f"{what}: {in_step:,} in step, {behind:,} behind, {missing:,} without an item")
    return behind
