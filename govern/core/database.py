"""Engine, Base, transaction() and reading(): the only commit in the house.

`transaction()` begins (on SQLite `BEGIN IMMEDIATE`: a deferred one lost 445 of 600 updates in a trial), commits or rolls
back, and runs what was put off until after the commit. `reading()` is read-only by the database's own means. No other
file contains a commit; a test counts. No transaction is open while a socket to a source is: `assert_none_open` is called
before one is asked.
"""

import contextlib
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Integer, MetaData, create_engine, event
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_LOOK_AGAIN_S: Final = (0.001, 0.008)
PATIENCE_S: Final = 15.0  # how long a process waits for a lock of the database, unless it says otherwise

# A whole number of 64 bits; SQLite counts a primary key by itself only when it is called INTEGER.
BigNumber: Final = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC: SQLite's own type would drop the zone without converting."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The house's tables; constraints have a naming convention, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant}


class _Engines:
    writer: Engine | None = None
    reader: Engine | None = None


_open_in_this_context: ContextVar[int] = ContextVar("transactions_open", default=0)


def bind(address: str, *, patience_s: float = PATIENCE_S) -> Engine:
    """Point this process at a database; engines of a former one are let go. Returns the writing engine.

    `patience_s` is how long anything here waits for a lock: a console has less of it than a worker, since people wait.
    """
    release()
    patience_ms = round(patience_s * 1000)
    if address.startswith("sqlite"):
        _Engines.writer = _sqlite(address, patience_ms, begin="BEGIN IMMEDIATE")
        _Engines.reader = _sqlite(address, patience_ms, begin="BEGIN", query_only=True)
    else:
        _Engines.writer = _postgresql(address, patience_ms)
        _Engines.reader = _Engines.writer.execution_options(postgresql_readonly=True)
    return _Engines.writer


def release(*, close: bool = True) -> None:
    """Let go of all connections; a forked child passes `close=False`, since its parent still uses them."""
    for engine in (_Engines.writer, _Engines.reader):
        if engine is not None:
            engine.dispose(close=close)


def writer() -> Engine:
    """The engine that `bind` made."""
    if _Engines.writer is None:
        raise RuntimeError("no database is bound")
    return _Engines.writer


def _sqlite(address: str, patience_ms: int, *, begin: str, query_only: bool = False) -> Engine:
    engine = create_engine(
        address,
        hide_parameters=True,
        pool_size=16,
        max_overflow=32,
        connect_args={"timeout": patience_ms / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # Python's driver would begin by itself, and too late
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={patience_ms if query_only else 1}",  # who writes waits by itself: `_begin_soon`
            "secure_delete=ON",
            "recursive_triggers=ON",  # else REPLACE passes the triggers that refuse to delete entries
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        _begin_soon(connection, begin, time.monotonic() + patience_ms / 1000)

    return engine


def _begin_soon(connection: Connection, begin: str, until: float) -> None:
    """Begins as soon as the file's one lock is free, looking often: SQLite's own wait sleeps ever longer, and the others pass.

    On a busy machine it left 4 of 81 forms without a turn in two seconds, while five clerks, a worker and a keeper wrote.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    while time.monotonic() < until:
        try:
            driver.execute(begin)
            return
        except sqlite3.OperationalError as wrong:
            if wrong.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                break
            time.sleep(random.uniform(*_LOOK_AGAIN_S))  # noqa: S311 - so that two do not keep step
    connection.exec_driver_sql(begin)


def _postgresql(address: str, patience_ms: int) -> Engine:
    limits = f"-c idle_in_transaction_session_timeout=30000 -c lock_timeout={patience_ms}"
    engine = create_engine(
        address,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=16,
        max_overflow=16,
        connect_args={"options": f"{limits} -c timezone=UTC"},
    )

    @event.listens_for(engine, "handle_error")
    def _name_no_value(context: ExceptionContext) -> None:
        """PostgreSQL's own messages quote the row that failed: its code says what went wrong, without a value."""
        bare = f"SQLSTATE {getattr(context.original_exception, 'sqlstate', None)}"
        context.original_exception.args = (bare,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {bare}",)

    return engine


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Put an act off until the transaction has committed; a rollback forgets it. It must not write to the database."""
    session.info.setdefault("after_commit", []).append(act)


@contextlib.contextmanager
def transaction() -> Iterator[Session]:
    """One use case's transaction: all of it or nothing. What it put off runs after the commit, in order.

    Nesting is a mistake of the caller and raises: a use case is one function with one transaction.
    """
    assert_none_open()
    session = Session(writer(), expire_on_commit=False)
    token = _open_in_this_context.set(1)
    try:
        with session.begin():
            yield session
        session.info["committed"] = True
    finally:
        _open_in_this_context.reset(token)
        session.close()
    for act in session.info.pop("after_commit", []):
        act()


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """A session that cannot write: by `query_only` on SQLite, by a read-only transaction on PostgreSQL."""
    if _Engines.reader is None:
        raise RuntimeError("no database is bound")
    session = Session(_Engines.reader, expire_on_commit=False, autoflush=False)
    token = _open_in_this_context.set(_open_in_this_context.get())
    try:
        yield session
    finally:
        _open_in_this_context.reset(token)
        session.close()  # ends by rollback: there is nothing to keep


def assert_none_open() -> None:
    """Raise when a transaction of this context is open: none may be while a source is asked, and none inside another."""
    if _open_in_this_context.get():
        raise RuntimeError("a transaction is open")


def hurry(session: Session, seconds: float) -> None:
    """From here on no statement of this transaction takes longer; on SQLite, which has its one lock by now, none waits."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(f"SET LOCAL statement_timeout = {round(seconds * 1000)}")


def is_broken(error: Exception) -> bool:
    """Whether an error says that the database is away, locked, full or made read-only: the same may be tried later."""
    is_read_only = getattr(getattr(error, "orig", None), "sqlstate", None) == "25006"
    return isinstance(error, OperationalError) or is_read_only
