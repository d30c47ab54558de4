"""Before a source is asked: lease, decide again, write the intent, in one transaction that ends before the call."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.exchange import Key
from connectors.exchange import Source as Reached
from govern.access.decide import decide_again
from govern.access.gather import Purpose, purpose
from govern.catalogue.data_item import DataItem
from govern.catalogue.reach import reached
from govern.catalogue.source import Source, SourceVersion
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.ids import new_id
from govern.core.points import Point, point
from govern.core.settings import Settings
from govern.keys import ring
from govern.keys.subject import SealedValue, open_value
from govern.lookups import outcome
from govern.lookups.lookup import Answer, Ground, Lookup, Subject, SubjectKey, Task
from govern.lookups.pressure import SLOT_WAIT_S, free_slot, is_full, take_slot
from govern.people.session import LogInSession
from govern.queue import lease as leases
from govern.queue.lease import Lease
from govern.queue.offer import offer
from govern.queue.work import Work, plan_work
from govern.rules.decision import Deny, Permit
from govern.rules.facts import GroundFacts
from govern.trail.append import Appended, Evidence, append, evidence, refuse_when_unnumbered
from govern.trail.kinds.lookups import AboutToAsk

HOLDS_S: Final = (
    1.0  # a decision older than this is taken again before each request: a right that ends does so in seconds
)
SIGNED_OFF_WAIT_S: Final = 30.0
SCHEDULED_GRACE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Intent:
    """What the committed intent allows: this permit, for these subjects, at this source, sealed to this key."""

    evidence: Evidence
    lease: Lease
    lookup_id: uuid.UUID
    task_id: uuid.UUID
    permit: Permit
    source: Reached
    item: DataItem
    may_ask_again: bool
    public_key: bytes = field(repr=False)
    subjects: tuple[tuple[int, int | None, Key], ...] = field(repr=False, default=())
    narrowing: Mapping[str, str] = field(repr=False, default_factory=dict)
    decided_at: float = field(default_factory=time.monotonic)


def write_intent(work_id: uuid.UUID, settings: Settings) -> Intent | None:
    """The committed intent of one attempt, or nothing: the work is done, held by another, not due, or was ended here.

    `EvidenceUnavailable` when the trail is not being numbered; the work stays due and is offered again.
    """
    by = leases.this_worker()
    with transaction() as session:
        may_take_s = asking_s(session, work_id, settings) + settings.lease_s
        lease = leases.take(session, work_id, by, may_take_s)
        if lease is None:
            return None
        point(Point.K4)
        task = session.get_one(Task, lease.target_id)
        lookup = outcome.locked(session, task.lookup)
        if task.ended_at is not None:
            leases.done(session, lease)
            return None
        if task.state == "running":  # a former holder died between intent and outcome
            free_slot(session, task.source or "", task.id)
            outcome.lost(session, lookup, task, lease, "worker_lost")
            return None
        refuse_when_unnumbered(session, settings.unnumbered_limit_s)
        if is_full(session, task.source, settings.workers):
            _wait_for_a_place(session, lease)
            return None
        asker = _asker(session, lookup)
        if asker is None:
            _without_asker(session, lookup, task, lease)
            return None
        known = known_now(session, lookup, task)  # held to the end, so that what it read is not read again
        grounds = grounds_of(session, task)
        permit = decide_now(known, task, grounds)
        if isinstance(permit, Deny):
            outcome.denied(session, lookup, task, lease, permit, during="run")
            return None
        source = session.get_one(Source, task.source)
        if not take_slot(session, source, holder=task.id, seconds=may_take_s, workers=settings.workers):
            _wait_for_a_place(session, lease)
            return None
        subjects, narrowing, sealed_key = _subjects(session, task)
        reach = reached(session, source, settings, clock.now())
        ground_kind = grounds[0][0].kind or "none"
        entry = _append_intent(
            session, lookup, task, lease, permit, settings, reach.deadline_s, sealed_key, asker, ground_kind
        )
        item, public_key, may_ask_again = known.items[task.item], asker.public_key, source.may_ask_again
    return Intent(
        evidence(session, entry),
        lease,
        lookup.id,
        task.id,
        permit,
        reach,
        item,
        may_ask_again,
        public_key,
        subjects,
        narrowing,
    )


def _wait_for_a_place(session: Session, lease: Lease) -> None:
    """The work is due again soon, for anybody, and this was no try."""
    leases.give_up(session, lease, clock.now() + timedelta(seconds=SLOT_WAIT_S), was_tried=False)


def denial_since(intent: Intent) -> Deny | None:
    """Why the source must not be asked any more, if the decision has grown old and is another one by now."""
    if time.monotonic() - intent.decided_at < HOLDS_S:
        return None
    with reading() as session:
        task = session.get_one(Task, intent.task_id)
        known = known_now(session, session.get_one(Lookup, intent.lookup_id), task)
        decision = decide_now(known, task, grounds_of(session, task))
    return decision if isinstance(decision, Deny) else None


def asking_s(session: Session, work_id: uuid.UUID, settings: Settings) -> float:
    """The longest that the asking of a task may take: its source's deadline, for a portion asked row by row once a row."""
    work = session.get(Work, work_id)
    task = session.get(Task, work.target_id) if work else None
    if task is None or task.source is None:
        return settings.source_deadline_s
    deadline_s = session.scalars(
        select(SourceVersion.deadline_s).where(SourceVersion.source == task.source, SourceVersion.to_at.is_(None))
    ).first()
    return (deadline_s or settings.source_deadline_s) * (task.last_ordinal - task.first_ordinal + 1)


