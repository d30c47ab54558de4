"""The clerk is asked about a sampled look-up: a question, a deadline, and what happens when it has passed.

Asking again, where an answer leaves something to be clarified (待釐清), is the same act: it is no verdict. A sample whose
deadline has passed is the auditor's to judge, answered or not; a late answer is taken as long as no verdict is given, and
is marked as late.
"""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.said import WRONG, checked_text, sealed_text
from audit.review.scope import sample_to_change
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.rules.lives import SAMPLE, step
from govern.trail.append import append
from govern.trail.kinds.review import DocumentAsked

LONGEST_DAYS: Final = 90
NOT_THAT_DAY: Final = Wording(
    "期限須在今天到{days}天之間。", "The deadline must lie between today and {days} days from today."
)
SIGNED: Final = Wording(
    "這一期已核章，內容不能更動；如須更動，請首長先重開。",
    "This period is signed off and nothing in it changes; to change it, the head re-opens it first.",
)
_OPEN_PERIODS: Final = frozenset({"drawn", "judged"})


def ask_clerk(actor: Actor, sample_id: UUID, question: str, *, due_on: date) -> None:
    """The clerk is asked, or asked again, and has until the end of that day (Asia/Taipei); the question is sealed.

    What was answered before stays in its entry. `InvalidInput` for the question or the day, `Conflict` once there is a
    verdict or a sign-off or while the clerk's time still runs, `NotAllowed` for who is not independent of the clerk.
    """
    question = checked_text(question, "question")
    if not clock.today() <= due_on <= clock.today() + timedelta(days=LONGEST_DAYS):
        raise InvalidInput(WRONG, fields={"due_on": NOT_THAT_DAY.fill(days=LONGEST_DAYS)})
    with transaction() as session:
        sample, period, _ = sample_to_change(actor, session, sample_id)
        must_be_open(period)
        pass_deadline(sample)
        sample.state = step(SAMPLE, sample.state, "ask_clerk").next_state
        sealed = sealed_text(session, sample, "question", question)
        sample.question, sample.asked_at, sample.due_on = sealed.id, clock.now(), due_on
        sample.answer, sample.answered_at, sample.is_late = None, None, False
        kind = DocumentAsked(**about(sample, period), due_on=due_on.isoformat())
        append(session, kind, by=actor, role=Role.AUDITOR, text=sealed)


def usual_due_on(settings: Settings) -> date:
    """The day that a question made today is due on unless the auditor says another."""
    return clock.today() + timedelta(days=settings.answer_days)


def state_now(sample: Sample, today: date) -> str:
    """A sample's state as it counts on a day: with the clerk no more once the deadline has passed."""
    is_over = sample.state == "with_clerk" and sample.due_on is not None and sample.due_on < today
    return step(SAMPLE, "with_clerk", "too_late").next_state if is_over else sample.state


def pass_deadline(sample: Sample) -> None:
    """A sample whose deadline has passed is to be judged, and says that the clerk was late."""
    state = state_now(sample, clock.today())
    if state != sample.state:
        sample.state, sample.is_late = state, True


def pass_deadlines(at: datetime) -> int:
    """Every sample whose deadline had passed at an instant is to be judged; how many. For the timetable, once a day.

    Reads first, since on most days there are none. Whoever works on a sample passes its deadline anyway.
    """
    today = at.astimezone(clock.TAIPEI).date()
    overdue = (
        select(Sample)
        .join(Period, Period.id == Sample.period)
        .where(Period.state.in_(_OPEN_PERIODS), Sample.state == "with_clerk", Sample.due_on < today)
    )
    with reading() as session:
        if session.scalars(overdue.limit(1)).first() is None:
            return 0
    with transaction() as session:
        found = session.scalars(overdue.with_for_update(of=Sample, skip_locked=True)).all()
        for sample in found:
            sample.state, sample.is_late = state_now(sample, today), True
        return len(found)


def must_be_open(period: Period) -> None:
    """`Conflict` unless the period's samples may still change."""
    if period.state not in _OPEN_PERIODS:
        raise Conflict(SIGNED, code="period_signed")


def about(sample: Sample, period: Period) -> dict[str, Any]:
    """What every entry of a sample says: which look-up, which place in which draw, which round."""
    return {
        "lookup": sample.lookup,
        "owner": period.owner,
        "about_id": str(sample.id),
        "period": period.id,
        "seq": sample.seq,
        "round": period.round,
    }
