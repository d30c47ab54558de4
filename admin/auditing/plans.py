"""Audit plans: who audits an owner's data items, how much of them and by which draw; made with a reason for each default."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin.frame.actor import the_actor
from admin.frame.forms.kept import Restored, filled, restored
from admin.frame.forms.pick import resolved_all
from admin.frame.governed_view import GovernedView
from admin.frame.language import t
from admin.frame.listing import Tab
from admin.frame.names import agency_names
from admin.frame.paging import Order
from audit.draw import plan as plans
from audit.draw.draw import KINSHIP_RATIO, USUAL_FLOOR, USUAL_RATIO
from audit.draw.period import Period
from audit.draw.plan import AuditPlan, PlanDataItem
from audit.review.scope import plan_for, plans_for
from govern.catalogue.agency import Agency
from govern.catalogue.data_item import DataItem
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotAllowed
from govern.core.wording import Wording
from govern.rules.actor import Actor

pages = Blueprint("plan", __name__, url_prefix="/plans")

AUDITORS: Final = {
    "by_agency": Wording("查調機關自行稽核", "The agency that looked up"),
    "by_first_level": Wording("一級機關稽核所屬", "Its first-level agency, for all below"),
    "by_owner": Wording("資料主政機關稽核", "The data owner itself"),
}
# Where each default comes from (RULES.md, Auditing): shown beside the row of the form.
ORIGINS: Final = {
    "ratio": Wording(
        "預設1%，比照戶役政系統（臺北市地政規費章FL083378，112年）。",
        "By default 1 %, as for the household system (Taipei land office seal rule FL083378, 2023).",
    ),
    "kinship": Wording(
        "類親等關聯資料不得低於70%（各機關申請提供戶籍資料及親等關聯資料辦法第9條第3項第8款）。",
        "Kinship-like data: at least 70 % (Regulations on household and kinship data, article 9(3)8).",
    ),
    "floor": Wording("預設至少1筆，同上。", "By default at least one; same origin."),
    "auditors": Wording(
        "預設由查調機關每月自行稽核（107年報告第7章第3節）；可同時由一級機關或資料主政機關稽核，後者依上開辦法第9條第3項第7款。",
        "By default the agency audits itself each month (2018 report, 7(3)1); a first-level agency or the owner may audit as "
        "well, the latter by article 9(3)7 of the same regulations.",
    ),
    "draw": Wording(
        "未於凍結前承諾兩組亂數，或7日內未揭露時使用；須在每月9日之後開獎，凍結時沒有人能預知。",
        "Used when two numbers were not both committed before the freeze, or not disclosed within 7 days; it is held after the "
        "9th, so that nobody can know it at the freeze.",
    ),
}
PERCENT: Final = Wording("請填0到100的百分比，例如1。", "A percentage from 0 to 100, such as 1.")
FIELDS: Final = {
    "name_zh": Wording("計畫名稱", "Name in Chinese"),
    "name_en": Wording("英文名稱", "Name in English"),
    "by_agency": Wording("由誰稽核", "Who audits"),
    "items": Wording("查調項目", "Data items"),
    "named": Wording("指定的查調項目", "Data items named"),
    "ratio": Wording("抽樣比例", "Ratio"),
    "floor": Wording("至少筆數", "At least"),
    "public_draw_name": Wording("公開抽獎", "Public draw"),
    "public_draw_count": Wording("取幾個號碼", "Numbers taken"),
    "public_draw_day": Wording("每月幾日起", "From which day"),
    "reason": Wording("終止理由", "Reason for ending it"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A plan as the list shows it."""

    id: uuid.UUID
    name: Wording
    owner: Wording
    auditors: tuple[Wording, ...]
    ratio: str
    floor: int
    items: int | None  # nothing where all are covered
    is_kinship: bool
    from_at: datetime
    to_at: datetime | None


