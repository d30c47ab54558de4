"""The queue beside a sample: the period's samples around it, what each waits for, and which comes next."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin.auditing.words import VERDICT_STATES
from admin.frame.display import SAMPLE_STATES, State
from admin.frame.names import agency_names
from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.ask import state_now
from audit.review.counts import Counts, counts_of, next_to_judge
from audit.review.scope import periods_for, samples_for
from govern.catalogue.case_item import CaseItemVersion
from govern.core import clock
from govern.core.wording import Wording
from govern.lookups.lookup import Lookup
from govern.rules.actor import Actor

BEFORE: Final = 6
AFTER: Final = 18
ANSWERED: Final = State("paper", Wording("文件已到", "Answered"))
LATE: Final = State("clock", Wording("逾期未復", "No answer"), "wait")
WITH_CLERK: Final = State("waiting", Wording("等承辦人", "With the clerk"), "wait")


@dataclass(frozen=True, slots=True)
class Line:
    """A sample in the queue."""

    id: uuid.UUID
    seq: int
    state: State
    case_item: Wording
    agency: Wording
    is_here: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """The samples around the one at hand, and the neighbours that J and K lead to."""

    lines: tuple[Line, ...]
    counts: Counts
    previous: uuid.UUID | None
    following: uuid.UUID | None
    has_earlier: bool
    has_later: bool


def queue_around(actor: Actor, session: Session, period: Period, here: Sample) -> Queue:
    """Some samples before and after the one at hand, in the order of the draw."""
    mine = samples_for(actor, session).where(Sample.period == period.id)
    before = _some(session, mine.where(Sample.seq < here.seq).order_by(Sample.seq.desc()), BEFORE + 1)
    after = _some(session, mine.where(Sample.seq > here.seq).order_by(Sample.seq), AFTER + 1)
    shown = [*reversed(before[:BEFORE]), here, *after[:AFTER]]
    counts = counts_of(session, [period.id])[period.id]
    return Queue(
        lines=_lines(session, shown, here),
        counts=counts,
        previous=before[0].id if before else None,
        following=after[0].id if after else None,
        has_earlier=len(before) > BEFORE,
        has_later=len(after) > AFTER,
    )


def waiting_sample(actor: Actor, session: Session) -> Sample | None:
    """The first sample that needs the actor's verdict, in the oldest of the own agency's periods that is under way."""
    periods = session.scalars(
        periods_for(actor, session)
        .where(Period.agency == actor.agency, Period.state == "drawn")
        .order_by(Period.id)
        .limit(20)
    )
    for period in periods.all():
        found = next_to_judge(actor, session, period.id, 0)
        if found is not None:
            return found
    return None


def state_shown(sample: Sample) -> State:
    """What a sample waits for, or its verdict."""
    state = state_now(sample, clock.today())
    if state == "judged" and sample.verdict:
        return VERDICT_STATES[sample.verdict]
    if state == "to_judge" and sample.asked_at is not None:
        return ANSWERED if sample.answered_at else LATE
    return WITH_CLERK if state == "with_clerk" else SAMPLE_STATES[state]


def _some(session: Session, samples: Select[Sample], limit: int) -> Sequence[Sample]:
    return session.scalars(samples.limit(limit)).all()


def _lines(session: Session, samples: Sequence[Sample], here: Sample) -> tuple[Line, ...]:
    rows = session.execute(
        select(Lookup.id, CaseItemVersion.name_zh, CaseItemVersion.name_en)
        .join(
            CaseItemVersion,
            (CaseItemVersion.case_item == Lookup.case_item) & (CaseItemVersion.version == Lookup.case_item_version),
        )
        .where(Lookup.id.in_({sample.lookup for sample in samples}))
    )
    case_items = {identity: Wording(zh, en) for identity, zh, en in rows}
    agencies = agency_names(session, {sample.agency for sample in samples})
    return tuple(
        Line(
            id=sample.id,
            seq=sample.seq,
            state=state_shown(sample),
            case_item=case_items[sample.lookup],
            agency=agencies[sample.agency],
            is_here=sample.id == here.id,
        )
        for sample in samples
    )
