"""Per source: how many calls it takes at a time. A place is held by a lease of the database's clock.

A source that takes three calls at once has three rows; who finds none free waits, without counting a try. A holder that
dies loses its place when the lease is over.
"""

import uuid
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from govern.catalogue.source import Source
from govern.core.clock import database_now
from govern.lookups.lookup import SourceSlot


def take_slot(session: Session, source: Source, *, holder: uuid.UUID, seconds: float) -> bool:
    """Take one of the source's places for a task, in the caller's transaction; whether one was free."""
    now = database_now(session)
    _make_slots(session, source)
    free = session.scalars(
        select(SourceSlot)
        .where(SourceSlot.source == source.code, SourceSlot.slot <= source.max_at_once)
        .where(or_(SourceSlot.held_by.is_(None), SourceSlot.held_until <= now, SourceSlot.held_by == holder))
        .order_by(SourceSlot.slot)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if free is None:
        return False
    free.held_by, free.held_until = holder, now + timedelta(seconds=seconds)
    return True


def free_slot(session: Session, source: str, holder: uuid.UUID) -> None:
    """Give a task's place back; a place that somebody else has taken over stays theirs."""
    session.execute(
        update(SourceSlot)
        .where(SourceSlot.source == source, SourceSlot.held_by == holder)
        .values(held_by=None, held_until=None)
        .execution_options(synchronize_session=False)
    )


def _make_slots(session: Session, source: Source) -> None:
    """The rows of a source's places, made when first needed, under the source's row lock."""
    there = session.execute(
        select(func.count()).select_from(SourceSlot).where(SourceSlot.source == source.code)
    ).scalar_one()
    if there < source.max_at_once:
        session.execute(select(Source.code).where(Source.code == source.code).with_for_update())
        known = set(session.scalars(select(SourceSlot.slot).where(SourceSlot.source == source.code)))
        session.add_all(
            SourceSlot(source=source.code, slot=slot) for slot in range(1, source.max_at_once + 1) if slot not in known
        )
        session.flush()
