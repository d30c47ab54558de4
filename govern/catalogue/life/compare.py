"""Two versions of a case item side by side, in words."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItemVersion, VersionAgency, VersionDataItem, VersionField
from govern.catalogue.data_item import DataItem, DataItemField, MaskRule
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.life.held import in_force
from govern.core.wording import Wording
from govern.rules.difference import ContentSaid, Difference, FieldSaid, ItemSaid, difference


def former_of(session: Session, version: CaseItemVersion) -> CaseItemVersion | None:
    """What a version replaces or replaced: the version in force while it is in work, else the one it is based on."""
    current = in_force(session, version.case_item)
    if current is not None and current.version < version.version:
        return current
    if version.based_on is None:
        return None
    return session.scalars(
        select(CaseItemVersion).where(
            CaseItemVersion.case_item == version.case_item, CaseItemVersion.version == version.based_on
        )
    ).one_or_none()


def difference_of(session: Session, before: CaseItemVersion | None, after: CaseItemVersion) -> Difference:
    """In what two versions differ, for whoever has them in hand already."""
    return difference(None if before is None else said(session, before), said(session, after))


def said(session: Session, version: CaseItemVersion) -> ContentSaid:
    """A version's content in words."""
    eligibility = version.eligibility or {}
    return ContentSaid(
        name=version.name,
        kind=version.kind,
        urgency=version.urgency,
        consent_required=version.consent_required,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        retention_years=version.retention_years,
        agencies={
            agency.code: agency.name
            for agency in session.scalars(
                select(Agency)
                .join(VersionAgency, VersionAgency.agency == Agency.code)
                .where(VersionAgency.version_id == version.id)
                .order_by(VersionAgency.seq)
            )
        },
        bases={
            str(basis.id): Wording(f"{basis.law_zh}{basis.article}", f"{basis.law_en}, {basis.article}")
            for basis in session.scalars(
                select(LegalBasis)
                .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasis.id)
                .where(VersionLegalBasis.version_id == version.id)
                .order_by(VersionLegalBasis.seq)
            )
        },
        items=_items(session, version),
        schedule=version.default_schedule,
        conditions={one["code"]: Wording(one["zh"], one["en"]) for one in eligibility.get("conditions", [])},
    )


def _items(session: Session, version: CaseItemVersion) -> dict[str, ItemSaid]:
    masks = {mask.code: Wording(mask.name_zh, mask.name_en) for mask in session.scalars(select(MaskRule))}
    fields: dict[str, dict[str, FieldSaid]] = {}
    for row, name in session.execute(
        select(VersionField, DataItemField)
        .join(DataItemField, (DataItemField.item == VersionField.item) & (DataItemField.code == VersionField.field))
        .where(VersionField.version_id == version.id)
        .order_by(VersionField.seq)
    ):
        fields.setdefault(row.item, {})[row.field] = FieldSaid(
            name=name.name,
            appearance=row.appearance,
            mask=row.mask,
            mask_name=masks[row.mask],
            necessity=Wording(row.necessity_zh, row.necessity_en or row.necessity_zh) if row.necessity_zh else None,
        )
    return {
        part.item: ItemSaid(item.name, part.owner, fields.get(part.item, {}))
        for part, item in session.execute(
            select(VersionDataItem, DataItem)
            .join(DataItem, DataItem.code == VersionDataItem.item)
            .where(VersionDataItem.version_id == version.id)
            .order_by(VersionDataItem.seq)
        )
    }
