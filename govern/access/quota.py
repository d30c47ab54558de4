"""How much is left of a day's quota, and taking from it in the same transaction.

A quota is per agency, data owner and day (Asia/Taipei), counted in subjects, taken at submission (DESIGN.md, road 2).
"""

from datetime import date

from sqlalchemy import ForeignKey, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core.database import Base


class QuotaUsed(Base):
    """Subjects that an agency asked of a data owner on a day."""

    __tablename__ = "quota_used"

    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    subjects: Mapped[int] = mapped_column(default=0)


def used(session: Session, agency: str, owner: str, day: date, *, to_take: bool = False) -> int:
    """Subjects taken so far. `to_take` locks the row on PostgreSQL, so that two submissions cannot both take the last one."""
    query = select(QuotaUsed.subjects).where(QuotaUsed.agency == agency, QuotaUsed.owner == owner, QuotaUsed.day == day)
    if to_take and session.get_bind().dialect.name == "postgresql":
        _touch(session, agency, owner, day, 0)
        query = query.with_for_update()
    return session.execute(query).scalar_one_or_none() or 0


def take(session: Session, agency: str, owner: str, day: date, subjects: int) -> None:
    """Add to the day's count, in the caller's transaction: a look-up that is not committed takes nothing."""
    _touch(session, agency, owner, day, subjects)


def _touch(session: Session, agency: str, owner: str, day: date, subjects: int) -> None:
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(
        insert(QuotaUsed)
        .values(agency=agency, owner=owner, day=day, subjects=subjects)
        .on_conflict_do_update(
            index_elements=["agency", "owner", "day"], set_={"subjects": QuotaUsed.subjects + subjects}
        )
    )
