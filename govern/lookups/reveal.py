"""4 reveal(): one masked field, a reason, an entry of its own.

What is opened is named by its place in the answer, never by a value. The reason is sealed and committed like a subject's
value. Decided again, as at every use; the stricter appearance holds, so that a field that was revealable at submission
and is not now stays masked.
"""

import uuid
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import InvalidInput, NotAllowed, NotFound
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.envelope import SessionKeys
from govern.keys.subject import data_key, seal
from govern.lookups import answer as answers
from govern.lookups.answer import Place
from govern.lookups.destroy import when_denied
from govern.lookups.lookup import Answer, Lookup, Task
from govern.lookups.outcome import about, denial
from govern.lookups.scope import own_lookup
from govern.lookups.show import decide_for
from govern.rules.actor import Actor
from govern.rules.decision import Deny
from govern.rules.facts import Appearance
from govern.trail.append import Appended, Evidence, append, evidence, refuse_when_unnumbered
from govern.trail.kinds.lookups import Revealed

NEEDS_REASON: Final = Wording(
    "請寫下揭示這個欄位的理由（至少4個字，最多200個字）。",
    "Please give the reason for revealing this field (4 to 200 characters).",
)
NOT_REVEALABLE: Final = Wording(
    "這個欄位依核准內容不能揭示。", "What was approved does not allow this field to be revealed."
)


@dataclass(frozen=True, slots=True)
class RevealedValue:
    """One value in clear, for the page that asked, with the entry that was written first."""

    value: str = field(repr=False)
    field_code: str
    evidence: Evidence
    seconds: int


def reveal(
    actor: Actor,
    keys: SessionKeys,
    lookup_id: uuid.UUID,
    answer_id: uuid.UUID,
    place: str,
    reason: str,
    settings: Settings,
) -> RevealedValue:
    """One field of the actor's own answer, opened after its entry was committed.

    `InvalidInput` without a reason, `NotAllowed` for a field that cannot be revealed now, `NotFound` for what is foreign,
    gone or sealed to another log-in.
    """
    where = _place(place)
    if not 4 <= len(reason.strip()) <= 200:
        raise InvalidInput(NEEDS_REASON, fields={"reason": NEEDS_REASON})
    with transaction() as session:
        lookup = own_lookup(actor, session, lookup_id)
        refuse_when_unnumbered(session, settings.unnumbered_limit_s)
        answer, task = _answer(session, lookup, answer_id, keys)
        decision = decide_for(session, lookup, task)
        deny = decision if isinstance(decision, Deny) else None
        may_reveal = deny is None and any(
            listed.code == where.field and listed.appearance == Appearance.REVEALABLE
            for listed in decision.fields  # type: ignore[union-attr]
        )
        if deny is not None:
            _write_deny(session, actor, lookup, task, deny)
            when_denied(session, answer.id)
        entry = _write_revealed(session, actor, lookup, task, answer, where, reason.strip()) if may_reveal else None
    if entry is None:
        raise NotAllowed(deny.wording if deny else NOT_REVEALABLE, code=deny.rule if deny else "not_revealable")
    proof = evidence(session, entry)
    return RevealedValue(_open(proof, answer_id, where, keys), where.field, proof, settings.reveal_s)


def _open(_proof: Evidence, answer_id: uuid.UUID, where: Place, keys: SessionKeys) -> str:
    """With the evidence in hand: the value in clear; `NotFound` when it has died, or for another log-in's keys."""
    envelope = answers.store().revealable(answer_id, str(where))
    if envelope is None:
        raise NotFound
    try:
        return answers.open_revealable(answer_id, keys, str(where), envelope)
    except InvalidTag:
        raise NotFound from None


def _place(text: str) -> Place:
    try:
        return Place.parse(text)
    except ValueError:
        raise NotFound from None


def _answer(session: Session, lookup: Lookup, answer_id: uuid.UUID, keys: SessionKeys) -> tuple[Answer, Task]:
    answer = session.get(Answer, answer_id)
    task = session.get(Task, answer.task) if answer else None
    if (
        answer is None
        or task is None
        or task.lookup != lookup.id
        or answer.state != "alive"
        or answer.session_hash != keys.session_hash
        or answer.ends_at <= clock.now()
    ):
        raise NotFound
    return answer, task


def _write_revealed(
    session: Session, actor: Actor, lookup: Lookup, task: Task, answer: Answer, where: Place, reason: str
) -> Appended:
    key = data_key(ring.bound(), session, agency=lookup.agency, retention_years=lookup.retention_years, at=clock.now())
    sealed = seal(key, "reveal_reason", reason)
    session.add(sealed)
    session.flush()
    return append(
        session,
        Revealed(
            **about(lookup, task),
            answer=answer.id,
            field=where.field,
            place=str(where),
        ),
        by=actor,
        role="clerk",
        text=sealed,
    )


def _write_deny(session: Session, actor: Actor, lookup: Lookup, task: Task, deny: Deny) -> None:
    append(
        session,
        denial(lookup, task, deny, during="reveal"),
        by=actor,
        role="clerk",
    )
