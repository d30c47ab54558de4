"""What is wrong with a sampled look-up (缺失), who mends it by when, and who says that it is mended: another person.

A finding is opened with a verdict that is not proper, before the period is signed off, and goes on living after it. Who has
to mend it is somebody of the agency that looked up, by name; where that person is gone, a supervisor there answers. An
auditor of the auditing agency closes it, never who has to mend it and never who said what was done.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.ask import must_be_open
from audit.review.followed_up import Finding
from audit.review.said import WRONG, Said, checked_text, opened_text, said_about, sealed_text
from audit.review.scope import finding_for, period_to_change, sample_to_change
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.people.person import Person, RoleHeld
from govern.people.reach import roles_held
from govern.rules.actor import Actor, Role
from govern.rules.lives import FINDING, NEW, step
from govern.rules.verdict import Verdict
from govern.trail.append import append
from govern.trail.entry import Entry
from govern.trail.kinds import review

LONGEST_DAYS: Final = 366
NOT_WRONG: Final = Wording(
    "先判定為「適當」以外的結果，才能開立缺失。", "A finding needs a verdict other than proper first."
)
NOT_THERE: Final = Wording(
    "負責人須是這個機關目前在職的人，且不能是您自己。",
    "Who mends it must work at that agency now, and cannot be you.",
)
NOT_THAT_DAY: Final = Wording("改善期限須在今天之後、一年之內。", "The due date must lie within a year from today.")
ANOTHER_CLOSES: Final = Wording(
    "缺失須由負責改善以外的人結案。", "A finding is closed by another person than who mended it."
)


@dataclass(frozen=True, slots=True)
class FindingSheet:
    """A finding with its texts in clear and its course, for one page."""

    finding: Finding
    period: Period
    seq: int
    verdict: str | None
    what: str = field(repr=False)
    measure: str | None = field(repr=False)
    closing: str | None = field(repr=False)
    course: tuple[Said, ...]
    is_overdue: bool
    may_answer: bool
    may_close: bool


def open_finding(actor: Actor, sample_id: UUID, *, what: str, person: UUID, due_on: date) -> UUID:
    """The finding is open, and its person has to mend it by that day. Returns its id.

    `InvalidInput` for text, person or day; `Conflict` without a verdict other than proper, and after the sign-off.
    """
    what = checked_text(what, "what")
    if not clock.today() <= due_on <= clock.today() + timedelta(days=LONGEST_DAYS):
        raise InvalidInput(WRONG, fields={"due_on": NOT_THAT_DAY})
    with transaction() as session:
        sample, period, _ = sample_to_change(actor, session, sample_id)
        must_be_open(period)
        if sample.state != "judged" or sample.verdict == Verdict.PROPER:
            raise Conflict(NOT_WRONG, code="verdict_missing")
        if person == actor.person_id or person not in {one.id for one in may_mend(session, sample)}:
            raise InvalidInput(WRONG, fields={"person": NOT_THERE})
        sealed = sealed_text(session, sample, "finding", what)
        finding = Finding(
            id=new_id(),
            sample=sample.id,
            period=period.id,
            what=sealed.id,
            person=person,
            agency=sample.agency,
            due_on=due_on,
            state=step(FINDING, NEW, "open").next_state,
            opened_by=actor.person_id,
            opened_at=clock.now(),
        )
        session.add(finding)
        kind = review.FindingOpened(
            **_about(finding, sample, period), responsible=person, at_agency=sample.agency, due_on=due_on.isoformat()
        )
        append(session, kind, by=actor, role=Role.AUDITOR, text=sealed)
        return finding.id


def answer_finding(actor: Actor, finding_id: UUID, measure: str) -> None:
    """The measure taken is there, sealed, and the auditor's turn has come. `NotAllowed` for who need not mend it."""
    measure = checked_text(measure, "measure")
    with transaction() as session:
        finding, sample, period = _found(actor, session, finding_id)
        if not _may_answer(actor, session, finding):
            raise NotAllowed
        finding.state = step(FINDING, finding.state, "answer").next_state
        sealed = sealed_text(session, sample, "measure", measure)
        finding.measure, finding.done_at = sealed.id, clock.now()
        append(session, review.FindingAnswered(**_about(finding, sample, period)), by=actor, text=sealed)


