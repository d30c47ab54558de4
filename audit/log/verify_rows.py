"""The entries against the log: each row against its leaf, its number, its MAC and the sealed values beside it.

The walk of a verifier that does not believe the tables. Under each number there must be exactly one entry; encoded
again it must be the leaf that the segment holds, byte for byte; its MAC must be the one that the key outside the
database gives; and each ciphertext that it speaks of must be there, hash to what the leaf says, and carry the
commitment that the leaf says, unless its key was destroyed, which is how a term is forgotten. What has no number and
does not wait for one was slipped in, or set aside by the sequencer.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from audit.log.rows import MacOf, Numbered, Row, numbered_rows
from audit.log.store import BadSegment, as_bytes, raw, segments_from, unpack_leaves
from audit.log.tree import HASH_BYTES
from govern.keys.ring import Key
from govern.keys.subject import SealedValue
from govern.lookups.lookup import SubjectKey
from govern.trail.entry import Entry, EntryNumber, EntrySealedValue, EntrySetAside, EntryWaiting
from govern.trail.kinds.lookups import Asked

_AT_ONCE: Final = 1000
_SEALED_IN_DETAILS: Final = re.compile(rb'"ciphertext_sha256":"([0-9a-f]{64})"')
_ID_IN_LEAF: Final = slice(16, 32)  # after the header and the tag of the first column


@dataclass(frozen=True, slots=True)
class BadEntry:
    """What is wrong with an entry: its number and id, as far as either can be told, and a code that says why."""

    number: int | None
    entry_id: uuid.UUID | None
    why: str


def first_bad_row(session: Session, mac_of: MacOf, first: int, end: int) -> BadEntry | None:
    """The first number in [first, end) whose entry is not what was numbered; `None` when all are."""
    for start, leaves in _windows(session, first, end):
        read = numbered_rows(session, start, start + len(leaves))
        rows, keys = {each.number: each for each in read}, _subject_keys(session, read)
        sealed = _sealed(session, start, start + len(leaves))
        for number, leaf in enumerate(leaves, start):
            numbered = rows.get(number)
            if numbered is None:
                return BadEntry(number, id_in(leaf), "number_missing")
            if numbered.row is None:
                return BadEntry(number, numbered.entry_id or id_in(leaf), "entry_missing_or_unreadable")
            row = numbered.row
            why = _why_bad(row, leaf, mac_of) or _why_sealed_bad(row, leaf, sealed.get(number, ()))
            if why is None and row.id in keys:
                why = _why_subjects_bad(row, keys[row.id])
            if why:
                return BadEntry(number, row.id, why)
    return None


def number_beyond(session: Session, size: int) -> BadEntry | None:
    """A number that the trail's size does not cover: somebody has numbered, or has made the trail look shorter."""
    found = session.execute(
        select(EntryNumber.number, EntryNumber.entry_id)
        .where((EntryNumber.number >= size) | (EntryNumber.number < 0))
        .order_by(EntryNumber.number)
        .limit(1)
    ).first()
    return None if found is None else BadEntry(found[0], found[1], "number_beyond_size")


def first_stray(session: Session) -> BadEntry | None:
    """An entry that was set aside, or that has no number and does not wait for one, or that waits and is not there."""
    aside = session.execute(select(EntrySetAside.entry_id).order_by(EntrySetAside.entry_id).limit(1)).scalar()
    if aside is not None:
        return BadEntry(None, aside, "set_aside")
    try:
        stray = session.execute(
            select(Entry.id)
            .where(~exists().where(EntryNumber.entry_id == Entry.id))
            .where(~exists().where(EntryWaiting.entry_id == Entry.id))
            .order_by(Entry.id)
            .limit(1)
        ).scalar()
        gone = session.execute(
            select(EntryWaiting.entry_id)
            .where(~exists().where(Entry.id == EntryWaiting.entry_id))
            .order_by(EntryWaiting.entry_id)
            .limit(1)
        ).scalar()
    except (SQLAlchemyError, ValueError):
        return BadEntry(None, None, "id_unreadable")
    if stray is not None:
        return BadEntry(None, stray, "not_numbered_and_not_waiting")
    return None if gone is None else BadEntry(None, gone, "waits_and_is_missing")


def id_in(leaf: bytes) -> uuid.UUID | None:
    """The id of the entry whose leaf this is: how a deleted entry is still named."""
    raw = leaf[_ID_IN_LEAF]
    return uuid.UUID(bytes=raw) if len(raw) == 16 else None


