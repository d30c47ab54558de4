"""Could an entry be written now? Asked by health; what is tried leaves nothing behind.

On PostgreSQL an insert of no rows says whether role and table would take one, and makes no dead row each time; after a
refusal, which may have any cause, a real entry is tried instead. On SQLite a real entry is, and whether the disk has
room, since SQLite learns that no sooner than at its commit. Both are rolled back.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy import false, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from govern.core.database import Base, hurry, transaction, writer
from govern.core.errors import EvidenceUnavailable
from govern.trail.append import WAIT_S, append, was_refused
from govern.trail.entry import Entry, EntryWaiting
from govern.trail.kinds.system import SetUp

ROOM_BYTES: Final = 1 << 20  # several times what a large look-up's transaction takes on disk


class _Tried(Exception):
    """Raised where all went well, so that nothing of it stays."""


def is_writable(folder: Path) -> bool:
    """Whether an entry could be written now, and its checkpoint be kept in this folder; within some three seconds."""
    return _is_taken() and all(_has_room(place) for place in {folder, *_places()})


def _is_taken() -> bool:
    try:
        with transaction() as session:
            hurry(session, WAIT_S)
            if writer().dialect.name == "postgresql" and not was_refused():
                _insert_nothing(session, (Entry, EntryWaiting))
            else:
                append(session, SetUp(log_origin="", is_demonstration=False))
            raise _Tried
    except _Tried:
        return True
    except (SQLAlchemyError, EvidenceUnavailable):
        return False


def _insert_nothing(session: Session, tables: Iterable[type[Base]]) -> None:
    for table in tables:
        columns = list(table.__table__.columns)
        session.execute(insert(table).from_select(columns, select(*columns).where(false())))


def _places() -> list[Path]:
    """Where the database lies, if it is a file."""
    name = writer().url.database
    return [Path(name).parent] if writer().dialect.name == "sqlite" and name else []


def _has_room(folder: Path) -> bool:
    """Whether the disk takes a file of some size: it is reserved, without being written, and gone at once."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
    except OSError:
        return False
    return True
