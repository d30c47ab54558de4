"""Which periods, samples, questions and findings an actor may see: the only way to them; and whom an auditor audits.

Auditor and head of the auditing agency see its periods; approver and head of the owner those on the owner's data items. A
sample of one's own look-up stays hidden from whoever asked, whatever else they may see: a clerk sees the questions about
own look-ups and nothing else of the sample, no verdict before the period is signed off. Where the clerk has left the
agency or is locked, the supervisors there see the question and may answer it. A finding is seen by whoever sees its
period, and by the person who has to mend it. Foreign and absent things are alike not found.
"""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from audit.draw.period import Period
from audit.draw.plan import AuditPlan, items_of
from audit.draw.sample import Sample
from audit.review.followed_up import Finding
from govern.catalogue.agency import Agency, agencies_below
from govern.core import clock
from govern.core.errors import NotAllowed, NotFound
from govern.core.wording import Wording
from govern.lookups.lookup import Lookup
from govern.people.person import Person, RoleHeld
from govern.people.right import Right
from govern.rules.actor import Actor, Reach, Role
from govern.rules.separation import may_judge

Thing = TypeVar("Thing")

NOT_INDEPENDENT: Final = Wording(
    "這位承辦人的帳號或查調權限由您管理，這筆樣本須由其他稽核人員查核。",
    "You manage this clerk's account or rights, so that another auditor has to look at this sample.",
)


def periods_for(actor: Actor, _session: Session) -> Select[Period]:
    """The periods within reach, unordered."""
    return select(Period).where(_periods(actor))


def period_for(actor: Actor, session: Session, identity: uuid.UUID) -> Period:
    """One period within reach, or `NotFound`, for absent and foreign alike."""
    return _the_one(session.scalars(periods_for(actor, session).where(Period.id == identity)).first())


def plans_for(actor: Actor, _session: Session) -> Select[AuditPlan]:
    """The audit plans that an actor may read, unordered: the own agency's, and for who audits or heads an agency all.

    A plan names no one. How much is audited, by whom and by which draw, binds every agency whose clerks it covers.
    """
    if actor.holds(Role.AUDITOR, Role.HEAD):
        return select(AuditPlan)
    return select(AuditPlan).where(AuditPlan.owner == actor.agency if actor.holds(Role.APPROVER) else false())


def plan_for(actor: Actor, session: Session, identity: uuid.UUID) -> AuditPlan:
    """One plan that the actor may read, or `NotFound`, for absent and foreign alike."""
    return _the_one(session.scalars(plans_for(actor, session).where(AuditPlan.id == identity)).first())


def samples_for(actor: Actor, _session: Session) -> Select[Sample]:
    """The samples of periods within reach, but for those of the own look-ups, unordered."""
    return select(Sample).where(_samples(actor))


def sample_for(actor: Actor, session: Session, identity: uuid.UUID) -> Sample:
    """One sample within reach, or `NotFound`: for absent, foreign and one's own alike."""
    return _the_one(session.scalars(samples_for(actor, session).where(Sample.id == identity)).first())


def questions_for(actor: Actor, _session: Session) -> Select[Sample]:
    """The samples about which the actor was asked, or may answer for a clerk who is gone. Show them by `answer.question_of`."""
    ways: list[ColumnElement[bool]] = [Sample.clerk == actor.person_id]
    if actor.holds(Role.SUPERVISOR):
        ways.append(~_is_there(Sample.clerk, Sample.agency, Role.CLERK))
    return select(Sample).where(Sample.agency == actor.agency, Sample.asked_at.is_not(None), or_(*ways))


def question_for(actor: Actor, session: Session, identity: uuid.UUID) -> Sample:
    """One sample that the actor may answer, or `NotFound`."""
    return _the_one(session.scalars(questions_for(actor, session).where(Sample.id == identity)).first())


def findings_for(actor: Actor, _session: Session) -> Select[Finding]:
    """The findings of periods within reach, and those that the actor has to mend, for somebody gone too; unordered."""
    ways: list[ColumnElement[bool]] = [
        Finding.sample.in_(select(Sample.id).where(_samples(actor))),
        and_(Finding.person == actor.person_id, Finding.agency == actor.agency),
    ]
    if actor.holds(Role.SUPERVISOR):
        ways.append(and_(Finding.agency == actor.agency, ~_is_there(Finding.person, Finding.agency)))
    return select(Finding).where(or_(*ways))


def finding_for(actor: Actor, session: Session, identity: uuid.UUID) -> Finding:
    """One finding within reach, or `NotFound`, for absent and foreign alike."""
    return _the_one(session.scalars(findings_for(actor, session).where(Finding.id == identity)).first())


