"""A look-up as its page shows it: who is asked about whom, how far it is, what was written first, what can be done now."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.desk.judged import Refusal, refusal_of
from admin.frame.names import agency_names, case_item_names, data_item_names, people_names
from audit.log.store import newest_checkpoint
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.source import FAILURES
from govern.core import clock
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import open_value
from govern.lookups.lookup import Answer, Ground, Lookup, SubjectKey, Task, WrongRow
from govern.rules.actor import Actor
from govern.rules.denial import Deny
from govern.rules.grounds import GROUNDS
from govern.rules.identifiers import kinds
from govern.trail.entry import Entry, EntryNumber
from govern.trail.kinds.kind import KINDS
from govern.trail.kinds.lookups import Shown
from reports.record import issue, shelf

LOST: Final = Wording(
    "查調中斷，不知道主政機關是否已處理。", "The look-up was interrupted; whether the owner handled it is not known."
)
NO_GROUND: Final = Wording("無", "none")
DELAYED_AFTER: Final = timedelta(seconds=10)  # due for so long and nobody has begun: the page says so
# States after which the same data item may be asked for again, as a new look-up that names this one.
ASK_AGAIN: Final = frozenset({"failed", "unknown", "expired", "cancelled"})


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task as the page's side shows it."""

    id: uuid.UUID
    item: str
    state: str
    name: Wording
    owner: Wording
    count: int | None
    found: int | None
    attempts: int
    says: Wording | None
    next_step: Wording | None
    answered_at: datetime | None

    @property
    def can_be_asked_again(self) -> bool:
        """Whether asking again, as a new look-up, makes sense."""
        return self.state in ASK_AGAIN


@dataclass(frozen=True, slots=True)
class Written:
    """The entry that was written first (憑據列): its number once the sequencer came by, and the checkpoint over it."""

    kind: Wording
    at: datetime
    number: int | None
    checkpoint: int | None
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """Everything that the page says of a look-up, opened for this one page."""

    lookup: Lookup
    name: Wording
    agency: Wording
    person: str
    case_number: str = field(repr=False)
    reason: str = field(repr=False)
    subjects: tuple[str, ...] = field(repr=False)
    ground: Wording
    document: str = field(repr=False)
    tasks: tuple[TaskLine, ...]
    alive_from: datetime | None
    alive_until: datetime | None
    has_answers: bool
    is_own: bool
    wrong_rows: tuple[tuple[int, str], ...]
    record: str | None
    record_is_coming: bool
    refusal: Refusal | None
    written: Written | None

    @property
    def can_be_called_back(self) -> bool:
        """Whether a task still waits to be asked."""
        return any(task.state == "waiting" for task in self.tasks)

    @property
    def is_delayed(self) -> bool:
        """Whether it waits longer than it should, as when the queue is away: it goes on by itself, and is not to be resent."""
        return self.lookup.state == "waiting" and clock.now() - self.lookup.due_at > DELAYED_AFTER

    @property
    def done(self) -> int:
        """Tasks that have ended."""
        return len(self.tasks) - self.lookup.tasks_open

    @property
    def found(self) -> int:
        """How many subjects of a file some source knew."""
        return sum(task.found or 0 for task in self.tasks)


def follow(session: Session, actor: Actor, found: Lookup) -> Followed:
    """A look-up within the actor's reach, as its page shows it. Whoever calls has found it through a scope."""
    held = ring.bound()
    tasks = list(session.scalars(select(Task).where(Task.lookup == found.id).order_by(Task.seq)))
    version = session.scalars(
        select(CaseItemVersion).where(
            CaseItemVersion.case_item == found.case_item, CaseItemVersion.version == found.case_item_version
        )
    ).one()
    ground = session.get(Ground, (found.id, tasks[0].first_ordinal))
    is_own = found.person == actor.person_id and found.agency == actor.agency
    put_at, ends_at, alive = _alive(session, actor, found)
    issued = shelf.newest_of(session, found.id)
    names = _names(session, tasks)
    denied = Deny(tasks[0].deny_rule or "", parameters=tasks[0].deny_parameters or {})
    return Followed(
        lookup=found,
        name=version.name,
        agency=agency_names(session, {found.agency})[found.agency],
        person=people_names(session, {found.person}).get(found.person, found.account),
        case_number=open_value(held, session, found.case_number) or "",
        reason=(open_value(held, session, found.reason) or "") if found.reason else "",
        subjects=_subjects(session, found),
        ground=GROUNDS[ground.kind].name if ground and ground.kind in GROUNDS else NO_GROUND,
        document=(open_value(held, session, ground.document) or "") if ground and ground.document else "",
        tasks=tuple(_line(task, names) for task in tasks),
        alive_from=put_at if is_own else None,
        alive_until=ends_at if is_own else None,
        has_answers=is_own and alive > 0,
        is_own=is_own,
        wrong_rows=_wrong_rows(session, found),
        record=issued.number if issued else None,
        record_is_coming=issue.is_asked_for(session, found.id),
        refusal=refusal_of(denied, names) if found.state == "denied" else None,
        written=_written(session, actor, found),
    )


