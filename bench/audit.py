"""The audit at a city's size, on PostgreSQL: a sample drawn beside known keys fetched, and a list's last page beside its first.

Populations and entries are written by the server itself (`generate_series`), with nothing in them but what keys, indexes and
row widths need: what is measured reads them the way the house does.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

import psycopg
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.frame.paging import Order, page
from audit.draw.draw import draw
from audit.draw.draw_sample import units_at
from audit.draw.period import PeriodUnit
from bench.row import Row, in_turn, row
from govern.core import database
from govern.core.database import reading
from govern.core.wording import Wording
from govern.rules.actor import Actor, Reach, Role
from govern.trail.entry import Entry
from govern.trail.search import ways_for
from tests.support.databases import postgresql_server
from tests.support.programs import postgresql_programs
from tests.support.schema import make_schema

MONTH: Final = 90_000
CITY: Final = 11_260_000
SAMPLE: Final = 400
PAGE: Final = 50
AGENCIES: Final = 12
_UNITS: Final = """
INSERT INTO period_unit (period, ordinal, number, subject_ordinal, lookup)
SELECT %(period)s, i, i * 5, 1, md5(i::text)::uuid FROM generate_series(0, %(count)s - 1) AS i
"""
_ENTRIES: Final = """
INSERT INTO entry (id, kind, kind_version, at, person, account, agency, role, origin, lookup, case_item, ends_lookup,
                   details, mac_key, mac)
SELECT ('0193' || lpad(to_hex(i), 12, '0') || md5(i::text))::varchar(32)::uuid, 'answered', 1,
       timestamptz '2026-11-01' + i * interval '0.2 s', md5((i %% 10000)::text)::uuid, 'clerk' || i %% 10000,
       'agency-' || i %% %(agencies)s, 'clerk', 'console', md5(i::text)::uuid, 'disability_certificate', i %% 5 = 0,
       decode(repeat(md5(i::text), 6), 'hex'), 1, decode(md5(i::text) || md5(i::text), 'hex')
FROM generate_series(1, %(count)s) AS i
"""
_UNUSED: Final = ("lookup_id", "owner_id", "case_item_id", "about", "kind_id", "ends_lookup_id")
_BY_TIME: Final = Order("at", Entry.id, Entry.id, Wording("時間", "Time"), descending=True)


def rows(rounds: int = 25, month: int = MONTH, city: int = CITY) -> list[Row]:
    """Draws from a month's and from a city's population, and pages of the trail; nothing where there is no PostgreSQL."""
    programs = postgresql_programs()
    if programs is None:
        return []
    with postgresql_server(programs) as address, _filled(address, month, city) as periods:
        drawn = {size: in_turn(rounds, **_acts(periods[size], size)) for size in (month, city)}
        paged = in_turn(rounds, times=5, **_pages())
    return [
        *(
            row(
                f"sample of {SAMPLE} drawn from {size:,} and fetched",
                taken["drawn"],
                taken["known"],
                against=f"{SAMPLE} known keys of the same table fetched",
                target="<= 1.5",
            )
            for size, taken in drawn.items()
        ),
        row(
            f"sample of {SAMPLE} drawn from {city:,} and fetched",
            drawn[city]["drawn"],
            drawn[month]["drawn"],
            against=f"the same from {month:,}",
        ),
        row(
            f"last page of {city:,} entries within reach",
            paged["last"],
            paged["first"],
            against="the first page",
            target="<= 1.2",
        ),
        row(
            f"page in the middle of {city:,} entries within reach",
            paged["middle"],
            paged["first"],
            against="the first page",
            target="<= 1.2",
        ),
    ]


@contextmanager
def _filled(address: str, *sizes: int) -> Iterator[dict[int, uuid.UUID]]:
    """A database with populations of these sizes and as many entries as the largest has units, bound to this process."""
    make_schema(address)
    periods = {size: uuid.UUID(int=size) for size in sizes}
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # units alone: no period stands behind them
        for size, period in periods.items():
            connection.execute(_UNITS, {"period": period, "count": size})
        for name in _UNUSED:
            connection.execute(f"DROP INDEX ix_entry_{name}")
        connection.execute(_ENTRIES, {"count": max(sizes), "agencies": AGENCIES})
        connection.execute("VACUUM (ANALYZE) period_unit")
        connection.execute("VACUUM (ANALYZE) entry")
    database.bind(address.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        yield periods
    finally:
        database.release()


def _acts(period: uuid.UUID, size: int) -> dict[str, Callable[[], object]]:
    """A draw from a new seed each time, and as many keys that were known beforehand, other ones each time."""
    seeds = count()
    known = iter([_ordinals(b"known", number, size) for number in range(200)])

    def drawn() -> None:
        ordinals = _ordinals(b"seed", next(seeds), size)
        with reading() as session:
            assert len(list(units_at(session, period, ordinals))) == min(SAMPLE, size)

    def fetched() -> None:
        keys = next(known)
        with reading() as session:
            assert len(_known(session, period, keys)) == min(SAMPLE, size)

    return {"drawn": drawn, "known": fetched}


def _ordinals(what: bytes, number: int, size: int) -> tuple[int, ...]:
    return draw(what.ljust(24, b".") + number.to_bytes(8, "big"), size, min(SAMPLE, size)).ordinals


def _known(session: Session, period: uuid.UUID, keys: tuple[int, ...]) -> list[object]:
    columns = (PeriodUnit.ordinal, PeriodUnit.number, PeriodUnit.subject_ordinal, PeriodUnit.lookup)
    return list(session.execute(select(*columns).where(PeriodUnit.period == period, PeriodUnit.ordinal.in_(keys))))


def _pages() -> dict[str, Callable[[], object]]:
    """Pages of the trail as a head sees it, within whose reach all agencies lie."""
    reach = Reach(agencies=frozenset(f"agency-{number}" for number in range(AGENCIES)))
    actor = Actor(uuid.UUID(int=1), "head", "agency-0", frozenset({Role.HEAD}), reach=reach)
    with reading() as session:
        oldest = session.scalars(select(Entry.id).order_by(Entry.id).limit(PAGE + 1)).all()[-1]
        middle = session.scalars(select(Entry.id).where(Entry.id > _half(session)).order_by(Entry.id).limit(1)).one()

    def shown(after: uuid.UUID | None) -> Callable[[], object]:
        def act() -> None:
            with reading() as session:
                assert len(page(session, ways_for(actor, session), _BY_TIME, PAGE, after=after).things) == PAGE

        return act

    return {"first": shown(None), "middle": shown(middle), "last": shown(oldest)}


def _half(session: Session) -> uuid.UUID:
    """An id between the oldest and the newest, half way in time."""
    first = session.scalars(select(Entry.id).order_by(Entry.id).limit(1)).one()
    last = session.scalars(select(Entry.id).order_by(Entry.id.desc()).limit(1)).one()
    return uuid.UUID(int=(first.int + last.int) // 2)
