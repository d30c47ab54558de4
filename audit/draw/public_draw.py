"""Public draws: named for every plan before a month's population is frozen, their results entered once after it.

A public draw takes the place of two numbers wherever both were not committed to before the checkpoint, or not disclosed
within seven days after the freeze. So each plan has one named for each month, by an entry, while nobody can know it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from audit.draw.period import ClosedMonth, Period, numbers_of
from audit.draw.plan import AuditPlan, PublicDraw, name_draw
from audit.draw.seed import LARGEST_RESULT
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, TryLater
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.trail.append import append
from govern.trail.kinds import review

TOO_EARLY: Final = Wording(
    "{month} 的母體尚未凍結，不能登錄公開抽獎結果。",
    "The population of {month} is not frozen yet; results cannot be entered before.",
)
NOT_COVERED: Final = Wording(
    "母體凍結的紀錄仍在編號，請稍後再試。",
    "The freeze still waits for its number in the log; please try again shortly.",
)
ENTERED_ONCE: Final = Wording(
    "這次公開抽獎的結果已經登錄，不能再改。",
    "The results of this public draw were entered already and stay as they are.",
)
OTHER_COUNT: Final = Wording("須登錄 {count} 個號碼。", "Exactly {count} numbers are entered.")
NO_NUMBERS: Final = Wording("號碼須為 0 以上的整數。", "The numbers are whole numbers from 0.")
UNUSABLE: Final = Wording("有些內容不能使用。", "Some of what was given cannot be used.")


def name_draws(session: Session, month: str, at: datetime) -> list[PublicDraw]:
    """Every plan that is open at this instant has its public draw for the month; those that were named just now."""
    before = set(session.scalars(select(PublicDraw.name).where(PublicDraw.month == month)))
    plans = session.scalars(
        select(AuditPlan)
        .where(AuditPlan.from_at <= at, or_(AuditPlan.to_at.is_(None), AuditPlan.to_at > at))
        .order_by(AuditPlan.id)
    ).all()
    named = {draw.name: draw for draw in (name_draw(session, plan, month) for plan in plans)}
    return [draw for name, draw in named.items() if name not in before]


def enter_results(actor: Actor, draw_id: uuid.UUID, results: Sequence[int]) -> None:
    """The results of a public draw stand in the log, in rising order, and stay.

    An auditor of an agency with a period that the draw serves enters them, or the head of such a period's owner. Raises
    `NotFound` for a draw that serves none of theirs, `TryLater` before the freeze has its number, `Conflict` before the
    freeze and the second time, `InvalidInput` for another count or no whole numbers.
    """
    if not actor.holds(Role.AUDITOR, Role.HEAD):
        raise NotAllowed
    with transaction() as session:
        draw = session.get(PublicDraw, draw_id, with_for_update=True)
        if draw is None:
            raise NotFound
        must_be_frozen(session, draw.month)
        role = _role_for(session, actor, draw)
        if role is None:
            raise NotFound
        if draw.results is not None:
            raise Conflict(ENTERED_ONCE, code="draw_entered_already")
        told = sorted(_usable(draw, results))
        kind = review.DrawEntered(about_id=str(draw.id), draw_name=draw.name, results=tuple(told))
        draw.entered_entry = append(session, kind, by=actor, role=role).entry_id
        draw.results, draw.entered_by, draw.entered_at = told, actor.person_id, clock.now()


def must_be_frozen(session: Session, month: str) -> ClosedMonth:
    """The month as it was closed, once its freeze stands in the log: what is told now has a higher number than the freeze.

    Raises `Conflict` before the month is closed, `TryLater` while the freeze has no number.
    """
    closed = session.get(ClosedMonth, month)
    if closed is None:
        raise Conflict(TOO_EARLY.fill(month=month), code="month_not_closed")
    if not numbers_of(session, [closed.entry]):
        raise TryLater(NOT_COVERED)
    return closed


def _role_for(session: Session, actor: Actor, draw: PublicDraw) -> Role | None:
    """In which role the actor may enter this draw's results; none when it serves no period of theirs."""
    served = select(Period.id).where(Period.public_draw == draw.id)
    for role, theirs in ((Role.AUDITOR, Period.agency), (Role.HEAD, Period.owner)):
        if actor.holds(role) and session.scalars(served.where(theirs == actor.agency).limit(1)).first() is not None:
            return role
    return None


def _usable(draw: PublicDraw, results: Sequence[int]) -> Sequence[int]:
    if len(results) != draw.count:
        raise InvalidInput(UNUSABLE, fields={"results": OTHER_COUNT.fill(count=draw.count)})
    if not all(type(each) is int and 0 <= each <= LARGEST_RESULT for each in results):
        raise InvalidInput(UNUSABLE, fields={"results": NO_NUMBERS})
    return results