class Plans(GovernedView):
    """The plans that the visitor may read."""

    scope, one = plans_for, plan_for
    title = Wording("稽核計畫", "Audit plans")
    lede = Wording(
        "每個資料主政機關的查調項目由誰稽核、抽多少、種子從哪裡來。計畫只能終止，不能改寫。",
        "Who audits each owner's data items, how much is drawn, and where the seed comes from. A plan is ended, never rewritten.",
    )
    orders = (Order("from_at", AuditPlan.id, AuditPlan.id, Wording("起", "From"), descending=True),)
    tabs = (
        Tab("in_force", Wording("施行中", "In force"), lambda things: things.where(AuditPlan.to_at.is_(None))),
        Tab("ended", Wording("已終止", "Ended"), lambda things: things.where(AuditPlan.to_at.is_not(None))),
    )
    column_list = ("name", "owner", "auditors", "items", "ratio", "floor", "from_at")
    column_labels: ClassVar = {
        "name": Wording("計畫", "Plan"),
        "owner": Wording("資料主政機關", "Data owner"),
        "auditors": Wording("稽核機關", "Who audits"),
        "items": Wording("查調項目", "Data items"),
        "ratio": Wording("比例", "Ratio"),
        "floor": Wording("至少", "At least"),
        "from_at": Wording("起", "From"),
    }
    can_view_details = False
    list_template = "auditing/plans.html"

    def rows(self, _actor: Actor, session: Session, things: Sequence[AuditPlan]) -> Sequence[Row]:
        """Plans with names and how many data items they cover."""
        owners = agency_names(session, {thing.owner for thing in things})
        return [row_of(session, thing, owners[thing.owner]) for thing in things]


def row_of(session: Session, plan: AuditPlan, owner: Wording) -> Row:
    """A plan in words."""
    named = session.scalar(select(func.count()).select_from(PlanDataItem).where(PlanDataItem.plan == plan.id))
    return Row(
        id=plan.id,
        name=plan.name,
        owner=owner,
        auditors=tuple(word for name, word in AUDITORS.items() if getattr(plan, name)),
        ratio=percent(plan.ratio),
        floor=plan.floor,
        items=None if plan.covers_all else named or 0,
        is_kinship=plan.is_kinship,
        from_at=plan.from_at,
        to_at=plan.to_at,
    )


def percent(ratio: str) -> str:
    """A ratio as people read it: 0.01 as 1%."""
    return f"{(Decimal(ratio) * 100).normalize():f}%"


@pages.get("/new")
def new() -> str:
    """The form of a plan, with the trade's defaults and where each comes from."""
    found = restored()
    return _form(the_actor(), filled(found) or MultiDict(), {}, found)


@pages.post("/new")
def make() -> Any:
    """A plan holds from now on; what cannot be used is said beside it, and what was typed stays."""
    actor = the_actor()
    try:
        plans.make_plan(actor, **_given(actor, request.form))
    except InvalidInput as wrong:
        return _form(actor, request.form, {**wrong.fields, **_in_percent(wrong.fields)}), 422
    flash(
        t("稽核計畫已訂定，本月起的查調依它稽核。", "The plan is made; look-ups from this month on are audited by it."),
        "ok",
    )
    return redirect(url_for("plans.index_view"), 303)


@pages.get("/<uuid:identity>")
def show(identity: uuid.UUID) -> str:
    """One plan: what it says, its periods, and for its makers how to end it."""
    return _page(the_actor(), identity, "", {})


@pages.post("/<uuid:identity>/end")
def end(identity: uuid.UUID) -> Any:
    """The plan audits no month that ends from now on."""
    actor = the_actor()
    try:
        plans.end_plan(actor, identity, request.form.get("reason", ""))
    except InvalidInput as wrong:
        return _page(actor, identity, request.form.get("reason", ""), wrong.fields), 422
    except Conflict as no:
        flash(t(no.wording.zh, no.wording.en), "bad")
        return redirect(url_for("plan.show", identity=identity), 303)
    flash(t("稽核計畫已終止；已凍結的期別照常完成。", "The plan is ended; periods that are frozen go on."), "ok")
    return redirect(url_for("plan.show", identity=identity), 303)


