"""A period's record: asked for after the sign-off, made by a worker that says how far it is, shelved with its entry.

The same four steps as a look-up's (`issue.py`): everything under a checkpoint; gathered, read only; printed, signed and
stamped with no transaction open; one transaction for shelf and entry. Before the sign-off there is no record, and a
sentence says so. While it is made, a row says the stage (`shelf.progress_of`), and whoever watches the period gets a note
(`queue.broker`); a record that cannot be printed leaves its reason there and nothing else.
"""

import hashlib
import logging
import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from audit.draw.period import Period
from audit.review.scope import period_for
from govern.core import clock
from govern.core.database import assert_none_open, reading, transaction
from govern.core.errors import Conflict, GovernError, NotFound, TryLater
from govern.core.ids import new_id
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.queue import broker
from govern.queue import lease as leases
from govern.queue.lease import Lease
from govern.queue.offer import offer
from govern.queue.work import Work, plan_work
from govern.rules.actor import Actor
from govern.trail.append import append
from govern.trail.kinds.system import PeriodRecordAsked, RecordIssued
from reports.record import issue
from reports.record.period.gather import gather_period, must_be_ready
from reports.record.period.render import render_period
from reports.record.render import NotPrinted
from reports.record.shelf import IssuedRecord, RecordProgress

WORK: Final = "period_record"  # the kind of its rows of work; their target is the period
DEADLINE_S: Final = 900.0
LONGEST_WAIT: Final = timedelta(minutes=10)
STAGES: Final[Mapping[str, Wording]] = {
    "waiting": Wording("等候製作", "waiting"),
    "gathering": Wording("彙整樣本與軌跡", "gathering samples and entries"),
    "printing": Wording("排版，第{done}份，共{total}份", "printing, {done} of {total} parts"),
    "signing": Wording("簽章並加蓋時戳", "signing and stamping"),
    "refused": Wording("無法製作", "could not be made"),
}

diagnostics: Final = logging.getLogger(__name__)


def issue_period(
    period_id: uuid.UUID, *, settings: Settings, time_stamp_url: str = "", lease: Lease | None = None
) -> IssuedRecord:
    """A new signed record of a period lies on the shelf, and the trail says so; each call makes another.

    `NotFound` without such a period; `Conflict` before its sign-off; `TryLater` while an entry has no checkpoint or no time
    stamp can be had; `NotPrinted` when it cannot be shown as it is. With a `lease` its work is done in the same
    transaction, and `LeaseLost` undoes all when somebody else holds it by now.
    """
    assert_none_open()
    with reading() as session:
        period = session.get(Period, period_id)
        if period is None:
            raise NotFound
        must_be_ready(period)
    told = partial(tell, period_id) if lease is not None else _to_nobody  # a command speaks for itself
    told("gathering")
    issue.bring_checkpoint(settings)
    stamp, signer = issue.time_stamp(settings, time_stamp_url), issue.signer_of(settings.folder / "keys")
    made_at = clock.now()
    with reading() as session:
        frame = issue.new_frame(session, settings, made_at)
        content = gather_period(session, period_id, frame)
    size = content.checkpoint.size
    printed = render_period(content, partial(told, "printing"))
    del content
    told("signing")
    pdf = signer.sign(printed, stamp)
    del printed
    digest = hashlib.sha256(pdf).digest()
    record = IssuedRecord(
        id=new_id(),
        number=frame.number,
        period=period_id,
        pdf=pdf,
        pdf_sha256=digest,
        checkpoint_size=size,
        made_at=made_at,
    )
    with transaction() as session:
        session.add(record)
        append(session, RecordIssued(about_id=frame.number, period=period_id, pdf_sha256=digest, checkpoint_size=size))
        _told(session, period_id)
        if lease is not None:
            leases.done(session, lease)
    broker.publish(period_id)
    return record


def ask_for_period(actor: Actor, period_id: uuid.UUID) -> None:
    """A worker will make the record of a period within the actor's reach; asked again before it is made, once.

    `NotFound` for a foreign period as for an absent one; `Conflict`, with a sentence, before the sign-off.
    """
    with transaction() as session:
        period = period_for(actor, session, period_id)
        must_be_ready(period)
        if not is_asked_for(session, period.id):
            now = clock.database_now(session)
            append(session, PeriodRecordAsked(about_id=str(period.id), owner=period.owner), by=actor)
            work = plan_work(session, kind=WORK, target_id=period.id, queue="batch", due_at=now)
            _told(session, period.id)
            session.add(RecordProgress(target=period.id, stage="waiting", at=now))
            session.flush()
            offer(session, work)


def is_asked_for(session: Session, period_id: uuid.UUID) -> bool:
    """Whether a worker is still to make a record of the period."""
    return session.query(Work.id).filter(Work.kind == WORK, Work.target_id == period_id).first() is not None


def run(work_id: uuid.UUID, settings: Settings) -> None:
    """One attempt at a record that was asked for. It waits while no time stamp can be had; it ends when it cannot be.

    Nothing happens when the work is done, held by another, or not due.
    """
    with transaction() as session:
        lease = leases.take(session, work_id, leases.this_worker(), DEADLINE_S + settings.lease_s)
    if lease is None:
        return
    try:
        issue_period(lease.target_id, settings=settings, lease=lease)
    except leases.LeaseLost:
        return
    except TryLater as later:
        diagnostics.warning("record of period %s waits: %s", lease.target_id, later.code)
        tell(lease.target_id, "waiting")
        with transaction() as session:
            leases.give_up(session, lease, clock.now() + min(issue.AGAIN_AFTER * lease.tries, LONGEST_WAIT))
    except (NotPrinted, Conflict, NotFound) as refused:
        _refused(lease, refused)


def tell(period_id: uuid.UUID, stage: str, done: int = 0, total: int = 0, code: str | None = None) -> None:
    """Whoever watches the period sees this stage of its record."""
    with transaction() as session:
        session.merge(RecordProgress(target=period_id, stage=stage, done=done, total=total, code=code, at=clock.now()))
    broker.publish(period_id)


def _to_nobody(_stage: str, _done: int = 0, _total: int = 0) -> None:
    """Nobody watches."""


def _refused(lease: Lease, refused: GovernError) -> None:
    """The work is over without a record; why stays where the page looks."""
    diagnostics.error("record of period %s not made: %s", lease.target_id, refused.code)
    with transaction() as session:
        leases.done(session, lease)
    tell(lease.target_id, "refused", code=refused.code[:60])


def _told(session: Session, period_id: uuid.UUID) -> None:
    """Nothing is told of an earlier record any more."""
    held = session.get(RecordProgress, period_id)
    if held is not None:
        session.delete(held)
        session.flush()
