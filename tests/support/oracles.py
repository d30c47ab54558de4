"""Whether an answer tells that something is there: two responses compared, the work done for each counted, times held apart.

Times are judged by the Mann-Whitney test, which asks whether one of two samples is mostly the slower; it knows no outliers.
"""

import math
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements sent meanwhile, as texts without values."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def in_turn(one: Callable[[], object], other: Callable[[], object], times: int) -> tuple[list[float], list[float]]:
    """How long each took, in processor milliseconds of this process, asked in turn so that both meet the same weather."""
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(times):
        for which in (0, 1) if number % 2 else (1, 0):
            began = time.thread_time()
            (one, other)[which]()
            took[which].append(1000 * (time.thread_time() - began))
    return took


def apart(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The difference of the medians, and the two-sided p of the Mann-Whitney test (normal approximation)."""
    n, m = len(one), len(other)
    first, both = sorted(one), sorted([*one, *other])
    ranks = sum(
        (bisect_left(both, value) + bisect_right(both, value) + 1) / 2 for value in first
    )  # equals share theirs
    z = (ranks - n * (n + 1) / 2 - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return abs(median(one) - median(other)), math.erfc(abs(z) / math.sqrt(2))
