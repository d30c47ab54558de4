"""A worker writes a list that somebody asked for: page by page by key, within what the asker may see by then.

The asker's roles are read anew for every page; when they have ended, or the list is not open to them any more, nothing is
handed out. The file goes to disk sealed piece by piece, so that a million rows need the memory of a page.
"""

import csv
import io
import logging
import uuid
from collections.abc import Iterator
from typing import Any, Final

from flask import Flask, g

from admin.frame import paging
from admin.frame.export import plain
from admin.frame.language import w
from admin.frame.lists import places
from admin.frame.lists.files import asked_again
from audit.review.scope import with_audits
from govern.core.database import reading, transaction
from govern.core.errors import NotAllowed, NotFound
from govern.core.settings import Settings
from govern.queue import lease as leases
from govern.rules.actor import Actor
from govern.workplace import export as exports

PAGE: Final = 1000

diagnostics: Final = logging.getLogger(__name__)


def run(app: Flask, work_id: uuid.UUID, settings: Settings) -> None:
    """One attempt at an export; a second one begins anew. Nothing happens when it is done, held by another, or over."""
    with transaction() as session:
        lease = leases.take(session, work_id, leases.this_worker(), exports.DEADLINE_S + settings.lease_s)
    if lease is None:
        return
    order = exports.order_of(lease.target_id)
    state, rows = "refused", 0
    if order is not None:
        with app.app_context():
            g.language = order.language
            try:
                state, rows = "ready", _write(order, settings)
            except (NotFound, NotAllowed) as ended:
                diagnostics.warning("export %s refused: %s", order.id, ended.code)
    try:
        with transaction() as session:
            exports.settle(session, lease.target_id, state, rows)
            leases.done(session, lease)
    except leases.LeaseLost:
        return


def _write(order: exports.Order, settings: Settings) -> int:
    """The file lies there; how many rows it has. Raises `NotFound` when there is nothing for the asker any more."""
    view = places.view_at(order.place, _who(order))
    heads = view.heads_of(order.asked["columns"], asked_again(view, order.asked).tab)
    names = [name for name, _ in heads]
    done = 0
    with exports.writer(order, settings.folder) as file:
        file.write(b"\xef\xbb\xbf" + _lines([[w(label) for _, label in heads]]))
        for rows in _pages(order, view):
            file.write(_lines([[plain(cell) for cell in view.cells_of(row, names)] for row in rows]))
            done += len(rows)
            exports.tell(order.id, done)
    return done


def _who(order: exports.Order) -> Actor:
    with reading() as session:
        found = exports.asker(session, order)
        if found is None:
            raise NotAllowed
        actor = with_audits(found, session)
    if not places.may_write(order.place, actor):
        raise NotAllowed
    return actor


def _pages(order: exports.Order, view: Any) -> Iterator[list[Any]]:
    """The rows, a page at a time. The last thing of a page may be out of the list meanwhile; then the one before it marks."""
    asked = asked_again(view, order.asked)
    g.list_asked = asked
    seen: list[Any] = []
    left = exports.ROWS_AT_MOST
    while left > 0:
        actor = _who(order)
        with reading() as session:
            things = view.narrowed(actor, session, asked)
            found = _after(session, things, asked.order, min(PAGE, left), seen)
            fresh = [thing for thing in found.things if view.get_pk_value(thing) not in seen]
            rows = list(view.rows(actor, session, fresh))
        if fresh:
            yield rows
        left -= len(fresh)
        seen = [view.get_pk_value(thing) for thing in found.things]
        if found.after is None:
            return


def _after(session: Any, things: Any, order: paging.Order, size: int, seen: list[Any]) -> paging.Page:
    if not seen:
        return paging.page(session, things, order, size)
    for mark in reversed(seen):
        try:
            return paging.page(session, things, order, size, after=mark)
        except NotFound:
            continue
    raise NotFound


def _lines(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
