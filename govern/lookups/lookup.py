"""Look-up, subject, ground, task and answer: tables and states (`rules.lives`)."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base


class Lookup(Base):
    """One submission by a clerk for one case number (查調): one or more subjects, each with one or more keys."""

    __tablename__ = "lookup"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    account: Mapped[str] = mapped_column(String(100))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    case_item: Mapped[str] = mapped_column(ForeignKey("case_item.code"))
    case_item_version: Mapped[int]
    right: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("right.id"))
    session_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    intent_key: Mapped[str] = mapped_column(String(64))  # one form, one look-up: a second post finds the first
    queue: Mapped[str] = mapped_column(String(20))
    is_file: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(12))
    tasks_open: Mapped[int]
    subjects: Mapped[int]
    retention_years: Mapped[int]
    case_number: Mapped[uuid.UUID] = mapped_column(ForeignKey("sealed_value.id"))
    reason: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))
    former: Mapped[uuid.UUID | None]
    asked_entry: Mapped[uuid.UUID]
    ending_entry: Mapped[uuid.UUID | None]

    __table_args__ = (
        UniqueConstraint("person", "intent_key"),
        Index("ix_lookup_person_id", "person", "id"),
        Index("ix_lookup_agency_id", "agency", "id"),
        Index("ix_lookup_case_item_id", "case_item", "id"),
        Index(
            "ix_lookup_open",
            "state",
            "id",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )


class Subject(Base):
    """The person or thing looked up (當事人). The commitment stays when the value is forgotten."""

    __tablename__ = "subject"

    lookup: Mapped[uuid.UUID] = mapped_column(ForeignKey("lookup.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    row_number: Mapped[int | None]  # of the uploaded file


class SubjectKey(Base):
    """A key of a subject (kind and sealed value), or a narrowing input that goes with it."""

    __tablename__ = "subject_key"

    lookup: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(String(10))  # key, narrowing
    kind: Mapped[str] = mapped_column(String(20))
    sealed_value: Mapped[uuid.UUID] = mapped_column(ForeignKey("sealed_value.id"), unique=True)


class Ground(Base):
    """Why looking up this subject is allowed (查調依據), with its document."""

    __tablename__ = "ground"

    lookup: Mapped[uuid.UUID] = mapped_column(ForeignKey("lookup.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    document: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))
    signed_on: Mapped[date | None]


class WrongRow(Base):
    """A row of an uploaded file that was sent nowhere: its number and the reason, never its value."""

    __tablename__ = "wrong_row"

    lookup: Mapped[uuid.UUID] = mapped_column(ForeignKey("lookup.id"), primary_key=True)
    row_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(40))


class Task(Base):
    """One data item for one subject and key of a look-up (查調工作); in a file a portion of rows."""

    __tablename__ = "task"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    lookup: Mapped[uuid.UUID] = mapped_column(ForeignKey("lookup.id"))
    seq: Mapped[int]
    first_ordinal: Mapped[int]
    last_ordinal: Mapped[int]
    rows_root: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    item: Mapped[str] = mapped_column(ForeignKey("data_item.code"))
    owner: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    source: Mapped[str | None] = mapped_column(ForeignKey("source.code"))
    key_kind: Mapped[str] = mapped_column(String(20))
    permitted: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)  # field, appearance, mask
    state: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(default=0)
    deny_rule: Mapped[str | None] = mapped_column(String(60))
    deny_parameters: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    failure: Mapped[str | None] = mapped_column(String(20))
    found: Mapped[int | None]  # records that the source had
    rows: Mapped[int | None]
    beyond: Mapped[int | None]
    duration_ms: Mapped[int | None]
    intent_entry: Mapped[uuid.UUID | None]
    outcome_entry: Mapped[uuid.UUID | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("lookup", "seq"),
        Index("ix_task_owner_lookup", "owner", "lookup"),
        Index(
            "ix_task_source_open",
            "source",
            "state",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )


class Answer(Base):
    """What is kept of an answer: where it lies, until when, and that it is gone. Never a value."""

    __tablename__ = "answer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)  # the intent entry's
    task: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id"), index=True)
    session_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    state: Mapped[str] = mapped_column(String(10))  # expected, alive, none, destroyed
    put_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    revealable_count: Mapped[int] = mapped_column(default=0)


class SourceSlot(Base):
    """One of the calls that a source takes at a time, held by a lease of the database's clock."""

    __tablename__ = "source_slot"

    source: Mapped[str] = mapped_column(ForeignKey("source.code"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    held_by: Mapped[uuid.UUID | None]
    held_until: Mapped[datetime | None]
