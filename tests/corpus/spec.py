"""One file of the corpus: how it is made, how another reader counts its records, and what may become of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

Row = dict[str, Any]
Make = Callable[[], bytes]
Reader = Callable[[bytes], Iterable[Any]]


class Fate(Enum):
    """What the job must do with a file."""

    READ = "every record is counted, values and rejects as the other reader finds them"
    JUDGED = "every record is counted; how many are rejected is up to the job"
    DAMAGED = "every record is counted, or the file is declared unreadable"
    UNREADABLE = "the file is declared unreadable, with a reason"


@dataclass(frozen=True)
class Spec:
    """A file of the corpus. `name` is its recipe: parts separated by `/`, the writer first.

    `reader` is not part of the product. It reads the file itself, or what `before` makes: the content before it was
    damaged, or put into a container that the reader cannot open.
    `rejected`: how many records of a READ file are rejected, where the values that the reader finds do not say it.
    `slack`: how many records fewer and more than that a DAMAGED file may hold.
    `says`: text that the reason of an UNREADABLE file contains.
    """

    name: str
    ending: str
    make: Make
    reader: Reader
    fate: Fate = Fate.READ
    before: Make | None = None
    rejected: int | None = None
    slack: tuple[int, int] = (0, 0)
    says: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def data(self) -> bytes:
        """The file's bytes."""
        return self.make()

    @property
    def file(self) -> str:
        """The file's name in the landing zone."""
        return self.name.replace("/", "-") + self.ending

    @cached_property
    def rows(self) -> list[Any]:
        """The records, as the other reader finds them."""
        return list(self.reader(self.before() if self.before else self.data))
