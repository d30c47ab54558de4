"""The public register: the case items in force, as everybody may read them; no person, no answer, no mask's value.

What may be looked up, by whom and on which law is public, what was is not. Of a version in force it says name, term,
agencies, legal bases as frozen, data items with their owners, and fields with their appearance. Nothing in work is in it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency
from govern.catalogue.case_item import (
    CaseItem,
    CaseItemVersion,
    Suspension,
    VersionAgency,
    VersionDataItem,
    VersionField,
)
from govern.catalogue.data_item import DataItem, DataItemField
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis, cited
from govern.core.wording import Wording

FORMAT = "govern-register"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Named:
    """A thing of the catalogue by its code and name."""

    code: str
    name: Wording


@dataclass(frozen=True, slots=True)
class Law:
    """An article that the case item stands on, with its text as frozen when the version was approved."""

    law: Wording
    article: Wording
    text_zh: str | None
    in_force_to: date | None


@dataclass(frozen=True, slots=True)
class RegisteredField:
    """A field that may be shown, and how: clear, masked, revealable."""

    code: str
    name: Wording
    appearance: str


@dataclass(frozen=True, slots=True)
class RegisteredItem:
    """A data item that may be asked, its owner, and the fields that may be shown."""

    code: str
    name: Wording
    owner: Named
    fields: tuple[RegisteredField, ...]
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class Registered:
    """A case item in force. Suspended whole, or in the parts of single owners, as its data items say."""

    code: str
    version: int
    name: Wording
    business_agency: Named
    kind: str
    consent_required: bool
    valid_from: date
    valid_to: date
    in_force_at: datetime | None
    is_suspended: bool
    agencies: tuple[Named, ...]
    legal_bases: tuple[Law, ...]
    data_items: tuple[RegisteredItem, ...]

    @property
    def is_partly_suspended(self) -> bool:
        """Whether an owner has stopped its part, while the rest may be asked."""
        return not self.is_suspended and any(item.is_suspended for item in self.data_items)


def register(session: Session, on: date) -> tuple[Registered, ...]:
    """Every case item in force on the day, in the catalogue's order."""
    rows = session.execute(
        select(CaseItem, CaseItemVersion)
        .join(CaseItemVersion, CaseItemVersion.case_item == CaseItem.code)
        .where(CaseItemVersion.state == "in_force", CaseItemVersion.valid_from <= on, CaseItemVersion.valid_to >= on)
        .order_by(CaseItem.seq, CaseItem.code)
    ).all()
    ids = [version.id for _, version in rows]
    names = {row.code: Named(row.code, row.name) for row in session.scalars(select(Agency))}
    agencies = _agencies(session, ids, names)
    laws, stops = _laws(session, ids), _stops(session)
    items = _items(session, ids, names)
    found = []
    for item, version in rows:
        stopped = stops[item.code]
        found.append(
            Registered(
                code=item.code,
                version=version.version,
                name=version.name,
                business_agency=names[item.business_agency],
                kind=version.kind,
                consent_required=version.consent_required,
                valid_from=version.valid_from,
                valid_to=version.valid_to,
                in_force_at=version.in_force_at,
                is_suspended=any(part != "owner" for part, _ in stopped),
                agencies=tuple(agencies[version.id]),
                legal_bases=tuple(laws[version.id]),
                data_items=tuple(
                    RegisteredItem(
                        code, name, owner, fields, any(part != "owner" or by == owner.code for part, by in stopped)
                    )
                    for code, name, owner, fields in items[version.id]
                ),
            )
        )
    return tuple(found)


def as_data(entries: Sequence[Registered]) -> dict[str, Any]:
    """The register as programs read it: `format`, `version`, and the case items."""
    return {"format": FORMAT, "version": VERSION, "case_items": [_plain(entry) for entry in entries]}