def _page(actor: Actor, identity: uuid.UUID, reason: str, mistakes: Mapping[str, Wording]) -> str:
    with reading() as session:
        found = plan_for(actor, session, identity)
        names = agency_names(session, {found.owner})
        row = row_of(session, found, names[found.owner])
        items = session.execute(
            select(DataItem.name_zh, DataItem.name_en)
            .join(PlanDataItem, PlanDataItem.item == DataItem.code)
            .where(PlanDataItem.plan == found.id)
            .order_by(DataItem.seq)
        ).all()
        periods = session.scalar(select(func.count()).select_from(Period).where(Period.plan == found.id))
    return render_template(
        "auditing/plan.html",
        plan=found,
        row=row,
        covered=[Wording(zh, en) for zh, en in items],
        periods=periods,
        may_end=found.to_at is None and found.owner == actor.agency and actor.holds(*plans.MAKERS),
        reason=reason,
        mistakes=mistakes,
    )


def _form(
    actor: Actor, typed: "MultiDict[str, str]", mistakes: Mapping[str, Wording], found: Restored | None = None
) -> str:
    with reading() as session:
        agency = session.get_one(Agency, actor.agency)
        if not agency.is_data_owner:
            raise NotAllowed(
                Wording(
                    "只有資料主政機關能訂定稽核計畫，本機關沒有主政的查調項目。",
                    "Only a data owner makes audit plans; this agency owns no data item.",
                )
            )
        items = session.scalar(select(func.count()).select_from(DataItem).where(DataItem.owner == actor.agency))
    usual = {
        "name_zh": f"{agency.short_zh or agency.name_zh}例行稽核",
        "name_en": f"Monthly audit of {agency.name_en.split(',')[0]}",
        "ratio": f"{USUAL_RATIO * 100:f}".rstrip("0").rstrip("."),
        "floor": str(USUAL_FLOOR),
        "public_draw_name": plans.USUAL_DRAW,
        "public_draw_count": str(plans.USUAL_COUNT),
        "public_draw_day": str(plans.USUAL_DAY),
    }
    return render_template(
        "auditing/plan_form.html",
        typed={**usual, **dict(typed.items())},
        restored=found,
        chosen=typed or MultiDict([("who", "by_agency"), ("covers", "all"), ("kind", "usual")]),
        mistakes=mistakes,
        summary={name: _labelled(name, wording) for name, wording in mistakes.items()},
        auditors=AUDITORS,
        origins=ORIGINS,
        labels=FIELDS,
        kinship_percent=percent(str(KINSHIP_RATIO)),
        data_items=items,
    )


def _given(actor: Actor, form: "MultiDict[str, str]") -> dict[str, Any]:
    """What the form says, as the use case takes it; a ratio is typed in percent, data items by name."""
    who = form.getlist("who")
    wrong: dict[str, Wording] = {}
    items = None
    if form.get("covers", "all") != "all":
        items = resolved_all(actor, "own_data_item", form.get("named", ""), "named", wrong)
    if wrong:
        raise InvalidInput(next(iter(wrong.values())), fields=wrong)
    return {
        "name_zh": form.get("name_zh", ""),
        "name_en": form.get("name_en", ""),
        **{name: name in who for name in AUDITORS},
        "items": items,
        "is_kinship": form.get("kind") == "kinship",
        "ratio": _ratio(form.get("ratio", "")),
        "floor": _whole(form.get("floor", "")),
        "public_draw_name": form.get("public_draw_name", ""),
        "public_draw_count": _whole(form.get("public_draw_count", "")),
        "public_draw_day": _whole(form.get("public_draw_day", "")),
    }


def _ratio(text: str) -> str:
    """Percent as typed, as a plain decimal; what is none stays as it was, for the use case to refuse."""
    try:
        return f"{Decimal(text.strip().rstrip('%').strip()) / 100:f}"
    except InvalidOperation:
        return text or "?"


def _in_percent(fields: Mapping[str, Wording]) -> dict[str, Wording]:
    """What is wrong with a ratio, said of the percent that the form asks for."""
    said = {plans.BAD_RATIO: PERCENT, plans.LOW_RATIO: ORIGINS["kinship"]}
    return {"ratio": said[fields["ratio"]]} if fields.get("ratio") in said else {}


def _whole(text: str) -> int:
    """A whole number as typed; zero, which no field takes, for what is none."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 9 else 0


def _labelled(name: str, wording: Wording) -> Wording:
    label = FIELDS.get(name)
    return Wording(f"{label.zh}：{wording.zh}", f"{label.en}: {wording.en}") if label else wording
