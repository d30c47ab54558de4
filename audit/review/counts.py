"""How far periods are and what waits for whom, in figures: for lists, bars and the home page.

Counted by the index of samples on period and state; a sample with the clerk past its deadline counts as to be judged.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.followed_up import Finding, SignOff
from audit.review.scope import findings_for, questions_for, samples_for
from govern.core import clock
from govern.rules.actor import Actor, Role

STATES: Final = ("drawn", "with_clerk", "to_judge", "judged")
_BEFORE_SIGN_OFF: Final = ("drawn", "judged")


@dataclass(slots=True)
class Counts:
    """A period's samples by state and verdict. `late`: the clerk missed the deadline. `due_on`: the nearest one that runs."""

    drawn: int = 0
    with_clerk: int = 0
    to_judge: int = 0
    judged: int = 0
    late: int = 0
    answered: int = 0  # of those to be judged
    due_on: date | None = None
    verdicts: dict[str, int] = field(default_factory=dict)
    findings: int = 0
    findings_open: int = 0  # not closed yet

    @property
    def n(self) -> int:
        """All samples."""
        return self.drawn + self.with_clerk + self.to_judge + self.judged

    @property
    def without_verdict(self) -> int:
        """Samples that still need one."""
        return self.n - self.judged


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for an actor in the audit; a figure is 0 where the actor's roles have nothing to do with it."""

    to_judge: int = 0  # an auditor's: drawn or to be judged
    with_clerk: int = 0
    findings_to_close: int = 0
    periods_to_sign: int = 0  # at the level of the actor's role
    questions: int = 0  # a clerk's
    question_due_on: date | None = None
    findings_to_mend: int = 0  # of whoever is responsible
    finding_due_on: date | None = None


def counts_of(session: Session, periods: Collection[uuid.UUID]) -> dict[uuid.UUID, Counts]:
    """The figures of these periods, all of them. Whoever calls has found the periods through a scope."""
    found = {period: Counts() for period in periods}
    state = _state_now().label("state_now")
    rows = session.execute(
        select(
            Sample.period,
            state,
            Sample.verdict,
            func.count(),
            func.sum(case((or_(Sample.is_late, _is_overdue()), 1), else_=0)),
            func.sum(case((Sample.answered_at.is_not(None), 1), else_=0)),
            func.min(Sample.due_on),
        )
        .where(Sample.period.in_(found))
        .group_by(Sample.period, "state_now", Sample.verdict)
    )
    for period, name, verdict, number, late, answered, due_on in rows.tuples():
        counts = found[period]
        setattr(counts, name, getattr(counts, name) + number)
        counts.late += late
        if name == "judged" and verdict is not None:
            counts.verdicts[verdict] = counts.verdicts.get(verdict, 0) + number
        if name == "to_judge":
            counts.answered += answered
        if name == "with_clerk":
            counts.due_on = due_on
    for period, number, still_open in session.execute(
        select(Finding.period, func.count(), func.sum(case((Finding.state != "closed", 1), else_=0)))
        .where(Finding.period.in_(found))
        .group_by(Finding.period)
    ).tuples():
        found[period].findings, found[period].findings_open = number, still_open
    return found


def waits_for(actor: Actor, session: Session) -> Waits:
    """What the actor has to do in the audit, counted."""
    questions, question_due_on = _number_and_first(
        session,
        questions_for(actor, session).where(
            Sample.answered_at.is_(None), Sample.state.in_(("with_clerk", "to_judge")), _is_before_sign_off()
        ),
        Sample.due_on,
    )
    mend, finding_due_on = _number_and_first(
        session,
        select(Finding).where(
            Finding.person == actor.person_id, Finding.agency == actor.agency, Finding.state == "open"
        ),
        Finding.due_on,
    )
    is_auditor, is_head = actor.holds(Role.AUDITOR), actor.holds(Role.HEAD)
    states = _states(actor, session) if is_auditor else {}
    to_close = findings_for(actor, session).where(
        Finding.state == "to_close",
        Finding.person != actor.person_id,
        Finding.period.in_(select(Period.id).where(Period.agency == actor.agency)),
    )
    return Waits(
        to_judge=states.get("drawn", 0) + states.get("to_judge", 0),
        with_clerk=states.get("with_clerk", 0),
        findings_to_close=_number(session, to_close) if is_auditor else 0,
        periods_to_sign=(_to_sign(actor, session, "judged") if is_auditor else 0)
        + (_to_sign(actor, session, "signed_1") if is_head else 0),
        questions=questions,
        question_due_on=question_due_on,
        findings_to_mend=mend,
        finding_due_on=finding_due_on,
    )


def _states(actor: Actor, session: Session) -> dict[str, int]:
    """The samples of the actor's agency that can still be judged, by state."""
    mine = samples_for(actor, session).where(_is_before_sign_off(agency=actor.agency))
    state = _state_now().label("state_now")
    return dict(session.execute(mine.with_only_columns(state, func.count()).group_by("state_now")).tuples().all())


def next_to_judge(actor: Actor, session: Session, period: uuid.UUID, after_seq: int) -> Sample | None:
    """The next sample of a period that needs a verdict and can have one now, around the end to the beginning."""
    waiting = samples_for(actor, session).where(Sample.period == period, _state_now().in_(("drawn", "to_judge")))
    for some in (waiting.where(Sample.seq > after_seq), waiting.where(Sample.seq < after_seq)):
        found = session.scalars(some.order_by(Sample.seq).limit(1)).first()
        if found is not None:
            return found
    return None


def _to_sign(actor: Actor, session: Session, state: str) -> int:
    """Periods whose next level the actor may sign: not signed by the actor in this round, no own look-up in the sample."""
    signed = exists().where(
        SignOff.period == Period.id, SignOff.round == Period.round, SignOff.person == actor.person_id
    )
    own = exists().where(Sample.period == Period.id, Sample.clerk == actor.person_id)
    return _number(session, select(Period).where(Period.agency == actor.agency, Period.state == state, ~signed, ~own))


def _is_overdue() -> ColumnElement[bool]:
    return and_(Sample.state == "with_clerk", Sample.due_on < clock.today())


def _state_now() -> ColumnElement[str]:
    return case((_is_overdue(), "to_judge"), else_=Sample.state)


def _is_before_sign_off(*, agency: str | None = None) -> ColumnElement[bool]:
    periods = select(Period.id).where(Period.state.in_(_BEFORE_SIGN_OFF))
    return Sample.period.in_(periods if agency is None else periods.where(Period.agency == agency))


def _number(session: Session, things: Select[Sample] | Select[Finding] | Select[Period]) -> int:
    return session.scalars(select(func.count()).select_from(things.subquery())).one()


def _number_and_first(
    session: Session,
    things: Select[Sample] | Select[Finding],
    due_on: InstrumentedAttribute[date] | InstrumentedAttribute[date | None],
) -> tuple[int, date | None]:
    return session.execute(things.with_only_columns(func.count(), func.min(due_on))).tuples().one()
