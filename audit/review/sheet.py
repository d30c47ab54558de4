"""One sampled look-up as its auditor sees it: who, when, why, on which ground, by which right, what came, what stands beside.

Case number, reason and the ground's document are opened for this one page, as on the look-up's own page; a subject is kind
and masked key. For auditors and head of the auditing agency; what may be done with the sample now is said along with it.
"""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.draw.period import Period
from audit.draw.plan import AuditPlan
from audit.draw.sample import Sample
from audit.review.answer import DocumentLine, documents_of
from audit.review.ask import state_now
from audit.review.followed_up import Finding
from audit.review.said import FORGOTTEN, Said, opened_text, said_about
from audit.review.scope import managers_of, sample_for
from audit.review.seen import Seen, seen
from audit.review.similar import Similar, similar
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis, cited
from govern.core import clock
from govern.core.errors import NotFound
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import open_value
from govern.lookups.lookup import Ground, Lookup, SubjectKey
from govern.people.person import Person
from govern.people.right import Right
from govern.people.session import LogInSession
from govern.rules.actor import Actor, Role
from govern.rules.grounds import GROUNDS
from govern.rules.identifiers import kinds
from govern.rules.lives import SAMPLE, steps_from
from govern.rules.separation import may_judge

NO_GROUND: Final = Wording("未填", "none given")


@dataclass(frozen=True, slots=True)
class Who:
    """The person who looked up, as they were then; and whether they still work there."""

    person: uuid.UUID
    name: str
    is_invented: bool
    account: str
    agency: str
    agency_name: Wording
    signed_in: str  # how the log-in was proven: password, oidc, card
    is_active: bool


@dataclass(frozen=True, slots=True)
class RightSaid:
    """The right under which was asked, and who granted it."""

    starts_on: date
    ends_on: date
    granted_at: datetime
    granted_by: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Purpose:
    """The case item in the version under which was asked, with the articles it stands on."""

    code: str
    version: int
    name: Wording
    kind: str
    business_agency: Wording
    laws: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubjectSaid:
    """The sampled subject: kinds and masked keys, and why looking it up was allowed."""

    ordinal: int
    of: int
    keys: tuple[tuple[Wording, str], ...]
    ground: Wording
    document_called: Wording | None
    document: str | None = field(repr=False)
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """Everything that the page of a sample shows, opened for this one page."""

    sample: Sample
    state: str  # as it counts today (`ask.state_now`)
    period: Period
    plan: Wording
    owner: Wording
    lookup: Lookup
    who: Who
    purpose: Purpose
    case_number: str = field(repr=False)
    reason: str | None = field(repr=False)
    subject: SubjectSaid
    right: RightSaid | None
    seen: Seen
    similar: Similar
    question: str | None = field(repr=False)
    answer: str | None = field(repr=False)
    note: str = field(repr=False)
    judged_by: str | None
    said: tuple[Said, ...]  # questions, answers, verdicts in order, those of former rounds too
    documents: tuple[DocumentLine, ...]
    findings: tuple[Finding, ...]
    is_independent: bool  # neither the clerk nor the manager of the clerk's account
    may: frozenset[str]  # of the steps ask_clerk, judge, save_note, open_finding: those that this actor may take now


def sample_sheet(actor: Actor, session: Session, sample_id: uuid.UUID) -> SampleSheet:
    """A sample's page. `NotFound` but for auditors and head of the auditing agency, and for one's own look-ups."""
    sample = sample_for(actor, session, sample_id)
    period = session.get_one(Period, sample.period)
    if period.agency != actor.agency or not actor.holds(Role.AUDITOR, Role.HEAD):
        raise NotFound
    lookup = session.get_one(Lookup, sample.lookup)
    plan = session.get_one(AuditPlan, period.plan)
    managers = managers_of(session, sample, lookup)
    is_independent = may_judge(asker=sample.clerk, managers_of_asker=managers, auditor=actor.person_id)
    judge = session.get(Person, sample.judged_by) if sample.judged_by else None
    return SampleSheet(
        sample=sample,
        state=state_now(sample, clock.today()),
        period=period,
        plan=plan.name,
        owner=_agency(session, period.owner),
        lookup=lookup,
        who=_who(session, lookup),
        purpose=_purpose(session, lookup),
        case_number=opened_text(session, lookup.case_number) or "",
        reason=opened_text(session, lookup.reason),
        subject=_subject(session, sample, lookup),
        right=_right(session, lookup),
        seen=seen(session, period, sample, lookup),
        similar=similar(actor, session, sample, lookup),
        question=opened_text(session, sample.question),
        answer=opened_text(session, sample.answer),
        note=opened_text(session, sample.note) or "",
        judged_by=judge.name if judge else None,
        said=said_about(session, "sample", sample.id),
        documents=documents_of(session, sample.id),
        findings=tuple(session.scalars(select(Finding).where(Finding.sample == sample.id).order_by(Finding.id))),
        is_independent=is_independent,
        may=_may(actor, period, sample) if is_independent else frozenset(),
    )


