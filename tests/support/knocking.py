"""Knock at every door of a running console: its routes, an address and a form for each, and what became of a request."""

import re
import uuid
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import jinja2
import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin.frame import export
from admin.frame.permission import ROUTES, STYLEGUIDE, Rule
from admin.frame.security import HEADERS
from admin.public import register
from govern.catalogue.register import Registered
from govern.catalogue.register import register as registered
from tests.support.everybody import CASE_ITEM, DATA_ITEM, HERE, REVEALABLE, Thing

RULES: Final = {**ROUTES, **STYLEGUIDE}
OPENED: Final = "opened"
REFUSED: Final = "refused"
HIDDEN: Final = "hidden"
TO_THE_LOG_IN: Final = "to the log-in"


@dataclass(frozen=True, slots=True)
class Route:
    """A route of the running console, and its rule."""

    line: str
    method: str
    endpoint: str
    arguments: frozenset[str]
    rule: Rule


def routes(app: Flask) -> list[Route]:
    """Every route by every method, from the running console; the table has a rule for each, or it had not started."""
    return [
        Route(f"{method} {each.endpoint}", method, each.endpoint, frozenset(each.arguments), RULES[f"{method} {each.endpoint}"])
        for each in app.url_map.iter_rules()
        for method in sorted((each.methods or set()) - {"HEAD", "OPTIONS"})
    ]  # fmt: skip


def address_of(app: Flask, route: Route, thing: Thing) -> str:
    """Where a route is found, about a thing."""
    ids = {
        "case_items.details_view": CASE_ITEM,
        "data_items.details_view": DATA_ITEM,
        "agencies.details_view": HERE,
        "sources.details_view": "ntpc-civil.https",
        "trail.details_view": str(thing.entry),
        "legal_bases.details_view": "1",
        "rights.details_view": str(thing.right),
        "people.details_view": str(thing.person),
    }
    known = {
        "case_item": CASE_ITEM,
        "code": CASE_ITEM,
        "identity": thing.lookup,
        "filename": "mark.svg",
        "what": "agency",
        "place": "case_items",
    }
    known |= {"agency": HERE, "item": DATA_ITEM, "source": "ntpc-civil.https", "basis": 1, "right": thing.right}
    if route.endpoint.startswith("life."):
        part = "owner" if "what" in route.arguments else "basics"
        known |= {
            "code": CASE_ITEM,
            "number": 1,
            "part": part,
            "item": DATA_ITEM,
            "superior": "tw-mof",
            "what": "suspend",
        }
    known["identity"] = _identity_of(route.endpoint, thing) or thing.lookup
    values: dict[str, object] = {name: known[name] for name in route.arguments}
    if route.endpoint in ids:
        values["id"] = ids[route.endpoint]
    return app.url_map.bind("localhost").build(route.endpoint, values, method=route.method)


def _identity_of(endpoint: str, thing: Thing) -> uuid.UUID | None:
    """What the audit's routes are about; nothing for all others."""
    its = thing.audited
    if endpoint.endswith(".document"):
        return its.document
    parts = {
        "plan": its.plan,
        "number": its.draw,
        "period": its.period,
        "sample": its.sample,
        "question": its.sample,
        "finding": its.finding,
    }
    return parts.get(endpoint.partition(".")[0])


FORMS: Final = {
    "plan.end": {"reason": "改訂新計畫"},
    "sample.note": {"note": "看過", "edition": "0"},
    "sample.verdict": {"verdict": "proper", "note": ""},
    "sample.ask": {"question": "請提供同意書", "due_on": "115年12月4日"},
    "question.give": {"text": "同意書在卷內"},
    "finding.answer": {"measure": "已補件"},
    "forms.check": {"kind": "day", "value": "115/11/24"},
}


