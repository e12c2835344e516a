"""`chargebacks expire`: delete what nobody needs any more, after telling what that is."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import click

from chargebacks.adapters.store import Store
from chargebacks.adapters.stored import Stored
from chargebacks.consolidation.commits import sweeping
from chargebacks.consolidation.commits.converge import Places
from chargebacks.consolidation.commits.log import clear_pending
from chargebacks.consolidation.commits.sweeping import Expiry, Windows
from chargebacks.settings import quarantine_root, state_root

UNITS: Final = ("bytes", "KB", "MB", "GB", "TB")
MAX_HOURS: Final = 24 * 366 * 10


@click.command("expire")
@click.option("--output-path", required=True, help="root of the consolidated output")
@click.option("--state-path", help="root of the log [_state beside the output]")
@click.option("--quarantine-path", help="where rejected records are [_quarantine beside the output]")
@click.option(
    "--superseded-hours",
    type=click.FloatRange(0, MAX_HOURS),
    default=24,
    show_default=True,
    help="how long the files of a consolidation stay after the next one",
)
@click.option(
    "--side-object-days",
    type=click.FloatRange(0, MAX_HOURS / 24),
    default=90,
    show_default=True,
    help="how long announced ids and rejected records stay",
)
@click.option("--apply", is_flag=True, help="delete it; without this it is only told")
def command(
    output_path: str,
    state_path: str | None,
    quarantine_path: str | None,
    superseded_hours: float,
    side_object_days: float,
    *,
    apply: bool,
) -> None:
    """Tell, or with --apply delete, what no entry needs: superseded files, old side objects, dead markers.

    Log entries, published markers and coverage stay; so does all that the newest entry of a partition or an
    unpublished one names.
    """
    places = Places(
        Store(state_root(output_path, state_path)), Store(quarantine_root(output_path, quarantine_path))
    )
    windows = Windows(timedelta(hours=superseded_hours), timedelta(days=side_object_days))
    total: list[Stored] = []
    for expiry in sweeping.expiries(places, datetime.now(UTC), windows):
        _tell(expiry)
        total += [one for group in expiry.groups.values() for one in group]
        if apply:
            sweeping.delete(places, expiry)
    markers = sweeping.dead_markers(places.state)
    if markers and apply:
        for marker in markers:
            clear_pending(places.state, marker)
    _conclude(total, len(markers), apply=apply)


def _tell(expiry: Expiry) -> None:
    for what, objects in expiry.groups.items():
        if objects:
            click.echo(f"{expiry.day}: {len(objects)} {what}, {_size(objects)}")


def _conclude(objects: list[Stored], markers: int, *, apply: bool) -> None:
    if markers:
        click.echo(f"{markers} pending markers of runs that can never commit")
    if not objects and not markers:
        click.echo("nothing is old enough to go")
    elif apply:
        click.echo(f"deleted: {len(objects)} objects, {_size(objects)}; {markers} markers")
    else:
        click.echo(f"{len(objects)} objects, {_size(objects)}: nothing was deleted; --apply deletes them")


def _size(objects: Iterable[Stored]) -> str:
    size, unit = float(sum(one.size for one in objects)), 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.{1 if unit else 0}f} {UNITS[unit]}"
