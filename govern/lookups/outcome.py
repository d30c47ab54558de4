"""What became of a task: the state, the entry, and the end of the look-up with its last task.

Every function here is called within the caller's transaction, holding the look-up's row lock (`locked`), so that exactly
one entry of a look-up says that it ends it (DESIGN.md, Draw).
"""

import uuid
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.exchange import Reply
from govern.catalogue.source import Source
from govern.core import clock
from govern.core.database import after_commit, transaction
from govern.lookups.answer import SealedAnswer
from govern.lookups.lookup import Answer, Lookup, Task
from govern.lookups.scope import own_lookup
from govern.queue import broker
from govern.queue import lease as leases
from govern.queue.lease import Lease
from govern.queue.work import Work
from govern.rules.actor import Actor
from govern.rules.decision import Deny, Permit
from govern.rules.identifiers import kinds
from govern.rules.lives import state_of_lookup
from govern.rules.minimise import Minimised
from govern.trail.append import append
from govern.trail.kinds.lookups import Answered, AttemptFailed, Cancelled, Denied, Expired, Failed, Unknown

MOST_ATTEMPTS: Final = 3  # the first and at most two again (DESIGN.md, States)
AGAIN_AFTER_S: Final = (0.5, 3.0)

# An answer came, and it cannot be used: asking again would give the same.
FINAL_CAUSES: Final = frozenset({"refused", "unreadable", "too_much", "misconfigured"})


def locked(session: Session, identity: uuid.UUID) -> Lookup:
    """The look-up, locked until the transaction ends."""
    return session.scalars(
        select(Lookup).where(Lookup.id == identity).with_for_update().execution_options(populate_existing=True)
    ).one()


def asker_of(lookup: Lookup) -> Actor:
    """The clerk for whom a worker acts: entries name the person, not the machine (SECURITY.md, ASVS 8.3.3)."""
    return Actor(
        person_id=lookup.person,
        account=lookup.account,
        agency=lookup.agency,
        roles=frozenset(),
        session_hash=lookup.session_hash,
        origin="worker",
    )


def answered(
    session: Session,
    lookup: Lookup,
    task: Task,
    lease: Lease,
    permit: Permit,
    reply: Reply,
    documents: list[Minimised],
    sealed: SealedAnswer,
    duration_s: float,
) -> None:
    """The source answered: field names, counts and a commitment are kept; never a value."""
    rows = sum(sum(len(group) for group in cut.groups.values()) for cut in documents)
    task.found = sum(1 for record in reply.records if record.found)
    task.rows = rows or task.found
    task.beyond = reply.beyond + sum(cut.beyond for cut in documents)
    task.duration_ms = round(duration_s * 1000)
    entry = append(
        session,
        Answered(
            **_about(lookup, task),
            ends_lookup=_ends(lookup),
            duration_ms=task.duration_ms,
            subjects=len(reply.records),
            rows=task.rows,
            fields=len(permit.fields),
            beyond=task.beyond,
            answer_commitment=sealed.commitment,
            found=task.found,
            field_names=tuple(listed.code for listed in permit.fields),
            revealable=len(sealed.revealable),
            envelopes_root=sealed.envelopes_root,
            message_id=reply.message_id,
        ),
        by=asker_of(lookup),
    )
    task.permitted = [listed.to_row() for listed in permit.fields]
    _finish(session, lookup, task, "answered", entry.entry_id)
    leases.done(session, lease)


def denial(lookup: Lookup, task: Task, deny: Deny, *, during: str, ends_lookup: bool = False) -> Denied:
    """The event of a "no" at one step of the road."""
    return Denied(
        **about(lookup, task),
        right=lookup.right,
        rule=deny.rule,
        rule_version=deny.rule_version,
        ends_lookup=ends_lookup,
        during=during,
        parameters=dict(deny.parameters),
    )


def denied(session: Session, lookup: Lookup, task: Task, lease: Lease | None, deny: Deny, *, during: str) -> None:
    """The decision at the moment of use said no: the source is not asked."""
    task.deny_rule, task.deny_parameters = deny.rule, dict(deny.parameters)
    _drop_answer(session, task)
    entry = append(
        session,
        denial(lookup, task, deny, during=during, ends_lookup=_ends(lookup)),
        by=asker_of(lookup),
    )
    _finish(session, lookup, task, "denied", entry.entry_id)
    if lease is not None:
        leases.done(session, lease)


def expired(session: Session, lookup: Lookup, task: Task, lease: Lease) -> None:
    """The asker's session ended before the source was asked; it never will be."""
    entry = append(
        session, Expired(**_about(lookup, task), ends_lookup=_ends(lookup), cause="session_ended"), by=asker_of(lookup)
    )
    _finish(session, lookup, task, "expired", entry.entry_id)
    leases.done(session, lease)


def cancelled(session: Session, lookup: Lookup, task: Task, by: Actor) -> None:
    """The clerk called a waiting task back; its work row goes with it."""
    entry = append(session, Cancelled(**_about(lookup, task), ends_lookup=_ends(lookup), cause="called_back"), by=by)
    _finish(session, lookup, task, "cancelled", entry.entry_id)
    work = session.scalars(select(Work).where(Work.kind == "task", Work.target_id == task.id)).first()
    if work is not None:
        session.delete(work)


