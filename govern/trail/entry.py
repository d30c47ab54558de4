"""The table of entries: one row an event, written once; numbers stand in a table of their own.

The ordinary role of the database may insert here and nothing else. What the leaf covers is every column but the MAC, in
the order of `leaf.COLUMNS` (docs/leaf.md). There are no foreign keys outward: a leaf outlives the rows it speaks of.
"""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base, BigNumber
from govern.trail.leaf import COLUMNS, leaf_bytes


class Entry(Base):
    """One event of the trail (軌跡紀錄)."""

    __tablename__ = "entry"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    kind_version: Mapped[int]
    at: Mapped[datetime]
    person: Mapped[uuid.UUID | None]
    account: Mapped[str | None] = mapped_column(String(100))
    agency: Mapped[str | None] = mapped_column(String(60))
    role: Mapped[str | None] = mapped_column(String(20))
    session_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    address: Mapped[str | None] = mapped_column(String(45))
    origin: Mapped[str | None] = mapped_column(String(20))
    lookup: Mapped[uuid.UUID | None]
    task: Mapped[uuid.UUID | None]
    subject_ordinal: Mapped[int | None]
    case_item: Mapped[str | None] = mapped_column(String(60))
    case_item_version: Mapped[int | None]
    data_item: Mapped[str | None] = mapped_column(String(60))
    owner: Mapped[str | None] = mapped_column(String(60))
    source: Mapped[str | None] = mapped_column(String(80))
    ground_kind: Mapped[str | None] = mapped_column(String(20))
    right: Mapped[uuid.UUID | None]
    rule: Mapped[str | None] = mapped_column(String(60))
    rule_version: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    cause: Mapped[str | None] = mapped_column(String(40))
    ends_lookup: Mapped[bool] = mapped_column(default=False)
    subjects: Mapped[int | None]
    rows: Mapped[int | None]
    fields: Mapped[int | None]
    beyond: Mapped[int | None]
    duration_ms: Mapped[int | None]
    about_kind: Mapped[str | None] = mapped_column(String(30))
    about_id: Mapped[str | None] = mapped_column(String(80))
    subject_commitment: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    subject_ciphertext_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    text_commitment: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    text_ciphertext_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    answer_commitment: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    details: Mapped[bytes]
    mac_key: Mapped[int]
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        Index("ix_entry_person_id", "person", "id"),
        Index("ix_entry_agency_id", "agency", "id"),
        Index("ix_entry_lookup_id", "lookup", "id"),
        Index("ix_entry_owner_id", "owner", "id"),
        Index("ix_entry_case_item_id", "case_item", "id"),
        Index("ix_entry_about", "about_kind", "about_id", "id"),
        Index("ix_entry_kind_id", "kind", "id"),
        Index("ix_entry_ends_lookup_id", "id", postgresql_where=text("ends_lookup"), sqlite_where=text("ends_lookup")),
    )

    def leaf(self) -> bytes:
        """The canonical bytes of this entry: what the tree holds and what the MAC covers."""
        return leaf_bytes({name: getattr(self, name) for name in COLUMNS})


class EntrySealedValue(Base):
    """Which sealed values an entry speaks of, so that they can be deleted without touching the entry."""

    __tablename__ = "entry_sealed_value"

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    sealed_value_id: Mapped[uuid.UUID] = mapped_column(primary_key=True, index=True)


class EntryWaiting(Base):
    """An entry that has no number yet: written by `append`, deleted by the sequencer alone."""

    __tablename__ = "entry_waiting"

    entry_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class EntryNumber(Base):
    """The gapless number of an entry, from 0: its place in the log."""

    __tablename__ = "entry_number"

    number: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("entry.id"), unique=True)


class EntrySetAside(Base):
    """An entry whose MAC is wrong: not numbered, named by `verify`, and health turns red."""

    __tablename__ = "entry_set_aside"

    entry_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    why: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class Trail(Base):
    """One row: how many entries are numbered, since when, and which sequencer may number more."""

    __tablename__ = "trail"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigNumber)
    numbered_at: Mapped[datetime | None]
    fence: Mapped[int]
    leased_by: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