def _plain(entry: Registered) -> dict[str, Any]:
    return {
        "code": entry.code,
        "version": entry.version,
        "name": _both(entry.name),
        "business_agency": _named(entry.business_agency),
        "kind": entry.kind,
        "consent_required": entry.consent_required,
        "valid_from": entry.valid_from.isoformat(),
        "valid_to": entry.valid_to.isoformat(),
        "in_force_at": entry.in_force_at.isoformat() if entry.in_force_at else None,
        "suspended": entry.is_suspended,
        "agencies": [_named(agency) for agency in entry.agencies],
        "legal_bases": [
            {
                "law": _both(law.law),
                "article": _both(law.article),
                "text_zh": law.text_zh,
                "in_force_to": law.in_force_to.isoformat() if law.in_force_to else None,
            }
            for law in entry.legal_bases
        ],
        "data_items": [
            {
                "code": item.code,
                "name": _both(item.name),
                "owner": _named(item.owner),
                "suspended": item.is_suspended,
                "fields": [
                    {"code": field.code, "name": _both(field.name), "appearance": field.appearance}
                    for field in item.fields
                ],
            }
            for item in entry.data_items
        ],
    }


def _named(named: Named) -> dict[str, Any]:
    return {"code": named.code, "name": _both(named.name)}


def _both(wording: Wording) -> dict[str, str]:
    return {"zh": wording.zh, "en": wording.en}


def _agencies(session: Session, ids: Sequence[int], names: dict[str, Named]) -> dict[int, list[Named]]:
    found: dict[int, list[Named]] = defaultdict(list)
    for row in session.scalars(
        select(VersionAgency).where(VersionAgency.version_id.in_(ids)).order_by(VersionAgency.seq)
    ):
        found[row.version_id].append(names[row.agency])
    return found


def _laws(session: Session, ids: Sequence[int]) -> dict[int, list[Law]]:
    found: dict[int, list[Law]] = defaultdict(list)
    for use, basis in session.execute(
        select(VersionLegalBasis, LegalBasis)
        .join(LegalBasis, LegalBasis.id == VersionLegalBasis.legal_basis)
        .where(VersionLegalBasis.version_id.in_(ids))
        .order_by(VersionLegalBasis.seq)
    ):
        law = Law(Wording(basis.law_zh, basis.law_en), cited(basis.article), use.text_zh, basis.in_force_to)
        found[use.version_id].append(law)
    return found


def _stops(session: Session) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in session.scalars(select(Suspension).where(Suspension.to_at.is_(None))):
        found[row.case_item].append((row.part, row.agency))
    return found


def _items(
    session: Session, ids: Sequence[int], names: dict[str, Named]
) -> dict[int, list[tuple[str, Wording, Named, tuple[RegisteredField, ...]]]]:
    fields: dict[tuple[int, str], list[RegisteredField]] = defaultdict(list)
    for version_id, item, appearance, code, zh, en in session.execute(  # thousands of rows: columns, not things
        select(
            VersionField.version_id,
            VersionField.item,
            VersionField.appearance,
            DataItemField.code,
            DataItemField.name_zh,
            DataItemField.name_en,
        )
        .join(DataItemField, (DataItemField.item == VersionField.item) & (DataItemField.code == VersionField.field))
        .where(VersionField.version_id.in_(ids))
        .order_by(VersionField.item, VersionField.seq)
    ):
        fields[version_id, item].append(RegisteredField(code, Wording(zh, en), appearance))
    item_names = {row.code: Wording(row.name_zh, row.name_en) for row in session.execute(
        select(DataItem.code, DataItem.name_zh, DataItem.name_en)
    )}  # fmt: skip
    found: dict[int, list[tuple[str, Wording, Named, tuple[RegisteredField, ...]]]] = defaultdict(list)
    for part in session.scalars(
        select(VersionDataItem).where(VersionDataItem.version_id.in_(ids)).order_by(VersionDataItem.seq)
    ):
        listed = tuple(fields[part.version_id, part.item])
        found[part.version_id].append((part.item, item_names[part.item], names[part.owner], listed))
    return found
