"""A list that is too long for one answer, written to a sealed file by a worker, and fetched within the day."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base, BigNumber


class Export(Base):
    """An export that a person asked for: what the list was narrowed by is sealed, as is the file."""

    __tablename__ = "export"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    place: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(5))
    asked: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))
    rows: Mapped[int] = mapped_column(BigNumber, default=0)
    asked_at: Mapped[datetime]
    until: Mapped[datetime]

    __table_args__ = (Index("ix_export_person_id", "person", "id"), Index("ix_export_until", "until"))
