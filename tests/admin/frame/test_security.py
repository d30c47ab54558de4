"""Headers on every response, tokens on every form, uploads in memory, nothing inline."""

import gzip
import io
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder
from werkzeug.utils import redirect

from admin.frame.permission import ROUTES
from admin.frame.security import HEADERS, RequestInMemory, asset
from govern.core.database import reading
from govern.keys.ring import Ring
from govern.people.session import LogInSession
from govern.rules.actor import Role
from govern.trail.entry import Entry
from tests.support.console import Browser, a_console, a_person, some_values

OPEN = {"public", "max-age=300"}  # open data: the same for everybody, and of no person


def addresses(app: Flask, method: str) -> dict[str, str]:
    """Endpoint to an address, of every route that takes the method."""
    found = {}
    with app.test_request_context():
        for route in app.url_map.iter_rules():
            if method in (route.methods or ()) and route.endpoint != "static":
                values = some_values(route)
                built = route.build(values, append_unknown=False)
                assert built is not None
                found[route.endpoint] = built[1]
    return found


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_every_response_carries_every_header_is_kept_by_no_cache_and_holds_no_script(
    console: Flask, is_signed_in: bool
) -> None:
    browser = Browser(console)
    if is_signed_in:
        a_person("all", "ntpc-dist-banqiao", *Role)
        browser.log_in("all")
    for endpoint, address in addresses(console, "GET").items():
        response = browser.get(address)
        for name, value in HEADERS.items():
            assert response.headers.get(name) == value, (endpoint, name)
        is_open = (
            ROUTES[f"GET {endpoint}"].is_open_data and response.status_code == 200
        )  # what is not there is not kept
        assert set(response.headers["Cache-Control"].split(", ")) == (OPEN if is_open else {"no-store"}), endpoint
        assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]
        if response.mimetype == "text/html":
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", response.text), (
                endpoint
            )
            assert not re.findall(r'(?:src|href|action)="((?:https?:)?//[^"]*)"', response.text), (
                endpoint
            )  # no other host
        response.close()


def test_a_missing_page_and_a_wrong_method_carry_the_headers_too(browser: Browser) -> None:
    for response in (browser.get("/nowhere"), browser.client.delete("/login"), browser.client.options("/login")):
        assert response.status_code in (404, 405)
        assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"


def test_a_static_file_is_kept_only_under_the_print_of_its_content(console: Flask) -> None:
    browser = Browser(console)
    with console.test_request_context():
        address = asset("css/tokens.css")
    assert "v=" in address
    with browser.get(address) as kept, browser.get(address.split("?")[0]) as asked_again:
        assert "immutable" in kept.headers["Cache-Control"]
        assert asked_again.headers["Cache-Control"] == "no-cache"


def test_a_static_file_goes_out_compressed_and_a_page_never_does(console: Flask) -> None:
    browser = Browser(console)
    takes = {"Accept-Encoding": "gzip, br"}
    with console.test_request_context():
        address = asset("css/pieces.css")
    with browser.get(address, headers=takes) as packed, browser.get(address) as plain:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(packed.data) == plain.data
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
        again = browser.get(address, headers={**takes, "If-None-Match": packed.headers["ETag"]})
        assert again.status_code == 304
    # A page holds its forms' token beside what was typed; its compressed length would tell of it (BREACH).
    assert "Content-Encoding" not in browser.get("/login", headers=takes).headers


def test_no_form_is_taken_without_its_token(console: Flask) -> None:
    """Every way to forge one, at every form, is tried in tests/promises/test_nobody_forges_a_form.py."""
    browser = Browser(console)
    person = a_person("all", "ntpc-dist-banqiao", *Role)
    browser.log_in("all")
    for endpoint, address in addresses(console, "POST").items():
        before = _count()
        response = browser.client.post(address, data={"language": "en", "agency": "ntpc"})
        asks = ROUTES[f"POST {endpoint}"].needs_token  # not where nothing can be changed: there the file is missing
        assert response.status_code == (400 if asks else 422), endpoint
        assert _count() == before + asks, endpoint  # the refusal, and nothing else
    with reading() as session:
        assert session.scalars(select(LogInSession.ended_at).where(LogInSession.person == person.person_id)).all() == [
            None
        ]
        rules = set(session.scalars(select(Entry.rule).where(Entry.kind == "refused_request")))
    assert rules == {"forged_form"}


