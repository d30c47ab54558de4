"""My exports: what was asked for, how far each is, and the file once it is written; all of it gone with the day."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, flash, redirect, render_template, url_for

from admin.frame.actor import the_actor
from admin.frame.display import State
from admin.frame.language import w
from admin.frame.lists.places import view_at
from admin.frame.parts import parts
from govern.core.clock import TAIPEI
from govern.core.database import reading
from govern.core.errors import Conflict, NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor
from govern.workplace import export as exports

pages = Blueprint("exports", __name__, url_prefix="/exports")

STATES: Final = {
    "waiting": State("clock", Wording("等候製作", "Waiting"), "wait"),
    "writing": State("running", Wording("製作中", "Being written"), "busy"),
    "ready": State("done", Wording("可以下載", "Ready"), "ok"),
    "refused": State("cross", Wording("沒有製作", "Not written"), "bad"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An export as the page shows it."""

    id: uuid.UUID
    name: Wording
    state: State
    rows: int
    is_open: bool
    is_ready: bool
    is_cut: bool
    asked_at: datetime
    until: datetime


@pages.get("/")
def mine() -> str:
    """The visitor's exports of today, the newest first."""
    return render_template("frame/exports.html", lines=_lines(the_actor()), most=exports.ROWS_AT_MOST)


@pages.get("/progress")
def progress() -> Any:
    """How far each is, for the page that looks by itself."""
    return [
        {"id": str(line.id), "word": w(line.state.word), "rows": f"{line.rows:,}", "open": line.is_open}
        for line in _lines(the_actor())
    ]


@pages.post("/<uuid:identity>/file")
def fetch(identity: uuid.UUID) -> Any:
    """The file, opened piece by piece as it goes out; its entry stands before the first piece."""
    try:
        found, pieces = exports.take(the_actor(), identity, parts().settings.folder)
    except Conflict as no:
        flash(w(no.wording), "bad")
        return redirect(url_for("exports.mine"), 303)
    response = Response(pieces, mimetype="text/csv")
    name = f"{found.place}-{found.asked_at.astimezone(TAIPEI):%Y%m%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(actor: Actor) -> list[Line]:
    with reading() as session:
        found = exports.exports_for(actor, session)
    return [
        Line(
            id=each.id,
            name=_title(each.place, actor),
            state=STATES[each.state],
            rows=each.rows,
            is_open=each.state in exports.OPEN,
            is_ready=each.state == "ready",
            is_cut=each.rows >= exports.ROWS_AT_MOST,
            asked_at=each.asked_at,
            until=each.until,
        )
        for each in found
    ]


def _title(place: str, actor: Actor) -> Wording:
    try:
        found: Wording = view_at(place, actor).title
    except NotFound:
        return Wording("已不開放的清單", "A list that is closed to you")
    return found
