"""Take, renew, give up: a lease on a row of work, whose fencing number only rises.

Whoever holds the lease may do the work; whoever took it over has a higher fence, so that a holder thought dead who
wakes up again is refused at its outcome (`hold`). Leases run by the database's clock, never by a host's: a worker with
its clock ten minutes ahead ran a running job a second time in a trial (SECURITY.md, trap 2).
"""

import os
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.core.clock import database_now
from govern.queue import holder
from govern.queue.work import Work


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one piece of work until `until`, under a fence that no earlier holder has."""

    work_id: uuid.UUID
    fence: int
    kind: str
    target_id: uuid.UUID
    by: str
    until: datetime
    tries: int
    """How often this work was taken, this time included; what was given up untried does not count."""
    is_taken_over: bool
    """The former holder neither finished nor gave up: it died, or it still runs and will be refused."""


class LeaseLost(Exception):
    """The row is gone or under a higher fence: what this holder wanted to write must not be written."""

    def __init__(self, work_id: uuid.UUID) -> None:
        super().__init__(f"the lease of work {work_id} is lost")
        self.work_id = work_id


def take(session: Session, work_id: uuid.UUID, by: str, seconds: float) -> Lease | None:
    """The work is leased to `by` for `seconds`; `None` when it is gone, not yet due, or somebody else's.

    In the caller's transaction, under a row lock (on SQLite the transaction has the whole file). Two that take at once
    come one after the other, and the second gets `None`. Assumes that `transaction()` is open, not `reading()`.
    """
    work = _locked(session, work_id)
    now = database_now(session)  # after the lock: waiting for it must not lengthen anybody's lease
    if work is None or work.due_at > now:
        return None
    is_taken_over = work.state == "leased"
    if is_taken_over and work.lease_until is not None and work.lease_until > now:
        return None
    return _lease(session, work, by, seconds, is_taken_over=is_taken_over)


def take_over(session: Session, work_id: uuid.UUID, by: str, seconds: float) -> Lease | None:
    """The lease that `by` held when its child was lost, under a higher fence; `None` when it is not `by`'s any more.

    Only for whoever knows that the holder is dead: a worker, whose child it was. Nobody need wait for the lease's end.
    """
    work = _locked(session, work_id)
    if work is None or not _is_held_by(work, by):
        return None
    return _lease(session, work, by, seconds, is_taken_over=True)


def this_worker() -> str:
    """The name under which a worker's children hold leases: their parent's, so that it can settle what they leave."""
    return holder.name_of(os.getppid())


def is_held_by(session: Session, work_id: uuid.UUID, by: str) -> bool:
    """Whether `by` holds the work, or held it last and neither finished nor gave up."""
    work = session.get(Work, work_id)
    return work is not None and _is_held_by(work, by)


def lapse(session: Session, work_id: uuid.UUID, by: str) -> bool:
    """The lease that `by` holds on the work is over now; whether it held one. For a holder that is known to be dead.

    So the reconciler offers the work without waiting for the lease's own end. Whoever holds it by now, if it is
    another, keeps it.
    """
    work = _locked(session, work_id)
    if work is None or not _is_held_by(work, by):
        return False
    work.lease_until = database_now(session)
    work.offered_at = None  # whoever held it had taken it out of Redis
    session.flush()
    return True


def lapse_of_the_gone(session: Session) -> int:
    """Every lease whose holder ran on this machine and runs no more is over now; how many.

    Else what a killed worker had taken would wait for the end of its leases, which lies beyond its source's deadline. A
    holder that is not gone is never judged so; were it, its fence would refuse it at its outcome, as any that was late.
    """
    now = database_now(session)
    held = session.execute(select(Work.id, Work.leased_by).where(Work.state == "leased", Work.lease_until > now)).all()
    return sum(lapse(session, work_id, by) for work_id, by in held if by and holder.is_gone(by))


def hold(session: Session, lease: Lease) -> Work:
    """The row, locked to the transaction's end, if it is still under our fence; else `LeaseLost`.

    An outcome is written only after this, in the same transaction. A lease that has run out while nobody took it over
    is still ours: the fence decides, not the time.
    """
    work = _locked(session, lease.work_id)
    if work is None or work.state != "leased" or work.fence != lease.fence:
        raise LeaseLost(lease.work_id)
    return work


def renew(session: Session, lease: Lease, seconds: float) -> datetime:
    """The lease runs for `seconds` from now; its new end. Raises `LeaseLost` when it is no longer ours."""
    work = hold(session, lease)
    work.lease_until = until = database_now(session) + timedelta(seconds=seconds)
    session.flush()
    return until


def done(session: Session, lease: Lease) -> None:
    """The work is over and its row gone. Raises `LeaseLost`; a second call does too."""
    session.delete(hold(session, lease))
    session.flush()


def give_up(session: Session, lease: Lease, due_at: datetime, *, was_tried: bool = True) -> Work:
    """The work is due again at `due_at`, for anybody; its fence stays, so that it can only rise. Returns the row.

    `was_tried=False` when nothing was done (a source with no free place), so that it does not count as a try. Offer the
    row (`offer.offer`) in the same transaction when it is due at once.
    """
    work = hold(session, lease)
    work.state = "due"
    work.due_at = due_at
    work.leased_by = None
    work.lease_until = None
    work.offered_at = None
    if not was_tried:
        work.tries -= 1
    session.flush()
    return work


def _lease(session: Session, work: Work, by: str, seconds: float, *, is_taken_over: bool) -> Lease:
    work.state = "leased"
    work.fence += 1
    work.tries += 1
    work.leased_by = by
    work.lease_until = until = database_now(session) + timedelta(seconds=seconds)
    session.flush()
    return Lease(
        work_id=work.id,
        fence=work.fence,
        kind=work.kind,
        target_id=work.target_id,
        by=by,
        until=until,
        tries=work.tries,
        is_taken_over=is_taken_over,
    )


def _is_held_by(work: Work, by: str) -> bool:
    return work.state == "leased" and work.leased_by == by


def _locked(session: Session, work_id: uuid.UUID) -> Work | None:
    """The row as it is now, not as this session saw it before, locked where the database knows row locks."""
    return session.scalars(
        select(Work).where(Work.id == work_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
