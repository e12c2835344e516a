"""Where a day lies: one folder, made afresh for every day, kept afterwards for whoever wants to look."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import chargebacks
from chargebacks.errors import SettingsError

MARK: Final = "made-by-chargebacks-day"
CHECKOUT: Final = Path(chargebacks.__file__).parents[1]


@dataclass(frozen=True)
class Places:
    """The folders and files of one day. All paths are absolute."""

    root: Path
    landing: Path

    @property
    def upstream(self) -> Path:
        """The sample's files before they arrive."""
        return self.root / "upstream"

    @property
    def output(self) -> Path:
        return self.root / "consolidated" / "chargebacks"

    @property
    def state(self) -> Path:
        """Log, generations, pending markers."""
        return self.root / "consolidated" / "_state" / "chargebacks"

    @property
    def quarantine(self) -> Path:
        """Rejected records, and the names of files that cannot be read."""
        return self.root / "consolidated" / "_quarantine" / "chargebacks"

    @property
    def stack(self) -> Path:
        """The servers' data and logs."""
        return self.root / "stack"

    @property
    def updater_log(self) -> Path:
        return self.root / "updater.log"

    @property
    def items_before(self) -> Path:
        """The table as it was before the first execution."""
        return self.root / "items_before.jsonl"

    @property
    def reports(self) -> Path:
        return self.root / "reports.jsonl"

    @property
    def messages(self) -> Path:
        return self.root / "messages.jsonl"

    @property
    def description(self) -> Path:
        """What the oracle is told."""
        return self.root / "description.json"

    def job_log(self, number: int) -> Path:
        """What execution `number` wrote to standard error."""
        return self.root / f"execution-{number}.log"


def make(root: Path, landing: Path | None) -> Places:
    """An empty folder for the day; an earlier day's is replaced. `landing` is read in place and never written to.

    Raises SettingsError: no such landing zone, it lies inside the day's folder, or that folder holds something else.
    """
    root, given = root.absolute(), landing.absolute() if landing else None
    if given and not given.is_dir():
        raise SettingsError(f"landing zone {str(given)!r} is no folder: give one with 2025/11/20/… in it")
    if given and (given.is_relative_to(root) or root.is_relative_to(given)):
        raise SettingsError(
            f"{str(given)!r} and the day's folder {str(root)!r} overlap: give another --folder"
        )
    if root.exists() and any(root.iterdir()) and not (root / MARK).exists():
        raise SettingsError(f"{str(root)!r} holds something else than a day: give an empty --folder")
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    (root / MARK).touch()
    return Places(root, given or root / "landing")
