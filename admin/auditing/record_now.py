"""A period's record as its page shows it: the newest, and how far the making of the next is."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.review.period import Period
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from reports.record.shelf import IssuedRecord


@dataclass(frozen=True, slots=True)
class RecordNow:
    """The newest record of a period, whether this visitor may ask for one, and whether a worker is at it."""

    number: str | None
    made_at: datetime | None
    may_ask: bool
    is_coming: bool
    says: Wording | None = None
    done: int = 0
    total: int = 0


def record_now(actor: Actor, session: Session, period: Period) -> RecordNow:
    """How the record of a period stands. Whoever calls has found the period within the actor's reach."""
    issued = newest_of_period(session, period.id)
    is_theirs = actor.agency == period.agency and actor.holds(Role.AUDITOR, Role.HEAD)
    return RecordNow(
        number=issued.number if issued else None,
        made_at=issued.made_at if issued else None,
        may_ask=is_theirs and period.state in ("signed", "nothing_to_draw"),
        is_coming=False,
    )


def newest_of_period(session: Session, period: uuid.UUID) -> IssuedRecord | None:
    """The last record issued of a period; whoever calls has found the period within the actor's reach."""
    return session.scalars(
        select(IssuedRecord).where(IssuedRecord.period == period).order_by(IssuedRecord.id.desc()).limit(1)
    ).first()
