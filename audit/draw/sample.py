"""A drawn unit of a period: asked about, answered, judged (`rules.lives.SAMPLE`)."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base, BigNumber


class Sample(Base):
    """A drawn unit of a period: asked about, answered, judged (`rules.lives.SAMPLE`)."""

    __tablename__ = "sample"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    period: Mapped[uuid.UUID] = mapped_column(ForeignKey("period.id"))
    seq: Mapped[int]  # its place in the draw, from 1
    ordinal: Mapped[int] = mapped_column(BigNumber)
    number: Mapped[int] = mapped_column(BigNumber)
    subject_ordinal: Mapped[int]
    lookup: Mapped[uuid.UUID] = mapped_column(ForeignKey("lookup.id"), index=True)
    clerk: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))  # the clerk's, at the look-up
    state: Mapped[str] = mapped_column(String(12))
    question: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))
    asked_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    answer: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))
    answered_at: Mapped[datetime | None]
    is_late: Mapped[bool] = mapped_column(default=False)
    verdict: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sealed_value.id"))
    note_edition: Mapped[int] = mapped_column(default=0)  # rises with every saving: a note is saved as it is typed
    judged_by: Mapped[uuid.UUID | None]
    judged_at: Mapped[datetime | None]
    round: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("period", "seq"),
        UniqueConstraint("period", "ordinal"),
        Index("ix_sample_period_state_seq", "period", "state", "seq"),
        Index("ix_sample_clerk_state", "clerk", "state"),
    )
