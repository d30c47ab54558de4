"""What an actor may see of the catalogue: the only way to it.

Agencies, data items and the existence of a case item, from its proposal on, are everybody's who is signed in: so that
asking under it can be decided and refused. Drafts and versions in work are found by those of an owner whose data items they
use, of the business agency, or above them; sources by their owner's people, those above, and operators.
"""

from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from govern.catalogue.agency import Agency
from govern.catalogue.case_item import Approval, CaseItem, CaseItemVersion, Letter, VersionAgency, VersionDataItem
from govern.catalogue.data_item import DataItem
from govern.catalogue.legal_basis import LegalBasis
from govern.catalogue.source import Source
from govern.core.errors import NotFound
from govern.rules import approval
from govern.rules.actor import Actor, Role

Thing = TypeVar("Thing")

# Versions whose content everybody may read: they were in force once. All other states are work in progress.
OPEN_STATES: Final = ("in_force", "retired")
# States from the proposal on (see `was_proposed`): what makes a case item exist for everybody.
PROPOSED_STATES: Final = (
    "proposed",
    "approved",
    "waiting_for_letter",
    "waiting_for_date",
    "in_force",
    "retired",
    "rejected",
)


def agencies_for(_actor: Actor, _session: Session) -> Select[Agency]:
    """Every agency: who exists is no secret."""
    return select(Agency)


def agency_for(actor: Actor, session: Session, code: str) -> Agency:
    """One agency, or `NotFound`."""
    return _the_one(session.scalars(agencies_for(actor, session).where(Agency.code == code)).first())


def data_items_for(_actor: Actor, _session: Session) -> Select[DataItem]:
    """Every data item with its fields: what may be looked up is public, what was is not."""
    return select(DataItem)


def data_item_for(actor: Actor, session: Session, code: str) -> DataItem:
    """One data item, or `NotFound`."""
    return _the_one(session.scalars(data_items_for(actor, session).where(DataItem.code == code)).first())


def was_proposed() -> ColumnElement[bool]:
    """Whether a version was ever proposed: sent back or withdrawn since, it stays known."""
    return or_(CaseItemVersion.state.in_(PROPOSED_STATES), CaseItemVersion.round > 0)


def case_items_for(actor: Actor, _session: Session) -> Select[CaseItem]:
    """The case items whose existence the actor may know of."""
    is_known = exists().where(CaseItemVersion.case_item == CaseItem.code, was_proposed())
    return select(CaseItem).where(or_(is_known, _is_business_of(actor), _uses_data_of(actor)))


def case_item_for(actor: Actor, session: Session, code: str) -> CaseItem:
    """One case item, or `NotFound`, for absent and hidden alike."""
    return _the_one(session.scalars(case_items_for(actor, session).where(CaseItem.code == code)).first())


def versions_for(actor: Actor, _session: Session) -> Select[CaseItemVersion]:
    """The versions whose content the actor may read: fields, agencies, legal bases, letters."""
    in_own_business = exists().where(CaseItem.code == CaseItemVersion.case_item, _is_business_of(actor))
    uses_own_data = exists().where(VersionDataItem.version_id == CaseItemVersion.id, _is_own(actor, VersionDataItem))
    return select(CaseItemVersion).where(or_(CaseItemVersion.state.in_(OPEN_STATES), in_own_business, uses_own_data))


def version_for(actor: Actor, session: Session, code: str, version: int) -> CaseItemVersion:
    """One version of a case item, or `NotFound`."""
    return _the_one(
        session.scalars(
            versions_for(actor, session).where(CaseItemVersion.case_item == code, CaseItemVersion.version == version)
        ).first()
    )


def current_version_for(actor: Actor, session: Session, code: str) -> CaseItemVersion:
    """The version in force of a case item, else the newest that the actor may read; `NotFound` when there is none."""
    return _the_one(
        session.scalars(
            versions_for(actor, session)
            .where(CaseItemVersion.case_item == code)
            .order_by((CaseItemVersion.state == "in_force").desc(), CaseItemVersion.version.desc())
            .limit(1)
        ).first()
    )


def approvals_for(actor: Actor, _session: Session) -> Select[Approval]:
    """What owners said of versions, with their reasons: for those of their owners, business agency, and above them."""
    return select(Approval).where(_concerns(actor, Approval.version_id))


def letters_for(actor: Actor, _session: Session) -> Select[Letter]:
    """Superiors' letters with their scans, which may name people: for those whom the version concerns."""
    return select(Letter).where(_concerns(actor, Letter.version_id))


