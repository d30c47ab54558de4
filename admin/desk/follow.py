"""Follow a look-up: its page, its tasks' progress, live by server-sent events; destroy, call back, the record."""

import uuid
from collections.abc import Iterator
from typing import Any, Final, cast

from flask import Response, abort, flash, redirect, render_template, request, stream_with_context, url_for
from flask import session as http_session
from sqlalchemy import select

from admin.desk.ask import SENT, pages
from admin.desk.followed import follow
from admin.frame.actor import the_actor, the_visitor
from admin.frame.language import t
from admin.frame.parts import parts
from govern.core import clock
from govern.core.database import reading
from govern.lookups import destroy, outcome
from govern.lookups.lookup import Lookup
from govern.lookups.scope import lookup_for
from govern.people.session_life import actor_of
from govern.queue import broker
from govern.queue.broker import Broker
from reports.record import issue, shelf

STREAM_S: Final = 540  # a stream ends by itself and is begun again: one that is open is no sign of a person
BEAT_S: Final = 15.0


@pages.get("/lookups/<uuid:identity>")
def lookup(identity: uuid.UUID) -> str:
    """The look-up's page: its tasks; its answers are opened by a POST, since that writes an entry.

    Who has just submitted waits for the answer: it opens by itself then, even where it was there before the page.
    """
    actor = the_actor()
    with reading() as session:
        followed = follow(session, actor, lookup_for(actor, session, identity))
    template = "desk/denied.html" if followed.refusal else "desk/lookup.html"
    was_sent = http_session.pop(SENT, None) == str(identity)
    return render_template(template, followed=followed, shown=None, was_sent=was_sent)


@pages.get("/lookups/<uuid:identity>/progress")
def progress(identity: uuid.UUID) -> str:
    """The live parts of the page alone, for the page's script."""
    actor = the_actor()
    with reading() as session:
        followed = follow(session, actor, lookup_for(actor, session, identity))
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
            # A beat too, while something is open: a note may have been lost, and a delay is to be told.
            yield "event: changed\ndata: 1\n\n" if changed or state else ": beat\n\n"
    finally:
        notes.close()


@pages.post("/lookups/<uuid:identity>/destroy")
def destroy_now(identity: uuid.UUID) -> Any:
    """The clerk is done: all answers of the look-up are destroyed at once."""
    destroy.destroy_now(the_actor(), identity)
    if request.headers.get("X-Part"):
        return "", 204
    flash(t("結果正在銷毀，銷毀也會寫入軌跡。", "The answer is being destroyed; the trail will say so."), "ok")
    return redirect(url_for("desk.lookup", identity=identity), 303)


@pages.post("/lookups/<uuid:identity>/cancel")
def cancel(identity: uuid.UUID) -> Any:
    """Tasks that have not been asked yet are called back."""
    outcome.call_back(the_actor(), identity)
    return redirect(url_for("desk.lookup", identity=identity), 303)


@pages.post("/lookups/<uuid:identity>/record")
def ask_for_record(identity: uuid.UUID) -> Any:
    """A worker makes the signed record; the page offers it when it is there. A script stays on its page."""
    issue.ask_for(the_actor(), identity)
    if request.headers.get("X-Part"):
        return "", 204
    return redirect(url_for("desk.lookup", identity=identity), 303)


@pages.get("/lookups/<uuid:identity>/record")
def record(identity: uuid.UUID) -> Response:
    """The newest signed record of a look-up within reach, as a file."""
    actor = the_actor()
    with reading() as session:
        found = lookup_for(actor, session, identity)
        issued = shelf.newest_of(session, found.id)
        pdf = issued.pdf if issued else b""
    if issued is None:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="{issued.number}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)
