"""What the area offers the palette: case items and agencies by any part of their names, and what can be begun."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.console.words import LEVELS, word
from admin.frame.display import state_of_version
from admin.frame.names import agency_names
from admin.frame.offered import Act, Finder, Found
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.catalogue.find import called
from govern.catalogue.scope import agencies_for, case_items_for, versions_for, was_proposed
from govern.core.wording import Wording
from govern.names.index import holding
from govern.rules.actor import Actor


def case_items(actor: Actor, session: Session, words: str, most: int) -> Sequence[Found]:
    """Case items of which the actor may know, by the version in force, else the newest that is within reach."""
    query = case_items_for(actor, session).where(called(actor, session, words)).order_by(CaseItem.seq).limit(most)
    found = session.scalars(query).all()
    readable = versions_for(actor, session).with_only_columns(CaseItemVersion.id)
    versions = session.scalars(
        select(CaseItemVersion)
        .where(CaseItemVersion.case_item.in_([each.code for each in found]))
        .where(was_proposed() | CaseItemVersion.id.in_(readable))
        .order_by(CaseItemVersion.state == "in_force", CaseItemVersion.version)
    )
    heads = {version.case_item: version for version in versions}
    names = agency_names(session, {each.business_agency for each in found})
    return [
        Found(
            heads[each.code].name,
            _stands(names[each.business_agency], heads[each.code]),
            "case_items.details_view",
            {"id": each.code},
        )
        for each in found
        if each.code in heads
    ]


def _stands(agency: Wording, version: CaseItemVersion) -> Wording:
    state = state_of_version(version.state, version.valid_to).word
    return Wording(
        f"{agency.zh}．第{version.version}版，{state.zh}", f"{agency.en}, version {version.version}, {state.en.lower()}"
    )


def agencies(actor: Actor, session: Session, words: str, most: int) -> Sequence[Found]:
    """Agencies by name, short name or code, with their level and who stands above."""
    query = agencies_for(actor, session).where(holding("agency", Agency.code, words)).order_by(Agency.seq).limit(most)
    found = session.scalars(query).all()
    above = agency_names(session, {each.parent for each in found if each.parent})
    return [
        Found(
            each.name,
            _placed(word(LEVELS, each.level), above.get(each.parent or "")),
            "agencies.details_view",
            {"id": each.code},
        )
        for each in found
    ]


def _placed(level: Wording, above: Wording | None) -> Wording:
    return level if above is None else Wording(f"{level.zh}．{above.zh}", f"{level.en}, {above.en}")


FINDERS: Final = (
    Finder(Wording("案件項目", "Case items"), "paper", "case_items.details_view", case_items),
    Finder(Wording("機關", "Agencies"), "agency", "agencies.details_view", agencies),
)
ACTS: Final = (
    Act(Wording("草擬案件項目", "Draft a case item"), "life.begin", "plus"),
    Act(Wording("授予查調權限", "Grant a right"), "granting.form", "plus"),
    Act(Wording("登錄法源", "Add a legal basis"), "keeping.new_law", "plus"),
    Act(Wording("登錄查調項目", "Enter a data item"), "keeping.new_data_item", "plus"),
    Act(Wording("新增機關", "Add an agency"), "keeping.new_agency", "plus"),
)
