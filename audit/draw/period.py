"""A month's population, frozen: what was closed when, which units belong to which period, and how far a period is."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core.clock import TAIPEI
from govern.core.database import Base, BigNumber
from govern.trail.entry import EntryNumber

_IDS_AT_ONCE: Final = 500


class ClosedMonth(Base):
    """A month that is closed: the log from its first entry to its checkpoint, the last not included."""

    __tablename__ = "closed_month"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    at: Mapped[datetime]  # the time after which the first checkpoint was taken
    from_size: Mapped[int] = mapped_column(
        BigNumber, unique=True
    )  # where the last ended: two at once cannot both begin
    to_size: Mapped[int] = mapped_column(BigNumber, unique=True)
    entry: Mapped[uuid.UUID]


class Period(Base):
    """Auditing agency, plan and month (稽核期別): one population, with the plan as it stood when the month closed."""

    __tablename__ = "period"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(ForeignKey("closed_month.month"))
    plan: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"))
    agency: Mapped[str] = mapped_column(ForeignKey("agency.code"))  # who audits
    owner: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    from_size: Mapped[int] = mapped_column(BigNumber)
    to_size: Mapped[int] = mapped_column(BigNumber)
    population: Mapped[int] = mapped_column(BigNumber)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    ratio: Mapped[str] = mapped_column(String(20))
    floor: Mapped[int]
    items: Mapped[list[str]] = mapped_column(JSON)
    freeze_entry: Mapped[uuid.UUID]
    frozen_at: Mapped[datetime]
    other_party: Mapped[str | None] = mapped_column(String(90))
    busiest_agency: Mapped[str | None] = mapped_column(
        String(60)
    )  # of others, by units: next month's other party, maybe
    public_draw: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("public_draw.id"))
    source_kind: Mapped[str | None] = mapped_column(String(20))  # public_draw, two_numbers
    seed: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    n: Mapped[int | None]
    drawn_at: Mapped[datetime | None]
    drawn_entry: Mapped[uuid.UUID | None]
    state: Mapped[str] = mapped_column(String(20))  # `rules.lives.PERIOD`
    round: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("month", "plan", "agency"),
        Index("ix_period_agency_state_id", "agency", "state", "id"),
        Index("ix_period_owner_id", "owner", "id"),
    )


class PeriodUnit(Base):
    """A unit at its place in a period's population: a subject of a look-up, by the number of the entry that ended it."""

    __tablename__ = "period_unit"

    period: Mapped[uuid.UUID] = mapped_column(ForeignKey("period.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigNumber)
    subject_ordinal: Mapped[int]
    lookup: Mapped[uuid.UUID]


class PeriodTile(Base):
    """Hashes of a population's tree, so that a drawn unit is proven without reading the others (`audit.log.tiles`)."""

    __tablename__ = "period_tile"

    period: Mapped[uuid.UUID] = mapped_column(ForeignKey("period.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes]


def month_of(at: datetime) -> str:
    """The month of an instant by Taipei's calendar, as `2026-11`."""
    return at.astimezone(TAIPEI).strftime("%Y-%m")


def month_after(month: str) -> str:
    """The month that follows."""
    return month_of(end_of(month))


def month_before(month: str) -> str:
    """The month before."""
    return month_of(end_of(month) - timedelta(days=32))  # no month has more than 31, and none two before this fewer


def end_of(month: str) -> datetime:
    """The instant at which a month ends: midnight in Taipei of the next one's first day, in UTC."""
    last = date.fromisoformat(f"{month}-28") + timedelta(days=4)
    return datetime.combine(last.replace(day=1), time(), TAIPEI).astimezone(UTC)


def is_closed(session: Session, month: str) -> bool:
    """Whether a month is closed."""
    return session.get(ClosedMonth, month) is not None


def month_at_hand(session: Session, at: datetime) -> str:
    """The month that an instant's look-ups will be counted in: the next one where its own was closed early."""
    month = month_of(at)
    return month_after(month) if is_closed(session, month) else month


def numbers_of(session: Session, entries: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The numbers of those of the entries that have one."""
    found: dict[uuid.UUID, int] = {}
    for at in range(0, len(entries), _IDS_AT_ONCE):
        some = entries[at : at + _IDS_AT_ONCE]
        query = select(EntryNumber.entry_id, EntryNumber.number).where(EntryNumber.entry_id.in_(some))
        found.update((entry, number) for entry, number in session.execute(query))
    return found
