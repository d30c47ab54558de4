"""Why a right was granted and how it ended, opened for whoever may read it: its entry says when, by whom and for which cause."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.keys.ring import bound
from govern.keys.subject import open_value
from govern.people.right import Right
from govern.rules.actor import Actor
from govern.trail.entry import Entry, EntrySealedValue


@dataclass(frozen=True, slots=True)
class Ending:
    """How a right ended: when, by whom (nobody: the house itself), the cause's code, and the reason in words."""

    at: datetime
    person: uuid.UUID | None
    cause: str
    reason: str | None


def reason_of(session: Session, right: Right) -> str | None:
    """Why it was granted, in the supervisor's words; `None` where nothing was said or it was forgotten."""
    return None if right.reason is None else open_value(bound(), session, right.reason)


def ending_of(actor: Actor, session: Session, right: Right) -> Ending | None:
    """How a right ended; none while it is open. The reason in words is for those above, not for who held the right."""
    if right.ended_at is None:
        return None
    entry = session.scalars(
        select(Entry)
        .where(Entry.about_kind == "person", Entry.about_id == str(right.person))
        .where(Entry.kind == "right_ended", Entry.right == right.id)
        .order_by(Entry.id.desc())
        .limit(1)
    ).first()
    if entry is None:
        return Ending(right.ended_at, None, "", None)
    reason = None
    if right.agency in actor.reach.agencies and right.person != actor.person_id:
        sealed = session.scalars(
            select(EntrySealedValue.sealed_value_id).where(EntrySealedValue.entry_id == entry.id).limit(1)
        ).first()
        reason = None if sealed is None else open_value(bound(), session, sealed)
    return Ending(right.ended_at, entry.person, entry.cause or "", reason)
