"""What tests spare: cheap hashes of passwords, no wait for a disk, few collections, and what is compiled once serves all.

Templates and addresses of consoles, statements of databases: a test has a console and a database of its own, and each would
compile them anew.

Other processes spare nothing.
"""

import gc
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any, Final

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import Pool
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from govern.people import password

_REAL: Final = (password._HASHER, password._NOBODY)


class Statements(LRUCache[Any, Any]):
    """Statements that one database of this process has compiled, for all others of its kind."""

    def get(self, key: Any, default: Any = None, **more: Any) -> Any:
        """By the kind of database instead of the one database."""
        return super().get(_of_kind(key), default, **more)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_of_kind(key), value)


def _of_kind(key: Any) -> Any:
    dialect, *rest = key
    return (dialect.name, dialect.driver, *rest) if not isinstance(dialect, str) else key


class Remembered(BytecodeCache):
    """Templates that a console of this process has compiled, for all the others."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Only what was compiled from the very same text."""
        bucket.code = self.compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it as long as the process lives."""
        self.compiled[bucket.key, bucket.checksum] = bucket.code


def spare() -> None:
    """From now on, in this process; before anything is hashed."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, hash_len=32, salt_len=16)
    _hash_with(hasher, hasher.hash(secrets.token_urlsafe(32)))
    event.listen(Pool, "checkout", _wait_for_no_disk)
    vars(os).update(fsync=_written)
    statements = Statements(3000)

    @event.listens_for(Engine, "engine_connect")
    def _share(connection: Connection) -> None:
        connection.engine._compiled_cache = statements

    Flask.jinja_options["bytecode_cache"] = Remembered()
    _compile_addresses_once()


def collect_seldom() -> None:
    """What was imported is out of the collector's sight: looking through it was a seventh of a test's processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 10)


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


def _compile_addresses_once() -> None:
    """A builder of addresses knows nothing of the console whose rule it came from: it is bound to its rule afterwards."""
    known: dict[Any, Any] = {}
    compile_builder = Rule._compile_builder

    def once(self: Rule, append_unknown: bool = True) -> Any:
        asked = (self.rule, self.host, self.subdomain, repr(self.defaults), self.merge_slashes, append_unknown)
        if asked not in known:
            known[asked] = compile_builder(self, append_unknown)
        return known[asked]

    setattr(Rule, "_compile_builder", once)  # noqa: B010


def _written(_descriptor: int) -> None:
    """Written is enough, as below."""


def _wait_for_no_disk(connection: Any, record: Any, _proxy: Any) -> None:
    """A killed process loses nothing by this; only a machine that falls does."""
    if isinstance(connection, sqlite3.Connection) and "spared" not in record.info:
        record.info["spared"] = True
        connection.execute("PRAGMA synchronous=OFF")