def form_of(route: Route, thing: Thing) -> dict[str, str]:
    """What is sent along, well filled in as far as it needs."""
    if route.endpoint == "desk.reveal":
        return {"answer": str(thing.answer), "place": REVEALABLE, "reason": "與申請書核對"}
    if route.endpoint in ("life.approve", "life.send_back", "life.reject", "life.do_stop"):
        return {"round": "1", "reason": "與職權不符"}
    if route.endpoint in FORMS:
        return dict(FORMS[route.endpoint])
    return {"agency": HERE} if route.endpoint == "login.switch" else {}


def knock(client: FlaskClient, token: str, app: Flask, route: Route, thing: Thing) -> TestResponse:
    """One request; a stream is begun and let go."""
    data = {**form_of(route, thing), "csrf_token": token} if route.method == "POST" else None
    response = client.open(address_of(app, route, thing), method=route.method, data=data)
    response.close()
    return response


@contextmanager
def each_page_once() -> Iterator[dict[str, Hashable]]:
    """A page or file is written once for each route and once for each visitor, then left empty; what is yielded says who asks.

    That a request is let in, what it reads and what its response carries is the same either way; the words of a page whose
    like was written out cost half of a request. While nobody is said to ask, every page is whole.
    """
    asks: dict[str, Hashable] = {}
    written: set[tuple[str, Hashable]] = set()
    in_force: dict[date, tuple[Registered, ...]] = {}
    render, file = jinja2.Template.render, export.csv_response

    def is_written(name: str) -> bool:
        of: set[tuple[str, Hashable]] = {(name, asks.get("who"))}
        if not name.startswith("errors/"):
            of.add((name, f"{request.method} {request.endpoint}"))
        if asks and of <= written:
            return True
        written.update(of)
        return False

    def render_once(self: jinja2.Template, *given: Any, **named: Any) -> str:
        return "" if is_written(self.name or "") else render(self, *given, **named)

    def file_once(name: str, heads: Sequence[str], cells: Sequence[Sequence[Any]]) -> Response:
        return file(name, heads, () if is_written(f"file {name}") else cells)

    def registered_once(session: Session, on: date) -> tuple[Registered, ...]:
        if on not in in_force:  # the same for everybody, and as much work as ten doors
            in_force[on] = registered(session, on)
        return in_force[on]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Template, "render", render_once)
        patch.setattr(export, "csv_response", file_once)
        patch.setattr(register, "register", registered_once)
        yield asks


def outcome(response: TestResponse, route: Route) -> str:
    """What became of a request, as its visitor meets it."""
    is_log_in = (
        response.headers.get("Location", "").split("?")[0] == "/login" and "left=" not in response.headers["Location"]
    )
    if not route.rule.needs_sign_on:
        return (
            OPENED
            if response.status_code < 500 and response.status_code not in (403, 404)
            else str(response.status_code)
        )
    if is_log_in or response.status_code == 401:
        return TO_THE_LOG_IN
    return {403: REFUSED, 404: HIDDEN}.get(
        response.status_code, OPENED if response.status_code in (200, 204, 302, 303, 422) else str(response.status_code)
    )


def undressed(response: TestResponse, route: Route) -> Iterator[str]:
    """What a response lacks of headers, and cookies that a script or a neighbour could read."""
    for name, value in HEADERS.items():
        if response.headers.get(name) != value:
            yield f"{name} is {response.headers.get(name)}"
    is_kept = route.endpoint == "static" or route.rule.is_open_data
    if not is_kept and response.headers.get("Cache-Control") != "no-store":
        yield "a page that a cache may keep"
    for cookie in response.headers.getlist("Set-Cookie"):
        if "HttpOnly" not in cookie or "SameSite=Lax" not in cookie or "Domain=" in cookie:
            yield "a cookie that is open"


def plain(response: TestResponse) -> str:
    """A page without what differs each time: reference number, token, time of day."""
    text = re.sub(r"E-[0-9A-Z]{4}-[0-9A-Z]{4}|\d\d:\d\d:\d\d|T\d\d:\d\d:\d\d\S+?\"", "", response.text)
    return re.sub(r'(content|value)="[^"]{40,}"|value="/[^"]*"', "", text)
