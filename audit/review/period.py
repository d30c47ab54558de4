"""A month's population, frozen: what was closed when, which units belong to which period, and how far a period is."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base, BigNumber


class ClosedMonth(Base):
    """A month that is closed: the log from its first entry to its checkpoint, the last not included."""

    __tablename__ = "closed_month"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    at: Mapped[datetime]  # the time after which the first checkpoint was taken
    from_size: Mapped[int] = mapped_column(BigNumber, unique=True)  # where the last ended: two at once cannot both begin
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
    busiest_agency: Mapped[str | None] = mapped_column(String(60))  # of others, by units: next month's other party, maybe
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
