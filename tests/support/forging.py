"""Forms that no page of ours made: without their token, with another's, in another dress; and all that stands in the database.

What a request changed is found by comparing every row of every table before and after it, not by what it answered.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from govern.core.database import Base, reading
from govern.rules.actor import Role
from tests.support.everybody import Everybody
from tests.support.knocking import Route, address_of, form_of, routes

# Written with every request or refusal, whatever it comes to.
WRITTEN_ANYHOW: Final = frozenset({"entry", "entry_waiting", "entry_number"})
SEEN: Final = frozenset({("log_in_session", "seen_at"), ("session", "seen_at")})

Rows = dict[str, frozenset[tuple[str, ...]]]


def rows() -> Rows:
    """Every row of every table, but for what any request writes."""
    found: Rows = {}
    with reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in WRITTEN_ANYHOW:
                columns = [column for column in table.columns if (table.name, column.name) not in SEEN]
                found[table.name] = frozenset(tuple(map(repr, row)) for row in session.execute(select(*columns)))
    return found


def changed(before: Rows, after: Rows) -> list[str]:
    """The tables whose rows are others now."""
    return [name for name in before if before[name] != after[name]]


def a_role_for(route: Route) -> Role:
    """A role that the route's rule lets in."""
    return Role.CLERK if route.rule.roles is None or Role.CLERK in route.rule.roles else min(route.rule.roles)


def forms(world: Everybody) -> Iterator[tuple[Route, Role]]:
    """Every route that takes a form, each with a role that may send it."""
    for route in routes(world.app):
        if route.method == "POST":
            yield route, a_role_for(route)


def forged(world: Everybody, route: Route, role: Role | None, how: str) -> TestResponse:
    """The route's form, well filled in, sent as no page of ours would send it to this visitor."""
    client, token = world.at_the_door(role, "own")
    thing = world.thing_of(role, "own")
    address, data = address_of(world.app, route, thing), form_of(route, thing)
    if how == "no token":
        return client.post(address, data=data)
    if how == "a token of another log-in":
        other = Role.HEAD if role != Role.HEAD else Role.CLERK
        return client.post(address, data={**data, "csrf_token": world.at_the_door(other, "own")[1]})
    if how == "the token in the address":
        return client.post(address, data=data, query_string={"csrf_token": token})
    if how == "JSON as plain text":
        body = json.dumps({**data, "csrf_token": token})
        return client.post(address, data=body, content_type="text/plain")
    assert how == "a form as plain text"
    body = "&".join(f"{name}={value}" for name, value in {**data, "csrf_token": token}.items())
    return client.post(address, data=body, content_type="text/plain")


FORGERIES: Final = (
    "no token",
    "a token of another log-in",
    "the token in the address",
    "JSON as plain text",
    "a form as plain text",
)


def columns() -> list[str]:
    """The names of all columns of all tables, once each."""
    return sorted({column.name for table in Base.metadata.sorted_tables for column in table.columns})


def overfilled(route: Route, form: Mapping[str, str], planted: str) -> dict[str, str]:
    """A form with a field for every column there is, each holding the planted text, beside what it needs."""
    return {**dict.fromkeys(columns(), planted), **form}


def places_of(planted: str) -> set[tuple[str, str]]:
    """Table and column of every row that holds the planted text or number."""
    found = set()
    with reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                found |= {(table.name, name) for name, value in row.items() if _holds(value, planted)}
    return found


def _holds(value: Any, planted: str) -> bool:
    if isinstance(value, bytes | bytearray | memoryview):
        return planted.encode() in bytes(value)
    return planted in str(value)


def sent(client: FlaskClient, address: str, data: Mapping[str, str], token: str) -> TestResponse:
    """A form with its own token."""
    return client.post(address, data={**data, "csrf_token": token})


def location(response: TestResponse) -> str:
    """Where a browser would go: a tab or a line break in an address is dropped, a backslash is a slash (WHATWG URL)."""
    return re.sub(r"[\t\r\n]", "", response.headers.get("Location", "")).replace("\\", "/").strip()
