"""A console that has something for every page: one person with all roles at several agencies, and things in each state.

A page is found by its route: the log-ins and the things are tried until one opens it, so that a new route is walked as soon
as it stands in the table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import BuildError

from admin.app import create_app
from admin.frame.actor import COOKIE
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
from tests.support.everybody import CASE_ITEM, HERE, Thing, _a_lookup, signed_in, token_of
from tests.support.houses import TestHouse, invented_number
from tests.support.knocking import Route, address_of, routes

AGENCIES: Final = (HERE, BUSINESS, TAX, "ntpc-civil", "ntpc-social")


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that opened: its route, where it is, the log-in by which it did, and what it holds."""

    line: str
    address: str
    agency: str  # none where nobody is signed in
    html: str  # none where it is no page


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
        """Every page of the route table that opens to somebody, and the routes that show none."""
        pages, without = [], []
        for route in routes(self.app):
            if route.method != "GET" or route.endpoint == "static" or route.endpoint.endswith(".events"):
                continue
            found = self._open(route)
            if found is None:
                without.append(route.line)
            else:
                pages.append(found)
        return pages, without

    def page(self, line: str, address: str, agency: str = "") -> Opened:
        """A page at an address of its own, whatever its state."""
        html = self.browsers[agency].get(address).text
        assert "<html" in html, address
        return Opened(line, address, agency, html)

    def cookies(self, agency: str) -> list[dict[str, str]]:
        """What a browser sends along that acts for the agency; for none, that of nobody."""
        found = self.browsers[agency].get_cookie(COOKIE)
        return [{"name": COOKIE, "value": found.value}] if agency and found else []

    def in_english(self, pages: Sequence[Opened]) -> list[str]:
        """The same pages in English; whoever looks at them reads Chinese again afterwards."""
        self._speak("en")
        found = [self.browsers[one.agency].get(one.address, headers={"Accept-Language": "en"}).text for one in pages]
        self._speak("zh")
        return found

    def _speak(self, language: str) -> None:
        for agency, client in self.browsers.items():
            form = {"csrf_token": token_of(client, "/" if agency else "/login"), "language": language, "back": "/words"}
            assert client.post("/language", data=form).status_code == 303

    def _open(self, route: Route) -> Opened | None:
        for address in dict.fromkeys(self.addresses(route)):
            for agency, client in self.browsers.items():
                response = client.get(address)
                status, html = response.status_code, response.mimetype == "text/html" and response.text
                response.close()
                if status == 200:
                    return Opened(route.line, address, agency, str(html)) if html and "<html" in html else None
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
    browsers = {agency: client for agency, (client, _, _) in entered.items()}
    return Filled(app, {**browsers, "": app.test_client()}, filled_things, drafted)
