"""A period's record as its page shows it: the newest, and how far the making of the next is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from audit.draw.period import Period
from govern.core.wording import Wording
from reports.record import shelf
from reports.record.period import issue as period_issue
from reports.record.period.gather import READY

# A worker's stages as parts of one bar; the printing is the longest, and says itself how many parts it has.
PARTS_OF_ALL: Final = {"waiting": (0, 0), "gathering": (5, 0), "printing": (15, 75), "signing": (92, 0)}


@dataclass(frozen=True, slots=True)
class RecordNow:
    """The newest record of a period, whether one can be asked for, and what a worker is at."""

    number: str | None
    made_at: datetime | None
    may_ask: bool
    is_coming: bool
    is_refused: bool
    says: Wording | None
    percent: int


def record_now(session: Session, period: Period) -> RecordNow:
    """How the record of a period stands. Whoever calls has found the period within the actor's reach."""
    issued, progress = shelf.newest_of_period(session, period.id), shelf.progress_of(session, period.id)
    is_coming = period_issue.is_asked_for(session, period.id)
    stage = progress.stage if progress else "waiting"
    base, share = PARTS_OF_ALL.get(stage, (0, 0))
    done = progress.done / progress.total if progress and progress.total else 0
    says = period_issue.STAGES.get(stage)
    return RecordNow(
        number=issued.number if issued else None,
        made_at=issued.made_at if issued else None,
        may_ask=period.state in READY,
        is_coming=is_coming,
        is_refused=stage == "refused",
        says=says.fill(done=progress.done, total=progress.total) if says and progress else says,
        percent=round(base + share * done),
    )
