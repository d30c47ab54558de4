"""Jobs in a queue that this house did not put there: none of them is run, and how many there were is an entry.

Whoever can write to the queue's Redis can put them there, so an operator is told (SECURITY.md, T6). One entry stands for
all of a minute: a flood of them must not become one of entries.
"""

import json
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.core import clock
from govern.core.database import transaction
from govern.trail.append import append
from govern.trail.entry import Entry
from govern.trail.kinds.system import JobsRefused

TOLD_EACH_S: Final = 60.0
LATELY: Final = timedelta(days=1)


def enter(queue: str, number: int) -> None:
    """So many jobs of a queue were refused since this worker last said so."""
    with transaction() as session:
        append(session, JobsRefused(about_id=queue, number=number))


def refused_lately(session: Session) -> int:
    """How many jobs were refused within the last day, by all workers."""
    details = session.scalars(
        select(Entry.details).where(Entry.kind == JobsRefused.name, Entry.at > clock.now() - LATELY)
    )
    return sum(int(json.loads(each)["number"]) for each in details)
