"""Follow a look-up: its page, its tasks' progress, live by server-sent events."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Response, abort, redirect, render_template, stream_with_context, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.desk.ask import pages
from admin.frame.actor import the_actor, the_visitor
from admin.frame.parts import parts
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.data_item import DataItem
from govern.catalogue.source import FAILURES
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import open_value
from govern.lookups import destroy, outcome
from govern.lookups.lookup import Answer, Ground, Lookup, SubjectKey, Task, WrongRow
from govern.lookups.scope import lookup_for, own_lookup
from govern.people.session_life import actor_of
from govern.queue import broker
from govern.queue.broker import Broker
from govern.rules.denial import Deny
from govern.rules.grounds import GROUNDS
from govern.rules.identifiers import kinds
from reports.record import issue, shelf

STREAM_S = 540  # a stream ends by itself and is begun again: one that is open is no sign of a person
BEAT_S = 15.0


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task as the page's side shows it."""

    id: uuid.UUID
    state: str
    name: Wording
    owner: Wording
    count: int | None
    says: Wording | None
    next_step: Wording | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Followed:
    """A look-up as its page shows it: who is asked about whom, how far, and until when the answers live."""

    lookup: Lookup
    name: Wording
    case_number: str
    reason: str
    subjects: tuple[str, ...]
    ground: Wording
    document: str
    tasks: tuple[TaskLine, ...]
    alive_until: datetime | None
    has_answers: bool
    is_own: bool
    wrong_rows: tuple[tuple[int, str], ...]
    record: str | None
    record_is_coming: bool

    @property
    def can_be_called_back(self) -> bool:
        """Whether a task still waits to be asked."""
        return any(task.state == "waiting" for task in self.tasks)

    @property
    def done(self) -> int:
        """Tasks that have ended."""
        return len(self.tasks) - self.lookup.tasks_open


@pages.get("/lookups/<uuid:identity>")
def lookup(identity: uuid.UUID) -> str:
    """The look-up's page: its tasks; its answers are opened by a POST, since that writes an entry."""
    actor = the_actor()
    with reading() as session:
        followed = follow(session, lookup_for(actor, session, identity))
    return render_template("desk/lookup.html", followed=followed, shown=None)


@pages.get("/lookups/<uuid:identity>/progress")
def progress(identity: uuid.UUID) -> str:
    """The tasks' part of the page alone, for the page's script."""
    actor = the_actor()
    with reading() as session:
        followed = follow(session, lookup_for(actor, session, identity))
    return render_template("desk/progress.html", followed=followed)


