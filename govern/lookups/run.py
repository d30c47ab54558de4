"""2 run(): lease, decide again, write the intent, ask, minimise, seal, write what came.

    1. One transaction: lease and fence; the decision is taken again; the intent entry is committed.
    2. No transaction open: the source is asked, with the evidence of the intent in hand.
    3. The reply is cut to the permitted fields, masked, sealed to the asker's session and put into the answers' store.
    4. One transaction: the fence is checked; state, answer and entry say what came.

A lost reply of a source that must not be asked twice ends as *unknown*; it is never asked again (SECURITY.md, I3).
"""

import logging
import time
import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import addresses, sandbox
from connectors.errors import SourceError
from connectors.exchange import Key, Query, Record, Reply
from govern.catalogue.reach import item_spec
from govern.core import clock
from govern.core.database import after_commit, assert_none_open, transaction
from govern.core.points import Point, point
from govern.core.settings import Settings
from govern.lookups import answer as answers
from govern.lookups import outcome
from govern.lookups.answer import Place, SealedAnswer
from govern.lookups.destroy import STORE_AWAY_WAIT_S
from govern.lookups.intent import Intent, denial_since, write_intent
from govern.lookups.lookup import Answer, Task
from govern.lookups.pressure import free_slot
from govern.people.session import LogInSession
from govern.queue import lease as leases
from govern.queue.offer import offer
from govern.queue.work import Work, plan_work
from govern.rules.denial import Deny
from govern.rules.minimise import Minimised, minimise
from govern.trail.append import Evidence

_diagnostics = logging.getLogger("govern.lookups.run")


def run(work_id: uuid.UUID, settings: Settings) -> None:
    """One attempt at a task, whatever comes of it. Nothing happens when the work is done, held by another, or not due.

    Nor while the store of answers is away: no source is asked for what could not be kept. The work stays due.
    """
    if not answers.store().is_well():
        _diagnostics.warning("store of answers away: nothing is asked yet")
        _not_yet(work_id, settings)
        return
    intent = write_intent(work_id, settings)
    if intent is not None:
        carry_out(intent, settings)


def _not_yet(work_id: uuid.UUID, settings: Settings) -> None:
    """The work is due again soon, for anybody, and this was no try."""
    with transaction() as session:
        lease = leases.take(session, work_id, leases.this_worker(), settings.lease_s)
        if lease is not None:
            leases.give_up(session, lease, clock.now() + timedelta(seconds=STORE_AWAY_WAIT_S), was_tried=False)


def carry_out(intent: Intent, settings: Settings) -> None:
    """What the committed intent allows: ask, seal, and write what came."""
    began = time.monotonic()
    try:
        point(Point.K5)
        reply = _ask(intent, intent.evidence, settings)
        point(Point.K7)
        documents, sealed = _minimise_and_seal(intent, reply)
        answers.store().put(intent.evidence.entry_id, sealed, settings.answer_life_s)
        point(Point.K9)
    except _NoMore as ended:
        _after_denial(intent, ended.deny)
    except SourceError as error:
        _diagnostics.warning("source %s: %s (%s)", intent.source.code, error.code, error.detail)
        _after_failure(intent, error.code, never_left=error.never_left, duration_s=time.monotonic() - began)
    except RedisError:
        # The source has answered and the answer cannot be kept: it is gone with this run.
        _after_failure(intent, "answers_away", never_left=False, duration_s=time.monotonic() - began)
    else:
        _after_answer(intent, reply, documents, sealed, settings, time.monotonic() - began)


class _NoMore(Exception):
    """What allowed the asking has ended since the intent: nothing more is asked, and what came so far is dropped."""

    def __init__(self, deny: Deny) -> None:
        super().__init__(deny.rule)
        self.deny = deny


def _ask(intent: Intent, proof: Evidence, settings: Settings) -> Reply:
    """Ask the source, with the evidence of the intent in hand and no transaction open.

    A data item that takes files is asked once for all; any other is asked subject by subject within the portion. Once a
    subject of a portion was asked, the portion has left, whatever becomes of the next one.
    """
    assert_none_open()
    spec, keys = item_spec(intent.item), tuple(key for _, _, key in intent.subjects)
    codes = tuple(listed.code for listed in intent.permit.fields)
    limits = sandbox.Limits(allowed=addresses.parse(settings.source_addresses))
    portions = [keys] if intent.item.is_batch or len(keys) == 1 else [(key,) for key in keys]
    replies: list[Reply] = []
    for number, portion in enumerate(portions, start=1):
        request_id = str(proof.entry_id) if len(portions) == 1 else f"{proof.entry_id}-{number}"
        denied = denial_since(intent)
        if denied is not None:
            raise _NoMore(denied)
        query = Query(request_id, spec, portion, codes, narrowing=dict(intent.narrowing))
        try:
            replies.append(sandbox.ask(intent.source, query, limits))
        except SourceError as error:
            error.never_left = error.never_left and not replies
            raise
    return Reply(
        request_id=str(proof.entry_id),
        records=tuple(record for reply in replies for record in reply.records),
        beyond=sum(reply.beyond for reply in replies),
        received_bytes=sum(reply.received_bytes for reply in replies),
        message_id=replies[0].message_id if len(replies) == 1 else "",
    )


