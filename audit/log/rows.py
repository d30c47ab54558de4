"""Rows of the trail read as leaves: to be numbered, held against the log, or attached to a record.

A row is never trusted to be readable. Somebody who can write to the database can put anything into a column, and one
value that its type cannot take would otherwise stop a whole batch: such a row comes back without a leaf, under its id.
"""

import hmac
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from govern.keys.ring import Ring
from govern.trail.entry import Entry, EntryNumber, EntryWaiting
from govern.trail.leaf import COLUMNS, LeafError, leaf_of_values

# (version of the key, leaf) -> the MAC that an entry with this leaf must carry; None when there is no such key.
MacOf = Callable[[int, bytes], bytes | None]

FIRST_MAC_KEY: Final = 1
_ROW: Final[tuple[Any, ...]] = (*(getattr(Entry, name) for name in COLUMNS), Entry.mac_key, Entry.mac)
_SEALED_AT: Final = tuple(at for at, name in enumerate(COLUMNS) if name.endswith("_ciphertext_sha256"))
_KIND_AT: Final = list(COLUMNS).index("kind")
_DETAILS_AT: Final = list(COLUMNS).index("details")
_IDS_AT_ONCE: Final = 500
_UNREADABLE: Final = (SQLAlchemyError, ValueError, TypeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as read: its id, its leaf (None when the row cannot be read as one) and its MAC."""

    id: uuid.UUID
    leaf: bytes | None
    mac_key: int = 0
    mac: bytes = b""
    kind: str = ""
    details: bytes = b""
    sealed: tuple[bytes, ...] = ()  # SHA-256 of the ciphertexts that stand beside it, as its own columns say

    def mac_is_right(self, mac_of: MacOf) -> bool:
        """Whether the entry carries the MAC that the key outside the database gives, compared in constant time."""
        if self.leaf is None:
            return False
        expected = mac_of(self.mac_key, self.leaf)
        return expected is not None and hmac.compare_digest(expected, self.mac)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number, the id it was given to, and that entry (None: there is no such row, or it cannot be read)."""

    number: int
    entry_id: uuid.UUID | None
    row: Row | None


def macs_of(ring: Ring) -> MacOf:
    """The MACs of the installation's keys."""
    return lambda version, leaf: ring.mac(leaf) if version == FIRST_MAC_KEY else None


def waiting_rows(session: Session, limit: int) -> list[tuple[uuid.UUID, Row | None]]:
    """The entries that wait for a number, oldest first (time, then id); an id without an entry comes with `None`."""
    line = select(EntryWaiting.entry_id).order_by(EntryWaiting.at, EntryWaiting.entry_id).limit(limit)
    ids = list(session.scalars(line))
    found: dict[uuid.UUID, Row] = {}
    for at in range(0, len(ids), _IDS_AT_ONCE):
        found.update((row.id, row) for row in rows_of(session, ids[at : at + _IDS_AT_ONCE]))
    return [(identity, found.get(identity)) for identity in ids]


def rows_of(session: Session, ids: Sequence[uuid.UUID]) -> list[Row]:
    """The entries of these ids that exist, in no particular order."""
    try:
        return [_row(values) for values in session.execute(select(*_ROW).where(Entry.id.in_(ids)))]
    except _UNREADABLE:  # one of them, then: find out which
        if len(ids) == 1:
            return [Row(ids[0], None)]
    middle = len(ids) // 2
    return rows_of(session, ids[:middle]) + rows_of(session, ids[middle:])


def numbered_rows(session: Session, first: int, end: int) -> list[Numbered]:
    """What stands under the numbers in [first, end), in order; numbers that were not given are left out."""
    query = (
        select(EntryNumber.number, EntryNumber.entry_id, *_ROW)
        .outerjoin(Entry, Entry.id == EntryNumber.entry_id)
        .where(EntryNumber.number >= first, EntryNumber.number < end)
        .order_by(EntryNumber.number)
    )
    try:
        return [
            Numbered(number, identity, None if values[0] is None else _row(values))
            for number, identity, *values in session.execute(query)
        ]
    except _UNREADABLE:
        if end - first == 1:
            return [Numbered(first, number_holder(session, first), None)]
    middle = (first + end) // 2
    return numbered_rows(session, first, middle) + numbered_rows(session, middle, end)


def number_holder(session: Session, number: int) -> uuid.UUID | None:
    """The id of the entry that was given this number; `None` when there is none, or it is no id."""
    try:
        return session.execute(select(EntryNumber.entry_id).where(EntryNumber.number == number)).scalar_one_or_none()
    except _UNREADABLE:
        return None


def _row(values: Sequence[Any]) -> Row:
    *columns, mac_key, mac = values
    try:
        leaf = leaf_of_values(columns)
    except LeafError:
        leaf = None
    if leaf is None:
        return Row(columns[0], None)
    return Row(
        id=columns[0],
        leaf=leaf,
        mac_key=mac_key if isinstance(mac_key, int) else 0,
        mac=mac if isinstance(mac, bytes) else b"",
        kind=columns[_KIND_AT],
        details=columns[_DETAILS_AT],
        sealed=tuple(columns[at] for at in _SEALED_AT if columns[at] is not None),
    )
