"""Headers, anti-forgery, uploads in memory, and the door of every route.

Every response says what a browser may do with it: nothing from another host, no inline script or style, in no frame, kept
in no cache unless it is a static file or open data. Every request is held against its route's rule before anything else happens.
"""

import hashlib
import io
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Final

from flask import Flask, Request, Response, current_app, redirect, request, session, url_for
from flask_wtf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Unauthorized

from admin.frame.actor import cookie_name, visitor
from admin.frame.forms.kept import keep_before_the_log_in
from admin.frame.parts import parts
from admin.frame.permission import Rule, rule_of
from govern.core.errors import NotAllowed
from govern.core.settings import Settings
from govern.people.sign_on import touch

UPLOAD_BYTES: Final = 20 * 1024 * 1024
POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "frame-src 'none'",
        "object-src 'none'",
        "worker-src 'none'",
        "manifest-src 'none'",
    )
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not "no-referrer": the check of forms behind TLS asks for our own
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Permitted-Cross-Domain-Policies": "none",
}
NO_STORE: Final = "no-store"
KEPT_A_YEAR: Final = "public, max-age=31536000, immutable"

csrf = CSRFProtect()


class RequestInMemory(Request):
    """A request whose uploads stay in memory: Werkzeug would write one of over 500 kB to a file, in clear."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


def install(app: Flask, table: Mapping[str, Rule]) -> None:
    """Headers on every response, a token on every form, a rule before every route."""
    settings = parts(app).settings
    app.request_class = RequestInMemory
    app.config.update(_configuration(app, settings))
    app.before_request(lambda: _knock(table))  # before the forms' tokens: whoever is not signed in is told that first
    csrf.init_app(app)
    app.before_request(lambda: _ask_for_the_token(table))
    app.after_request(lambda response: _dress(response, settings, table))
    app.jinja_env.globals["asset"] = asset


def _configuration(app: Flask, settings: Settings) -> dict[str, object]:
    page_cookie = "__Host-govern-page" if settings.secure_cookies else "govern-page"
    return {
        "SECRET_KEY": parts(app).ring.cookie_key(),
        "SESSION_COOKIE_NAME": page_cookie,
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": UPLOAD_BYTES,
        "PROVIDE_AUTOMATIC_OPTIONS": False,
        "WTF_CSRF_TIME_LIMIT": None,  # it lives as long as the log-in
        "WTF_CSRF_CHECK_DEFAULT": False,  # asked for by `_ask_for_the_token`, as the route's rule says
        "SEND_FILE_MAX_AGE_DEFAULT": 31_536_000,
    }


def _knock(table: Mapping[str, Rule]) -> Response | None:
    """Nothing when the route is open to this visitor; else the way to the log-in, or `NotAllowed`."""
    if request.endpoint is None:
        return None  # no such page, or not by this method: Flask says so
    rule = rule_of(table, request.method, request.endpoint)
    if rule is None:
        raise NotAllowed
    if not rule.needs_sign_on:
        return None
    found = visitor()
    if found is None:
        return _to_the_log_in()
    if found.must_change_password and not rule.before_new_password:
        return redirect(url_for("login.password_form"), 303)  # type: ignore[return-value]
    if not rule.permits(found.actor):
        raise NotAllowed(code=rule.code)
    return None


def _ask_for_the_token(table: Mapping[str, Rule]) -> None:
    """A form that changes anything is one of ours, or `CSRFError`."""
    rule = rule_of(table, request.method, request.endpoint or "")
    if request.endpoint is not None and (rule is None or rule.needs_token):
        csrf.protect()


def _to_the_log_in() -> Response:
    """A page asks to sign on and comes back; what is not a page is told in its own way."""
    if wants_json():
        raise Unauthorized
    had_session = bool(request.cookies.get(cookie_name(parts().settings)))
    back = request.full_path.rstrip("?") if request.method == "GET" else keep_before_the_log_in(csrf)
    # A path within this console; what was typed stands in no address, so that none of it is kept here.
    session["back"] = back
    return redirect(url_for("login.form", ended=1 if had_session else None), 303)  # type: ignore[return-value]


def wants_json() -> bool:
    """Whether the answer goes to a program: JSON asked for before HTML, or an event stream."""
    accepted = request.accept_mimetypes
    best = accepted.best_match(["text/html", "application/json", "text/event-stream"], "text/html")
    return best != "text/html"


def _dress(response: Response, settings: Settings, table: Mapping[str, Rule]) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if settings.secure_cookies:
        response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if response.location:
        response.headers["Location"] = _without_host(response.location)
    rule = rule_of(table, request.method, request.endpoint or "")
    if rule is None or not rule.is_open_data or response.status_code not in (200, 304):
        response.headers["Cache-Control"] = _kept() if response.status_code in (200, 304) else NO_STORE
    return response


def _without_host(place: str) -> str:
    """A place of our own as a path alone: the host's name in it would be whatever the request's Host says."""
    own = request.host_url
    return "/" + place[len(own) :].lstrip("/\\") if place.startswith(own) else place


def _kept() -> str:
    """How long a browser may keep a response: a static file under the print of its content, or a font, for a year."""
    if request.endpoint != "static":
        return NO_STORE
    is_lasting = "v" in request.args or str((request.view_args or {}).get("filename", "")).startswith("fonts/")
    return KEPT_A_YEAR if is_lasting else "no-cache"


def heard_of(table: Mapping[str, Rule]) -> None:
    """The visitor's session was used just now; called when the response is made and no reading is open."""
    rule = rule_of(table, request.method, request.endpoint or "")
    found = visitor() if rule is not None and rule.is_activity and rule.needs_sign_on else None
    if found is not None and found.actor.session_hash is not None:
        with suppress(SQLAlchemyError):  # what the page did is done: that nobody could note it must not say otherwise
            touch(parts().settings, found.actor.session_hash)


@lru_cache(maxsize=64)
def _print_of(path: str, changed_ns: int) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file, with a print of its content, so that browsers may keep it for a year.

    It is looked up once a process: a page names thirty of them. Where somebody works on the files it is looked up each time.
    """
    known: dict[tuple[str, str], str] = current_app.extensions.setdefault("assets", {})
    asked = (request.script_root if request else "", name)
    if asked not in known or current_app.debug:
        path = Path(__file__).parent.parent / "static" / name
        known[asked] = url_for("static", filename=name, v=_print_of(str(path), path.stat().st_mtime_ns))
    return known[asked]
