"""Agencies and their tree: who exists, under whom, who owns data."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.console.words import LEVELS, word
from admin.frame.governed_view import GovernedView
from admin.frame.listing import Tab
from admin.frame.names import agency_names, case_item_names, data_item_names
from admin.frame.paging import Order
from admin.frame.seek import Filter, Searched
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItem, VersionAgency
from govern.catalogue.data_item import DataItem
from govern.catalogue.maintain.change_agency import may_change
from govern.catalogue.scope import agencies_for, agency_for, case_items_for, data_items_for, versions_for
from govern.core.wording import Wording
from govern.rules.actor import Actor


@dataclass(frozen=True, slots=True)
class Row:
    """An agency in the list."""

    code: str
    name: Wording
    level: Wording
    parent: Wording | None
    is_data_owner: bool
    data_items: int
    case_items: int
    note: str | None


def _levels(_actor: Actor, _session: Session) -> Sequence[tuple[str, Wording]]:
    return tuple(LEVELS.items())


class Agencies(GovernedView):
    """All agencies; who exists is no secret."""

    scope, one = agencies_for, agency_for
    title = Wording("機關", "Agencies")
    lede = Wording(
        "可查調的機關、業務主管機關與資料主政機關。",
        "Agencies that look up, that are in charge of a business, and that own data.",
    )
    orders = (
        Order("name", Agency.seq, Agency.code, Wording("目錄順序", "Order of the catalogue")),
        Order("code", Agency.code, Agency.code, Wording("代碼", "Code")),
        Order("level", Agency.level, Agency.code, Wording("層級", "Level")),
    )
    tabs = (
        Tab("all", Wording("全部", "All"), lambda things: things),
        Tab("owners", Wording("資料主政機關", "Data owners"), lambda things: things.where(Agency.is_data_owner)),
    )
    searched = Searched(
        (Agency.code,),
        Wording("名稱或代碼", "Name or code"),
        names="agency",
    )
    choices = (Filter("level", Wording("層級", "Level"), Agency.level, _levels, is_small=True),)
    column_list = ("name", "code", "level", "parent", "data_items", "case_items")
    column_labels: ClassVar = {
        "name": Wording("機關", "Agency"),
        "code": Wording("代碼", "Code"),
        "level": Wording("層級", "Level"),
        "parent": Wording("上級機關", "Under"),
        "data_items": Wording("主政查調項目", "Own data items"),
        "case_items": Wording("主管案件項目", "Own case items"),
    }
    can_export = True
    list_template = "console/agencies.html"
    details_template = "console/agency.html"

    def rows(self, actor: Actor, session: Session, things: Sequence[Agency]) -> Sequence[Row]:
        """Agencies with their superior's name and how much is theirs."""
        names = agency_names(session, {agency.parent for agency in things if agency.parent})
        owned = _count(session, data_items_for(actor, session).with_only_columns(DataItem.owner))
        led = _count(session, case_items_for(actor, session).with_only_columns(CaseItem.business_agency))
        return [
            Row(
                code=agency.code,
                name=agency.name,
                level=word(LEVELS, agency.level),
                parent=names.get(agency.parent or ""),
                is_data_owner=agency.is_data_owner,
                data_items=owned[agency.code],
                case_items=led[agency.code],
                note=agency.note,
            )
            for agency in things
        ]

    def describe(self, actor: Actor, session: Session, thing: Agency) -> dict[str, Any]:
        """Who stands above and below, what it owns, what it leads, what it may look up."""
        above = list(_above(session, thing))
        below = session.scalars(
            agencies_for(actor, session).where(Agency.parent == thing.code).order_by(Agency.seq)
        ).all()
        items = session.scalars(
            data_items_for(actor, session).where(DataItem.owner == thing.code).order_by(DataItem.seq)
        ).all()
        leads = session.scalars(
            case_items_for(actor, session)
            .where(CaseItem.business_agency == thing.code)
            .order_by(CaseItem.seq)
            .with_only_columns(CaseItem.code)
        ).all()
        version = versions_for(actor, session).subquery()
        asks = session.scalars(
            select(version.c.case_item)
            .join(VersionAgency, VersionAgency.version_id == version.c.id)
            .where(VersionAgency.agency == thing.code, version.c.state == "in_force")
            .order_by(version.c.case_item)
        ).all()
        names = case_item_names(session, {*leads, *asks})
        return {
            "level": word(LEVELS, thing.level),
            "may_change": bool(may_change(actor, thing.code)),
            "above": above,
            "below": below,
            "items": items,
            "item_names": data_item_names(session, [item.code for item in items]),
            "leads": [(code, names[code]) for code in leads if code in names],
            "asks": [(code, names[code]) for code in asks if code in names],
        }


def _count(session: Session, codes: Any) -> Counter[str]:
    inner = codes.subquery()
    column = inner.c[0]
    return Counter(dict(session.execute(select(column, func.count()).group_by(column)).tuples().all()))


def _above(session: Session, agency: Agency) -> list[Agency]:
    found: list[Agency] = []
    while agency.parent and len(found) < 10:
        parent = session.get(Agency, agency.parent)
        if parent is None:
            break
        found.insert(0, parent)
        agency = parent
    return found
