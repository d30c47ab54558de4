"""Which case items a change of a law, a data item or a source touches.

Names and laws of a proposal are everybody's who is signed in; a draft is named only to those who find it (`scope`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from govern.catalogue.case_item import CaseItem, CaseItemVersion, VersionAgency, VersionDataItem
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.scope import versions_for
from govern.core.wording import Wording
from govern.rules.actor import Actor

IN_FORCE: Final = "in_force"
# Under way: what stands on a law that ends cannot come into force as it is.
UNDER_WAY: Final = ("proposed", "approved", "waiting_for_letter", "waiting_for_date")
DRAFT: Final = "draft"


@dataclass(frozen=True, slots=True)
class Touched:
    """A version of a case item that a change touches: in force, under way, or a draft."""

    case_item: str
    version: int
    state: str
    name: Wording
    business_agency: str
    agencies: int
    valid_to: date

    @property
    def is_in_force(self) -> bool:
        """Whether look-ups are made under it now."""
        return self.state == IN_FORCE


def case_items_on(actor: Actor, session: Session, basis: int) -> list[Touched]:
    """The case items that stand on an article: those in force first, then those under way, in the catalogue's order."""
    cites = CaseItemVersion.id.in_(select(VersionLegalBasis.version_id).where(VersionLegalBasis.legal_basis == basis))
    return _touched(actor, session, cites)


def case_items_using(actor: Actor, session: Session, items: Collection[str]) -> list[Touched]:
    """The case items that use one of these data items, in the same order."""
    uses = CaseItemVersion.id.in_(select(VersionDataItem.version_id).where(VersionDataItem.item.in_(items)))
    return _touched(actor, session, uses)


def bases_ending(session: Session, business_agency: str, *, until: date) -> list[tuple[LegalBasis, int]]:
    """The articles with a last day up to then, on which an agency's case items in force stand, and how many stand on each."""
    rows = session.execute(
        select(LegalBasis, CaseItemVersion.case_item)
        .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasis.id)
        .join(CaseItemVersion, CaseItemVersion.id == VersionLegalBasis.version_id)
        .join(CaseItem, CaseItem.code == CaseItemVersion.case_item)
        .where(CaseItem.business_agency == business_agency, CaseItemVersion.state == IN_FORCE)
        .where(LegalBasis.in_force_to <= until)
        .order_by(LegalBasis.in_force_to, LegalBasis.id)
    )
    found: dict[int, tuple[LegalBasis, set[str]]] = {}
    for basis, case_item in rows:
        found.setdefault(basis.id, (basis, set()))[1].add(case_item)
    return [(basis, len(standing)) for basis, standing in found.values()]


def _touched(actor: Actor, session: Session, which: ColumnElement[bool]) -> list[Touched]:
    drafts = versions_for(actor, session).where(CaseItemVersion.state == DRAFT).with_only_columns(CaseItemVersion.id)
    rows = session.execute(
        select(CaseItemVersion, CaseItem.business_agency)
        .join(CaseItem, CaseItem.code == CaseItemVersion.case_item)
        .where(which, or_(CaseItemVersion.state.in_((IN_FORCE, *UNDER_WAY)), CaseItemVersion.id.in_(drafts)))
        .order_by((CaseItemVersion.state == IN_FORCE).desc(), CaseItem.seq, CaseItemVersion.version)
    ).all()
    agencies: dict[int, int] = {}
    for version_id in session.scalars(
        select(VersionAgency.version_id).where(VersionAgency.version_id.in_([version.id for version, _ in rows]))
    ):
        agencies[version_id] = agencies.get(version_id, 0) + 1
    return [
        Touched(
            case_item=version.case_item,
            version=version.version,
            state=version.state,
            name=version.name,
            business_agency=business_agency,
            agencies=agencies.get(version.id, 0),
            valid_to=version.valid_to,
        )
        for version, business_agency in rows
    ]
