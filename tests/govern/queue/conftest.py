"""Workshops for the tests of the queue: on SQLite for what processes do, on each database for what is stored."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from govern.core import database
from tests.support.queues import Workshop, a_workshop


@pytest.fixture
def shop(tmp_path: Path, sqlite_template: Path) -> Iterator[Workshop]:
    """The queue's servers, a database and keys; workers started in it end with it."""
    path = tmp_path / "govern.sqlite3"
    shutil.copyfile(sqlite_template, path)
    address = f"sqlite:///{path}"
    database.bind(address)
    with a_workshop(tmp_path, address) as made:
        yield made
    database.release()


@pytest.fixture
def each_shop(tmp_path: Path, database_address: str) -> Iterator[Workshop]:
    """The same on each database."""
    with a_workshop(tmp_path, database_address) as made:
        yield made
