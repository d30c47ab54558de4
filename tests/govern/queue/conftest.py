"""A workshop for each test of the queue."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import govern.queue.timetable
import govern.queue.work  # noqa: F401
from govern.core import database
from tests.support.queues import Workshop, a_workshop


@pytest.fixture
def database_address(tmp_path: Path) -> Iterator[str]:
    address = f"sqlite:///{tmp_path / 'govern.sqlite3'}"
    engine = database.bind(address)
    tables = [database.Base.metadata.tables[name] for name in ("work", "plan_occurrence")]
    database.Base.metadata.create_all(engine, tables)
    yield address
    database.release()


@pytest.fixture
def shop(tmp_path: Path, database_address: str) -> Iterator[Workshop]:
    """The queue's servers, a database and keys; workers started in it end with it."""
    with a_workshop(tmp_path, database_address) as made:
        yield made
