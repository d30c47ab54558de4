"""3 show(): decide again, write "shown", then open.

The entry is committed before a single value is opened: no evidence, no data. A deny destroys what lay there. Only the
asking session's cookie holds the key; the server forgets it with the request.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.core import clock
from govern.core.database import transaction
from govern.core.points import Point, point
from govern.core.settings import Settings
from govern.keys.envelope import SessionKeys
from govern.lookups import answer as answers
from govern.lookups.destroy import when_denied
from govern.lookups.intent import decide_now, grounds_of, known_now
from govern.lookups.lookup import Answer, Lookup, Task
from govern.lookups.outcome import denial
from govern.lookups.scope import own_lookup
from govern.rules.actor import Actor
from govern.rules.decision import Deny, Permit
from govern.trail.append import Evidence, append, evidence, refuse_when_unnumbered
from govern.trail.kinds.lookups import Shown


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One task's answer as it may be seen now: masked values per subject, and which places can be revealed."""

    answer_id: uuid.UUID
    task_id: uuid.UUID
    item: str
    ends_at: datetime
    answered_at: datetime
    duration_ms: int
    withheld: int
    subjects: tuple[Mapping[str, Any], ...] = field(repr=False)
    revealable: frozenset[str] = frozenset()
    appearances: Mapping[str, str] = field(default_factory=dict)  # field: clear, masked, revealable


@dataclass(frozen=True, slots=True)
class ShownLookup:
    """What a page may show, and the entry that was written first (憑據列)."""

    lookup_id: uuid.UUID
    evidence: Evidence | None
    answers: tuple[ShownAnswer, ...]
    denied: Mapping[uuid.UUID, Deny]
    gone: tuple[uuid.UUID, ...] = ()


def show(actor: Actor, keys: SessionKeys, lookup_id: uuid.UUID, settings: Settings) -> ShownLookup:
    """The actor's own answers of a look-up that are alive, each decided again; the entry is written before they open.

    Answers sealed to another log-in are not shown: their key is not here. `NotFound` for a foreign look-up;
    `EvidenceUnavailable` when the trail is not numbered; `TryLater` when the store is away.
    """
    point(Point.K12)
    with transaction() as session:
        lookup = own_lookup(actor, session, lookup_id)
        refuse_when_unnumbered(session, settings.unnumbered_limit_s)
        alive = _alive(session, lookup, keys)
        permits: dict[uuid.UUID, Permit] = {}
        denied: dict[uuid.UUID, Deny] = {}
        for answer, task in alive:
            decision = decide_for(session, lookup, task)
            if isinstance(decision, Deny):
                denied[answer.id] = decision
                _deny(session, actor, lookup, task, answer, decision)
            else:
                permits[answer.id] = decision
        kept = [(answer, task) for answer, task in alive if answer.id in permits]
        entry = None
        if kept:
            entry = append(session, _shown(lookup, kept, permits), by=actor, role="clerk")
    proof = evidence(session, entry) if entry else None
    opened = [_open(proof, answer, task, permits[answer.id], keys) for answer, task in kept] if proof else []
    return ShownLookup(
        lookup_id=lookup.id,
        evidence=proof,
        answers=tuple(found for found in opened if found is not None),
        denied=denied,
        gone=tuple(answer.id for (answer, _), found in zip(kept, opened, strict=True) if found is None),
    )


def decide_for(session: Session, lookup: Lookup, task: Task) -> Permit | Deny:
    """The decision at this moment on a task that was answered, for all its subjects."""
    return decide_now(known_now(session, lookup, task), task, grounds_of(session, task))


def _alive(session: Session, lookup: Lookup, keys: SessionKeys) -> list[tuple[Answer, Task]]:
    rows = session.execute(
        select(Answer, Task)
        .join(Task, Task.id == Answer.task)
        .where(
            Task.lookup == lookup.id,
            Answer.state == "alive",
            Answer.session_hash == keys.session_hash,
            Answer.ends_at > clock.now(),
        )
        .order_by(Task.seq)
    )
    return [(answer, task) for answer, task in rows]


def _shown(lookup: Lookup, kept: list[tuple[Answer, Task]], permits: Mapping[uuid.UUID, Permit]) -> Shown:
    listed = [
        {
            "answer": answer.id,
            "task": task.id,
            "item": task.item,
            "fields": [permitted.code for permitted in permits[answer.id].fields],
        }
        for answer, task in kept
    ]
    return Shown(
        lookup=lookup.id,
        case_item=lookup.case_item,
        case_item_version=lookup.case_item_version,
        fields=sum(len(permits[answer.id].fields) for answer, _ in kept),
        rows=sum(task.rows or 0 for _, task in kept),
        answers=tuple(listed),
    )


def _deny(session: Session, actor: Actor, lookup: Lookup, task: Task, answer: Answer, deny: Deny) -> None:
    """A deny at the moment of showing is an entry, and destroys."""
    append(
        session,
        denial(lookup, task, deny, during="show"),
        by=actor,
        role="clerk",
    )
    when_denied(session, answer.id)


def _open(_proof: Evidence, answer: Answer, task: Task, permit: Permit, keys: SessionKeys) -> ShownAnswer | None:
    """With the evidence in hand: the masked document, cut once more to what is permitted now; nothing when it died."""
    envelope = answers.store().masked(answer.id)
    if envelope is None:
        return None
    try:
        document = answers.open_masked(answer.id, keys, envelope)
    except InvalidTag:
        return None
    appearances = {listed.code: str(listed.appearance) for listed in permit.fields}
    return ShownAnswer(
        answer_id=answer.id,
        task_id=task.id,
        item=task.item,
        ends_at=answer.ends_at,
        answered_at=task.ended_at or answer.ends_at,
        duration_ms=task.duration_ms or 0,
        withheld=len(task.permitted) - len(permit.fields),
        subjects=tuple(_cut(subject, appearances) for subject in document.subjects),
        revealable=frozenset(
            place for place in document.revealable if appearances.get(answers.Place.parse(place).field) == "revealable"
        ),
        appearances=appearances,
    )


def _cut(subject: Mapping[str, Any], permitted: Mapping[str, str]) -> Mapping[str, Any]:
    header = {name: value for name, value in subject["header"].items() if name in permitted}
    groups = {
        name: [{key: value for key, value in row.items() if key in permitted} for row in rows]
        for name, rows in subject["groups"].items()
    }
    return {**subject, "header": header, "groups": groups}
