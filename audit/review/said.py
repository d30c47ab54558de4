"""What was said about a sample or a finding: sealed when it is written, opened for those who may read it.

Questions, answers, notes, what a finding says and why something was sent back may name people; so they lie sealed under
the key of the clerk's agency, for as long as the look-up is kept, and an entry holds their commitment alone.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from audit.draw.sample import Sample
from govern.core import clock
from govern.core.errors import InvalidInput
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import SealedValue, data_key, open_value, seal
from govern.lookups.lookup import Lookup
from govern.trail.entry import Entry, EntryNumber, EntrySealedValue
from govern.trail.kinds.kind import KINDS

LONGEST_TEXT: Final = 2000
FORGOTTEN: Final = "（已依保存年限銷毀）"
WRONG: Final = Wording("有些內容不能使用。", "Some of what was given cannot be used.")
TOO_LONG: Final = Wording("最多{length}字。", "At most {length} characters.")
NEEDED: Final = Wording("請填寫。", "Please fill this in.")


@dataclass(frozen=True, slots=True)
class Said:
    """An entry about a sample or a finding, with its text in clear: for a page or a record, never kept."""

    entry: uuid.UUID
    number: int | None
    kind: str
    wording: Wording
    at: datetime
    person: uuid.UUID | None
    text: str | None = field(repr=False)
    details: Mapping[str, Any]


def checked_text(text: str, place: str, *, is_needed: bool = True) -> str:
    """The text without white space around it; `InvalidInput` naming its place when it is too long, or missing."""
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(WRONG, fields={place: TOO_LONG.fill(length=LONGEST_TEXT)})
    if is_needed and not text:
        raise InvalidInput(WRONG, fields={place: NEEDED})
    return text


def sealed_text(session: Session, sample: Sample, kind: str, text: str) -> SealedValue:
    """A text about a sample, sealed and in the caller's session."""
    lookup = session.get_one(Lookup, sample.lookup)
    key = data_key(ring.bound(), session, agency=sample.agency, retention_years=lookup.retention_years, at=clock.now())
    sealed = seal(key, kind, text)
    session.add(sealed)
    session.flush()  # before what points at it
    return sealed


def opened_text(session: Session, identity: uuid.UUID | None) -> str | None:
    """A sealed text in clear; nothing where none was given, the word for one that was forgotten."""
    if identity is None:
        return None
    value = open_value(ring.bound(), session, identity)
    return FORGOTTEN if value is None else value


def said_about(session: Session, about_kind: str, identity: uuid.UUID) -> tuple[Said, ...]:
    """Everything that entries say about a thing, in order, opened. Whoever calls has found the thing through a scope."""
    rows = session.execute(
        select(Entry, EntryNumber.number, SealedValue.id)
        .outerjoin(EntryNumber, EntryNumber.entry_id == Entry.id)
        .outerjoin(EntrySealedValue, EntrySealedValue.entry_id == Entry.id)
        .outerjoin(
            SealedValue,
            and_(SealedValue.id == EntrySealedValue.sealed_value_id, SealedValue.commitment == Entry.text_commitment),
        )
        .where(Entry.about_kind == about_kind, Entry.about_id == str(identity))
        .order_by(Entry.id)
    )
    found: dict[uuid.UUID, tuple[Entry, int | None, uuid.UUID | None]] = {}
    for entry, number, text in rows:
        if entry.id not in found or text is not None:
            found[entry.id] = (entry, number, text)
    return tuple(
        Said(
            entry=entry.id,
            number=number,
            kind=entry.kind,
            wording=KINDS[entry.kind].wording if entry.kind in KINDS else Wording(entry.kind, entry.kind),
            at=entry.at,
            person=entry.person,
            text=opened_text(session, text),
            details=json.loads(entry.details),
        )
        for entry, number, text in found.values()
    )