def _windows(session: Session, first: int, end: int) -> Iterator[tuple[int, list[bytes]]]:
    """The leaves of the segments in [first, end), some hundred at a time, each time with the number of the first."""
    gathered: list[bytes] = []
    at = first
    for first_number, packed in segments_from(session, first):
        if first_number >= end:
            break
        try:
            leaves = unpack_leaves(packed)
        except BadSegment:  # the other walk names it; up to there the rows are still looked at
            break
        for number, leaf in enumerate(leaves, first_number):
            if first <= number < end:
                gathered.append(leaf)
        if len(gathered) >= _AT_ONCE:
            yield at, gathered
            at, gathered = at + len(gathered), []
    if gathered:
        yield at, gathered


def _why_bad(row: Row, leaf: bytes, mac_of: MacOf) -> str | None:
    if row.leaf != leaf:
        return "entry_differs_from_leaf"
    return None if row.mac_is_right(mac_of) else "mac_is_wrong"


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A sealed value that an entry is linked with; no hash when the row is not there."""

    ciphertext_sha256: bytes | None
    commitment: bytes
    holds: bool


def _sealed(session: Session, first: int, end: int) -> dict[int, list[_Sealed]]:
    query = (
        select(
            EntryNumber.number,
            raw(SealedValue.ciphertext_sha256),
            raw(SealedValue.commitment),
            raw(SealedValue.ciphertext),
            Key.destroyed_at.is_not(None),
        )
        .join(EntrySealedValue, EntrySealedValue.entry_id == EntryNumber.entry_id)
        .outerjoin(SealedValue, SealedValue.id == EntrySealedValue.sealed_value_id)
        .outerjoin(Key, Key.id == SealedValue.key_id)
        .where(EntryNumber.number >= first, EntryNumber.number < end)
    )
    found: dict[int, list[_Sealed]] = {}
    for number, stated, commitment, ciphertext, is_forgotten in session.execute(query):
        if ciphertext is None:
            holds = bool(is_forgotten)
        else:
            holds = hashlib.sha256(as_bytes(ciphertext)).digest() == stated
        sealed = _Sealed(None if stated is None else as_bytes(stated), as_bytes(commitment), holds)
        found.setdefault(number, []).append(sealed)
    return found


def _why_sealed_bad(row: Row, leaf: bytes, sealed: Sequence[_Sealed]) -> str | None:
    """Each ciphertext that the leaf states is there and unaltered, with the commitment that the leaf states."""
    stated = {*row.sealed, *(bytes.fromhex(digest.decode()) for digest in _SEALED_IN_DETAILS.findall(row.details))}
    for one in sealed:
        if one.ciphertext_sha256 is None:
            return "sealed_value_missing"
        if not one.holds:
            return "ciphertext_differs"
        if one.ciphertext_sha256 in stated and not _is_in(leaf, one.commitment):
            return "commitment_differs"
    if stated - {one.ciphertext_sha256 for one in sealed}:
        return "sealed_value_missing"
    return None


def _is_in(leaf: bytes, commitment: bytes) -> bool:
    return len(commitment) == HASH_BYTES and (commitment in leaf or commitment.hex().encode() in leaf)


def _subject_keys(session: Session, numbered: Sequence[Numbered]) -> dict[uuid.UUID, dict[tuple[int, int], str]]:
    """For the look-ups asked by these entries: which ciphertext stands as which key of which subject today."""
    asked = [each.row.id for each in numbered if each.row is not None and each.row.kind == Asked.name]
    if not asked:
        return {}
    query = (
        select(Entry.id, SubjectKey.ordinal, SubjectKey.seq, raw(SealedValue.ciphertext_sha256))
        .join(SubjectKey, SubjectKey.lookup == Entry.lookup)
        .join(SealedValue, SealedValue.id == SubjectKey.sealed_value)
        .where(Entry.id.in_(asked))
    )
    found: dict[uuid.UUID, dict[tuple[int, int], str]] = {}
    for identity, ordinal, seq, digest in session.execute(query):
        found.setdefault(identity, {})[ordinal, seq] = as_bytes(digest).hex()
    return found


def _why_subjects_bad(row: Row, keys: Mapping[tuple[int, int], str]) -> str | None:
    """No two subjects of a look-up, or keys of a subject, have changed places: each is where "asked" lists it."""
    listed = json.loads(row.details).get("subject_list", [])
    stated = {
        (subject["ordinal"], seq): key["ciphertext_sha256"]
        for subject in listed
        for seq, key in enumerate(subject["keys"], start=1)
    }
    return "subjects_changed_places" if any(stated.get(place) != digest for place, digest in keys.items()) else None
