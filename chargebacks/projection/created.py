"""Reading an item's `created_at`: an instant, in any spelling that the job reads in landing files."""

from datetime import datetime

from chargebacks import instants


def instant(value: str) -> datetime | None:
    """Return the UTC instant of the text, or of the number as text; None when it cannot be read."""
    return instants.read(value)
