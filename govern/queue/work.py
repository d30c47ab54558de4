"""One row a piece of work: kind, target, due, state, fence; deleted when done."""

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core.database import Base
from govern.core.ids import new_id

# Served in this order by every worker: protection that cannot wait is never behind a file of numbers.
QUEUES: Final = ("immediate", "normal", "scheduled", "batch")


class Work(Base):
    """Background work (背景工作). The database owns it; Redis only says that something is due."""

    __tablename__ = "work"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    target_id: Mapped[uuid.UUID] = mapped_column(index=True)
    queue: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="due")  # due, leased
    fence: Mapped[int] = mapped_column(default=0)  # rises with every lease, never falls
    tries: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]
    source: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        UniqueConstraint("kind", "target_id"),
        Index("ix_work_state_due_at", "state", "due_at"),
        Index(
            "ix_work_lease_until",
            "lease_until",
            postgresql_where=text("lease_until IS NOT NULL"),
            sqlite_where=text("lease_until IS NOT NULL"),
        ),
    )


def plan_work(
    session: Session, *, kind: str, target_id: uuid.UUID, queue: str, due_at: datetime, source: str | None = None
) -> Work:
    """A new row of work in the caller's transaction; (kind, target) is unique, so that nothing is planned twice."""
    if queue not in QUEUES:
        raise ValueError(queue)
    work = Work(
        id=new_id(),
        kind=kind,
        target_id=target_id,
        queue=queue,
        due_at=due_at,
        state="due",
        fence=0,
        tries=0,
        source=source,
    )
    session.add(work)
    return work