def send_back_finding(actor: Actor, finding_id: UUID, reason: str) -> None:
    """The finding is open again, and who has to mend it reads why. An auditor of the auditing agency does it."""
    reason = checked_text(reason, "reason")
    with transaction() as session:
        finding, sample, period = _found(actor, session, finding_id)
        period_to_change(actor, session, period.id, Role.AUDITOR)
        finding.state = step(FINDING, finding.state, "send_back").next_state
        sealed = sealed_text(session, sample, "reason", reason)
        finding.closing, finding.done_at = sealed.id, None
        kind = review.FindingSentBack(**_about(finding, sample, period))
        append(session, kind, by=actor, role=Role.AUDITOR, text=sealed)


def close_finding(actor: Actor, finding_id: UUID, remark: str = "") -> None:
    """The finding is closed, with a remark where one is given.

    `NotAllowed` for anybody but an auditor of the auditing agency, for who has to mend it and for who answered it.
    """
    remark = checked_text(remark, "remark", is_needed=False)
    with transaction() as session:
        finding, sample, period = _found(actor, session, finding_id)
        if actor.person_id in (finding.person, _answered_by(session, finding)):
            raise NotAllowed(ANOTHER_CLOSES, code="closed_by_oneself")
        period_to_change(actor, session, period.id, Role.AUDITOR)
        finding.state = step(FINDING, finding.state, "close").next_state
        sealed = sealed_text(session, sample, "remark", remark) if remark else None
        finding.closing = sealed.id if sealed else None
        finding.closed_by, finding.closed_at = actor.person_id, clock.now()
        kind = review.FindingClosed(**_about(finding, sample, period))
        append(session, kind, by=actor, role=Role.AUDITOR, text=sealed)


def may_mend(session: Session, sample: Sample) -> list[Person]:
    """Who may be named responsible: everybody active who holds a role at the agency that looked up, by name."""
    now = clock.now()
    holds = exists().where(
        RoleHeld.person == Person.id,
        RoleHeld.agency == sample.agency,
        RoleHeld.from_at <= now,
        or_(RoleHeld.to_at.is_(None), RoleHeld.to_at > now),
    )
    return list(session.scalars(select(Person).where(Person.is_active, holds).order_by(Person.name, Person.id)))


def finding_sheet(actor: Actor, session: Session, finding_id: UUID) -> FindingSheet:
    """A finding as its page shows it, opened; `NotFound` for absent and foreign alike."""
    finding = finding_for(actor, session, finding_id)
    sample, period = session.get_one(Sample, finding.sample), session.get_one(Period, finding.period)
    is_auditor = actor.holds(Role.AUDITOR) and actor.agency == period.agency
    return FindingSheet(
        finding=finding,
        period=period,
        seq=sample.seq,
        verdict=sample.verdict,
        what=opened_text(session, finding.what) or "",
        measure=opened_text(session, finding.measure),
        closing=opened_text(session, finding.closing),
        course=said_about(session, "finding", finding.id),
        is_overdue=finding.state == "open" and finding.due_on < clock.today(),
        may_answer=finding.state == "open" and _may_answer(actor, session, finding),
        may_close=finding.state == "to_close"
        and is_auditor
        and actor.person_id not in (finding.person, _answered_by(session, finding)),
    )


def _found(actor: Actor, session: Session, finding_id: UUID) -> tuple[Finding, Sample, Period]:
    """A finding within reach to take a step with, its row locked."""
    finding_for(actor, session, finding_id)
    finding = session.get_one(Finding, finding_id, with_for_update=True, populate_existing=True)
    return finding, session.get_one(Sample, finding.sample), session.get_one(Period, finding.period)


def _may_answer(actor: Actor, session: Session, finding: Finding) -> bool:
    """Who has to mend it; where that person holds no role at the agency any more or is locked, a supervisor there."""
    if actor.agency != finding.agency:
        return False
    if actor.person_id == finding.person:
        return True
    person = session.get_one(Person, finding.person)
    is_there = person.is_active and finding.agency in roles_held(session, finding.person, clock.now())
    return actor.holds(Role.SUPERVISOR) and not is_there


def _answered_by(session: Session, finding: Finding) -> UUID | None:
    return session.scalars(
        select(Entry.person)
        .where(Entry.about_kind == "finding", Entry.about_id == str(finding.id), Entry.kind == "finding_answered")
        .order_by(Entry.id.desc())
        .limit(1)
    ).first()


def _about(finding: Finding, sample: Sample, period: Period) -> dict[str, Any]:
    return {
        "lookup": sample.lookup,
        "owner": period.owner,
        "about_id": str(finding.id),
        "period": period.id,
        "sample": sample.id,
        "seq": sample.seq,
    }
