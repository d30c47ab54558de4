"""Request to Actor: the log-in cookie, and who is behind it.

The cookie carries 32 random bytes, and the session's hash and the key of its answers come from them (`keys.envelope`).
Behind TLS it is a `__Host-` cookie and Secure; on plain http, which is loopback alone, it can be neither. Flask-Login
hands the visitor to views and templates; it keeps no session of its own.
"""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any, Final, cast

from flask import Flask, Request, Response, current_app, g, request
from flask_login import LoginManager, current_user
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from admin.frame.names import agency_names
from admin.frame.parts import parts
from audit.review.scope import with_audits
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import NotAllowed
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.people.person import Account, Person
from govern.people.reach import roles_held
from govern.people.sign_on import actor_of
from govern.rules.actor import Actor
from govern.workplace.preference import Preference

COOKIE: Final = "govern"
ADDRESS_LENGTH: Final = 45  # of an IPv6 address with an IPv4 inside, as the entry's column holds it


@dataclass(frozen=True, slots=True)
class Choice:
    """An agency that a person may act for."""

    code: str
    name: Wording


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, as pages need it: the actor, the cookie's secret, and the names in the bar."""

    actor: Actor
    secret: bytes = field(repr=False)
    name: str
    is_invented: bool
    agency: Wording
    choices: tuple[Choice, ...]
    language: str
    must_change_password: bool
    mode: str = "auto"
    single_keys: bool = True
    guides_read: tuple[str, ...] = ()

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """The person's id."""
        return str(self.actor.person_id)


def cookie_name(settings: Settings) -> str:
    """The log-in cookie's name: a `__Host-` one cannot be set by a neighbouring host (ASVS 3.3.1)."""
    return f"__Host-{COOKIE}" if settings.secure_cookies else COOKIE


def give_cookie(response: Response, settings: Settings, secret: bytes) -> None:
    """The response hands the secret to the browser, for this browser session, out of reach of scripts."""
    value = base64.urlsafe_b64encode(secret).decode().rstrip("=")
    response.set_cookie(
        cookie_name(settings), value, path="/", httponly=True, secure=settings.secure_cookies, samesite="Lax"
    )


def take_cookie_back(response: Response, settings: Settings) -> None:
    """The response takes the log-in cookie away, and everything the browser kept of this place."""
    response.delete_cookie(
        cookie_name(settings), path="/", httponly=True, secure=settings.secure_cookies, samesite="Lax"
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def secret_in(request: Request, settings: Settings) -> bytes | None:
    """The 32 bytes of the log-in cookie; `None` when there is none or it is no such cookie."""
    value = request.cookies.get(cookie_name(settings), "")
    try:
        secret = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == 32 else None


def address_in(request: Request) -> str:
    """Where a request came from, as entries carry it."""
    return (request.remote_addr or "")[:ADDRESS_LENGTH]


def install(app: Flask) -> None:
    """Flask-Login asks us, and nobody else, who a request's visitor is."""
    manager = LoginManager()
    manager.session_protection = None
    # Not `init_app`: it would read the page's cookie after every request, for a "remember me" that there is not, and every
    # response would vary by cookie, also those that are the same for everybody.
    app.login_manager = manager  # type: ignore[attr-defined]
    manager.request_loader(_visitor_in)


def visitor() -> Visitor | None:
    """The request's visitor, if somebody is signed in; looked up once a request."""
    if g.get("visitor_is_unknown"):
        return None
    if "visitor" not in g:  # a page asks a hundred times, and the way through Flask-Login is a long one
        found = current_user
        g.visitor = found._get_current_object() if found and found.is_authenticated else None
    return cast("Visitor | None", g.visitor)


def know_the_visitor_or_nobody() -> None:
    """For a page that must be shown whatever is away: a visitor who cannot be looked up is nobody from now on."""
    try:
        visitor()
    except SQLAlchemyError:
        g.visitor_is_unknown = True


def the_visitor() -> Visitor:
    """The request's visitor; `NotAllowed` when nobody is signed in, which the route's rule has ruled out before."""
    found = visitor()
    if found is None:
        raise NotAllowed
    return found


def the_actor() -> Actor:
    """Who acts in this request."""
    return the_visitor().actor


def _visitor_in(request: Request) -> Visitor | None:
    settings = parts(current_app).settings
    secret = secret_in(request, settings)
    if secret is None:
        return None
    with reading() as session:
        actor = actor_of(session, settings, secret, address=address_in(request))
        return None if actor is None else _visitor(session, with_audits(actor, session), secret)


_PERSON: Final = (  # made once: every request asks
    select(
        Person.name,
        Person.is_invented,
        Person.language,
        Account.must_change_password,
        Preference.mode,
        Preference.single_keys,
        Preference.guides_read,
    )
    .outerjoin(Account, (Account.person == Person.id) & (Account.name == bindparam("account")))
    .outerjoin(Preference, Preference.person == Person.id)
    .where(Person.id == bindparam("person"))
)


def _visitor(session: Session, actor: Actor, secret: bytes) -> Visitor:
    person = session.execute(_PERSON, {"account": actor.account, "person": actor.person_id}).first()
    held = roles_held(session, actor.person_id, clock.now())
    names = agency_names(session, {actor.agency, *held})
    return Visitor(
        actor=actor,
        secret=secret,
        name=person.name if person else "",
        is_invented=bool(person and person.is_invented),
        agency=names.get(actor.agency, Wording(actor.agency, actor.agency)),
        choices=tuple(Choice(code, names[code]) for code in held if code in names),
        language=person.language if person else "zh",
        must_change_password=bool(person and person.must_change_password),
        mode=(person and person.mode) or "auto",
        single_keys=not person or person.single_keys is not False,
        guides_read=tuple((person and person.guides_read) or ()),
    )


def who() -> dict[str, Any]:
    """What every template may read of the request's visitor."""
    return {"visitor": visitor() if request else None}
