"""A form that is kept while it is typed: sent by the script, or by the form itself when its log-in had ended.

A form opts in with `keeps(address)` of `pieces/kept.html`; its page asks `restored()` and lays what it finds over its own
values. It is filled in when the visitor comes back from the log-in, and offered on any other day's work, so that what was
meant for one case never slips into the next unseen.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict

from admin.frame.actor import secret_in, the_actor, visitor
from admin.frame.language import place_to_return, t
from admin.frame.parts import parts
from govern.core.clock import TAIPEI
from govern.core.database import reading
from govern.workplace import kept_form

ADDRESS = "kept_address"
FILL_IN = "kept"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was kept at a page's address; `is_filled` when the page shows it already."""

    typed: "MultiDict[str, str]"
    at: datetime
    is_filled: bool


def install(app: Flask) -> None:
    """What was sent successfully is kept no more."""
    app.after_request(_forget_what_was_sent)
    app.jinja_env.globals["kept_time"] = lambda at: f"{at.astimezone(TAIPEI):%H:%M}"


def restored() -> Restored | None:
    """What the visitor had typed at this page's address today."""
    with reading() as session:
        found = kept_form.take(the_actor(), session, request.path)
    if found is None:
        return None
    return Restored(MultiDict(found.fields), found.at, request.args.get(FILL_IN) == "1")


def filled(found: Restored | None) -> "MultiDict[str, str] | None":
    """What a page lays over its own values: nothing, unless it is to be filled in."""
    return found.typed if found is not None and found.is_filled else None


def keep() -> Response:
    """What stands in the form now is kept for the day."""
    at = kept_form.keep(the_actor(), request.form.get(ADDRESS, ""), list(request.form.items(multi=True)))
    time = f"{at.astimezone(TAIPEI):%H:%M}"
    return jsonify(says=t("{time}已自動保留", "Kept at {time}", time=time))


def forget() -> Response:
    """What was kept is given up; the page is shown as if nothing had been typed."""
    address = request.form.get(ADDRESS, "")
    kept_form.forget(the_actor(), address)
    return cast(Response, redirect(place_to_return(address), 303))


def keep_before_the_log_in(csrf: CSRFProtect) -> str:
    """A form that came when its log-in had ended of itself is kept for its person; returns the page to come back to."""
    address = request.form.get(ADDRESS, "") if request.method == "POST" else ""
    secret = secret_in(request, parts().settings)
    if not address or place_to_return(address) != address:
        return ""
    try:
        csrf.protect()
        if secret is not None:
            kept_form.keep_for_the_former(secret, address, list(request.form.items(multi=True)))
    except (CSRFError, SQLAlchemyError):
        return ""
    return address


def way_back(person: uuid.UUID, agency: str, place: str) -> str:
    """Where the log-in leads: with what was kept there filled in, if there is something."""
    path = place.partition("?")[0]
    if kept_form.kept_at(person, agency, path) is None:
        return place
    return f"{place}{'&' if '?' in place else '?'}{urlencode({FILL_IN: 1})}"


def _forget_what_was_sent(response: Response) -> Response:
    if request.method == "POST" and response.status_code == 303 and request.endpoint != "forms.forget":
        address = request.form.get(ADDRESS, "")
        found = visitor() if address else None
        if found is not None:
            kept_form.forget(found.actor, address)
    return response