def _minimise_and_seal(intent: Intent, reply: Reply) -> tuple[list[Minimised], SealedAnswer]:
    """Cut, mask and seal: after this the reply is not needed any more, and nothing of it is kept but ciphertext."""
    documents, shown, revealable = [], [], {}
    for (ordinal, row_number, key), record in zip(intent.subjects, reply.records, strict=True):
        cut = minimise(record, intent.permit, item_spec(intent.item))
        documents.append(cut)
        shown.append(_shown(ordinal, row_number, key, record, cut, alone=len(intent.subjects) == 1))
        for (path, name), clear in cut.revealable.items():
            revealable[Place(ordinal, path, name)] = clear
    point(Point.K8)
    return documents, answers.seal_answer(intent.evidence.entry_id, intent.public_key, shown, revealable)


def _shown(
    ordinal: int, row_number: int | None, key: Key, record: Record, cut: Minimised, *, alone: bool
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "ordinal": ordinal,
        "found": record.found,
        "header": dict(cut.header),
        "groups": {name: [dict(row) for row in rows] for name, rows in cut.groups.items()},
    }
    if not alone:
        shown |= {"row_number": row_number, "key": outcome.masked_key(key.kind, key.value)}
    return shown


def _after_answer(
    intent: Intent,
    reply: Reply,
    documents: list[Minimised],
    sealed: SealedAnswer,
    settings: Settings,
    duration_s: float,
) -> None:
    """The outcome, if the fence is still ours; else the answer is destroyed, since somebody took the work over."""
    try:
        with transaction() as session:
            leases.hold(session, intent.lease)
            after_commit(session, partial(point, Point.K11))
            free_slot(session, intent.source.code, intent.task_id)
            task = session.get_one(Task, intent.task_id)
            lookup = outcome.locked(session, intent.lookup_id)
            now = clock.now()
            answer = session.get_one(Answer, intent.evidence.entry_id)
            life_s = settings.answer_life_s if _is_awaited(session, answer) else 0
            answer.state, answer.put_at, answer.ends_at = "alive", now, now + timedelta(seconds=life_s)
            answer.revealable_count = len(sealed.revealable)
            _move_destroy(session, answer)
            outcome.answered(session, lookup, task, intent.lease, intent.permit, reply, documents, sealed, duration_s)
            point(Point.K10)
    except leases.LeaseLost:
        answers.store().destroy(intent.evidence.entry_id)


def _is_awaited(session: Session, answer: Answer) -> bool:
    """Whether the log-in that the answer is sealed to still stands; its row is locked, so that it cannot end unseen."""
    ended_at = session.execute(
        select(LogInSession.ended_at).where(LogInSession.id_hash == answer.session_hash).with_for_update()
    ).scalar_one_or_none()
    return ended_at is None


def _move_destroy(session: Session, answer: Answer) -> None:
    """The answer is destroyed at its end. A log-out while the source was asked may have had the row done already."""
    work = session.scalars(select(Work).where(Work.kind == "destroy", Work.target_id == answer.id)).first()
    if work is None:
        work = plan_work(session, kind="destroy", target_id=answer.id, queue="normal", due_at=answer.ends_at)
        session.flush()
    elif work.state == "due":
        work.due_at = answer.ends_at
    offer(session, work)


def _after_failure(intent: Intent, cause: str, *, never_left: bool, duration_s: float) -> None:
    """Again, if the request provably never left or the source may be asked again, at most twice; else the end."""
    try:
        with transaction() as session:
            leases.hold(session, intent.lease)
            free_slot(session, intent.source.code, intent.task_id)
            task = session.get_one(Task, intent.task_id)
            lookup = outcome.locked(session, intent.lookup_id)
            again = outcome.failed(
                session,
                lookup,
                task,
                intent.lease,
                cause,
                never_left=never_left,
                may_ask_again=intent.may_ask_again,
                duration_s=duration_s,
                may_lie_in_store=cause == "answers_away",
            )
            if again is not None:
                offer(session, again)
    except leases.LeaseLost:
        pass  # whoever took the work over has said what became of this attempt


def _after_denial(intent: Intent, deny: Deny) -> None:
    """Denied between the intent and a request: nothing is kept, and the place at the source is free again."""
    try:
        with transaction() as session:
            leases.hold(session, intent.lease)
            free_slot(session, intent.source.code, intent.task_id)
            lookup = outcome.locked(session, intent.lookup_id)
            task = session.get_one(Task, intent.task_id)
            outcome.denied(session, lookup, task, intent.lease, deny, during="run")
    except leases.LeaseLost:
        pass  # whoever took the work over decides anew


def lost(work_id: uuid.UUID, why: str, settings: Settings) -> None:
    """The child that asked was killed: again where the source allows it, else *unknown*; its slot is free again."""
    with transaction() as session:
        lease = leases.take_over(session, work_id, leases.this_worker(), settings.lease_s)
        if lease is None:
            return
        task = session.get_one(Task, lease.target_id)
        lookup = outcome.locked(session, task.lookup)
        if task.source:
            free_slot(session, task.source, task.id)
        if task.ended_at is not None:
            leases.done(session, lease)
        elif task.state == "running":
            again = outcome.lost(session, lookup, task, lease, why)
            if again is not None:
                offer(session, again)
        else:
            offer(session, leases.give_up(session, lease, lease.until, was_tried=False))
