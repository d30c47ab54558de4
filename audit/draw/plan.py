"""What is audited of an owner's data, by whom and how much: audit plans, and the public draws named with them.

A plan is made and ended by the owner's approver or head. Its defaults are the trade's (RULES.md, Auditing): one look-up in
a hundred and at least one; of data items marked as kinship-like at least seven in ten, as the law has it, which is why they
have a plan of their own. With a plan a public draw is named, by an entry, before anybody can know what will be drawn from.
"""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from audit.draw.draw import KINSHIP_RATIO, USUAL_FLOOR, USUAL_RATIO
from audit.draw.period import end_of, month_at_hand
from govern.catalogue.agency import Agency
from govern.catalogue.data_item import DataItem
from govern.core import clock
from govern.core.database import Base, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import data_key, seal
from govern.rules.actor import Actor, Role
from govern.trail.append import append
from govern.trail.kinds import review

MAKERS: Final = (Role.APPROVER, Role.HEAD)
USUAL_DRAW: Final = "今彩539"
USUAL_COUNT: Final = 5
USUAL_DAY: Final = 10
FIRST_DAY: Final = 9  # numbers may be disclosed for seven days after the freeze: the draw must not be known before that
RETENTION_YEARS: Final = 30
_RATIO: Final = re.compile(r"0(\.[0-9]{1,18})?|1(\.0{1,18})?")

UNUSABLE: Final = Wording("有些內容不能使用。", "Some of what was given cannot be used.")
MISSING: Final = Wording("請填寫。", "Please fill this in.")
TOO_LONG: Final = Wording("最多 {most} 個字。", "At most {most} characters.")
NOBODY: Final = Wording("請至少選擇一個稽核機關。", "Choose at least one who audits.")
BAD_RATIO: Final = Wording("比例須為 0 到 1 的小數，例如 0.01。", "A ratio is a decimal from 0 to 1, such as 0.01.")
LOW_RATIO: Final = Wording(
    "類親等關聯資料的比例不得低於 0.7（各機關申請提供戶籍資料及親等關聯資料辦法第9條）。",
    "For kinship-like data the ratio is at least 0.7 (Regulations on household and kinship data, article 9).",
)
BAD_FLOOR: Final = Wording("下限至少為 1。", "The floor is at least 1.")
BAD_COUNT: Final = Wording("號碼個數須為 1 到 20。", "Between 1 and 20 numbers are taken.")
BAD_DAY: Final = Wording("日期須為每月 9 日到 28 日。", "The day is one from the 9th to the 28th.")
FOREIGN_ITEM: Final = Wording(
    "只能列入本機關主政的查調項目：{item}。", "Only data items of this owner can be covered: {item}."
)
MARKED_ITEM: Final = Wording(
    "{item} 標示為類親等關聯資料，須列入另訂的計畫。",
    "{item} is marked as kinship-like and belongs to a plan of its own.",
)
UNMARKED_ITEM: Final = Wording("{item} 未標示為類親等關聯資料。", "{item} is not marked as kinship-like.")
HAS_ENDED: Final = Wording("這項稽核計畫已經終止。", "This audit plan has ended already.")
NO_REASON: Final = Wording("請說明原因。", "Please give a reason.")


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


def make_plan(
    actor: Actor | None,
    *,
    name_zh: str,
    name_en: str,
    by_agency: bool = True,
    by_first_level: bool = False,
    by_owner: bool = False,
    items: Sequence[str] | None = None,
    is_kinship: bool = False,
    ratio: str | None = None,
    floor: int = USUAL_FLOOR,
    public_draw_name: str = USUAL_DRAW,
    public_draw_count: int = USUAL_COUNT,
    public_draw_day: int = USUAL_DAY,
    owner: str | None = None,
) -> uuid.UUID:
    """A plan for the owner's data items holds from now on, and a public draw is named for the month at hand; its id.

    `items` names the data items; without it all are covered that are not marked as kinship-like, or, for a kinship plan,
    all that are. The owner is the actor's agency; without an actor it is the house itself and names the owner. Raises
    `NotAllowed` unless approver or head, `InvalidInput` with what cannot be used.
    """
    if actor is not None and not actor.holds(*MAKERS):
        raise NotAllowed
    of_whom = actor.agency if actor is not None else owner or ""
    plan = AuditPlan(
        id=new_id(),
        owner=of_whom,
        name_zh=name_zh.strip(),
        name_en=name_en.strip(),
        by_agency=by_agency,
        by_first_level=by_first_level,
        by_owner=by_owner,
        covers_all=items is None,
        is_kinship=is_kinship,
        ratio=(ratio or str(KINSHIP_RATIO if is_kinship else USUAL_RATIO)).strip(),
        floor=floor,
        public_draw_name=public_draw_name.strip(),
        public_draw_count=public_draw_count,
        public_draw_day=public_draw_day,
        from_at=clock.now(),
        made_by=None if actor is None else actor.person_id,
    )
    with transaction() as session:
        agency = session.get(Agency, of_whom)
        if agency is None or not agency.is_data_owner:
            raise NotFound
        named = tuple(dict.fromkeys(items or ()))
        faults = _faults(plan) | _item_faults(session, plan, named)
        if faults:
            raise InvalidInput(UNUSABLE, fields=faults)
        session.add(plan)
        session.flush()
        session.add_all(PlanDataItem(plan=plan.id, item=item) for item in named)
        append(session, _made(plan, named), by=actor, role=_role(actor))
        name_draw(session, plan, month_at_hand(session, clock.now()), by=actor)
    return plan.id