def test_a_token_of_another_browser_opens_no_form(console: Flask) -> None:
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)
    victim, attacker = Browser(console), Browser(console)
    victim.log_in("clerk")
    victim.get("/")
    response = victim.client.post("/logout", data={"csrf_token": attacker.token()})
    assert response.status_code == 400
    assert victim.get("/").status_code == 200


def test_a_token_of_before_the_log_in_is_worth_nothing_after(console: Flask) -> None:
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)
    browser = Browser(console)
    before = browser.token()
    browser.log_in("clerk")
    browser.get("/")
    assert browser.client.post("/logout", data={"csrf_token": before}).status_code == 400


def test_the_cookies_on_loopback_are_out_of_reach_of_scripts(console: Flask) -> None:
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)
    browser = Browser(console)
    for cookie in [
        *browser.get("/login").headers.getlist("Set-Cookie"),
        *browser.log_in("clerk").headers.getlist("Set-Cookie"),
    ]:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie
        assert "__Host-" not in cookie


def test_behind_tls_both_cookies_are_secure_and_bound_to_the_host(console: Flask, keys: Ring, tmp_path: Path) -> None:
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)
    app = a_console(tmp_path, keys, settings={"secure_cookies": True})
    client = app.test_client()
    page = client.get("/login", base_url="https://localhost")
    token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
    assert token is not None
    entered = client.post(
        "/login",
        base_url="https://localhost",
        headers={"Referer": "https://localhost/login"},
        data={"account": "clerk", "password": "a long sentence that nobody knows", "csrf_token": token.group(1)},
    )
    assert entered.status_code == 303
    cookies = [*page.headers.getlist("Set-Cookie"), *entered.headers.getlist("Set-Cookie")]
    assert len(cookies) == 3
    for cookie in cookies:
        assert cookie.startswith("__Host-govern")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert "max-age" in entered.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("place", "kept"),
    [
        ("http://evil.example/desk?a=1", "/desk?a=1"),
        ("http://evil.example//other.example", "/other.example"),
        ("http://evil.example/\\other.example", "/other.example"),
        ("/desk", "/desk"),
    ],
)
def test_a_redirect_names_no_host_and_above_all_not_the_requests(console: Flask, place: str, kept: str) -> None:
    with console.test_request_context("/", headers={"Host": "evil.example"}):
        assert console.process_response(redirect(place)).headers["Location"] == kept


def test_an_upload_stays_in_memory_however_large() -> None:
    builder = EnvironBuilder(method="POST", data={"file": (io.BytesIO(b"x" * 2_000_000), "numbers.csv")})
    request = RequestInMemory(builder.get_environ())
    stream = request.files["file"].stream
    assert isinstance(stream, io.BytesIO)
    assert len(stream.getvalue()) == 2_000_000


def test_an_upload_of_more_than_20_mb_is_not_taken(console: Flask) -> None:
    browser = Browser(console)
    token = browser.token()
    data = {"csrf_token": token, "file": (io.BytesIO(b"x" * (20 * 1024 * 1024 + 1)), "numbers.csv")}
    response = browser.client.post("/login", data=data)
    assert response.status_code == 413
    assert "20 MB" in response.text


def test_a_route_is_found_by_every_line_of_the_table(console: Flask) -> None:
    posts = {line.split(" ")[1] for line in ROUTES if line.startswith("POST ")}
    assert posts == set(addresses(console, "POST"))


def _count() -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(Entry)).scalar_one()
