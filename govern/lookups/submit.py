"""1 submit(): decide each item, write look-up, tasks and entries together, then offer.

One transaction: look-up, subjects, grounds, tasks, work rows, quota and entries commit together or not at all. After the
commit the workers are woken; a wake-up that is lost costs nothing, since the reconciler offers again what is due.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.access import quota
from govern.access.decide import decide_at_submission, permitted_rows
from govern.access.gather import Purpose, purpose
from govern.core import clock
from govern.core.database import after_commit, transaction
from govern.core.errors import InvalidInput, NotAllowed
from govern.core.ids import new_id, new_reference
from govern.core.points import Point, point
from govern.core.settings import Settings
from govern.keys import ring
from govern.lookups.lookup import Lookup, Task, WrongRow
from govern.lookups.outcome import denial
from govern.lookups.request import (
    WRONG,
    CanonicalSubject,
    LookupRequest,
    canonical_rows,
    canonical_subjects,
    check_texts,
)
from govern.lookups.sealing import SealedLookup, seal_lookup
from govern.people.person import Person
from govern.queue.offer import offer
from govern.queue.work import QUEUES, plan_work
from govern.rules.actor import Actor, Role
from govern.rules.calendar import to_roc_digits
from govern.rules.decision import Deny, Permit
from govern.trail.append import append, refuse_when_unnumbered
from govern.trail.kinds.lookups import Asked


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the clerk gets back at once: where to watch the look-up."""

    lookup_id: uuid.UUID
    reference: str
    was_there: bool = False


@dataclass(slots=True)
class _Planned:
    """A task before it is written: its subjects, and the decision on it."""

    item: str
    key_kind: str
    subjects: tuple[CanonicalSubject, ...]
    decision: Permit | Deny
    id: uuid.UUID


def submit(actor: Actor, request: LookupRequest, settings: Settings) -> Submitted:
    """A look-up is written, with a decision for each of its tasks, and what is permitted is on its way.

    The second post of the same form (`intent_key`) finds the first look-up. `InvalidInput` names what was typed wrong,
    `EvidenceUnavailable` says that the trail is not being numbered; nothing is written in either case. A denied task is
    not an error: it is written, with its rule, and stops only itself.
    """
    if actor.session_hash is None or not actor.holds(Role.CLERK):
        raise NotAllowed
    check_texts(request)
    with transaction() as session:
        _one_at_a_time(session, actor)
        former = session.scalars(
            select(Lookup).where(Lookup.person == actor.person_id, Lookup.intent_key == request.intent_key)
        ).first()
        if former is not None:
            return Submitted(former.id, former.reference, was_there=True)
        refuse_when_unnumbered(session, settings.unnumbered_limit_s)
        after_commit(session, partial(point, Point.K1))
        now = clock.now()
        today = now.astimezone(clock.TAIPEI).date()
        known = purpose(session, person_id=actor.person_id, agency=actor.agency, case_item=request.case_item, on=today)
        key_kinds = _key_kinds(request, known)
        subjects, wrong = _subjects(request, known, key_kinds)
        planned, wrong = _decide(session, known, request, key_kinds, subjects, wrong, settings)
        lookup = _lookup(actor, request, known, now, len(subjects), planned)
        sealed = seal_lookup(session, lookup, request, subjects)
        tasks = _write_tasks(session, lookup, known, planned, sealed)
        _write_wrong_rows(session, lookup, wrong)
        _take_quota(session, known, planned)
        _write_entries(session, actor, lookup, sealed, planned, tasks, len(wrong))
        after_commit(session, partial(point, Point.K2))
        point(Point.K0)
        return Submitted(lookup.id, lookup.reference)


def _one_at_a_time(session: Session, actor: Actor) -> None:
    """A person's submissions come one after the other, so that of equal posts at once each but the first finds the first."""
    session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update(key_share=True))