def end_plan(actor: Actor | None, plan_id: uuid.UUID, reason: str) -> None:
    """No month that ends from now on is audited under the plan. Periods that were frozen under it go on.

    Raises `NotFound` for another owner's plan, `NotAllowed` unless approver or head, `Conflict` when it has ended.
    """
    if actor is not None and not actor.holds(*MAKERS):
        raise NotAllowed
    if not reason.strip():
        raise InvalidInput(UNUSABLE, fields={"reason": NO_REASON})
    with transaction() as session:
        plan = session.get(AuditPlan, plan_id, with_for_update=True)
        if plan is None or (actor is not None and plan.owner != actor.agency):
            raise NotFound
        if plan.to_at is not None:
            raise Conflict(HAS_ENDED, code="plan_has_ended")
        plan.to_at = clock.now()
        key = data_key(ring.bound(), session, agency=plan.owner, retention_years=RETENTION_YEARS, at=plan.to_at)
        sealed = seal(key, "reason", reason.strip())
        session.add(sealed)
        session.flush()
        kind = review.PlanEnded(about_id=str(plan.id), owner=plan.owner)
        append(session, kind, by=actor, role=_role(actor), text=sealed)


def name_draw(session: Session, plan: AuditPlan, month: str, *, by: Actor | None = None) -> PublicDraw:
    """The public draw that stands by for a plan's periods of a month: the one named before, else named now by an entry.

    Its name says which one it is: the first of its sort from a day of the month after on. Plans with the same sort and day
    share one.
    """
    name = occasion(plan, month)
    found = session.scalars(select(PublicDraw).where(PublicDraw.name == name)).first()
    if found is None:
        found = PublicDraw(id=new_id(), name=name, count=plan.public_draw_count, month=month)
        kind = review.DrawNamed(about_id=str(found.id), draw_name=name, count=found.count, month=month)
        found.named_entry = append(session, kind, by=by, role=_role(by)).entry_id
        session.add(found)
        session.flush()
    return found


def occasion(plan: AuditPlan, month: str) -> str:
    """Which public draw serves a month under a plan, in words that name the occasion (docs/draw.md)."""
    on = end_of(month).astimezone(clock.TAIPEI).date().replace(day=plan.public_draw_day)
    taken = "" if plan.public_draw_count == USUAL_COUNT else f"，取 {plan.public_draw_count} 個號碼"
    return f"{plan.public_draw_name} {on.isoformat()} 起第一次開獎{taken}"


def items_of(session: Session, plan: AuditPlan) -> list[str]:
    """The data items that a plan covers as they are marked today, in the order of their codes.

    A kinship-like item falls to the ordinary plan only while its owner has no open kinship plan that covers it: nothing
    that was asked stays outside every population.
    """
    owned = select(DataItem.code).where(DataItem.owner == plan.owner).order_by(DataItem.code)
    if not plan.covers_all:
        named = select(PlanDataItem.item).where(PlanDataItem.plan == plan.id)
        owned = owned.where(DataItem.code.in_(named))
    if plan.is_kinship:
        return list(session.scalars(owned.where(DataItem.is_kinship_like)))
    elsewhere: set[str] = set()
    for other in session.scalars(
        select(AuditPlan).where(AuditPlan.owner == plan.owner, AuditPlan.is_kinship, AuditPlan.to_at.is_(None))
    ):
        elsewhere.update(items_of(session, other))
    return [item for item in session.scalars(owned) if item not in elsewhere]


def _faults(plan: AuditPlan) -> dict[str, Wording]:
    faults: dict[str, Wording] = {}
    for field, most in (("name_zh", 120), ("name_en", 240), ("public_draw_name", 60)):
        text = getattr(plan, field)
        if not text:
            faults[field] = MISSING
        elif len(text) > most:
            faults[field] = TOO_LONG.fill(most=most)
    if not (plan.by_agency or plan.by_first_level or plan.by_owner):
        faults["by_agency"] = NOBODY
    if not _RATIO.fullmatch(plan.ratio):
        faults["ratio"] = BAD_RATIO
    elif plan.is_kinship and Decimal(plan.ratio) < KINSHIP_RATIO:
        faults["ratio"] = LOW_RATIO
    if plan.floor < 1:
        faults["floor"] = BAD_FLOOR
    if not 1 <= plan.public_draw_count <= 20:
        faults["public_draw_count"] = BAD_COUNT
    if not FIRST_DAY <= plan.public_draw_day <= 28:
        faults["public_draw_day"] = BAD_DAY
    return faults


def _item_faults(session: Session, plan: AuditPlan, named: Sequence[str]) -> dict[str, Wording]:
    if not plan.covers_all and not named:
        return {"items": MISSING}
    for code in named:
        item = session.get(DataItem, code)
        if item is None or item.owner != plan.owner:
            return {"items": FOREIGN_ITEM.fill(item=code)}
        if item.is_kinship_like != plan.is_kinship:
            return {"items": (UNMARKED_ITEM if plan.is_kinship else MARKED_ITEM).fill(item=code)}
    return {}


def _made(plan: AuditPlan, named: tuple[str, ...]) -> review.PlanMade:
    return review.PlanMade(
        about_id=str(plan.id),
        owner=plan.owner,
        name_zh=plan.name_zh,
        name_en=plan.name_en,
        by_agency=plan.by_agency,
        by_first_level=plan.by_first_level,
        by_owner=plan.by_owner,
        is_kinship=plan.is_kinship,
        covers_all=plan.covers_all,
        items=named,
        ratio=plan.ratio,
        floor=plan.floor,
        public_draw_name=plan.public_draw_name,
        public_draw_count=plan.public_draw_count,
        public_draw_day=plan.public_draw_day,
    )


def _role(actor: Actor | None) -> Role | None:
    """The role in which the owner's person acted: head before approver."""
    if actor is None:
        return None
    return next((role for role in (Role.HEAD, Role.APPROVER, Role.AUDITOR) if actor.holds(role)), None)