def _asker(session: Session, lookup: Lookup) -> LogInSession | None:
    """The log-in session that the answer is sealed to: the asking one; for a scheduled look-up any open one of the clerk."""
    open_ones = select(LogInSession).where(LogInSession.ended_at.is_(None), LogInSession.ends_at > clock.now())
    asking = session.scalars(open_ones.where(LogInSession.id_hash == lookup.session_hash)).first()
    if asking is not None or lookup.queue != "scheduled":
        return asking
    return session.scalars(
        open_ones.where(LogInSession.person == lookup.person, LogInSession.agency == lookup.agency)
        .order_by(LogInSession.seen_at.desc())
        .limit(1)
    ).first()


def when_signed_on(session: Session, person: uuid.UUID, _session_hash: bytes) -> None:
    """The clerk's scheduled look-ups that waited for a log-in fall due, in the transaction that begins the session."""
    now = clock.now()
    waiting = session.scalars(
        select(Work)
        .join(Task, Task.id == Work.target_id)
        .join(Lookup, Lookup.id == Task.lookup)
        .where(Work.kind == "task", Lookup.person == person, Lookup.queue == "scheduled", Lookup.due_at <= now)
    ).all()
    for work in waiting:
        if work.state == "due":
            work.due_at = now
    session.flush()
    offer(session, *waiting)


def _without_asker(session: Session, lookup: Lookup, task: Task, lease: Lease) -> None:
    """A task whose asker is gone is not asked; a scheduled one waits for the clerk's next log-in within a day."""
    if lookup.queue == "scheduled" and clock.now() < lookup.due_at + SCHEDULED_GRACE:
        leases.give_up(session, lease, clock.now() + timedelta(seconds=SIGNED_OFF_WAIT_S), was_tried=False)
        return
    outcome.expired(session, lookup, task, lease)


def known_now(session: Session, lookup: Lookup, task: Task) -> Purpose:
    """What there is to know at the moment of use, the task's data item included if it is listed no more."""
    return purpose(
        session,
        person_id=lookup.person,
        agency=lookup.agency,
        case_item=lookup.case_item,
        on=clock.today(),
        also=(task.item,),
    )


def decide_now(known: Purpose, task: Task, grounds: Sequence[tuple[GroundFacts, bytes | None]]) -> Permit | Deny:
    """The decision at the moment of use, for every subject of the task: the first deny stops it."""
    decision: Permit | Deny | None = None
    for ground, index in grounds:
        decision = decide_again(known, task.item, ground=ground, subject_index=index, permitted_then=task.permitted)
        if isinstance(decision, Deny):
            return decision
    assert decision is not None
    return decision