def _alive(session: Session, actor: Actor, found: Lookup) -> tuple[datetime | None, datetime | None, int]:
    """From when until when the answers of this log-in live, and how many do."""
    row = session.execute(
        select(func.min(Answer.put_at), func.max(Answer.ends_at), func.count())
        .join(Task, Task.id == Answer.task)
        .where(Task.lookup == found.id, Answer.state == "alive", Answer.session_hash == actor.session_hash)
    ).one()
    return row[0], row[1], int(row[2])


def _subjects(session: Session, found: Lookup) -> tuple[str, ...]:
    """The subjects' keys as they may be shown: masked, and of a file none, since its number says enough."""
    if found.is_file:
        return ()
    keys = session.scalars(
        select(SubjectKey)
        .where(SubjectKey.lookup == found.id, SubjectKey.part == "key")
        .order_by(SubjectKey.ordinal, SubjectKey.seq)
    )
    values = [(key.kind, open_value(ring.bound(), session, key.sealed_value)) for key in keys]
    return tuple(kinds.masked(kind, value) for kind, value in values if value is not None)


def _wrong_rows(session: Session, found: Lookup) -> tuple[tuple[int, str], ...]:
    rows = session.scalars(select(WrongRow).where(WrongRow.lookup == found.id).order_by(WrongRow.row_number))
    return tuple((row.row_number, row.reason) for row in rows)


def _names(session: Session, tasks: Sequence[Task]) -> dict[str, Wording]:
    """What the codes of tasks and of their denials are called."""
    said = {str(value) for task in tasks for value in (task.deny_parameters or {}).values()}
    return {
        **case_item_names(session, said),
        **data_item_names(session, said | {task.item for task in tasks}),
        **agency_names(session, said | {task.owner for task in tasks}),
    }


def _line(task: Task, names: Mapping[str, Wording]) -> TaskLine:
    says, then = None, None
    if task.deny_rule:
        deny = Deny(task.deny_rule, parameters=task.deny_parameters or {})
        says, then = deny.worded(names), deny.next_step_worded(names)
    elif task.failure and task.state != "answered":
        says = FAILURES.get(task.failure, LOST)
    name = names[task.item]
    if task.last_ordinal > task.first_ordinal:
        first, last = task.first_ordinal, task.last_ordinal
        name = Wording(f"{name.zh}（第{first}至{last}人）", f"{name.en} (persons {first} to {last})")
    return TaskLine(
        id=task.id,
        item=task.item,
        state="nothing" if task.state == "answered" and task.found == 0 else task.state,
        name=name,
        owner=names[task.owner],
        count=task.rows,
        found=task.found,
        attempts=task.attempts,
        says=says,
        next_step=then,
        answered_at=task.ended_at,
    )


def _written(session: Session, actor: Actor, found: Lookup) -> Written | None:
    """The entry that this page stands on: the last "shown" of this log-in, else how it ended, else that it was asked."""
    entry = session.scalars(
        select(Entry)
        .where(Entry.lookup == found.id, Entry.kind == Shown.name, Entry.session_hash == actor.session_hash)
        .order_by(Entry.id.desc())
        .limit(1)
    ).first()
    is_shown = entry is not None
    entry = entry or session.get(Entry, found.ending_entry or found.asked_entry)
    if entry is None:
        return None
    number = session.scalars(select(EntryNumber.number).where(EntryNumber.entry_id == entry.id)).first()
    checkpoint = newest_checkpoint(session)
    is_covered = number is not None and checkpoint is not None and number < checkpoint.size
    return Written(
        kind=KINDS[entry.kind].wording,
        at=entry.at,
        number=number,
        checkpoint=checkpoint.size if checkpoint is not None and is_covered else None,
        is_shown=is_shown,
    )
