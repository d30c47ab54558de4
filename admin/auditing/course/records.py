"""A period's signed record on its page: asked for, watched while a worker makes it, taken as a file."""

import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final, cast

from flask import Response, flash, redirect, render_template, stream_with_context, url_for

from admin.auditing.course.period import pages
from admin.auditing.course.record_now import record_now
from admin.frame.actor import the_actor, the_visitor
from admin.frame.language import w
from admin.frame.parts import parts
from audit.review.scope import period_for
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import Conflict, NotFound
from govern.people.session_life import actor_of
from govern.queue import broker
from govern.queue.broker import Broker
from reports.record import shelf
from reports.record.period import issue as period_issue

STREAM_S: Final = 540  # a stream ends by itself and is begun again: one that is open is no sign of a person
BEAT_S: Final = 15.0


@pages.post("/<uuid:identity>/record")
def ask_for_record(identity: uuid.UUID) -> Any:
    """A worker makes the signed record; the page shows how far it is."""
    try:
        period_issue.ask_for_period(the_actor(), identity)
    except Conflict as no:
        flash(w(no.wording), "bad")
    return redirect(url_for("period.show", identity=identity, _anchor="record"), 303)


@pages.get("/<uuid:identity>/record")
def record(identity: uuid.UUID) -> Response:
    """The newest signed record of a period within reach, as a file."""
    actor = the_actor()
    with reading() as session:
        found = period_for(actor, session, identity)
        issued = shelf.newest_of_period(session, found.id)
        pdf = issued.pdf if issued else b""
    if issued is None:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="{issued.number}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)


@pages.get("/<uuid:identity>/record/progress")
def progress(identity: uuid.UUID) -> str:
    """The live part of the page alone, for the page's script."""
    actor = the_actor()
    with reading() as session:
        found = period_for(actor, session, identity)
        now = record_now(session, found)
    return render_template("auditing/period_record.html", shown=SimpleNamespace(period=found, record=now))


@pages.get("/<uuid:identity>/record/events")
def events(identity: uuid.UUID) -> Response:
    """A stream that says when the record's making got further, and nothing else: the page then asks for its part."""
    visitor = the_visitor()
    with reading() as session:
        period_for(visitor.actor, session, identity)
    response = Response(stream_with_context(_stream(identity, visitor.secret)), mimetype="text/event-stream")
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
            if not is_signed_in or clock.now().timestamp() > until:
                yield "event: over\ndata: 1\n\n"
                return
            yield "event: changed\ndata: 1\n\n" if changed else ": beat\n\n"
    finally:
        notes.close()
