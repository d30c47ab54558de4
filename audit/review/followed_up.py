"""What becomes of a sampled look-up: documents, findings, sign-offs."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base


class SampleDocument(Base):
    """A document that a clerk handed in for a sample, sealed."""

    __tablename__ = "sample_document"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sample: Mapped[uuid.UUID] = mapped_column(ForeignKey("sample.id"), index=True)
    file_name: Mapped[uuid.UUID] = mapped_column(ForeignKey("sealed_value.id"))
    media_type: Mapped[str] = mapped_column(String(60))
    content: Mapped[uuid.UUID] = mapped_column(ForeignKey("sealed_value.id"))  # the file in base64
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    size: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[uuid.UUID]


class Finding(Base):
    """What is wrong with a sample (缺失), who mends it by when, and who, another person, says that it is mended."""

    __tablename__ = "finding"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sample: Mapped[uuid.UUID] = mapped_column(ForeignKey("sample.id"), index=True)
    period: Mapped[uuid.UUID] = mapped_column(ForeignKey("period.id"), index=True)
    what: Mapped[uuid.UUID] = mapped_column(ForeignKey("sealed_value.id"))
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))  # who has to mend it
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(12))  # `rules.lives.FINDING`
    opened_by: Mapped[uuid.UUID]
    opened_at: Mapped[datetime]
    measure: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))
    done_at: Mapped[datetime | None]
    closing: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))
    closed_by: Mapped[uuid.UUID | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("closed_by IS NULL OR closed_by <> person", name="closed_by_another"),
        Index("ix_finding_person_state", "person", "state"),
    )


class SignOff(Base):
    """A level that signed a period off (核章); a re-opening voids it, and keeps it."""

    __tablename__ = "sign_off"

    period: Mapped[uuid.UUID] = mapped_column(ForeignKey("period.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1 auditor, 2 head
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    at: Mapped[datetime]
    content_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    entry: Mapped[uuid.UUID]
    voided_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("period", "round", "person"),)
