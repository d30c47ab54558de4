"""How a visitor arranges a list: views that are saved, opened, renamed and deleted, and the columns that are shown."""

import uuid
from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, flash, redirect, request

from admin.frame import seek
from admin.frame.actor import the_actor, the_visitor
from admin.frame.language import w
from admin.frame.lists import columns
from admin.frame.lists.files import state_in
from admin.frame.lists.places import view_at
from admin.frame.seek import Seek
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput
from govern.core.wording import Wording
from govern.workplace import saved_view

pages = Blueprint("lists", __name__, url_prefix="/lists")

SAVED: Final = Wording("已儲存檢視「{name}」。", "The view “{name}” is saved.")
RENAMED: Final = Wording("已改名為「{name}」。", "It is called “{name}” now.")
DELETED: Final = Wording("已刪除檢視「{name}」。", "The view “{name}” is deleted.")


@pages.post("/<place>/views")
def save(place: str) -> Any:
    """The list as it is narrowed and sorted has a name from now on, and is shown under it."""
    actor, state = the_actor(), state_in(request.form)
    view, name = view_at(place, actor), request.form.get("name", "")
    now = seek.open_token(the_visitor().secret, place, state.get("s", ""))
    kept = {key: state[key] for key in ("tab", "sort", "size") if key in state} | {"filters": dict(now.filters)}
    made: list[uuid.UUID] = []
    if _said(lambda: made.append(saved_view.save_view(actor, place, name, kept)), SAVED, name):
        return redirect(view.get_url("lists.open_view", identity=made[0]), 303)
    return redirect(view.get_url(f"{place}.index_view", **state), 303)


@pages.get("/views/<uuid:identity>")
def open_view(identity: uuid.UUID) -> Any:
    """A saved view: its filters go into a token of this log-in, and the list is shown narrowed by it."""
    visitor = the_visitor()
    with reading() as session:
        found = saved_view.view_for(visitor.actor, session, identity)
    view = view_at(found.place, visitor.actor)
    known = {each.name for each in view.choices}
    filters = {name: str(value) for name, value in found.view.get("filters", {}).items() if name in known}
    state = {key: str(found.view[key]) for key in ("tab", "sort", "size") if key in found.view}
    token = seek.seal(visitor.secret, found.place, Seek("", filters))
    return redirect(
        view.get_url(f"{found.place}.index_view", **state, **({"s": token} if token else {}), view=identity), 303
    )


@pages.post("/views/<uuid:identity>/rename")
def rename(identity: uuid.UUID) -> Any:
    """One of the visitor's views has another name."""
    actor, name = the_actor(), request.form.get("name", "")
    _said(lambda: saved_view.rename_view(actor, identity, name), RENAMED, name)
    return open_view(identity)


@pages.post("/views/<uuid:identity>/delete")
def delete(identity: uuid.UUID) -> Any:
    """One of the visitor's views is gone; the list stands as usual."""
    actor = the_actor()
    with reading() as session:
        found = saved_view.view_for(actor, session, identity)
    view = view_at(found.place, actor)
    _said(lambda: saved_view.delete_view(actor, identity), DELETED, found.name)
    return redirect(view.get_url(f"{found.place}.index_view"), 303)


@pages.post("/<place>/columns")
def choose(place: str) -> Any:
    """The list shows the columns chosen, in the order given; `up` and `down` move one, `usual` undoes it all."""
    actor, form = the_actor(), request.form
    view = view_at(place, actor)
    every = list(view.column_list)
    order = [name for name in dict.fromkeys([*form.getlist("order"), *every]) if name in every]
    for button, by in (("up", -1), ("down", 1)):
        if button in form:
            order = columns.moved(order, form[button], by)
    wanted = [every[0], *(name for name in order if name != every[0] and name in form.getlist("show"))]
    as_usual = "usual" in form or wanted == every
    saved_view.choose_columns(actor, place, () if as_usual else wanted)
    return redirect(view.get_url(f"{place}.index_view", **state_in(form)), 303)


def _said(act: Callable[[], object], done: Wording, name: str) -> bool:
    """Do it and say so above the list, or say why not."""
    try:
        act()
    except (Conflict, InvalidInput) as no:
        flash(w(no.wording), "bad")
        return False
    flash(w(done, name=" ".join(name.split())), "ok")
    return True