def _key_kinds(request: LookupRequest, known: Purpose) -> dict[str, str]:
    """By which kind of key each chosen data item is asked: its own, or the alternative that the clerk chose for it."""
    chosen = tuple(known.permitted) if request.items is None else request.items
    if not chosen or any(item not in known.permitted for item in chosen):
        raise InvalidInput(WRONG, code="item_not_in_case_item")
    kinds = {}
    for item in chosen:
        data_item = known.items[item]
        kind = request.key_kinds.get(item) or data_item.subject_key
        if kind != data_item.subject_key and kind not in data_item.alt_subject_keys:
            raise InvalidInput(WRONG, code="key_kind_unknown")
        kinds[item] = _file_kind(known, item) if kind == "file" else kind
    return kinds


def _file_kind(known: Purpose, item: str) -> str:
    """What the numbers of a file are: a national ID unless the source says otherwise (DESIGN.md, Files)."""
    source = known.sources.get(item)
    return source.file_key if source else "national_id"


def _subjects(
    request: LookupRequest, known: Purpose, key_kinds: Mapping[str, str]
) -> tuple[tuple[CanonicalSubject, ...], tuple[tuple[int, str], ...]]:
    if request.file is None:
        return canonical_subjects(request, known.items, key_kinds, known.on), ()
    kinds = set(key_kinds.values())
    if len(kinds) != 1:  # one file holds numbers of one kind
        raise InvalidInput(WRONG, code="file_of_two_kinds")
    rows = canonical_rows(request.file, kinds.pop(), known.on)
    if not rows.subjects:
        raise InvalidInput(WRONG, code="file_without_valid_rows")
    return rows.subjects, rows.wrong


def _decide(
    session: Session,
    known: Purpose,
    request: LookupRequest,
    key_kinds: Mapping[str, str],
    subjects: Sequence[CanonicalSubject],
    wrong: tuple[tuple[int, str], ...],
    settings: Settings,
) -> tuple[list[_Planned], tuple[tuple[int, str], ...]]:
    """A decision for each task. In a file, who looks up themselves is a wrong row; the rest is judged as portions."""
    planned: list[_Planned] = []
    own = known.person.own_index
    if request.file is not None:
        self_rows = [s for s in subjects if own is not None and _index(s, s.keys[0].kind) == own]
        wrong = (*wrong, *((s.row_number or s.ordinal, "own_data") for s in self_rows))
        subjects = [s for s in subjects if s not in self_rows]
        portions = [
            tuple(subjects[i : i + settings.batch_portion]) for i in range(0, len(subjects), settings.batch_portion)
        ]
    else:
        portions = [(subject,) for subject in subjects]
    for item, kind in key_kinds.items():
        for portion in portions:
            decision = decide_at_submission(
                session,
                known,
                item,
                ground=portion[0].ground.facts(),
                subject_index=None if request.file is not None else _index(portion[0], kind),
                subjects_of_owner=len(subjects),
                quota_limit=settings.quota_per_day,
            )
            planned.append(_Planned(item, kind, portion, decision, new_id()))
    return planned, wrong


def _index(subject: CanonicalSubject, kind: str) -> bytes:
    return ring.bound().index(kind, subject.key(kind).value)


def _lookup(
    actor: Actor, request: LookupRequest, known: Purpose, now: datetime, subjects: int, planned: Sequence[_Planned]
) -> Lookup:
    version = known.version
    queue = "batch" if request.file is not None else (version.urgency if version.urgency in QUEUES else "normal")
    assert actor.session_hash is not None
    return Lookup(
        id=new_id(),
        reference=new_reference(to_roc_digits(known.on)),
        person=actor.person_id,
        account=actor.account,
        agency=actor.agency,
        case_item=version.case_item,
        case_item_version=version.version,
        right=known.right.id if known.right else None,
        session_hash=actor.session_hash,
        intent_key=request.intent_key,
        queue=queue,
        is_file=request.file is not None,
        submitted_at=now,
        due_at=max(now, request.due_at or now),
        state="waiting",
        retention_years=version.retention_years,
        former=request.former,
        subjects=subjects,
        tasks_open=sum(isinstance(plan.decision, Permit) for plan in planned),
        asked_entry=new_id(),
    )


