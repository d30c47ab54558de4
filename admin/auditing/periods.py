"""Periods: what was frozen, drawn, judged and signed off, for whom; and how a period comes about."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.auditing.words import month_name
from admin.frame.display import PERIOD_STATES, State
from admin.frame.governed_view import GovernedView
from admin.frame.listing import Tab
from admin.frame.names import Names, agency_names
from admin.frame.paging import Order
from admin.frame.seek import Filter
from audit.draw.period import ClosedMonth, Period, end_of, month_at_hand
from audit.draw.plan import AuditPlan
from audit.draw.sample import Sample
from audit.review.scope import period_for, periods_for, plans_for
from govern.core import clock
from govern.core.wording import Wording
from govern.rules.actor import Actor

IN_WORK = ("frozen", "drawn")
TO_SIGN = ("judged", "signed_1")


@dataclass(frozen=True, slots=True)
class Row:
    """A period as the list shows it."""

    id: uuid.UUID
    month: Wording
    agency: Wording
    owner: Wording
    plan: Wording
    population: int
    n: int | None
    judged: int
    state: State
    frozen_at: datetime


def _months(_actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    months = session.scalars(select(ClosedMonth.month).order_by(ClosedMonth.month.desc()).limit(24))
    return [(month, month_name(month)) for month in months]


class Periods(GovernedView):
    """The periods of the own agency's audits, and those on own data items."""

    scope, one = periods_for, period_for
    title = Wording("稽核期別", "Periods")
    lede = Wording(
        "每個月結束後，各機關依稽核計畫各成一期：凍結母體、抽樣、查核、核章，最後產製稽核紀錄。",
        "After each month every audit plan makes a period an agency: population frozen, drawn, judged, signed off, recorded.",
    )
    orders = (Order("frozen_at", Period.id, Period.id, Wording("凍結", "Frozen"), descending=True),)
    tabs = (
        Tab(
            "in_work",
            Wording("進行中", "Under way"),
            lambda things: things.where(Period.state.in_(IN_WORK)),
            is_counted=True,
        ),
        Tab(
            "to_sign",
            Wording("待核章", "Awaiting sign-off"),
            lambda things: things.where(Period.state.in_(TO_SIGN)),
            is_counted=True,
        ),
        Tab("done", Wording("已完成", "Done"), lambda things: things.where(~Period.state.in_((*IN_WORK, *TO_SIGN)))),
    )
    choices = (Filter("month", Wording("月份", "Month"), Period.month, _months),)
    column_list = ("month", "agency", "owner", "population", "n", "judged", "state", "frozen_at")
    written_as: ClassVar = {"month": ("month", "plan")}
    column_labels: ClassVar = {
        "month": Wording("月份", "Month"),
        "plan": Wording("稽核計畫", "Plan"),
        "agency": Wording("稽核機關", "Audited by"),
        "owner": Wording("資料主政機關", "Data owner"),
        "population": Wording("母體", "Population"),
        "n": Wording("樣本", "Sample"),
        "judged": Wording("已判定", "Judged"),
        "state": Wording("狀態", "State"),
        "frozen_at": Wording("凍結", "Frozen"),
    }
    can_export = True
    can_view_details = False
    list_template = "auditing/periods.html"

    def rows(self, actor: Actor, session: Session, things: Sequence[Period]) -> Sequence[Row]:
        """Periods with names and how far their verdicts are; beside them, when the next month is closed."""
        self._template_args.update(coming=coming(actor, session))
        return rows_of(session, things)


def rows_of(session: Session, things: Sequence[Period]) -> list[Row]:
    """Periods in words, with how many samples are judged."""
    names: Names = agency_names(session, {code for thing in things for code in (thing.agency, thing.owner)})
    plans = {plan.id: plan.name for plan in session.scalars(_plans(things))}
    judged = judged_in(session, [thing.id for thing in things])
    return [
        Row(
            id=thing.id,
            month=month_name(thing.month),
            agency=names[thing.agency],
            owner=names[thing.owner],
            plan=plans[thing.plan],
            population=thing.population,
            n=thing.n,
            judged=judged.get(thing.id, 0),
            state=PERIOD_STATES[thing.state],
            frozen_at=thing.frozen_at,
        )
        for thing in things
    ]


def judged_in(session: Session, periods: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How many samples of each period have a verdict."""
    rows = session.execute(
        select(Sample.period, func.count())
        .where(Sample.period.in_(periods), Sample.state == "judged")
        .group_by(Sample.period)
    )
    return dict(rows.tuples().all())


def coming(actor: Actor, session: Session) -> dict[str, Any]:
    """The month at hand, the day on which its population is frozen, and whether a plan will make periods of it."""
    month = month_at_hand(session, clock.now())
    on: date = end_of(month).astimezone(clock.TAIPEI).date()
    has_plan = session.scalars(plans_for(actor, session).where(AuditPlan.to_at.is_(None)).limit(1)).first() is not None
    return {
        "month": month_name(month),
        "on": on,
        "days": (on - clock.today()) // timedelta(days=1),
        "has_plan": has_plan,
    }


def _plans(things: Sequence[Period]) -> Any:
    return select(AuditPlan).where(AuditPlan.id.in_({thing.plan for thing in things}))