def parts_to_approve_for(actor: Actor, _session: Session) -> Select[CaseItemVersion]:
    """The proposed versions of which the actor's agency's own part waits for its word; none for who is no approver."""
    waits = exists().where(
        Approval.version_id == CaseItemVersion.id,
        Approval.owner == actor.agency,
        Approval.round == CaseItemVersion.round,
        Approval.state == approval.WAITING,
    )
    is_approver = true() if actor.holds(Role.APPROVER) else false()
    return select(CaseItemVersion).where(CaseItemVersion.state == "proposed", waits, is_approver)


def letters_to_enter_for(actor: Actor, _session: Session) -> Select[Letter]:
    """The letters awaited for the actor's agency's part of a version; none for who is no approver."""
    needs_one = exists().where(
        VersionDataItem.version_id == Letter.version_id,
        VersionDataItem.owner == actor.agency,
        DataItem.code == VersionDataItem.item,
        DataItem.approval == approval.MINISTRY_LETTER,
    )
    is_approver = true() if actor.holds(Role.APPROVER) else false()
    return (
        select(Letter)
        .join(CaseItemVersion, CaseItemVersion.id == Letter.version_id)
        .where(CaseItemVersion.state == "waiting_for_letter", Letter.status == "pending", needs_one, is_approver)
        .where(Letter.for_owner.in_((actor.agency, "")))
    )


def drafts_for(actor: Actor, _session: Session) -> Select[CaseItemVersion]:
    """The drafts of the actor's business agency, those sent back included; none for who is no drafter."""
    is_own = exists().where(CaseItem.code == CaseItemVersion.case_item, CaseItem.business_agency == actor.agency)
    is_drafter = true() if actor.holds(Role.DRAFTER) else false()
    return select(CaseItemVersion).where(CaseItemVersion.state == "draft", is_own, is_drafter)


def case_items_in_force_at(agency: str) -> Select[str, str, str]:
    """The case items in force that authorise an agency: code and names, in the catalogue's order."""
    return (
        select(CaseItem.code, CaseItemVersion.name_zh, CaseItemVersion.name_en)
        .join(CaseItemVersion, CaseItemVersion.case_item == CaseItem.code)
        .join(VersionAgency, VersionAgency.version_id == CaseItemVersion.id)
        .where(CaseItemVersion.state == "in_force", VersionAgency.agency == agency)
        .order_by(CaseItem.seq)
    )


def legal_bases_for(_actor: Actor, _session: Session) -> Select[LegalBasis]:
    """Every article on file: the law is nobody's secret."""
    return select(LegalBasis)


def legal_basis_for(actor: Actor, session: Session, identity: int) -> LegalBasis:
    """One article, or `NotFound`."""
    return _the_one(session.scalars(legal_bases_for(actor, session).where(LegalBasis.id == identity)).first())


def sources_for(actor: Actor, _session: Session) -> Select[Source]:
    """The sources of the actor's agency and, with a reach, of those below; an operator sees all."""
    return select(Source).where(true() if actor.reach.is_operator else _is_own(actor, Source))


def source_for(actor: Actor, session: Session, code: str) -> Source:
    """One source within reach, or `NotFound`."""
    return _the_one(session.scalars(sources_for(actor, session).where(Source.code == code)).first())


def _agencies_of(actor: Actor) -> list[str]:
    """The agency acted for, and those above which the actor's roles stand."""
    return sorted({actor.agency} | actor.reach.agencies)


def _concerns(actor: Actor, version_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Whether a version is of the actor's owner, business agency, or of one below where the actor's roles reach."""
    is_business = exists().where(
        CaseItemVersion.id == version_id, CaseItem.code == CaseItemVersion.case_item, _is_business_of(actor)
    )
    return or_(is_business, exists().where(VersionDataItem.version_id == version_id, _is_own(actor, VersionDataItem)))


def _is_business_of(actor: Actor) -> ColumnElement[bool]:
    return CaseItem.business_agency.in_(_agencies_of(actor))


def _is_own(actor: Actor, table: type[VersionDataItem] | type[Source]) -> ColumnElement[bool]:
    return table.owner.in_(_agencies_of(actor))


def _uses_data_of(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        and_(
            CaseItemVersion.case_item == CaseItem.code,
            VersionDataItem.version_id == CaseItemVersion.id,
            _is_own(actor, VersionDataItem),
        )
    )


def _the_one(found: Thing | None) -> Thing:
    if found is None:
        raise NotFound
    return found
