"""A version's content as rows: written by a draft, frozen by a proposal, its law's text by the last approval."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from govern.catalogue.as_files import contents
from govern.catalogue.as_files.check import names_in
from govern.catalogue.case_item import CaseItemVersion, VersionAgency, VersionDataItem, VersionField
from govern.catalogue.data_item import DataItem, DataItemField
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.life.content import DraftContent
from govern.rules.facts import Appearance


def write_heads(version: CaseItemVersion, content: DraftContent) -> None:
    """The version's own columns are as the content says; conditions on data no longer looked up have left it."""
    version.name_zh, version.name_en = content.name_zh.strip(), content.name_en.strip()
    version.kind, version.urgency = content.kind, content.urgency
    version.consent_required = content.consent_required
    version.valid_from, version.valid_to = content.valid_from, content.valid_to
    version.retention_years = content.retention_years
    version.default_schedule = content.default_schedule
    version.eligibility = _judgeable(version.eligibility, {part.item for part in content.items})


def write_parts(session: Session, version: CaseItemVersion, content: DraftContent) -> None:
    """The version's parts are as the content says, masks and owners as they stand now, and its hash is of all of it."""
    for table in (VersionAgency, VersionField, VersionDataItem, VersionLegalBasis):
        session.execute(delete(table).where(table.version_id == version.id))
    owners = dict(session.execute(select(DataItem.code, DataItem.owner)).tuples().all())
    masks = _masks(session, [part.item for part in content.items])
    session.add_all(
        VersionAgency(version_id=version.id, agency=agency, seq=seq)
        for seq, agency in enumerate(content.agencies, start=1)
    )
    session.add_all(
        VersionLegalBasis(version_id=version.id, legal_basis=basis, seq=seq)
        for seq, basis in enumerate(content.bases, start=1)
    )
    for seq, part in enumerate(content.items, start=1):
        session.add(VersionDataItem(version_id=version.id, item=part.item, seq=seq, owner=owners[part.item]))
        for place, one in enumerate(part.fields, start=1):
            session.add(
                VersionField(
                    version_id=version.id,
                    item=part.item,
                    field=one.field,
                    seq=place,
                    appearance=one.appearance,
                    mask=masks[part.item, one.field],
                    necessity_zh=one.necessity_zh.strip() or None,
                    necessity_en=one.necessity_en.strip() or None,
                )
            )
    session.flush()
    version.content_sha256 = content_sha256(session, version)


def freeze(session: Session, version: CaseItemVersion) -> tuple[str, ...]:
    """Masks and owners stand as they are now, and a field that no mask hides is clear; the owners, in order."""
    rows = session.scalars(
        select(VersionField).where(VersionField.version_id == version.id).order_by(VersionField.seq)
    ).all()
    masks = _masks(session, {row.item for row in rows})
    for row in rows:
        row.mask = masks[row.item, row.field]
        if row.mask == "none":
            row.appearance = Appearance.CLEAR
    found = []
    for part, owner in session.execute(
        select(VersionDataItem, DataItem.owner)
        .join(DataItem, DataItem.code == VersionDataItem.item)
        .where(VersionDataItem.version_id == version.id)
        .order_by(VersionDataItem.seq)
    ):
        part.owner = owner
        found.append(owner)
    session.flush()
    version.content_sha256 = content_sha256(session, version)
    return tuple(found)


def freeze_law(session: Session, version: CaseItemVersion) -> None:
    """The text of every legal basis stands in the version as it reads now."""
    for use, text in session.execute(
        select(VersionLegalBasis, LegalBasis.text_zh)
        .join(LegalBasis, LegalBasis.id == VersionLegalBasis.legal_basis)
        .where(VersionLegalBasis.version_id == version.id)
    ):
        use.text_zh = text or use.text_zh  # what came with the catalogue's files stays where nothing is known
    session.flush()
    version.content_sha256 = content_sha256(session, version)


def content_sha256(session: Session, version: CaseItemVersion) -> bytes:
    """The hash of what the version says, by the same form that a load of files uses."""
    normal, masks = contents.case_items(session, [version])[version.id]
    frozen = [[part["item"], one, masks[part["item"], one]] for part in normal["data"] for one in part["fields"]]
    return contents.digest([contents.substance(normal, masks), frozen])


def _masks(session: Session, items: Iterable[str]) -> dict[tuple[str, str], str]:
    return {
        (item, code): mask
        for item, code, mask in session.execute(
            select(DataItemField.item, DataItemField.code, DataItemField.mask).where(DataItemField.item.in_(set(items)))
        )
    }


def _judgeable(eligibility: Any | None, items: set[str]) -> Any | None:
    """The conditions of review that can still be judged: one on data that is looked up no more cannot."""
    if eligibility is None:
        return None

    def can_be(expression: str) -> bool:
        return all(name in items for sort, name in names_in(expression) if sort in ("d", "hh"))

    kept = {**eligibility, "conditions": [one for one in eligibility["conditions"] if can_be(one["expr"])]}
    if "amount" in kept and not can_be(kept["amount"]["expr"]):
        del kept["amount"]
    return kept if kept["conditions"] or "amount" in kept else None
