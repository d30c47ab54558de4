"""Gather the facts of a decision: what the database says at this moment, as frozen values for the rulebook.

Everything that concerns the case item is read once (`Purpose`); what differs from item to item and subject to subject is
put together without another query, so that a file of hundreds of rows costs one reading.
"""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from govern.access import quota
from govern.catalogue.case_item import (
    CaseItem,
    CaseItemVersion,
    Letter,
    Suspension,
    VersionAgency,
    VersionDataItem,
    VersionField,
)
from govern.catalogue.data_item import DataItem
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.source import Source, SourceItem
from govern.core.errors import NotFound
from govern.people.person import Person, RoleHeld
from govern.people.right import Right
from govern.rules.actor import Role
from govern.rules.facts import (
    Appearance,
    CaseItemFacts,
    DataItemFacts,
    Facts,
    GroundFacts,
    PermittedField,
    PermittedItem,
    PersonFacts,
    QuotaFacts,
    RightFacts,
    SourceFacts,
)

# States in which a version can be asked under, so that the answer is a decision and not "not found".
ASKABLE = ("in_force", "waiting_for_date", "waiting_for_letter", "approved", "proposed", "retired")


@dataclass(frozen=True, slots=True)
class Purpose:
    """A case item as one asker meets it: the version, its items with their data items and sources, the right."""

    version: CaseItemVersion
    facts: CaseItemFacts
    person: PersonFacts
    right: RightFacts | None
    agency: str
    on: date
    items: dict[str, DataItem]
    permitted: dict[str, PermittedItem]
    sources: dict[str, Source]

    def facts_for(
        self,
        item: str,
        *,
        ground: GroundFacts,
        subject_index: bytes | None = None,
        quota_facts: QuotaFacts | None = None,
    ) -> Facts:
        """The facts of one data item for one subject."""
        data_item, source = self.items[item], self.sources.get(item)
        case_item = CaseItemFacts(
            **{name: getattr(self.facts, name) for name in CaseItemFacts.__slots__ if name != "item"},
            item=self.permitted.get(item),
        )
        return Facts(
            on=self.on,
            agency=self.agency,
            person=self.person,
            right=self.right,
            case_item=case_item,
            data_item=DataItemFacts(
                code=item,
                owner=data_item.owner,
                key_kinds=(data_item.subject_key, *data_item.alt_subject_keys),
                narrowing_required=bool(data_item.narrowing),
                is_special_category=data_item.is_special_category,
            ),
            source=SourceFacts(source.code if source else None, source.state if source else "open"),
            ground=ground,
            quota=quota_facts or QuotaFacts(),
            subject_is_self=subject_index is not None and subject_index == self.person.own_index,
        )


def purpose(
    session: Session, *, person_id: uuid.UUID, agency: str, case_item: str, on: date, also: tuple[str, ...] = ()
) -> Purpose:
    """What there is to know when this person asks for this purpose; `NotFound` when no such purpose was ever proposed.

    `also` names data items that a former version listed: they are judged too, and denied when they are listed no more.
    """
    version = _version(session, case_item)
    permitted = _permitted(session, version.id)
    items = {
        item.code: item for item in session.scalars(select(DataItem).where(DataItem.code.in_([*permitted, *also])))
    }
    sources: dict[str, Source] = {}
    for item, source in session.execute(
        select(SourceItem.item, Source)
        .join(Source, Source.code == SourceItem.source)
        .where(SourceItem.item.in_([*permitted, *also]), SourceItem.to_at.is_(None))
    ):
        sources[item] = source
    pending = session.scalars(
        select(Letter.version_id).where(Letter.version_id == version.id, Letter.status != "approved").limit(1)
    ).first()
    facts = CaseItemFacts(
        code=case_item,
        version=version.version,
        state=version.state,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        business_agency=session.execute(
            select(CaseItem.business_agency).where(CaseItem.code == case_item)
        ).scalar_one(),
        authorised_agencies=frozenset(
            session.scalars(select(VersionAgency.agency).where(VersionAgency.version_id == version.id))
        ),
        legal_bases_in_force=_bases_in_force(session, version.id, on),
        consent_required=version.consent_required,
        kind=version.kind,
        suspended_by=tuple(
            (part, by)
            for part, by in session.execute(
                select(Suspension.part, Suspension.agency).where(
                    Suspension.case_item == case_item, Suspension.to_at.is_(None)
                )
            )
        ),
        pending_letter=pending is not None,
        item=None,
    )
    return Purpose(
        version=version,
        facts=facts,
        person=_person(session, person_id),
        right=_right(session, person_id, agency, case_item),
        agency=agency,
        on=on,
        items=items,
        permitted=permitted,
        sources=sources,
    )


