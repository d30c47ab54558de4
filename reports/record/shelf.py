"""Issued records, found by number."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core.database import Base, BigNumber


class IssuedRecord(Base):
    """A signed record (稽核紀錄), whole, as it was issued. The PDF is read only when asked for."""

    __tablename__ = "record"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    lookup: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("lookup.id"), index=True)
    period: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("period.id"), index=True)
    pdf: Mapped[bytes] = mapped_column(deferred=True)
    pdf_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    checkpoint_size: Mapped[int] = mapped_column(BigNumber)
    made_at: Mapped[datetime]


class RecordProgress(Base):
    """How far the record of a period is, while a worker makes it; there is no row before, and none once it is issued."""

    __tablename__ = "record_progress"

    target: Mapped[uuid.UUID] = mapped_column(primary_key=True)  # the period
    stage: Mapped[str] = mapped_column(String(12))  # `period_issue.STAGES`
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None] = mapped_column(String(60))  # why it was refused
    at: Mapped[datetime]


def by_number(session: Session, number: str) -> IssuedRecord | None:
    """The record of a number, which is unique for ever."""
    return session.scalars(select(IssuedRecord).where(IssuedRecord.number == number)).first()


def by_pdf_sha256(session: Session, digest: bytes) -> IssuedRecord | None:
    """The record whose PDF has this SHA-256: whether a file is one of ours, to the last byte."""
    return session.scalars(select(IssuedRecord).where(IssuedRecord.pdf_sha256 == digest)).first()


def newest_of(session: Session, lookup: uuid.UUID) -> IssuedRecord | None:
    """The last record issued of a look-up; whoever calls has found the look-up within the actor's reach."""
    return session.scalars(
        select(IssuedRecord).where(IssuedRecord.lookup == lookup).order_by(IssuedRecord.id.desc()).limit(1)
    ).first()


def newest_of_period(session: Session, period: uuid.UUID) -> IssuedRecord | None:
    """The last record issued of a period; whoever calls has found the period within the actor's reach."""
    return session.scalars(
        select(IssuedRecord).where(IssuedRecord.period == period).order_by(IssuedRecord.id.desc()).limit(1)
    ).first()


def progress_of(session: Session, period: uuid.UUID) -> RecordProgress | None:
    """How far the period's record is that is being made, or why the last one was not; nothing otherwise."""
    return session.get(RecordProgress, period)
