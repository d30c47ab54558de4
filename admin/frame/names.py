"""What agencies, data items, case items and people are called on a page, many at once."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.data_item import DataItem
from govern.catalogue.scope import was_proposed
from govern.core.wording import Wording
from govern.people.person import Person

Names = dict[str, Wording]


def agency_names(session: Session, codes: Iterable[str]) -> Names:
    """Agencies by the short names that the trade uses: 社會局, Social Welfare Department."""
    if not (wanted := set(codes)):
        return {}
    rows = session.execute(
        select(Agency.code, Agency.name_zh, Agency.short_zh, Agency.name_en).where(Agency.code.in_(wanted))
    )
    return {row.code: short_name(row.name_zh, row.short_zh, row.name_en) for row in rows}


def short_name(name_zh: str, short_zh: str | None, name_en: str) -> Wording:
    """An agency's short name; in English what stands before the city's."""
    return Wording(short_zh or name_zh, name_en.split(",")[0])


def data_item_names(session: Session, codes: Iterable[str]) -> Names:
    """Data items by their names."""
    rows = session.execute(
        select(DataItem.code, DataItem.name_zh, DataItem.name_en).where(DataItem.code.in_(set(codes)))
    )
    return {row.code: Wording(row.name_zh, row.name_en) for row in rows}


def case_item_names(session: Session, codes: Iterable[str]) -> Names:
    """Case items by the name of the version in force, else of the newest that was proposed."""
    if not (wanted := set(codes)):
        return {}
    rows = session.execute(
        select(CaseItemVersion.case_item, CaseItemVersion.name_zh, CaseItemVersion.name_en)
        .where(CaseItemVersion.case_item.in_(wanted), was_proposed())
        .order_by((CaseItemVersion.state == "in_force"), CaseItemVersion.version)
    )
    return {row.case_item: Wording(row.name_zh, row.name_en) for row in rows}


def people_names(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Persons who work here, by their names; for things that the visitor may see, whose doer belongs to them."""
    if not (wanted := set(ids)):
        return {}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).tuples().all())