def _may(actor: Actor, period: Period, sample: Sample) -> frozenset[str]:
    if not actor.holds(Role.AUDITOR) or period.state not in ("drawn", "judged"):
        return frozenset()
    events = {one.event for one in steps_from(SAMPLE, state_now(sample, clock.today()))}
    may: set[str] = events & {"ask_clerk", "judge"}
    if sample.state != "judged":
        may.add("save_note")
    elif sample.verdict != "proper":
        may.add("open_finding")
    return frozenset(may)


def _who(session: Session, lookup: Lookup) -> Who:
    person, log_in = session.get_one(Person, lookup.person), session.get(LogInSession, lookup.session_hash)
    return Who(
        person=person.id,
        name=person.name,
        is_invented=person.is_invented,
        account=lookup.account,
        agency=lookup.agency,
        agency_name=_agency(session, lookup.agency),
        signed_in=log_in.strength if log_in else "password",
        is_active=person.is_active,
    )


def _purpose(session: Session, lookup: Lookup) -> Purpose:
    version = session.scalars(
        select(CaseItemVersion).where(
            CaseItemVersion.case_item == lookup.case_item, CaseItemVersion.version == lookup.case_item_version
        )
    ).one()
    laws = session.execute(
        select(LegalBasis.law_zh, LegalBasis.article)
        .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasis.id)
        .where(VersionLegalBasis.version_id == version.id)
        .order_by(VersionLegalBasis.seq)
    )
    return Purpose(
        code=lookup.case_item,
        version=lookup.case_item_version,
        name=version.name,
        kind=version.kind,
        business_agency=_agency(session, session.get_one(CaseItem, lookup.case_item).business_agency),
        laws=tuple(f"{law}{cited(article).zh}" for law, article in laws),
    )


def _subject(session: Session, sample: Sample, lookup: Lookup) -> SubjectSaid:
    """Kind and masked key: the value is opened here, masked, and let go."""
    keys = []
    for row in session.scalars(
        select(SubjectKey)
        .where(SubjectKey.lookup == lookup.id, SubjectKey.ordinal == sample.subject_ordinal, SubjectKey.part == "key")
        .order_by(SubjectKey.seq)
    ):
        value = open_value(ring.bound(), session, row.sealed_value)
        name = kinds.NAMES.get(row.kind, Wording(row.kind, row.kind))
        keys.append((name, FORGOTTEN if value is None else kinds.masked(row.kind, value)))
    ground = session.get(Ground, (lookup.id, sample.subject_ordinal))
    rule = GROUNDS.get(ground.kind) if ground else None
    return SubjectSaid(
        ordinal=sample.subject_ordinal,
        of=lookup.subjects,
        keys=tuple(keys),
        ground=rule.name if rule else NO_GROUND,
        document_called=rule.document if rule else None,
        document=opened_text(session, ground.document) if ground else None,
        signed_on=ground.signed_on if ground else None,
    )


def _right(session: Session, lookup: Lookup) -> RightSaid | None:
    right = session.get(Right, lookup.right) if lookup.right else None
    if right is None:
        return None
    granter = session.get(Person, right.granted_by) if right.granted_by else None
    return RightSaid(
        right.starts_on, right.ends_on, right.granted_at, granter.name if granter else None, right.ended_at
    )


def _agency(session: Session, code: str) -> Wording:
    found = session.get(Agency, code)
    return found.name if found else Wording(code, code)
