"""What was last said of a thing of the catalogue: when, by whom, which act, and the reason, opened."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.core.wording import Wording
from govern.keys.ring import bound
from govern.keys.subject import open_value
from govern.trail.entry import Entry, EntrySealedValue

ACTS: Final = {
    "added": Wording("登錄", "entered"),
    "extended": Wording("新增欄位", "given new fields"),
    "changed": Wording("修改", "changed"),
    "corrected": Wording("更正", "corrected"),
    "ended": Wording("登錄終止日", "given a last day"),
    "kept": Wording("撤回終止日", "kept in force after all"),
    "closed": Wording("停止介接", "closed"),
    "opened": Wording("開放介接", "opened"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One act on a thing, as its entry tells it; nobody: the house, from a file."""

    at: datetime
    person: uuid.UUID | None
    act: Wording
    reason: str | None


def last_said(session: Session, about_kind: str, about_id: str) -> Said | None:
    """The newest entry about a thing of the catalogue that tells an act; none where it was only loaded."""
    entry = session.scalars(
        select(Entry)
        .where(Entry.about_kind == about_kind, Entry.about_id == about_id, Entry.kind == f"{about_kind}_changed")
        .order_by(Entry.id.desc())
        .limit(1)
    ).first()
    act = None if entry is None else ACTS.get(json.loads(entry.details).get("act", ""))
    if entry is None or act is None:
        return None
    sealed = session.scalars(
        select(EntrySealedValue.sealed_value_id).where(EntrySealedValue.entry_id == entry.id).limit(1)
    ).first()
    reason = None if sealed is None else open_value(bound(), session, sealed)
    return Said(entry.at, entry.person, act, reason)
