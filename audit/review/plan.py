"""What is audited of an owner's data, by whom and how much: audit plans, and what the draw's seed is made of."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from govern.core.database import Base
from govern.core.wording import Wording


class AuditPlan(Base):
    """How one owner's data items are audited each month; ended at a moment, never overwritten.

    Who audits: the agency that looked up (`by_agency`), its first-level agency for all below (`by_first_level`), the
    owner itself (`by_owner`), or several of them at once.
    """

    __tablename__ = "plan"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(240))
    by_agency: Mapped[bool]
    by_first_level: Mapped[bool]
    by_owner: Mapped[bool]
    covers_all: Mapped[bool]
    is_kinship: Mapped[bool]
    ratio: Mapped[str] = mapped_column(String(20))  # a plain decimal from 0 to 1
    floor: Mapped[int]
    public_draw_name: Mapped[str] = mapped_column(String(60))
    public_draw_count: Mapped[int]
    public_draw_day: Mapped[int]  # of the month after, from which on the next such draw counts
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    made_by: Mapped[uuid.UUID | None]

    @property
    def name(self) -> Wording:
        """The plan's name in both languages."""
        return Wording(self.name_zh, self.name_en)


class PlanDataItem(Base):
    """A data item that a plan covers by name."""

    __tablename__ = "plan_data_item"

    plan: Mapped[uuid.UUID] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    item: Mapped[str] = mapped_column(ForeignKey("data_item.code"), primary_key=True)


class PublicDraw(Base):
    """A public draw, named by an entry before the freeze; its results are entered once, after it."""

    __tablename__ = "public_draw"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)  # with the occasion in it
    count: Mapped[int]
    month: Mapped[str] = mapped_column(String(7), index=True)  # whose periods it may serve
    named_entry: Mapped[uuid.UUID]
    results: Mapped[list[int] | None] = mapped_column(JSON)
    entered_entry: Mapped[uuid.UUID | None]
    entered_by: Mapped[uuid.UUID | None]
    entered_at: Mapped[datetime | None]


class SeedNumber(Base):
    """A party's number for a month: bound by its commitment before the freeze, disclosed after it."""

    __tablename__ = "seed_number"

    party: Mapped[str] = mapped_column(String(90), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    committed_by: Mapped[uuid.UUID]
    committed_entry: Mapped[uuid.UUID]
    number: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    disclosed_entry: Mapped[uuid.UUID | None]
    disclosed_at: Mapped[datetime | None]