def quota_facts(session: Session, *, agency: str, owner: str, on: date, asking: int, limit: int | None) -> QuotaFacts:
    """What is left for an agency at an owner on a day; without a limit nothing is read."""
    if limit is None:
        return QuotaFacts(limit=None, used=0, asking=asking)
    return QuotaFacts(limit=limit, used=quota.used(session, agency, owner, on, to_take=True), asking=asking)


def _version(session: Session, case_item: str) -> CaseItemVersion:
    """The version in force, else the newest that was proposed: so that asking under it is decided, and refused."""
    versions = session.scalars(
        select(CaseItemVersion)
        .where(CaseItemVersion.case_item == case_item)
        .where(or_(CaseItemVersion.state.in_(ASKABLE), CaseItemVersion.round > 0))  # sent back, it stays known
        .order_by(CaseItemVersion.version.desc())
    ).all()
    for version in versions:
        if version.state == "in_force":
            return version
    if not versions:
        raise NotFound
    return versions[0]


def _permitted(session: Session, version_id: int) -> dict[str, PermittedItem]:
    codes = session.scalars(
        select(VersionDataItem.item).where(VersionDataItem.version_id == version_id).order_by(VersionDataItem.seq)
    )
    fields: dict[str, list[PermittedField]] = {code: [] for code in codes}
    for item, code, appearance, mask in session.execute(
        select(VersionField.item, VersionField.field, VersionField.appearance, VersionField.mask)
        .where(VersionField.version_id == version_id)
        .order_by(VersionField.item, VersionField.seq)
    ):
        fields[item].append(PermittedField(code, Appearance(appearance), mask))
    return {code: PermittedItem(code, tuple(listed)) for code, listed in fields.items()}


def _bases_in_force(session: Session, version_id: int, on: date) -> bool:
    """Whether every legal basis of the version is in force on the day; one without dates always is."""
    ended = session.scalars(
        select(VersionLegalBasis.seq)
        .join(LegalBasis, LegalBasis.id == VersionLegalBasis.legal_basis)
        .where(
            VersionLegalBasis.version_id == version_id,
            or_(LegalBasis.in_force_to < on, LegalBasis.in_force_from > on),
        )
        .limit(1)
    ).first()
    return ended is None


def _person(session: Session, person_id: uuid.UUID) -> PersonFacts:
    person = session.execute(
        select(Person.is_active, Person.national_id_index).where(Person.id == person_id)
    ).one_or_none()
    agencies = session.scalars(
        select(RoleHeld.agency).where(
            RoleHeld.person == person_id, RoleHeld.role == Role.CLERK, RoleHeld.to_at.is_(None)
        )
    )
    return PersonFacts(
        is_active=person is not None and person.is_active,
        agencies=frozenset(agencies),
        own_index=person.national_id_index if person else None,
    )


def _right(session: Session, person_id: uuid.UUID, agency: str, case_item: str) -> RightFacts | None:
    """The right in force, else the one that ended last, so that the reason can say that it ended."""
    right = session.execute(
        select(Right.id, Right.agency, Right.starts_on, Right.ends_on, Right.ended_at, Right.granted_by)
        .where(Right.person == person_id, Right.agency == agency, Right.case_item == case_item)
        .order_by(Right.ended_at.is_(None).desc(), Right.ends_on.desc())
        .limit(1)
    ).first()
    if right is None:
        return None
    return RightFacts(
        id=right.id,
        agency=right.agency,
        starts_on=right.starts_on,
        ends_on=right.ends_on,
        ended=right.ended_at is not None,
        granted_by_self=right.granted_by == person_id,
    )