@pages.get("/lookups/<uuid:identity>/events")
def events(identity: uuid.UUID) -> Response:
    """A stream that says when something changed, and nothing else: the page then asks for its part."""
    visitor = the_visitor()
    with reading() as session:
        lookup_for(visitor.actor, session, identity)
    stream = _stream(identity, visitor.secret)
    response = Response(stream_with_context(stream), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _stream(identity: uuid.UUID, secret: bytes) -> Iterator[str]:
    settings, until = parts().settings, clock.now().timestamp() + STREAM_S
    notes = cast(Broker, broker.outlet()).subscribe(identity, beat_s=BEAT_S)
    try:
        yield "retry: 2000\n\n"
        for changed in notes:
            with reading() as session:
                is_signed_in = actor_of(session, settings, secret) is not None
                state = session.execute(select(Lookup.tasks_open).where(Lookup.id == identity)).scalar_one_or_none()
            if not is_signed_in or state is None or clock.now().timestamp() > until:
                yield "event: over\ndata: 1\n\n"
                return
            yield "event: changed\ndata: 1\n\n" if changed else ": beat\n\n"
    finally:
        notes.close()


@pages.post("/lookups/<uuid:identity>/destroy")
def destroy_now(identity: uuid.UUID) -> Any:
    """The clerk is done: all answers of the look-up are destroyed at once."""
    destroy.destroy_now(the_actor(), identity)
    return redirect(url_for("desk.lookup", identity=identity), 303)


@pages.post("/lookups/<uuid:identity>/cancel")
def cancel(identity: uuid.UUID) -> Any:
    """Tasks that have not been asked yet are called back."""
    actor = the_actor()
    with transaction() as session:
        found = own_lookup(actor, session, identity)
        held = outcome.locked(session, found.id)
        waiting = session.scalars(
            select(Task).where(Task.lookup == held.id, Task.state == "waiting").order_by(Task.seq)
        )
        for task in waiting.all():
            outcome.cancelled(session, held, task, actor)
    return redirect(url_for("desk.lookup", identity=identity), 303)


@pages.post("/lookups/<uuid:identity>/record")
def ask_for_record(identity: uuid.UUID) -> Any:
    """A worker makes the signed record; the page offers it when it is there."""
    issue.ask_for(the_actor(), identity)
    return redirect(url_for("desk.lookup", identity=identity), 303)


@pages.get("/lookups/<uuid:identity>/record")
def record(identity: uuid.UUID) -> Response:
    """The newest signed record of a look-up within reach, as a file."""
    actor = the_actor()
    with reading() as session:
        found = lookup_for(actor, session, identity)
        issued = shelf.newest_of(session, found.id)
    if issued is None:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="{issued.number}.pdf"'}
    return Response(issued.pdf, mimetype="application/pdf", headers=headers)


def follow(session: Session, found: Lookup) -> Followed:
    """Everything the page says of a look-up, opened for this one page."""
    held, actor = ring.bound(), the_actor()
    tasks = list(session.scalars(select(Task).where(Task.lookup == found.id).order_by(Task.seq)))
    version = session.scalars(
        select(CaseItemVersion).where(
            CaseItemVersion.case_item == found.case_item, CaseItemVersion.version == found.case_item_version
        )
    ).one()
    ground = session.get(Ground, (found.id, tasks[0].first_ordinal))
    is_own = found.person == actor.person_id and found.agency == actor.agency
    alive = session.execute(
        select(func.max(Answer.ends_at), func.count())
        .join(Task, Task.id == Answer.task)
        .where(Task.lookup == found.id, Answer.state == "alive", Answer.session_hash == actor.session_hash)
    ).one()
    issued = shelf.newest_of(session, found.id)
    return Followed(
        lookup=found,
        name=version.name,
        case_number=open_value(held, session, found.case_number) or "",
        reason=(open_value(held, session, found.reason) or "") if found.reason else "",
        subjects=_subjects(session, found),
        ground=GROUNDS[ground.kind].name if ground and ground.kind in GROUNDS else Wording("無", "none"),
        document=(open_value(held, session, ground.document) or "") if ground and ground.document else "",
        tasks=_lines(session, tasks),
        alive_until=alive[0] if is_own else None,
        has_answers=is_own and alive[1] > 0,
        is_own=is_own,
        wrong_rows=tuple(
            (row.row_number, row.reason)
            for row in session.scalars(
                select(WrongRow).where(WrongRow.lookup == found.id).order_by(WrongRow.row_number)
            )
        ),
        record=issued.number if issued else None,
        record_is_coming=issue.is_asked_for(session, found.id),
    )


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


def _lines(session: Session, tasks: Sequence[Task]) -> tuple[TaskLine, ...]:
    items = {
        item.code: item for item in session.scalars(select(DataItem).where(DataItem.code.in_([t.item for t in tasks])))
    }
    owners = {
        agency.code: agency
        for agency in session.scalars(select(Agency).where(Agency.code.in_([t.owner for t in tasks])))
    }
    names = {**{code: item.name for code, item in items.items()}, **{c: a.name for c, a in owners.items()}}
    lines = []
    for task in tasks:
        says, then = None, None
        if task.deny_rule:
            deny = Deny(task.deny_rule, parameters=task.deny_parameters or {})
            says, then = deny.worded(names), deny.next_step_worded(names)
        elif task.failure and task.state != "answered":
            says = FAILURES.get(task.failure, _LOST)
        state = "nothing" if task.state == "answered" and task.found == 0 else task.state
        name = items[task.item].name
        if task.last_ordinal > task.first_ordinal:
            rows = Wording(
                f"第{task.first_ordinal}至{task.last_ordinal}人", f"persons {task.first_ordinal} to {task.last_ordinal}"
            )
            name = Wording(f"{name.zh}（{rows.zh}）", f"{name.en} ({rows.en})")
        lines.append(TaskLine(task.id, state, name, owners[task.owner].name, task.rows, says, then, task.ended_at))
    return tuple(lines)


_LOST = Wording(
    "查調中斷，不知道主政機關是否已處理。", "The look-up was interrupted; whether the owner handled it is not known."
)
