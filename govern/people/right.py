"""A person's right to use a case item at an agency (查調權限)."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base


class Right(Base):
    """A permission with a term; ended at a moment, never overwritten."""

    __tablename__ = "right"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    case_item: Mapped[str] = mapped_column(ForeignKey("case_item.code"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    granted_at: Mapped[datetime]
    granted_by: Mapped[uuid.UUID | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))

    __table_args__ = (
        Index(
            "uq_right_open",
            "person",
            "agency",
            "case_item",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_right_person_case_item", "person", "case_item"),
        Index("ix_right_agency_id", "agency", "id"),
        Index("ix_right_ends_on", "ends_on"),
    )
