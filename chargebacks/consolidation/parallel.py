"""Several things at once, in threads: what Spark's scheduler needs to work on several partitions."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def each(action: Callable[[T], R], items: Sequence[T], at_once: int) -> list[R]:
    """What `action` returns for each item, in order; begun in order, `at_once` at a time.

    An interrupt begins no more of them and waits for none.
    """
    if min(at_once, len(items)) < 2:
        return [action(item) for item in items]
    pool = ThreadPoolExecutor(at_once)
    try:
        return list(pool.map(action, items))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
