"""Now, from one place; UTC; the database's own clock for leases; the civil day of Taipei."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

TAIPEI: Final = ZoneInfo("Asia/Taipei")

_source: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731


def now() -> datetime:
    """The present instant, aware, in UTC, to the microsecond."""
    return _source()


def today() -> date:
    """The civil day in Taipei: what quotas, rights and terms are counted by."""
    return now().astimezone(TAIPEI).date()


def end_of_day(at: datetime) -> datetime:
    """The midnight that ends an instant's civil day in Taipei."""
    return datetime.combine(at.astimezone(TAIPEI).date() + timedelta(days=1), time.min, TAIPEI)


def database_now(session: Session) -> datetime:
    """The database's clock, in UTC: the one clock by which leases run, whatever the hosts' clocks say (SECURITY.md, F11).

    On PostgreSQL this is the statement's time, not the transaction's, so that a long transaction cannot lengthen a lease.
    """
    if session.get_bind().dialect.name == "postgresql":
        value: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        return value.astimezone(UTC)
    stamp = session.execute(text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")).scalar_one()
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC)


@contextmanager
def clock_reads(source: Callable[[], datetime]) -> Iterator[None]:
    """Within the block the house's clock is `source`: for rehearsing a day that is not today, and for tests."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
