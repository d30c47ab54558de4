"""What operators tell everybody who works with the console: from and until a moment, in both languages."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base


class Notice(Base):
    """A notice; ended early by a moment, never overwritten."""

    __tablename__ = "notice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tone: Mapped[str] = mapped_column(String(5))
    text_zh: Mapped[str] = mapped_column(String(400))
    text_en: Mapped[str] = mapped_column(String(800))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
