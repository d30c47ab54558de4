"""Chance without a generator: every draw follows from what it is about, so that the town is the same everywhere.

A draw hashes its subject (SHA-256), not a running state: adding a person or a field moves nobody else's values, and no
version of Python or order of calls can change the town.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, TypeVar

T = TypeVar("T")

_SEED: Final = "govern: the invented town, 1"


def number(limit: int, *about: object) -> int:
    """A whole number from 0 to below `limit` for what the draw is about; the same one every time."""
    digest = hashlib.sha256("|".join((_SEED, *map(str, about))).encode()).digest()
    return int.from_bytes(digest[:8], "big") % limit


def between(first: int, last: int, *about: object) -> int:
    """A whole number from `first` to `last`, both included."""
    return first + number(last - first + 1, *about)


def pick(choices: Sequence[T], *about: object) -> T:
    """One of the choices."""
    return choices[number(len(choices), *about)]


def happens(percent: int, *about: object) -> bool:
    """True for about `percent` of a hundred subjects."""
    return number(100, *about) < percent


def day(first: date, last: date, *about: object) -> date:
    """A day from `first` to `last`, both included."""
    return first + timedelta(days=number((last - first).days + 1, *about))


def digits(count: int, *about: object) -> str:
    """`count` decimal digits, the first of them not 0."""
    return str(between(10 ** (count - 1), 10**count - 1, *about))
