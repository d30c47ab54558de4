"""Hand due work to the broker after the commit; offer again what was lost.

The database owns all work; Redis only wakes workers, so that a flushed, restarted or lost Redis costs a delay and
nothing else. `offered_at` says when a row was last known to lie in Redis. What was popped by a worker that died before
it took the lease, or flushed, is found because its id lies in no list any more (SECURITY.md, trap 1).
"""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from redis.exceptions import RedisError
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from govern.core.clock import database_now
from govern.core.database import after_commit, reading, transaction
from govern.queue import broker
from govern.queue.broker import Broker, Offer
from govern.queue.work import QUEUES, Work

STALE_S: Final = 15.0  # between a pop and the lease lie milliseconds; a busy host is given time
PORTION: Final = 2000  # rows looked at in one go

_diagnostics = logging.getLogger("govern.queue.offer")


def offer(session: Session, *works: Work) -> None:
    """Those of the works that are due are offered once the caller's transaction has committed; the others wait.

    Never raises when Redis is away: the reconciler offers again (`offer_due`). A rollback offers nothing. `offered_at`
    is written before the offer is made, and is right only if it succeeds; after `STALE_S` nobody believes it.
    """
    now = database_now(session)
    due = [work for work in works if work.due_at <= now]
    for work in due:
        work.offered_at = now
    if due:
        after_commit(session, partial(broker.push, tuple(Offer(work.id, work.queue) for work in due)))


def offer_due(to: Broker, *, stale_s: float = STALE_S, portion: int = PORTION) -> int:
    """Every piece of work that is due, and neither lies in Redis nor is held by anybody, is offered; how many.

    Work never offered is offered at once; what was offered before only when that is `stale_s` old and its id lies in no
    list, so that a long queue is not filled with copies of itself. May run on several hosts at once: a second offer
    costs one look at the row. Returns 0 when Redis is away; once it is back nothing that it was told before is believed. At
    most `portion` rows a call, the most urgent first.
    """
    if not to.is_alive():
        to.was_away = True
        _diagnostics.warning("queue away, work waits in the database")
        return 0
    candidates = _candidates(0.0 if to.was_away else stale_s, portion)
    to.was_away = False
    if not candidates:
        return 0
    try:
        waiting = to.waiting()
        missing = [candidate for candidate in candidates if candidate.work_id not in waiting]
        to.push(missing)
    except (RedisError, OSError) as away:
        to.was_away = True
        _diagnostics.warning("queue away, work waits in the database: %s", type(away).__name__)
        return 0
    with transaction() as session:
        session.execute(
            update(Work)
            .where(Work.id.in_([candidate.work_id for candidate in candidates]))
            .values(offered_at=database_now(session))
            .execution_options(synchronize_session=False)
        )
    if missing:
        _diagnostics.info("offered %d of %d due", len(missing), len(candidates))
    return len(missing)


def _candidates(stale_s: float, portion: int) -> list[Offer]:
    """Due rows that nobody holds and that nobody has lately seen in Redis, by queue, then by when they fell due."""
    found: list[Offer] = []
    with reading() as session:
        now = database_now(session)
        is_unseen = or_(Work.offered_at.is_(None), Work.offered_at < now - timedelta(seconds=stale_s))
        for queue in QUEUES:
            rows = session.execute(
                select(Work.id)
                .where(Work.due_at <= now, _is_free(now), is_unseen, Work.queue == queue)
                .order_by(Work.due_at)
                .limit(portion - len(found))
            )
            found += [Offer(work_id, queue) for (work_id,) in rows]
            if len(found) >= portion:
                break
    return found


def due_count() -> dict[str, int]:
    """How much work of each queue is due and held by nobody: what a status board shows."""
    with reading() as session:
        now = database_now(session)
        rows = session.execute(
            select(Work.queue, func.count()).where(Work.due_at <= now, _is_free(now)).group_by(Work.queue)
        )
        return dict.fromkeys(QUEUES, 0) | {row[0]: row[1] for row in rows}


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(Work.state == "due", and_(Work.state == "leased", Work.lease_until <= now))
