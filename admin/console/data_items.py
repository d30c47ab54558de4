"""Data items: look-ups, fields, default masks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.console.words import (
    APPROVALS,
    BASES,
    CONNECTORS,
    GROUPS,
    KEYS,
    NARROWINGS,
    PHASES,
    SCOPES,
    SHAPES,
    TYPES,
    word,
)
from admin.frame.governed_view import GovernedView
from admin.frame.names import agency_names, case_item_names
from admin.frame.paging import Order
from admin.frame.seek import Filter, Searched
from govern.catalogue.case_item import CaseItemVersion, VersionDataItem
from govern.catalogue.data_item import Category, DataItem, MaskRule
from govern.catalogue.maintain.change_data_item import may_change
from govern.catalogue.scope import data_item_for, data_items_for, sources_for, versions_for
from govern.catalogue.source import Source, SourceItem
from govern.core.wording import Wording
from govern.rules.actor import Actor


@dataclass(frozen=True, slots=True)
class Row:
    """A data item in the list."""

    code: str
    name: Wording
    category: Wording
    owner: Wording
    scope: Wording
    key: Wording
    fields: int
    sensitive: int
    case_items: int
    is_special: bool


def _categories(_actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    rows = session.scalars(select(Category).order_by(Category.seq))
    return [(row.code, Wording(row.name_zh, row.name_en)) for row in rows]


def _owners(actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    codes = session.scalars(data_items_for(actor, session).with_only_columns(DataItem.owner).distinct()).all()
    return sorted(agency_names(session, codes).items())


def _scopes(_actor: Actor, _session: Session) -> Sequence[tuple[str, Wording]]:
    return tuple(SCOPES.items())


class DataItems(GovernedView):
    """All data items: what may be looked up is public, what was is not."""

    scope, one = data_items_for, data_item_for
    title = Wording("查調項目", "Data items")
    lede = Wording(
        "向資料主政機關查調的項目、欄位、敏感度與預設遮蔽。案件項目核准的欄位才會取得。",
        "Fields that data owners can be asked for, with default masks. Only what a case item permits is fetched.",
    )
    orders = (
        Order("name", DataItem.seq, DataItem.code, Wording("目錄順序", "Order of the catalogue")),
        Order("owner", DataItem.owner, DataItem.code, Wording("主政機關", "Data owner")),
    )
    searched = Searched((DataItem.code,), Wording("名稱或代碼", "Name or code"), names="data_item")
    choices = (
        Filter("category", Wording("類別", "Category"), DataItem.category, _categories, is_small=True),
        Filter("owner", Wording("主政機關", "Data owner"), DataItem.owner, _owners, is_small=True, pick="agency"),
        Filter("scope", Wording("範圍", "Extent"), DataItem.scope, _scopes, is_small=True),
    )
    column_list = ("name", "category", "owner", "key", "fields", "sensitive", "case_items")
    column_labels: ClassVar = {
        "name": Wording("查調項目", "Data item"),
        "category": Wording("類別", "Category"),
        "owner": Wording("主政機關", "Data owner"),
        "key": Wording("查調鍵值", "Asked by"),
        "fields": Wording("欄位", "Fields"),
        "sensitive": Wording("高敏感", "High"),
        "case_items": Wording("案件項目", "Case items"),
    }
    page_size = 40
    can_export = True
    list_template = "console/data_items.html"
    details_template = "console/data_item.html"

    def rows(self, actor: Actor, session: Session, things: Sequence[DataItem]) -> Sequence[Row]:
        """Data items with their owner's name, how many fields, and how many case items use them."""
        owners = agency_names(session, {item.owner for item in things})
        categories = dict(_categories(actor, session))
        used = _used(session, actor)
        return [
            Row(
                code=item.code,
                name=item.name,
                category=categories.get(item.category, Wording(item.category, item.category)),
                owner=owners[item.owner],
                scope=word(SCOPES, item.scope),
                key=word(KEYS, item.subject_key),
                fields=len(item.fields),
                sensitive=sum(field.sensitivity == "high" for field in item.fields),
                case_items=used[item.code],
                is_special=item.is_special_category,
            )
            for item in things
        ]

    def describe(self, actor: Actor, session: Session, thing: DataItem) -> dict[str, Any]:
        """Its owner, masks with their examples, sources within reach, and the case items that use it."""
        masks = {rule.code: rule for rule in session.scalars(select(MaskRule))}
        sources = session.scalars(
            sources_for(actor, session)
            .join(SourceItem, SourceItem.source == Source.code)
            .where(SourceItem.item == thing.code, SourceItem.to_at.is_(None))
        ).all()
        version = versions_for(actor, session).subquery()
        users = session.scalars(
            select(version.c.case_item)
            .join(VersionDataItem, VersionDataItem.version_id == version.c.id)
            .where(VersionDataItem.item == thing.code, version.c.state == "in_force")
            .order_by(version.c.case_item)
        ).all()
        names = case_item_names(session, users)
        return {
            "owner": agency_names(session, [thing.owner])[thing.owner],
            "may_change": may_change(actor, thing),
            "category": dict(_categories(actor, session)).get(thing.category),
            "masks": masks,
            "sources": sources,
            "users": [(code, names[code]) for code in users],
            "grouped": _by_group(thing),
            "words": {
                "scope": word(SCOPES, thing.scope),
                "connector": word(CONNECTORS, thing.connector_kind),
                "basis": word(BASES, thing.connector_basis),
                "shape": word(SHAPES, thing.shape),
                "keys": [word(KEYS, key) for key in (thing.subject_key, *thing.alt_subject_keys)],
                "narrowing": [word(NARROWINGS, name) for name in thing.narrowing],
                "approval": word(APPROVALS, thing.approval) if thing.approval else None,
            },
            "types": TYPES,
            "phases": PHASES,
        }


def _by_group(item: DataItem) -> list[tuple[Wording, list[Any]]]:
    """The fields by the part of the answer that they belong to, in the item's order."""
    found: dict[str, list[Any]] = {}
    for field in item.fields:
        found.setdefault(field.group, []).append(field)
    return [(word(GROUPS, group), fields) for group, fields in found.items()]


def _used(session: Session, actor: Actor) -> Counter[str]:
    in_force = versions_for(actor, session).where(CaseItemVersion.state == "in_force").subquery()
    rows = session.execute(
        select(VersionDataItem.item, func.count())
        .join(in_force, in_force.c.id == VersionDataItem.version_id)
        .group_by(VersionDataItem.item)
    )
    return Counter(dict(rows.tuples().all()))
