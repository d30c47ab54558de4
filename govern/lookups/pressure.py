"""Per source: how many calls it takes at a time. A place is held by a lease of the database's clock.

A source that takes three calls at once has three rows; who finds none free waits, without counting a try. A holder that
dies loses its place when the lease is over. A source never has the last of our workers: one that takes questions and does
not answer holds up nobody but those who wait for it.
"""

import uuid
from datetime import timedelta
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from govern.catalogue.source import Source
from govern.core.clock import database_now
from govern.lookups.lookup import SourceSlot
from govern.queue.offer import offer
from govern.queue.work import Work

SLOT_WAIT_S: Final = 0.5  # who found no place free looks again so late, unless somebody gives one back before


def places_of(source: Source, workers: int) -> int:
    """How many calls a source has at a time: as many as its owner takes, and one less than there are workers."""
    return min(source.max_at_once, max(1, workers - 1))


def is_full(session: Session, code: str | None, workers: int) -> bool:
    """Whether nobody need look further, because every place of the source is held; decided in the end by `take_slot`."""
    source = session.get(Source, code) if code else None
    held = select(func.count()).where(
        SourceSlot.source == code, SourceSlot.held_by.is_not(None), SourceSlot.held_until > database_now(session)
    )
    return source is not None and session.execute(held).scalar_one() >= places_of(source, workers)


def take_slot(session: Session, source: Source, *, holder: uuid.UUID, seconds: float, workers: int) -> bool:
    """Take one of the source's places for a task, in the caller's transaction; whether one was free."""
    now, places = database_now(session), places_of(source, workers)
    _make_slots(session, source, places)
    free = session.scalars(
        select(SourceSlot)
        .where(SourceSlot.source == source.code, SourceSlot.slot <= places)
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
    """Give a task's place back, to whoever waits longest for one; a place that somebody else has taken over stays theirs."""
    session.execute(
        update(SourceSlot)
        .where(SourceSlot.source == source, SourceSlot.held_by == holder)
        .values(held_by=None, held_until=None)
        .execution_options(synchronize_session=False)
    )
    _wake_next(session, source)


def _wake_next(session: Session, source: str) -> None:
    """Work that was given up for want of a place falls due now, instead of when its wait is over and somebody looks.

    Not what was tried before: that waits its time, so that a source in trouble is left alone for a moment.
    """
    now = database_now(session)
    waiting = session.scalars(
        select(Work)
        .where(Work.source == source, Work.kind == "task", Work.state == "due", Work.tries == 0)
        .where(Work.offered_at.is_(None))
        .where(Work.due_at <= now + timedelta(seconds=SLOT_WAIT_S))
        .order_by(Work.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if waiting is not None:
        waiting.due_at = min(waiting.due_at, now)
        offer(session, waiting)


def _make_slots(session: Session, source: Source, places: int) -> None:
    """The rows of a source's places, made when first needed, under the source's row lock."""
    there = session.execute(
        select(func.count()).select_from(SourceSlot).where(SourceSlot.source == source.code)
    ).scalar_one()
    if there < places:
        session.execute(select(Source.code).where(Source.code == source.code).with_for_update())
        known = set(session.scalars(select(SourceSlot.slot).where(SourceSlot.source == source.code)))
        session.add_all(SourceSlot(source=source.code, slot=slot) for slot in range(1, places + 1) if slot not in known)
        session.flush()