def _write_tasks(
    session: Session, lookup: Lookup, known: Purpose, planned: list[_Planned], sealed: SealedLookup
) -> list[Task]:
    tasks = []
    for seq, plan in enumerate(planned, start=1):
        permit = plan.decision if isinstance(plan.decision, Permit) else None
        deny = plan.decision if isinstance(plan.decision, Deny) else None
        source = known.sources.get(plan.item)
        task = Task(
            id=plan.id,
            lookup=lookup.id,
            seq=seq,
            first_ordinal=plan.subjects[0].ordinal,
            last_ordinal=plan.subjects[-1].ordinal,
            rows_root=sealed.root_of(plan.subjects) if lookup.is_file else None,
            item=plan.item,
            owner=known.items[plan.item].owner,
            source=source.code if source else None,
            key_kind=plan.key_kind,
            permitted=permitted_rows(permit) if permit else [],
            state="waiting" if permit else "denied",
            attempts=0,
            deny_rule=deny.rule if deny else None,
            deny_parameters=dict(deny.parameters) if deny else None,
            ended_at=None if permit else lookup.submitted_at,
        )
        tasks.append(task)
        session.add(task)
    session.flush()
    for task in tasks:
        if task.state == "waiting":
            work = plan_work(
                session, kind="task", target_id=task.id, queue=lookup.queue, due_at=lookup.due_at, source=task.source
            )
            offer(session, work)
    return tasks


def _write_wrong_rows(session: Session, lookup: Lookup, wrong: Sequence[tuple[int, str]]) -> None:
    session.add_all(WrongRow(lookup=lookup.id, row_number=row, reason=reason) for row, reason in wrong)


def _take_quota(session: Session, known: Purpose, planned: list[_Planned]) -> None:
    """Once per owner and subject, however many items are asked of that owner."""
    asked: dict[str, set[int]] = {}
    for plan in planned:
        if isinstance(plan.decision, Permit):
            asked.setdefault(known.items[plan.item].owner, set()).update(s.ordinal for s in plan.subjects)
    for owner, ordinals in sorted(asked.items()):
        quota.take(session, known.agency, owner, known.on, len(ordinals))


def _write_entries(
    session: Session,
    actor: Actor,
    lookup: Lookup,
    sealed: SealedLookup,
    planned: list[_Planned],
    tasks: list[Task],
    wrong_rows: int,
) -> None:
    """The entry *asked*, one *denied* for each task that was, and with the last of them, if all were, the end."""
    append(
        session,
        _asked(lookup, planned[0].subjects[0].ground.kind or "none", sealed, tasks, wrong_rows),
        by=actor,
        role=Role.CLERK,
        text=sealed.case_number,
        also=sealed.others,
        entry_id=lookup.asked_entry,
    )
    denied = [
        (task, plan.decision) for task, plan in zip(tasks, planned, strict=True) if isinstance(plan.decision, Deny)
    ]
    all_denied = len(denied) == len(tasks)
    for position, (task, deny) in enumerate(denied, start=1):
        ends = all_denied and position == len(denied)
        entry = append(
            session, denial(lookup, task, deny, during="submit", ends_lookup=ends), by=actor, role=Role.CLERK
        )
        task.outcome_entry = entry.entry_id
        if ends:
            lookup.ending_entry = entry.entry_id
    if all_denied:
        lookup.state, lookup.ended_at = "denied", lookup.submitted_at


def _asked(lookup: Lookup, ground_kind: str, sealed: SealedLookup, tasks: list[Task], wrong_rows: int) -> Asked:
    return Asked(
        lookup=lookup.id,
        case_item=lookup.case_item,
        case_item_version=lookup.case_item_version,
        right=lookup.right,
        ground_kind=ground_kind,
        subjects=lookup.subjects,
        reference=lookup.reference,
        queue=lookup.queue,
        due_at=lookup.due_at.isoformat(),
        tasks=tuple(
            {
                "task": task.id,
                "item": task.item,
                "owner": task.owner,
                "key_kind": task.key_kind,
                "permitted": {row["field"]: row["appearance"] for row in task.permitted},
                "rule": task.deny_rule,
                "first": task.first_ordinal,
                "last": task.last_ordinal,
            }
            for task in tasks
        ),
        subject_list=sealed.listed,
        subjects_root=sealed.root,
        texts=sealed.texts,
        wrong_rows=wrong_rows,
        former=lookup.former,
        intent_key=lookup.intent_key,
    )
