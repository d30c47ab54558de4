"""One case item: fields by data item with their appearance, agencies, legal bases, letters, versions, stops."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.console.life.pages import is_own
from admin.console.life.stop import deeds_of
from admin.console.words import CASE_KINDS, SCOPES, URGENCIES, article, word
from admin.frame.display import CASE_ITEM_STATES, state_of_version
from admin.frame.names import Names, agency_names, people_names
from govern.catalogue.case_item import (
    CaseItem,
    CaseItemVersion,
    Letter,
    VersionAgency,
    VersionDataItem,
    VersionField,
)
from govern.catalogue.data_item import DataItem, DataItemField, MaskRule
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.life.held import IN_WORK
from govern.catalogue.life.suspend import stops_for
from govern.catalogue.scope import PROPOSED_STATES, current_version_for, data_items_for, versions_for
from govern.core.errors import NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor


@dataclass(frozen=True, slots=True)
class Permitted:
    """A field that the version permits: how it appears, and why it is needed."""

    field: DataItemField
    appearance: str
    mask: MaskRule
    necessity: Wording | None


@dataclass(frozen=True, slots=True)
class Part:
    """A data item under the case item: what of it is permitted, and what is never fetched."""

    item: DataItem
    owner: Wording
    extent: Wording
    permitted: Sequence[Permitted]
    hidden: Sequence[DataItemField]

    def count(self, *appearances: str) -> int:
        """How many permitted fields appear so."""
        return sum(one.appearance in appearances for one in self.permitted)


def describe(actor: Actor, session: Session, thing: CaseItem) -> dict[str, Any]:
    """What the page of a case item needs; without a version within reach its name, business agency and state alone."""
    known = _known(session, thing.code)
    stops = stops_for(actor, session, thing.code)
    state = CASE_ITEM_STATES["suspended"] if stops else state_of_version(known.state, known.valid_to)
    try:
        version = current_version_for(actor, session, thing.code)
    except NotFound:
        version = None
    names = agency_names(session, {thing.business_agency, *(stop.agency for stop in stops)})
    setters = people_names(session, {stop.set_by for stop in stops if stop.reason is not None})
    in_work = _in_work(actor, session, thing.code)
    found: dict[str, Any] = {
        "known": known,
        "state": state,
        "business_agency": names[thing.business_agency],
        "stops": [(stop, names[stop.agency], setters.get(stop.set_by)) for stop in stops],
        "in_work": in_work,
        "in_work_state": state_of_version(in_work.state, in_work.valid_to) if in_work else None,
        "may_change": is_own(actor, thing) and in_work is None,
        "deeds": deeds_of(actor, session, thing),
        "version": version,
        "words": {"kind": word(CASE_KINDS, known.kind), "urgency": word(URGENCIES, known.urgency)},
    }
    return found if version is None else {**found, **_content(actor, session, thing, version)}


def _known(session: Session, code: str) -> CaseItemVersion:
    """The version by which the case item is known to everybody: in force, else the newest proposed."""
    found = session.scalars(
        select(CaseItemVersion)
        .where(CaseItemVersion.case_item == code)
        .order_by(
            (CaseItemVersion.state == "in_force").desc(),
            CaseItemVersion.state.in_(PROPOSED_STATES).desc(),
            CaseItemVersion.version.desc(),
        )
        .limit(1)
    ).first()
    if found is None:
        raise NotFound
    return found


def _in_work(actor: Actor, session: Session, code: str) -> CaseItemVersion | None:
    """The version on its way, where the actor may read it."""
    return session.scalars(
        versions_for(actor, session).where(CaseItemVersion.case_item == code, CaseItemVersion.state.in_(IN_WORK))
    ).first()


def _content(actor: Actor, session: Session, thing: CaseItem, version: CaseItemVersion) -> dict[str, Any]:
    agencies = session.scalars(
        select(VersionAgency.agency).where(VersionAgency.version_id == version.id).order_by(VersionAgency.seq)
    ).all()
    letters = session.scalars(select(Letter).where(Letter.version_id == version.id)).all()
    bases = session.execute(
        select(LegalBasis, VersionLegalBasis.text_zh)
        .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasis.id)
        .where(VersionLegalBasis.version_id == version.id)
        .order_by(VersionLegalBasis.seq)
    ).all()
    versions = session.scalars(
        versions_for(actor, session)
        .where(CaseItemVersion.case_item == thing.code)
        .order_by(CaseItemVersion.version.desc())
        .limit(20)
    ).all()
    names = agency_names(session, {*agencies, *(letter.superior for letter in letters)})
    parts = _parts(actor, session, version)
    return {
        "parts": parts,
        "agencies": [(code, names[code]) for code in agencies],
        "letters": [(letter, names[letter.superior]) for letter in letters],
        "bases": [(basis, text) for basis, text in bases],
        "article": article,
        "versions": [(each, state_of_version(each.state, each.valid_to)) for each in versions],
        "totals": {
            "clear": sum(part.count("clear") for part in parts),
            "masked": sum(part.count("masked", "revealable") for part in parts),
            "hidden": sum(len(part.hidden) for part in parts),
        },
    }


def _parts(actor: Actor, session: Session, version: CaseItemVersion) -> list[Part]:
    rows = session.scalars(
        select(VersionDataItem).where(VersionDataItem.version_id == version.id).order_by(VersionDataItem.seq)
    ).all()
    items = {
        item.code: item
        for item in session.scalars(data_items_for(actor, session).where(DataItem.code.in_([row.item for row in rows])))
    }
    masks = {mask.code: mask for mask in session.scalars(select(MaskRule))}
    permitted: dict[str, list[VersionField]] = {}
    for field in session.scalars(
        select(VersionField).where(VersionField.version_id == version.id).order_by(VersionField.seq)
    ):
        permitted.setdefault(field.item, []).append(field)
    owners = agency_names(session, {row.owner for row in rows})
    return [_part(items[row.item], permitted.get(row.item, []), masks, owners) for row in rows]


def _part(item: DataItem, rows: Sequence[VersionField], masks: dict[str, MaskRule], owners: Names) -> Part:
    fields = {field.code: field for field in item.fields}
    codes = {row.field for row in rows}
    return Part(
        item=item,
        owner=owners[item.owner],
        extent=word(SCOPES, item.scope),
        permitted=[
            Permitted(
                field=fields[row.field],
                appearance=row.appearance,
                mask=masks[row.mask],
                necessity=Wording(row.necessity_zh, row.necessity_en or row.necessity_zh) if row.necessity_zh else None,
            )
            for row in rows
            if row.field in fields
        ],
        hidden=[field for field in item.fields if field.code not in codes],
    )
