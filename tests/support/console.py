"""A console on a fresh database, its people, and a browser's view of it: cookies, tokens of forms, pages as text."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from admin.app import create_app
from admin.frame.actor import COOKIE
from admin.frame.parts import Parts
from govern.catalogue.agency import Agency
from govern.core import clock
from govern.core.database import transaction
from govern.core.ids import new_id
from govern.core.settings import Settings
from govern.keys.ring import Ring
from govern.people import password
from govern.people.person import Account, Person, RoleHeld
from govern.rules.actor import Role

PASSWORD = "a long sentence that nobody knows"
# One hash for all test accounts: Argon2id is slow on purpose.
PASSWORD_HASH = password.hash_password(PASSWORD)


def console_settings(folder: Path, **given: Any) -> Settings:
    """Settings of a console on loopback with its data below a folder."""
    return Settings(data_dir=folder, **given)


def a_console(folder: Path, keys: Ring, *, settings: Mapping[str, Any] | None = None, **given: Any) -> Flask:
    """The console as it is, with parts for a test: no answers' store, no queue."""
    return create_app(parts=Parts(settings=console_settings(folder, **(settings or {})), ring=keys), **given)


def an_agency(code: str, name: str, parent: str | None = None, level: str = "first") -> None:
    """An agency of the catalogue."""
    with transaction() as session:
        session.add(
            Agency(code=code, name_zh=name, name_en=f"{code} Department", level=level, kind="bureau", parent=parent)
        )


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody with an account, and the roles held."""

    person_id: uuid.UUID
    account: str
    agency: str


def a_person(
    account: str, agency: str | Sequence[str], *roles: Role, name: str = "林小芬", must_change: bool = False
) -> Worker:
    """A person with a local account and these roles at one agency or several; invented, as all are here."""
    agencies = [agency] if isinstance(agency, str) else list(agency)
    person_id = new_id()
    with transaction() as session:
        session.add(Person(id=person_id, name=name, is_invented=True))
        session.flush()
        session.add(
            Account(
                id=new_id(),
                person=person_id,
                name=account,
                password_hash=PASSWORD_HASH,
                must_change_password=must_change,
            )
        )
        since = clock.now() - timedelta(days=1)
        for code in agencies:
            for role in roles:
                session.add(RoleHeld(id=new_id(), person=person_id, agency=code, role=role.value, from_at=since))
    return Worker(person_id, account, agencies[0])


class Browser:
    """A test client that sends each form with the token that its page holds, as a browser does."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, **given: Any) -> TestResponse:
        """A page."""
        return self.client.get(path, **given)

    def post(
        self, path: str, values: Mapping[str, Any] | None = None, *, page: str = "/login", **given: Any
    ) -> TestResponse:
        """A form of a page, sent with that page's token."""
        return self.client.post(path, data={**(values or {}), "csrf_token": self.token(page)}, **given)

    def token(self, page: str = "/login") -> str:
        """The token of the forms of a page; redirects are followed."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get(page, follow_redirects=True).text)
        assert found, f"{page} holds no token"
        return found.group(1)

    def log_in(self, account: str, secret: str = PASSWORD) -> TestResponse:
        """Account and password typed into the log-in page."""
        return self.post("/login", {"account": account, "password": secret})

    def cookies(self, address: str) -> list[Any]:
        """What another browser sends along to an address to be in the same log-in."""
        found = self.client.get_cookie(COOKIE)
        return [{"name": COOKIE, "value": found.value, "url": address}] if found else []


def some_values(route: Rule) -> dict[str, Any]:
    """A value for each part of a route's address: one that stands for nothing."""
    return {
        name: 0 if isinstance(route._converters[name], IntegerConverter) else "00000000-0000-0000-0000-000000000000"
        for name in route.arguments
    }


def text_of(response: TestResponse) -> str:
    """What a page says, without its markup."""
    bare = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", bare).strip()