def grounds_of(session: Session, task: Task) -> list[tuple[GroundFacts, bytes | None]]:
    """For each subject of a task its ground, and the keyed index of the key it is asked by."""
    rows = session.execute(
        select(Ground, SealedValue.keyed_index)
        .join(
            SubjectKey,
            (SubjectKey.lookup == Ground.lookup)
            & (SubjectKey.ordinal == Ground.ordinal)
            & (SubjectKey.kind == task.key_kind)
            & (SubjectKey.part == "key"),
        )
        .join(SealedValue, SealedValue.id == SubjectKey.sealed_value)
        .where(Ground.lookup == task.lookup, Ground.ordinal.between(task.first_ordinal, task.last_ordinal))
    )
    return [
        (
            GroundFacts(None if ground.kind == "none" else ground.kind, ground.document is not None, ground.signed_on),
            index,
        )
        for ground, index in rows
    ]


def _subjects(
    session: Session, task: Task
) -> tuple[tuple[tuple[int, int | None, Key], ...], dict[str, str], SealedValue | None]:
    """The keys to ask by, opened for this run alone; and the one sealed value that the intent's leaf commits to."""
    held, found, narrowing, sealed_one = ring.bound(), [], {}, None
    rows = session.execute(
        select(SubjectKey, Subject.row_number)
        .join(Subject, (Subject.lookup == SubjectKey.lookup) & (Subject.ordinal == SubjectKey.ordinal))
        .where(SubjectKey.lookup == task.lookup, SubjectKey.ordinal.between(task.first_ordinal, task.last_ordinal))
        .order_by(SubjectKey.ordinal, SubjectKey.seq)
    )
    for key, row_number in rows:
        sealed = session.get(SealedValue, key.sealed_value)  # held, so that it is read once
        value = open_value(held, session, key.sealed_value)
        if value is None:
            continue
        if key.part == "narrowing":
            narrowing[key.kind] = value
        elif key.kind == task.key_kind:
            found.append((key.ordinal, row_number, Key(key.kind, value)))
            sealed_one = sealed
    return tuple(found), narrowing, sealed_one if len(found) == 1 else None


def _append_intent(
    session: Session,
    lookup: Lookup,
    task: Task,
    lease: Lease,
    permit: Permit,
    settings: Settings,
    deadline_s: float,
    sealed_key: SealedValue | None,
    asker: LogInSession,
    ground_kind: str,
) -> Appended:
    """The intent entry, the state *running*, and with them the work row that will destroy the answer."""
    now, identity = clock.now(), new_id()
    ends_at = now + timedelta(seconds=deadline_s + settings.answer_life_s)
    task.state, task.started_at, task.attempts, task.intent_entry = "running", now, task.attempts + 1, identity
    lookup.state = "running"
    entry = append(
        session,
        AboutToAsk(
            lookup=lookup.id,
            task=task.id,
            subject_ordinal=task.first_ordinal if task.first_ordinal == task.last_ordinal else None,
            case_item=lookup.case_item,
            case_item_version=permit.version,
            data_item=task.item,
            owner=task.owner,
            source=task.source or "",
            ground_kind=ground_kind,
            right=permit.right_id,
            rule=permit.rule,
            rule_version=permit.rule_version,
            subjects=task.last_ordinal - task.first_ordinal + 1,
            fields=len(permit.fields),
            attempt=task.attempts,
            fence=lease.fence,
            permitted={listed.code: str(listed.appearance) for listed in permit.fields},
            rows_root=task.rows_root,
            answer_ends_at=ends_at.isoformat(),
        ),
        by=outcome.asker_of(lookup),
        subject=sealed_key,
        entry_id=identity,
    )
    session.add(
        Answer(
            id=identity, task=task.id, session_hash=asker.id_hash, state="expected", ends_at=ends_at, revealable_count=0
        )
    )
    plan_work(session, kind="destroy", target_id=identity, queue="normal", due_at=ends_at)
    return entry
