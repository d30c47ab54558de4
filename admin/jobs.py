"""Every background job: name, queue, deadline, function, and when_lost for a killed child."""

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Final

from govern.catalogue.source import SourceVersion
from govern.core.database import reading, transaction
from govern.core.settings import Settings
from govern.lookups import destroy, outcome, run
from govern.lookups.lookup import Task
from govern.lookups.pressure import free_slot
from govern.queue import lease as leases
from govern.queue.child import JobKind
from govern.queue.offer import offer
from govern.queue.work import Work
from reports.record import issue

# What a task may take beyond its source's deadline: deciding, sealing, two transactions.
MARGIN_S: Final = 2.0


def jobs(settings: Settings) -> Mapping[str, JobKind]:
    """The kinds of work that this house's workers know; a row of any other kind is left alone."""
    longest = settings.source_deadline_s * settings.batch_portion
    return {
        "task": JobKind(
            name="task",
            queue="normal",
            deadline_s=longest,
            run=partial(run.run, settings=settings),
            when_lost=partial(task_lost, settings=settings),
            deadline_of=partial(task_deadline, settings=settings),
        ),
        "destroy": JobKind(
            name="destroy",
            queue="normal",
            deadline_s=30.0,
            run=partial(destroy.run, settings=settings),
            when_lost=left_to_its_lease,
        ),
        "record": JobKind(
            name="record",
            queue="normal",
            deadline_s=180.0,
            run=partial(issue.run, settings=settings),
            when_lost=left_to_its_lease,
        ),
    }


def task_deadline(work_id: uuid.UUID, settings: Settings) -> float:
    """The source's own deadline and a margin; for a portion of a file asked row by row, once for each row."""
    with reading() as session:
        work = session.get(Work, work_id)
        task = session.get(Task, work.target_id) if work else None
        if task is None:
            return MARGIN_S
        version = session.get(SourceVersion, (task.source, 1)) if task.source else None
        deadline_s = version.deadline_s if version else settings.source_deadline_s
        return deadline_s * (task.last_ordinal - task.first_ordinal + 1) + MARGIN_S


def task_lost(work_id: uuid.UUID, why: str, settings: Settings) -> None:
    """The child that asked was killed: again where the source allows it, else *unknown*; its slot is free again."""
    with transaction() as session:
        lease = leases.take_over(session, work_id, leases.this_worker(), settings.lease_s)
        if lease is None:
            return
        task = session.get_one(Task, lease.target_id)
        lookup = outcome.locked(session, task.lookup)
        if task.source:
            free_slot(session, task.source, task.id)
        if task.ended_at is not None:
            leases.done(session, lease)
        elif task.state == "running":
            again = outcome.lost(session, lookup, task, lease, why)
            if again is not None:
                offer(session, again)
        else:
            offer(session, leases.give_up(session, lease, lease.until, was_tried=False))


def left_to_its_lease(work_id: uuid.UUID, why: str) -> None:
    """Work that may simply run again: it falls due when its lease is over, and the reconciler offers it."""
