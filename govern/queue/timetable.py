"""Plans that fall due: each occurrence once.

The house's periodic works (ending silent sessions, forgetting what is over its term, closing a month) are plans; an
occurrence is a row under a unique key of plan and due time, written with its row of work in one transaction, so that
any number of timetables on any number of hosts plan it once between them (SECURITY.md, F13; RQ's own scheduler ran jobs
twice when a lock ran out). Whether it also runs once is the lease's business.

Rule for what was missed while no timetable ran: the latest occurrence alone is made good. The house's periodic works
look at everything that is due by then, so the older ones would find nothing left.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlalchemy import String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core.clock import TAIPEI, database_now
from govern.core.database import Base, transaction
from govern.queue import lease as leases
from govern.queue.broker import Broker
from govern.queue.child import where
from govern.queue.offer import offer, offer_due
from govern.queue.work import Work, plan_work

KEPT: Final = timedelta(days=62)  # occurrences older than this are forgotten, but for each plan's latest
_NAMESPACE: Final = uuid.UUID("5c1d5c5e-6f0a-5a52-9d3c-0f5f2c2b8f11")

_diagnostics = logging.getLogger("govern.queue.timetable")


class PlanOccurrence(Base):
    """One due time of one plan. The first of a plan, written when the plan is first seen, has no work."""

    __tablename__ = "plan_occurrence"

    plan: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    work: Mapped[uuid.UUID | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """A periodic work of the house. `latest` gives its last due time at or before an instant, in UTC."""

    name: str
    kind: str
    queue: str
    latest: Callable[[datetime], datetime]


def every(seconds: int) -> Callable[[datetime], datetime]:
    """Due each so many seconds, counted from the epoch: all hosts agree on the times."""

    def latest(now: datetime) -> datetime:
        return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)

    return latest


def daily(at: time) -> Callable[[datetime], datetime]:
    """Due once each civil day of Taipei, at a time of its clock."""

    def latest(now: datetime) -> datetime:
        today = datetime.combine(now.astimezone(TAIPEI).date(), at, TAIPEI)
        return (today if today <= now else today - timedelta(days=1)).astimezone(UTC)

    return latest


def monthly(day: int, at: time) -> Callable[[datetime], datetime]:
    """Due once each month of Taipei, on a day (1 to 28, which every month has) at a time of its clock."""
    if not 1 <= day <= 28:
        raise ValueError(day)

    def latest(now: datetime) -> datetime:
        this = datetime.combine(now.astimezone(TAIPEI).date().replace(day=day), at, TAIPEI)
        if this <= now:
            return this.astimezone(UTC)
        last_month = this.date().replace(day=1) - timedelta(days=1)
        return datetime.combine(last_month.replace(day=day), at, TAIPEI).astimezone(UTC)

    return latest


def target_of(plan: str, due_at: datetime) -> uuid.UUID:
    """The target of an occurrence's work: the same on every host, so that `(kind, target)` is unique as well."""
    return uuid.uuid5(_NAMESPACE, f"{plan}\n{due_at.astimezone(UTC).isoformat()}")


def plan_due(session: Session, plans: Sequence[Plan]) -> list[Work]:
    """The latest occurrence of each plan is planned if nobody planned it, by the database's clock; the new works.

    A plan never seen before starts with its next due time. In the caller's transaction.
    """
    now = database_now(session)
    planned = []
    for plan in plans:
        due_at = plan.latest(now)
        last = session.scalars(
            select(PlanOccurrence.due_at)
            .where(PlanOccurrence.plan == plan.name)
            .order_by(PlanOccurrence.due_at.desc())
            .limit(1)
        ).first()
        if last is not None and last >= due_at:
            continue
        is_first = last is None
        target = target_of(plan.name, due_at)
        if _write(session, plan.name, due_at, None if is_first else target) and not is_first:
            planned.append(plan_work(session, kind=plan.kind, target_id=target, queue=plan.queue, due_at=due_at))
            session.execute(
                delete(PlanOccurrence).where(PlanOccurrence.plan == plan.name, PlanOccurrence.due_at < due_at - KEPT)
            )
    session.flush()
    return planned


def _write(session: Session, plan: str, due_at: datetime, work: uuid.UUID | None) -> bool:
    """Whether this transaction wrote the occurrence; `False` when another did, which is waited for on PostgreSQL."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(PlanOccurrence)
        .values(plan=plan, due_at=due_at, work=work)
        .on_conflict_do_nothing()
        .returning(PlanOccurrence.plan)
    )
    return session.execute(statement).first() is not None


def tick(to: Broker, plans: Sequence[Plan]) -> int:
    """One round of the reconciler: plans that fell due, then everything due that nobody holds; how much was offered.

    What a worker of this machine held that is gone by now, nobody holds.
    """
    with transaction() as session:
        leases.lapse_of_the_gone(session)
        planned = plan_due(session, plans)
        offer(session, *planned)
    return len(planned) + offer_due(to)


def keep(to: Broker, plans: Sequence[Plan], *, every_s: float, is_over: threading.Event) -> None:
    """A round each `every_s` seconds until `is_over` is set. Outlives an absent database or Redis: they come back.

    Bind `to` as this process' outlet first (`broker.bind`), so that planned work is offered at once.
    """
    while not is_over.is_set():
        try:
            tick(to, plans)
        except SQLAlchemyError as error:
            _diagnostics.warning("round left out: %s", where(error))
        is_over.wait(every_s)
