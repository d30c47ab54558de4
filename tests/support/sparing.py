"""What tests spare: a hash of a password costs next to nothing, and SQLite waits for no disk. Other processes spare nothing."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from argon2 import PasswordHasher
from sqlalchemy import event
from sqlalchemy.pool import Pool

from govern.people import password

_REAL: Final = (password._HASHER, password._NOBODY)


def spare() -> None:
    """From now on, in this process; before anything is hashed."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, hash_len=32, salt_len=16)
    _hash_with(hasher, hasher.hash(secrets.token_urlsafe(32)))
    event.listen(Pool, "checkout", _wait_for_no_disk)


@contextmanager
def real_passwords() -> Iterator[None]:
    """Hashes as the house makes them, for what is about them."""
    spared = (password._HASHER, password._NOBODY)
    _hash_with(*_REAL)
    try:
        yield
    finally:
        _hash_with(*spared)


def _hash_with(hasher: PasswordHasher, nobody: str) -> None:
    vars(password).update(_HASHER=hasher, _NOBODY=nobody)


def _wait_for_no_disk(connection: Any, record: Any, _proxy: Any) -> None:
    """A killed process loses nothing by this; only a machine that falls does."""
    if isinstance(connection, sqlite3.Connection) and "spared" not in record.info:
        record.info["spared"] = True
        connection.execute("PRAGMA synchronous=OFF")
