"""A console that has something for every page: one person with all roles at several agencies, and things in each state.

A page is found by its route: the log-ins and the things are tried until one opens it, so that a new route is walked as soon
as it stands in the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import BuildError

from admin.app import create_app
from admin.frame.opening import PARTS
from admin.frame.parts import Parts
from govern.core import clock
from govern.core.database import transaction
from govern.core.ids import new_id
from govern.keys import ring
from govern.people.person import RoleHeld
from govern.rules.actor import Role
from tests.support.audited import audited
from tests.support.drafts import BUSINESS, TAX, YOUTH, a_draft, approved, the_cast
from tests.support.everybody import CASE_ITEM, HERE, Thing, _a_lookup, signed_in
from tests.support.houses import TestHouse, invented_number
from tests.support.knocking import Route, address_of, routes

AGENCIES: Final = (HERE, BUSINESS, TAX, "ntpc-civil", "ntpc-social")


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that opened: its route, where it is, the log-in by which it did, and what it holds."""

    line: str
    address: str
    agency: str
    html: str


@dataclass(slots=True)
class Filled:
    """The console with what was put into it."""

    app: Flask
    browsers: dict[str, FlaskClient]
    things: tuple[Thing, ...]
    drafted: tuple[tuple[str, int], ...]

    def addresses(self, route: Route) -> Iterator[str]:
        """Where a route may lead, best guesses first."""
        if route.endpoint.startswith("life.") and "number" in route.arguments:
            for code, number in self.drafted:
                yield from self._with(route, code=code, number=number)
        for thing in self.things:
            try:
                yield address_of(self.app, route, thing)
            except (KeyError, BuildError):
                continue

    def _with(self, route: Route, **values: Any) -> Iterator[str]:
        known = {"part": "basics", "item": "hh_household_city", "superior": "tw-mof", "what": "suspend", **values}
        chosen = {name: known[name] for name in route.arguments}
        yield self.app.url_map.bind("localhost").build(route.endpoint, chosen, method="GET")

    def opened(self) -> tuple[list[Opened], list[str]]:
        """Every page of the route table that opens to somebody, and the routes that opened to nobody."""
        pages, closed = [], []
        for route in routes(self.app):
            if route.method != "GET" or route.endpoint == "static" or route.endpoint.endswith(".events"):
                continue
            found = self._open(route)
            if found is None:
                closed.append(route.line)
            elif found.html:
                pages.append(found)
        return pages, closed

    def _open(self, route: Route) -> Opened | None:
        for address in dict.fromkeys(self.addresses(route)):
            for agency, client in self.browsers.items():
                response = client.get(address)
                status, html = response.status_code, response.mimetype == "text/html" and response.text
                response.close()
                if status in (302, 303) and not response.headers["Location"].startswith("/login"):
                    return Opened(
                        route.line, address, agency, ""
                    )  # it leads to a page, which is walked by its own route
                if status == 200:
                    is_page = bool(html) and "<html" in str(html)
                    return Opened(route.line, address, agency, str(html) if is_page else "")
        return None


def filled(house: TestHouse) -> Filled:
    """A console on this house in which every page has something to show."""
    parts = Parts(
        settings=house.settings.model_copy(update={"styleguide": True}),
        ring=ring.bound(),
        health=dict.fromkeys(PARTS, lambda: True),
    )
    app = create_app(parts=parts)
    person = house.a_person("all", HERE, number=invented_number(4001))
    with transaction() as session:  # more than one person may hold: what is looked at is pages, not duties
        since = clock.now() - timedelta(days=1)
        for agency in AGENCIES:
            for role in Role:
                session.add(RoleHeld(id=new_id(), person=person, agency=agency, role=role.value, from_at=since))
    house.a_right(person, HERE, CASE_ITEM)
    entered = {agency: signed_in(app, house, person, agency) for agency in AGENCIES}
    beside = house.a_clerk(HERE, CASE_ITEM, account="beside", number=invented_number(4002))
    things = {thing.lookup: thing for thing in (_a_lookup(house, entered[HERE][2]), _a_lookup(house, beside))}
    own, near = things
    audits = audited(house, {own, near}, {HERE: beside.person})
    cast = the_cast(house)
    drafted = ((a_draft(cast), 1), (YOUTH, approved(cast)))
    filled_things = tuple(
        Thing(t.lookup, t.answer, t.entry, audits[t.lookup], t.person, t.right) for t in things.values()
    )
    return Filled(app, {agency: client for agency, (client, _, _) in entered.items()}, filled_things, drafted)
