"""append(): inside the caller's transaction, or the transaction fails; and the evidence that it was committed.

"No evidence, no data" is a type: what asks, shows and reveals takes an `Evidence`, and an `Evidence` is made here alone,
from an entry whose transaction has committed.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from govern.core import clock
from govern.core.database import hurry
from govern.core.errors import EvidenceUnavailable
from govern.core.ids import new_id
from govern.keys import ring
from govern.keys.subject import SealedValue
from govern.rules.actor import Actor
from govern.trail.entry import Entry, EntrySealedValue, EntryWaiting
from govern.trail.kinds.kind import Kind
from govern.trail.leaf import COLUMNS, canonical_details

WAIT_S: Final = 2.0  # a clerk is told within three seconds that nothing can be looked up


class _Last:
    was_refused = False


@dataclass(frozen=True, slots=True)
class Appended:
    """An entry written in a transaction that has not committed yet."""

    entry_id: uuid.UUID
    kind: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A committed entry, held in hand: without it nothing is asked, shown or revealed."""

    entry_id: uuid.UUID
    kind: str


def append(
    session: Session,
    kind: Kind,
    *,
    by: Actor | None = None,
    role: str | None = None,
    subject: SealedValue | None = None,
    text: SealedValue | None = None,
    also: Iterable[SealedValue] = (),
    entry_id: uuid.UUID | None = None,
) -> Appended:
    """An entry of this kind in the caller's transaction, with its MAC, and its place in the sequencer's waiting line.

    `by` is who did it (nobody: the house itself); `role` the role they acted in. `subject` and `text` are sealed values
    whose commitment and ciphertext's hash enter the leaf; `also` those that the details commit to. `entry_id` lets the
    caller name the entry beforehand, as an intent's id is the request's. `EvidenceUnavailable` when the database takes no
    entry: whatever the reason, the caller's transaction is lost, and nothing is looked up or shown.
    """
    values: dict[str, Any] = dict.fromkeys(COLUMNS)
    values.update(kind.columns())
    values.update(
        id=entry_id or new_id(),
        kind=kind.name,
        kind_version=kind.version,
        at=clock.now(),
        ends_lookup=bool(values.get("ends_lookup")),
        details=canonical_details(kind.details()),
        role=role,
    )
    if by is not None:
        values.update(
            person=by.person_id,
            account=by.account,
            agency=by.agency,
            session_hash=by.session_hash,
            address=by.address or None,
            origin=by.origin or None,
        )
    if subject is not None:
        values.update(subject_commitment=subject.commitment, subject_ciphertext_sha256=subject.ciphertext_sha256)
    if text is not None:
        values.update(text_commitment=text.commitment, text_ciphertext_sha256=text.ciphertext_sha256)
    entry = Entry(**values, mac_key=1)
    entry.mac = ring.bound().mac(entry.leaf())
    session.flush()  # what the caller wrote fails as what it is; from here on a failure is the trail's
    session.add(entry)
    session.add(EntryWaiting(entry_id=entry.id, at=entry.at))
    try:
        session.flush()  # a trail that cannot be written fails the deed here, not at the commit
    except SQLAlchemyError:
        _Last.was_refused = True
        raise EvidenceUnavailable from None
    _Last.was_refused = False
    for sealed in (*filter(None, (subject, text)), *also):
        session.add(EntrySealedValue(entry_id=entry.id, sealed_value_id=sealed.id))
    return Appended(entry.id, kind.name)


def evidence(session: Session, appended: Appended) -> Evidence:
    """The evidence of an entry, once its transaction has committed; before that a `RuntimeError`."""
    if not session.info.get("committed"):
        raise RuntimeError("the entry is not committed")
    return Evidence(appended.entry_id, appended.kind)


def refuse_when_unnumbered(session: Session, limit_s: float) -> None:
    """Raise `EvidenceUnavailable` while the oldest entry without a number is older than the limit.

    A sequencer that stands still is a trail that nobody can check: submit and run stop then (DESIGN.md, Entries). From
    here on no statement of the transaction waits longer than `WAIT_S`: who looks somebody up hears soon that the trail
    is locked or hangs. What is written after a source was asked does not pass here, and has a worker's patience.
    """
    try:
        hurry(session, WAIT_S)
        oldest = session.execute(select(func.min(EntryWaiting.at))).scalar_one_or_none()
    except SQLAlchemyError:
        raise EvidenceUnavailable from None
    if oldest is not None and clock.now() - oldest > timedelta(seconds=limit_s):
        raise EvidenceUnavailable


def was_refused() -> bool:
    """Whether the last entry that this process tried to write was not taken."""
    return _Last.was_refused
