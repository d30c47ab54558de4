"""5 destroy(): by a work row written with the intent; it is gone, and the trail says so and why.

The row is due at the answer's end. Log-out, the session's end and the clerk's word make it due now. It deletes what lies
in the store, then writes the entry; deleting twice does no harm, and an entry is never written for what still lies there.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.core import clock
from govern.core.database import after_commit, reading, transaction
from govern.core.settings import Settings
from govern.lookups import answer as answers
from govern.lookups import outcome
from govern.lookups.lookup import Answer, Task
from govern.lookups.scope import own_lookup
from govern.people.session import LogInSession
from govern.queue import broker
from govern.queue import lease as leases
from govern.queue.offer import offer
from govern.queue.work import Work
from govern.rules.actor import Actor
from govern.trail.append import append
from govern.trail.kinds.lookups import Destroyed

STORE_AWAY_WAIT_S: Final = 5.0


def run(work_id: uuid.UUID, settings: Settings) -> None:
    """The answer of a *destroy* row is deleted and its end is an entry. With the store away the row waits."""
    by = leases.this_worker()
    with transaction() as session:
        lease = leases.take(session, work_id, by, settings.lease_s)
        if lease is None:
            return
        answer = session.get(Answer, lease.target_id)
        if answer is None or answer.state in ("none", "destroyed"):
            leases.done(session, lease)
            return
        was = answer.state
    try:
        found = answers.store().destroy(lease.target_id)
    except RedisError:
        with transaction() as session:
            due_at = clock.now() + timedelta(seconds=STORE_AWAY_WAIT_S)
            leases.give_up(session, lease, due_at, was_tried=False)
        return
    with transaction() as session:
        leases.hold(session, lease)
        answer = session.get_one(Answer, lease.target_id, with_for_update=True)
        if answer.state != was:  # it came in between: what lies there now is deleted by the next turn
            offer(session, leases.give_up(session, lease, clock.now(), was_tried=False))
            return
        task = session.get_one(Task, answer.task)
        lookup = outcome.locked(session, task.lookup)
        cause = "lost" if was == "expected" else _cause(session, answer, found)  # of a run that was lost, nobody's word
        answer.state = "destroyed"
        append(
            session,
            Destroyed(
                **outcome.about(lookup, task),
                cause=cause,
                answer=answer.id,
                found=found,
            ),
            by=outcome.asker_of(lookup),
        )
        leases.done(session, lease)
        after_commit(session, _publisher(lookup.id))


def destroy_now(actor: Actor, lookup_id: uuid.UUID) -> int:
    """All answers of the actor's own look-up are due to be destroyed at once; how many there were."""
    with transaction() as session:
        lookup = own_lookup(actor, session, lookup_id)
        alive = (
            select(Answer.id)
            .join(Task, Task.id == Answer.task)
            .where(Task.lookup == lookup.id, Answer.state == "alive")
        )
        return _due_now(session, list(session.scalars(alive)))


def when_session_ends(session: Session, session_hash: bytes) -> None:
    """The answers sealed to a session that ends are due to be destroyed, in the transaction that ends it."""
    held = select(Answer.id).where(Answer.session_hash == session_hash, Answer.state.in_(("expected", "alive")))
    _due_now(session, list(session.scalars(held)))


def when_denied(session: Session, answer_id: uuid.UUID) -> None:
    """A deny at the moment of use destroys the answer, in the transaction that wrote the deny."""
    _due_now(session, [answer_id])


def lost_answers(limit: int = 500) -> int:
    """Answers that should be alive and lie no more in the store (it was restarted) fall due to be destroyed; how many."""
    with reading() as session:
        alive = list(session.scalars(select(Answer.id).where(Answer.state == "alive").limit(limit)))
    try:
        gone = [answer for answer in alive if answers.store().is_gone(answer)]
    except RedisError:
        return 0
    if not gone:
        return 0
    with transaction() as session:
        return _due_now(session, gone)


def _due_now(session: Session, found: list[uuid.UUID]) -> int:
    works = session.scalars(select(Work).where(Work.kind == "destroy", Work.target_id.in_(found))).all()
    now = clock.now()
    for work in works:
        if work.state == "due":
            work.due_at = min(work.due_at, now)
    session.flush()
    offer(session, *works)
    return len(works)


def _cause(session: Session, answer: Answer, found: bool) -> str:
    """Why it ends: its time, its session's end, the clerk's word; *lost* when it should still have lain there."""
    held_by = session.get(LogInSession, answer.session_hash)
    if held_by is None or held_by.ended_at is not None:
        return "session_ended"
    if clock.now() >= answer.ends_at:
        return "time"
    return "by_clerk" if found else "lost"


def _publisher(lookup_id: uuid.UUID) -> Callable[[], None]:
    return lambda: broker.publish(lookup_id)