def call_back(actor: Actor, lookup_id: uuid.UUID) -> int:
    """The clerk calls back what was not asked yet of the own look-up; how many tasks. `NotFound` for a foreign one."""
    with transaction() as session:
        lookup = locked(session, own_lookup(actor, session, lookup_id).id)
        waiting = session.scalars(
            select(Task).where(Task.lookup == lookup.id, Task.state == "waiting").order_by(Task.seq)
        ).all()
        for task in waiting:
            cancelled(session, lookup, task, actor)
        return len(waiting)


def failed(
    session: Session,
    lookup: Lookup,
    task: Task,
    lease: Lease,
    cause: str,
    *,
    never_left: bool,
    may_ask_again: bool,
    duration_s: float = 0.0,
    may_lie_in_store: bool = False,
) -> Work | None:
    """One attempt came to nothing. Returns the work row when the task is tried again, with its new due time.

    Again only when the request provably never left or the source may be asked again; *failed* when the source's word was
    final or nothing was sent; else *unknown*: it may have been asked, and nobody knows what it said. What the attempt
    `may_lie_in_store` is destroyed at once, by the work row that was planned with its intent.
    """
    drop = _destroy_now if may_lie_in_store else _drop_answer
    task.failure, duration_ms = cause, round(duration_s * 1000)
    may_try = (never_left or may_ask_again) and cause not in FINAL_CAUSES and task.attempts < MOST_ATTEMPTS
    if may_try:
        append(
            session,
            AttemptFailed(**_about(lookup, task), duration_ms=duration_ms, cause=cause),
            by=asker_of(lookup),
        )
        drop(session, task)
        task.state = "waiting"
        due_at = clock.now() + timedelta(seconds=AGAIN_AFTER_S[min(task.attempts, len(AGAIN_AFTER_S)) - 1])
        return leases.give_up(session, lease, due_at)
    is_known = never_left or may_ask_again or cause in FINAL_CAUSES
    kind, state = (Failed, "failed") if is_known else (Unknown, "unknown")
    entry = append(
        session,
        kind(**_about(lookup, task), ends_lookup=_ends(lookup), duration_ms=duration_ms, cause=cause),
        by=asker_of(lookup),
    )
    if may_lie_in_store or state == "failed":
        drop(session, task)
    _finish(session, lookup, task, state, entry.entry_id)
    leases.done(session, lease)
    return None


def lost(session: Session, lookup: Lookup, task: Task, lease: Lease, cause: str) -> Work | None:
    """The holder of the lease died between intent and outcome: what it had put into the store is destroyed now.

    Whether the source was asked is not known; a source that must not be asked twice is not.
    """
    source = task.source
    may_ask_again = source is not None and _may_ask_again(session, source)
    return failed(
        session, lookup, task, lease, cause, never_left=False, may_ask_again=may_ask_again, may_lie_in_store=True
    )


def masked_key(kind: str, value: str) -> str:
    """A subject's key as lists and answers of a file show it."""
    return kinds.masked(kind, value)


def about(lookup: Lookup, task: Task) -> dict[str, Any]:
    """What every event of a task is about, as the fields of its kind."""
    return {
        "lookup": lookup.id,
        "task": task.id,
        "case_item": lookup.case_item,
        "case_item_version": lookup.case_item_version,
        "data_item": task.item,
        "owner": task.owner,
    }


def _about(lookup: Lookup, task: Task) -> dict[str, Any]:
    return about(lookup, task) | {"source": task.source, "intent": task.intent_entry, "attempt": task.attempts}


def _ends(lookup: Lookup) -> bool:
    return lookup.tasks_open == 1


def _finish(session: Session, lookup: Lookup, task: Task, state: str, entry: uuid.UUID) -> None:
    now: datetime = clock.now()
    task.state, task.ended_at, task.outcome_entry = state, now, entry
    lookup.tasks_open -= 1
    if lookup.tasks_open == 0:
        session.flush()
        states = session.scalars(select(Task.state).where(Task.lookup == lookup.id)).all()
        lookup.state, lookup.ended_at, lookup.ending_entry = str(state_of_lookup(states)), now, entry
    after_commit(session, partial(broker.publish, lookup.id))


def _drop_answer(session: Session, task: Task) -> None:
    """Nothing came, so that nothing is to be destroyed: the work row planned with the intent goes."""
    answer = session.get(Answer, task.intent_entry) if task.intent_entry else None
    if answer is not None and answer.state == "expected":
        answer.state = "none"
        work = _destroy_work(session, answer.id)
        if work is not None:
            session.delete(work)


def _destroy_now(session: Session, task: Task) -> None:
    work = _destroy_work(session, task.intent_entry) if task.intent_entry else None
    if work is not None:
        work.due_at = clock.now()


def _destroy_work(session: Session, answer: uuid.UUID) -> Work | None:
    return session.scalars(select(Work).where(Work.kind == "destroy", Work.target_id == answer)).first()


def _may_ask_again(session: Session, source: str) -> bool:
    found = session.get(Source, source)
    return found is not None and found.may_ask_again
