"""A list as a file: its first rows at once, or all of it by a worker. Either is an entry, which names the list and no word."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flask import flash, redirect, url_for
from sqlalchemy import Select
from werkzeug.datastructures import MultiDict

from admin.frame import export, paging
from admin.frame.actor import the_actor
from admin.frame.language import language, w
from admin.frame.listing import KEPT, Asked
from govern.core.database import reading
from govern.core.errors import Conflict
from govern.core.wording import Wording
from govern.workplace import export as exports
from govern.workplace.saved_view import columns_of

ASKED_FOR: Final = Wording(
    "已開始製作，完成後在這裡下載；今天結束時刪除。",
    "It is being written. Fetch it here once it is done; it is gone at the end of the day.",
)
NONE_CHOSEN: Final = Wording("請先選擇要匯出的項目。", "Please choose what to export first.")


def state_in(form: Mapping[str, str]) -> dict[str, str]:
    """The list's state as a form carries it: token, tab, order; never a word."""
    return {name: form[name] for name in KEPT if form.get(name)}


def chosen_in(form: MultiDict[str, str]) -> Sequence[str] | None:
    """The rows that are to be written alone; None where all of the list is."""
    return form.getlist("rowid") if "chosen" in form else None


def at_once(view: Any, asked: Asked, chosen: Sequence[str] | None = None) -> Any:
    """The first rows as a CSV file, or those chosen, at most `export.ROWS_AT_MOST`; its entry is written before it goes out."""
    if chosen is not None and not chosen:
        flash(w(NONE_CHOSEN), "wait")
        return redirect(view.get_url(".index_view", **asked.address()), 303)
    actor = the_actor()
    with reading() as session:
        heads = view.heads_of(columns_of(actor, session, view.endpoint), asked.tab)
        things = view.narrowed(actor, session, asked)
        if chosen:
            things = _of_them(things, asked, [view.listing.identity_of(text) for text in chosen])
        found = paging.page(session, things, asked.order, export.ROWS_AT_MOST)
        rows = view.rows(actor, session, found.things)
    exports.enter_at_once(actor, view.endpoint, len(rows))
    names = [name for name, _ in heads]
    return export.csv_response(
        view.endpoint, [w(label) for _, label in heads], [view.cells_of(row, names) for row in rows]
    )


def _of_them(things: paging.Things, asked: Asked, ids: Sequence[Any]) -> paging.Things:
    """Of the things within scope those chosen: what is not within it is not written."""
    ways = [things] if isinstance(things, Select) else things
    return [way.where(asked.order.identity.in_(ids)) for way in ways]


def ask(view: Any, asked: Asked) -> Any:
    """A worker writes all of it; the page of one's exports says how far it is."""
    actor = the_actor()
    with reading() as session:
        chosen = list(columns_of(actor, session, view.endpoint))
    wanted = {
        "tab": asked.tab.name if asked.tab else "",
        "sort": asked.kept.get("sort", ""),
        "words": asked.seek.words,
        "filters": dict(asked.seek.filters),
        "columns": chosen,
    }
    try:
        exports.ask(actor, view.endpoint, language=language(), asked=wanted)
    except Conflict as no:
        flash(w(no.wording), "bad")
    else:
        flash(w(ASKED_FOR), "ok")
    return redirect(url_for("exports.mine"), 303)


def asked_again(view: Any, wanted: Mapping[str, Any]) -> Asked:
    """What was asked for, as a worker reads it: no token, since no log-in is at hand."""
    plain = view.listing.asked(MultiDict({"tab": wanted["tab"], "sort": wanted["sort"]}), b"")
    known = {each.name for each in view.choices}
    filters = {name: value for name, value in wanted["filters"].items() if name in known}
    found: Asked = replace(plain, seek=replace(plain.seek, words=wanted["words"], filters=filters))
    return found
