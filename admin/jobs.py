"""Every background job but the exports of lists, which need the console: name, queue, deadline, function, and when_lost."""

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Final

from audit.draw import falls_due
from govern.core.database import reading
from govern.core.settings import Settings
from govern.lookups import destroy, intent, run
from govern.queue.child import JobKind
from reports.record import issue
from reports.record.period import issue as period_issue

# What a task may take beyond its source's deadline: deciding, sealing, two transactions.
MARGIN_S: Final = 2.0
LONGEST_SOURCE_S: Final = 120.0  # no source's own deadline is longer


def jobs(settings: Settings) -> Mapping[str, JobKind]:
    """The kinds of work that this house's workers know; a row of any other kind is left alone."""
    longest = max(settings.source_deadline_s, LONGEST_SOURCE_S) * settings.batch_portion
    return {
        "task": JobKind(
            name="task",
            queue="normal",
            deadline_s=longest,
            run=partial(run.run, settings=settings),
            when_lost=partial(run.lost, settings=settings),
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
        period_issue.WORK: JobKind(
            name=period_issue.WORK,
            queue="batch",
            deadline_s=period_issue.DEADLINE_S,
            run=partial(period_issue.run, settings=settings),
            when_lost=left_to_its_lease,
        ),
        falls_due.CLOSE: JobKind(
            name=falls_due.CLOSE,
            queue="scheduled",
            deadline_s=falls_due.CLOSE_DEADLINE_S,
            run=partial(falls_due.close_month, settings=settings),
            when_lost=left_to_its_lease,
        ),
        falls_due.DRAW: JobKind(
            name=falls_due.DRAW,
            queue="scheduled",
            deadline_s=falls_due.DRAW_DEADLINE_S,
            run=partial(falls_due.draw_periods, settings=settings),
            when_lost=left_to_its_lease,
        ),
    }


def task_deadline(work_id: uuid.UUID, settings: Settings) -> float:
    """What the asking may take, and a margin for deciding, sealing and two transactions."""
    with reading() as session:
        return intent.asking_s(session, work_id, settings) + MARGIN_S


def left_to_its_lease(work_id: uuid.UUID, why: str) -> None:
    """Work that may simply run again: it falls due when its lease is over, and the reconciler offers it."""
