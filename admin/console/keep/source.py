"""A source closed or opened by its owner's approver: what it answers, which case items that touches, and why."""

from typing import Any, Final

from flask import Response, make_response, render_template, request
from sqlalchemy import select

from admin.console.keep.kept import FRESH, Outcome, Typed, done, pages, saved, text_in
from admin.frame.actor import the_actor
from admin.frame.names import agency_names, data_item_names
from govern.catalogue.impact import case_items_using
from govern.catalogue.maintain import close_source
from govern.catalogue.maintain.shown import print_of
from govern.catalogue.scope import source_for
from govern.catalogue.source import SourceItem
from govern.core.database import reading
from govern.core.errors import NotAllowed
from govern.core.wording import Wording

CLOSED: Final = Wording("已停止介接，立即生效。", "Closed; it holds at once.")
OPENED: Final = Wording("已開放介接。", "Opened.")


@pages.get("/sources/<source>/turn")
def source_form(source: str) -> str:
    """What closing or opening would mean, and the form that asks why."""
    return _form(source, Typed(), FRESH)


@pages.post("/sources/<source>/turn")
def turn_source(source: str) -> Response:
    """It is closed or opened, as the form said; or the form says what to mend or who was first."""
    actor, typed = the_actor(), request.form
    with reading() as session:
        known = source_for(actor, session, source)
    if not close_source.may_close(actor, known):
        raise NotAllowed
    closes = typed.get("deed", "close") == "close"
    act = close_source.close_source if closes else close_source.open_source
    outcome = saved(lambda: act(actor, source, reason=text_in(typed, "reason"), seen=typed.get("seen", "")))
    if outcome.is_done:
        return done(CLOSED if closes else OPENED, "sources.details_view", id=source)  # type: ignore[return-value]
    return make_response(_form(source, typed, outcome), outcome.status)


def _form(code: str, typed: Typed, outcome: Outcome) -> str:
    actor = the_actor()
    with reading() as session:
        source = source_for(actor, session, code)
        if not close_source.may_close(actor, source):
            raise NotAllowed
        items = session.scalars(
            select(SourceItem.item).where(SourceItem.source == code, SourceItem.to_at.is_(None))
        ).all()
        values: dict[str, Any] = {
            "seen": print_of(close_source.shown(session, code)),
            "owner": agency_names(session, [source.owner])[source.owner],
            "items": sorted(data_item_names(session, items).items()),
            "touched": [each for each in case_items_using(actor, session, items) if each.is_in_force],
        }
    return render_template("console/turn_source.html", source=source, typed=typed, outcome=outcome, **values)