def period_to_change(actor: Actor, session: Session, identity: uuid.UUID, *roles: Role) -> Period:
    """A period of the actor's own agency, its row locked, for who holds one of these roles there.

    `NotFound` where the actor does not even see it, `NotAllowed` where the actor sees it and may not.
    """
    period = period_for(actor, session, identity)
    if period.agency != actor.agency or not actor.holds(*roles):
        raise NotAllowed
    return session.get_one(Period, identity, with_for_update=True, populate_existing=True)


def sample_to_change(actor: Actor, session: Session, identity: uuid.UUID) -> tuple[Sample, Period, Lookup]:
    """A sample that an auditor of its period works on, with period and look-up; the period's row is locked first.

    `NotFound` and `NotAllowed` as in `period_to_change`; `NotAllowed` too for who manages the account of the clerk who
    looked up (`rules.separation.may_judge`): whoever is not independent neither asks, nor notes, nor judges.
    """
    period = period_to_change(actor, session, sample_for(actor, session, identity).period, Role.AUDITOR)
    sample = session.get_one(Sample, identity, with_for_update=True, populate_existing=True)
    lookup = session.get_one(Lookup, sample.lookup)
    managers = managers_of(session, sample, lookup)
    if not may_judge(asker=sample.clerk, managers_of_asker=managers, auditor=actor.person_id):
        raise NotAllowed(NOT_INDEPENDENT, code="manages_account")
    return sample, period, lookup


def managers_of(session: Session, sample: Sample, lookup: Lookup) -> frozenset[uuid.UUID]:
    """Who managed the account of a sample's clerk: granted a right at that agency, or was a supervisor there since."""
    granted = session.scalars(
        select(Right.granted_by).where(
            Right.person == sample.clerk, Right.agency == sample.agency, Right.granted_by.is_not(None)
        )
    )
    supervisors = session.scalars(
        select(RoleHeld.person).where(
            RoleHeld.agency == sample.agency,
            RoleHeld.role == Role.SUPERVISOR.value,
            or_(RoleHeld.to_at.is_(None), RoleHeld.to_at > lookup.submitted_at),
        )
    )
    return frozenset({person for person in (*granted, *supervisors) if person is not None})


def with_audits(actor: Actor, session: Session) -> Actor:
    """The actor with what an auditor audits added to the reach; anybody else as they were."""
    if not actor.holds(Role.AUDITOR):
        return actor
    audited = audited_by(session, actor.agency, clock.now())
    return replace(
        actor,
        reach=replace(
            actor.reach,
            agencies=actor.reach.agencies | audited.agencies,
            own_data_items=actor.reach.own_data_items | audited.own_data_items,
        ),
    )


def audited_by(session: Session, agency: str, at: datetime) -> Reach:
    """What the auditors of an agency audit, under the plans in force at an instant.

    Their own agency always: it is answerable for its clerks, plan or none. All agencies below, where it is a first-level
    agency and a plan is audited by first-level agencies. The look-ups on the data items of a plan of its own that the
    owner audits itself, whoever made them.
    """
    in_force = (AuditPlan.from_at <= at) & or_(AuditPlan.to_at.is_(None), AuditPlan.to_at > at)
    agencies = frozenset({agency})
    level = session.scalars(select(Agency.level).where(Agency.code == agency)).first()
    if level == "first" and session.scalars(select(AuditPlan.id).where(in_force, AuditPlan.by_first_level)).first():
        agencies = agencies_below(session, agency)
    items: set[str] = set()
    for plan in session.scalars(select(AuditPlan).where(in_force, AuditPlan.by_owner, AuditPlan.owner == agency)):
        items.update(items_of(session, plan))
    return Reach(agencies=agencies, own_data_items=frozenset(items))


def _periods(actor: Actor) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = []
    if actor.holds(Role.AUDITOR, Role.HEAD):
        ways.append(Period.agency == actor.agency)
    if actor.holds(Role.APPROVER, Role.HEAD):
        ways.append(Period.owner == actor.agency)
    return or_(*ways) if ways else false()


def _samples(actor: Actor) -> ColumnElement[bool]:
    return and_(Sample.period.in_(select(Period.id).where(_periods(actor))), Sample.clerk != actor.person_id)


def _is_there(
    person: InstrumentedAttribute[uuid.UUID], agency: InstrumentedAttribute[str], role: Role | None = None
) -> ColumnElement[bool]:
    """Whether a person still holds a role at an agency (any, or this one), with an account that is active."""
    found = exists().where(
        RoleHeld.person == person,
        RoleHeld.agency == agency,
        RoleHeld.to_at.is_(None),
        Person.id == person,
        Person.is_active,
    )
    return found if role is None else found.where(RoleHeld.role == role.value)


def _the_one(found: Thing | None) -> Thing:
    if found is None:
        raise NotFound
    return found
