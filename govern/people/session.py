"""A log-in session (table `session`): who, at which agency, how strong, until when, and the public key of its answers."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base


class LogInSession(Base):
    """One log-in, acting for one agency. The cookie's secret is nowhere stored: only its hash and a public key are."""

    __tablename__ = "session"

    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    account: Mapped[str] = mapped_column(String(100))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    strength: Mapped[str] = mapped_column(String(20))
    public_key: Mapped[bytes]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_cause: Mapped[str | None] = mapped_column(String(20))  # log_out, idle, too_long, locked

    __table_args__ = (
        Index(
            "ix_session_open_seen_at",
            "seen_at",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )
