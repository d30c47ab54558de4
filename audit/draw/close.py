"""Close the month and freeze its population at a checkpoint.

The month ends at the first checkpoint signed at or after its end; the next one begins there. In one transaction, one pass
over the log from the last closing's checkpoint to this one:

1. claim the month: two closings at once cannot both begin where the last one ended
2. a period for each plan and auditing agency that has a unit, with units and tree (`population.py`)
3. a period with nothing to draw for each agency that would audit, holds an auditor and had no unit
4. an entry *frozen* for each, with what its draw depends on; public draws named for the month that follows
5. the entry *month_closed*, last: once it has a number, the freezes have lower ones

Before it, where nothing was written since the month's end, an entry makes a checkpoint come.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from audit.draw.number import party_of
from audit.draw.period import ClosedMonth, Period, end_of, is_closed, month_after, month_before, month_of, numbers_of
from audit.draw.plan import AuditPlan, PublicDraw, items_of, occasion
from audit.draw.population import Coverage, Forest, Growing, Populations
from audit.draw.public_draw import name_draws
from audit.draw.units_of_month import units_between
from audit.log.sequence import TRAIL_ROW, unnumbered
from audit.log.store import StoredCheckpoint, first_checkpoint_since, newest_checkpoint
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, TryLater
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.people.person import RoleHeld
from govern.rules.actor import Role
from govern.rules.lives import NEW, PERIOD, step
from govern.trail.append import append
from govern.trail.entry import Entry, EntryNumber, Trail
from govern.trail.kinds import review

ONE_OF_TWO: Final = Wording("請擇一指定月份或時間。", "Give either a month or a time.")
NOT_OVER: Final = Wording("{month} 尚未結束，不能月結。", "{month} is not over yet and cannot be closed.")
NOT_COME: Final = Wording("指定的時間尚未到，不能月結。", "The time given has not come yet; nothing was closed.")
IS_CLOSED: Final = Wording("{month} 已經月結，沒有再做任何事。", "{month} is closed already; nothing was done.")
LATER_IS_CLOSED: Final = Wording(
    "{later} 已經月結，{month} 的查調已計入其中。", "{later} is closed already, and holds the look-ups of {month}."
)
NO_CHECKPOINT: Final = Wording(
    "{month} 結束後尚無簽署的檢核點，請稍後再試。",
    "No checkpoint has been signed since the end of {month}; please try again shortly.",
)
ANOTHER_CLOSES: Final = Wording(
    "另一個月結正在進行，請稍後再試。", "Another closing is under way; please try again shortly."
)


class AlreadyClosed(Conflict):
    """The month was closed before, and stays as it was closed."""

    code = "month_closed"


def close(
    at: datetime | None = None, *, month: str | None = None, bring: Callable[[], object] | None = None
) -> ClosedMonth:
    """The month that ends at an instant is closed, its populations are frozen; what was written.

    Give the instant (`at`; the label is the month of the second before it), or the month, or neither: then it is the last
    month that is over. `bring` brings the log up to date where this process may; without it the keeper's next checkpoint
    does. Raises `AlreadyClosed` the second time, `Conflict` when the time has not come or a later month is closed,
    `TryLater` while there is no checkpoint or another closing is under way.
    """
    instant, label = _asked(at, month)
    _prepare(instant, label)
    if bring is not None:
        bring()
    try:
        with transaction() as session:
            return _close(session, instant, label)
    except _Raced:
        with reading() as session:
            if is_closed(session, label):
                raise AlreadyClosed(IS_CLOSED.fill(month=label)) from None
        raise TryLater(ANOTHER_CLOSES) from None


class _Raced(Exception):
    """Another transaction claimed a month meanwhile."""


def _asked(at: datetime | None, month: str | None) -> tuple[datetime, str]:
    """The instant at which the month ends, and the month."""
    now = clock.now()
    if at is not None and month is not None:
        raise InvalidInput(ONE_OF_TWO)
    if at is None:
        at = end_of(month or month_before(month_of(now)))
        if at > now:
            raise Conflict(NOT_OVER.fill(month=month), code="month_not_over")
    if at > now:
        raise Conflict(NOT_COME, code="time_not_come")
    return at, month_of(at - timedelta(seconds=1))


def _prepare(at: datetime, month: str) -> None:
    """Every plan has its public draw for the month, and a checkpoint after its end has come or will come."""
    with transaction() as session:
        last = _last_before(session, month)
        named = name_draws(session, month, at)
        checkpoint = _checkpoint(session, at, month, last)
        if checkpoint is None and not named and not _something_waits(session):
            append(session, review.MonthEnded(about_id=month))


def _close(session: Session, at: datetime, month: str) -> ClosedMonth:
    last = _last_before(session, month)
    checkpoint = _checkpoint(session, at, month, last)
    if checkpoint is None:
        raise TryLater(NO_CHECKPOINT.fill(month=month))
    closed = ClosedMonth(
        month=month, at=at, from_size=last.to_size if last else 0, to_size=checkpoint.size, entry=new_id()
    )
    session.add(closed)
    try:
        session.flush()
    except (IntegrityError, OperationalError):
        raise _Raced from None
    plans = _plans_at(session, at, checkpoint.size)
    populations = Populations(
        session=session,
        forest=Forest.read(session),
        coverages=[Coverage(plan, frozenset(items_of(session, plan))) for plan in plans],
        begin=lambda growing: _begin(session, closed, growing),
    )
    populations.take_all(units_between(session, closed.from_size, closed.to_size))
    _add_empty(session, populations, plans)
    for growing in populations.growing.values():
        _freeze(session, closed, populations, growing)
    name_draws(session, month_after(month), clock.now())
    kind = review.MonthClosed(
        about_id=month,
        ended_at=at.isoformat(),
        from_size=closed.from_size,
        to_size=closed.to_size,
        checkpoint_at=checkpoint.at.isoformat(),
        periods=len(populations.growing),
        units=populations.units,
    )
    append(session, kind, entry_id=closed.entry)
    return closed


def _last_before(session: Session, month: str) -> ClosedMonth | None:
    """The last closing; none before the first. Raises when this month or a later one is closed."""
    last = session.scalars(select(ClosedMonth).order_by(ClosedMonth.month.desc()).limit(1)).first()
    if last is not None and last.month > month and not is_closed(session, month):
        raise Conflict(LATER_IS_CLOSED.fill(later=last.month, month=month), code="later_month_closed")
    if is_closed(session, month):
        raise AlreadyClosed(IS_CLOSED.fill(month=month))
    return last


def _checkpoint(session: Session, at: datetime, month: str, last: ClosedMonth | None) -> StoredCheckpoint | None:
    """The first checkpoint signed at or after the month's end that also covers the public draws named for it."""
    names = {occasion(plan, month) for plan in _open_at(session, at)}
    drawn = session.scalars(select(PublicDraw).where(PublicDraw.month == month)).all()
    entries = [draw.named_entry for draw in drawn if draw.name in names]
    numbers = numbers_of(session, entries)
    if len(numbers) < len(entries):
        return None
    beyond = max([*numbers.values(), last.to_size if last else 0])
    return first_checkpoint_since(session, at, beyond=beyond)


def _something_waits(session: Session) -> bool:
    """Whether the log will be signed again without a new entry."""
    if unnumbered(session):
        return True
    trail, newest = session.get(Trail, TRAIL_ROW), newest_checkpoint(session)
    return trail is not None and trail.size > (newest.size if newest is not None else 0)


def _plans_at(session: Session, at: datetime, size: int) -> Sequence[AuditPlan]:
    """The plans that held at the month's end, and whose making stands in the log below its checkpoint."""
    made = (
        select(Entry.about_id)
        .join(EntryNumber, EntryNumber.entry_id == Entry.id)
        .where(Entry.kind == review.PlanMade.name, EntryNumber.number < size)
    )
    known = set(session.scalars(made))
    return [plan for plan in _open_at(session, at) if str(plan.id) in known]


def _open_at(session: Session, at: datetime) -> Sequence[AuditPlan]:
    return session.scalars(
        select(AuditPlan)
        .where(AuditPlan.from_at <= at, or_(AuditPlan.to_at.is_(None), AuditPlan.to_at > at))
        .order_by(AuditPlan.owner, AuditPlan.id)
    ).all()


def _add_empty(session: Session, populations: Populations, plans: Sequence[AuditPlan]) -> None:
    """A period for each agency that would audit and holds an auditor: so that a month without units is seen too."""
    held = session.execute(select(RoleHeld.agency, RoleHeld.role).where(RoleHeld.to_at.is_(None)).distinct()).all()
    auditing = sorted({agency for agency, role in held if role == Role.AUDITOR})
    asking = {agency for agency, role in held if role == Role.CLERK}
    for plan in plans:
        for agency in auditing:
            is_top = populations.forest.first_level(agency) == agency
            is_first = populations.forest.levels.get(agency) == "first" or agency in asking
            if (
                (plan.by_first_level and is_top and is_first)
                or (plan.by_agency and agency in asking)
                or (plan.by_owner and agency == plan.owner)
            ):
                populations.also(plan, agency)


def _begin(session: Session, closed: ClosedMonth, growing: Growing) -> None:
    """The period's row, before its size and root are known."""
    session.add(
        Period(
            id=growing.id,
            month=closed.month,
            plan=growing.plan.id,
            agency=growing.agency,
            owner=growing.plan.owner,
            from_size=closed.from_size,
            to_size=closed.to_size,
            population=0,
            root=b"",
            ratio=growing.plan.ratio,
            floor=growing.plan.floor,
            items=[],
            freeze_entry=new_id(),
            frozen_at=clock.now(),
            state=NEW,
            round=1,
        )
    )
    session.flush()


def _freeze(session: Session, closed: ClosedMonth, populations: Populations, growing: Growing) -> None:
    period = session.get_one(Period, growing.id)
    population = populations.end(growing)
    period.population, period.root = population.size, population.root
    period.items = sorted(next(each.items for each in populations.coverages if each.plan.id == growing.plan.id))
    period.frozen_at = clock.now()
    period.busiest_agency = growing.busiest_other
    period.other_party = other_party(session, growing.plan, growing.agency, closed.month)
    period.public_draw = _public_draw(session, growing.plan, closed)
    period.state = step(PERIOD, NEW, "close" if population.size else "close_empty").next_state
    kind = review.Frozen(
        about_id=str(period.id),
        owner=period.owner,
        month=period.month,
        auditing_agency=period.agency,
        plan=period.plan,
        from_size=period.from_size,
        to_size=period.to_size,
        population=period.population,
        root=period.root,
        ratio=period.ratio,
        floor=period.floor,
        is_kinship=growing.plan.is_kinship,
        items=tuple(period.items),
        other_party=period.other_party,
        public_draw=period.public_draw,
    )
    append(session, kind, entry_id=period.freeze_entry)


def other_party(session: Session, plan: AuditPlan, agency: str, month: str) -> str | None:
    """Whose number stands beside the auditor's: the owner's head, or where the owner audits itself, a head of another agency.

    That is the agency which had most units of this period the month before, other than the auditing one; none: then the
    draw is a public one.
    """
    if plan.owner != agency:
        return party_of(Role.HEAD, plan.owner)
    before = session.scalars(
        select(Period.busiest_agency)
        .where(Period.plan == plan.id, Period.agency == agency, Period.month < month)
        .order_by(Period.month.desc())
        .limit(1)
    ).first()
    return None if before is None else party_of(Role.HEAD, before)


def _public_draw(session: Session, plan: AuditPlan, closed: ClosedMonth) -> uuid.UUID | None:
    name = occasion(plan, closed.month)
    draw = session.scalars(select(PublicDraw).where(PublicDraw.name == name)).first()
    if draw is None or numbers_of(session, [draw.named_entry]).get(draw.named_entry, closed.to_size) >= closed.to_size:
        return None
    return draw.id
