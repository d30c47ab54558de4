"""Errors become pages or JSON that say what happened and what to do; refusals are entries and tell nothing."""

import logging
import re
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from admin.app import AREAS
from admin.frame.doors import Area
from admin.frame.errors import new_reference
from admin.frame.permission import ROUTES, SIGNED_IN
from govern.core import database
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, EvidenceUnavailable
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.keys.ring import Ring
from govern.rules.actor import Role
from govern.trail.append import append
from govern.trail.entry import Entry
from govern.trail.kinds.people import SignedOn
from tests.support.console import Browser, a_console, a_person, text_of

SECRET_VALUE = "A123456789"


def plain(page: str) -> str:
    """A page without what differs each time: reference number, time, token and id."""
    return re.sub(
        r'E-\w{4}-\w{4}|\d\d:\d\d:\d\d|<time[^>]*>|(?:csrf-token" content|name="csrf_token" value)="[^"]*"|[0-9a-f-]{36}',
        "",
        page,
    )


def an_entry_of_somebody_else() -> str:
    """An entry that the clerk may not see."""
    with transaction() as session:
        return str(append(session, SignedOn(strength="password")).entry_id)


def test_a_foreign_and_an_absent_thing_look_the_same_and_both_are_entries(console_on_both: Flask) -> None:
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)
    clerk = Browser(console_on_both)
    clerk.log_in("clerk")
    foreign = clerk.get(f"/trail/details/?id={an_entry_of_somebody_else()}")
    absent = clerk.get(f"/trail/details/?id={new_id()}")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert len(foreign.data) == len(absent.data)
    assert plain(foreign.text) == plain(absent.text)
    with reading() as session:
        entries = session.scalars(select(Entry).where(Entry.kind == "refused_request").order_by(Entry.id)).all()
    assert [entry.rule for entry in entries] == ["not_found", "not_found"]
    assert all(entry.account == "clerk" for entry in entries)
    assert all(str(entry.lookup) == "None" and b"trail.details_view" in entry.details for entry in entries)


@pytest.mark.parametrize("identity", ["", "x", "1,2", "00000000-0000-0000-0000-000000000000", "' OR 1=1"])
def test_an_id_that_is_none_is_not_found_either(clerk: Browser, identity: str) -> None:
    response = clerk.get("/trail/details/", query_string={"id": identity})
    assert response.status_code == (404 if identity else 302)


def test_two_ids_at_once_are_not_found(clerk: Browser) -> None:
    assert clerk.get("/trail/details/?id=1&id=2").status_code == 404
    assert clerk.get("/trail/?after=1&before=2").status_code == 404


def test_a_program_is_told_in_json(clerk: Browser) -> None:
    response = clerk.get(f"/trail/details/?id={new_id()}", headers={"Accept": "application/json"})
    assert response.status_code == 404
    body = response.get_json()
    assert body["error"] == "not_found"
    assert body["zh"]
    assert body["en"]
    assert re.fullmatch(r"E-\w{4}-\w{4}", body["reference"])


def test_nobody_is_told_to_sign_on_in_json_too(browser: Browser) -> None:
    response = browser.get("/trail/", headers={"Accept": "text/event-stream"})
    assert response.status_code == 401


def test_an_unknown_page_says_what_to_do_and_gives_a_number(clerk: Browser) -> None:
    page = text_of(clerk.get("/nowhere"))
    assert "找不到這一頁" in page
    assert re.search(r"E-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", page)
    with reading() as session:
        assert session.scalars(select(Entry).where(Entry.kind == "refused_request")).all() == []


@pytest.fixture
def broken(console: Flask, keys: Ring, tmp_path: Path) -> Browser:
    """A console with pages that go wrong, and a clerk signed in."""
    pages = Blueprint("broken", __name__)

    def fails() -> str:
        raise ValueError(SECRET_VALUE)

    def conflict() -> str:
        raise Conflict(Wording("已有人先改了。", "Somebody was first."))

    def away() -> str:
        raise OperationalError("SELECT", {}, Exception(SECRET_VALUE))

    def no_trail() -> str:
        raise EvidenceUnavailable

    for view in (fails, conflict, away, no_trail):
        pages.add_url_rule(f"/broken/{view.__name__}", view.__name__, view)
    area = Area("broken", lambda app, _console: app.register_blueprint(pages))
    rules = {f"GET broken.{name}": SIGNED_IN for name in ("fails", "conflict", "away", "no_trail")}
    app = a_console(tmp_path, keys, areas=(*AREAS, area), table={**ROUTES, **rules})
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)
    browser = Browser(app)
    browser.log_in("clerk")
    return browser


def test_what_was_not_foreseen_is_told_without_its_message(broken: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = broken.get("/broken/fails")
    assert response.status_code == 500
    assert SECRET_VALUE not in response.text
    assert SECRET_VALUE not in caplog.text
    reference = re.search(r"E-\w{4}-\w{4}", text_of(response))
    assert reference is not None
    assert reference.group(0) in caplog.text
    assert "ValueError" in caplog.text


@pytest.mark.parametrize(
    ("page", "status", "says"),
    [
        ("conflict", 409, "已有人先改了"),
        ("away", 503, "資料庫暫時無法使用"),
        ("no_trail", 503, "軌跡目前無法寫入"),
    ],
)
def test_each_error_says_its_own_sentence(broken: Browser, page: str, status: int, says: str) -> None:
    response = broken.get(f"/broken/{page}")
    assert response.status_code == status
    assert says in text_of(response)


def test_reference_numbers_can_be_read_aloud() -> None:
    assert all(re.fullmatch(r"E-[2-9A-HJ-NP-TV-Z]{4}-[2-9A-HJ-NP-TV-Z]{4}", new_reference()) for _ in range(50))


def test_a_database_that_is_away_is_told_on_every_page_and_to_programs(clerk: Browser, tmp_path: Path) -> None:
    database.bind(f"sqlite:///{tmp_path / 'no such folder' / 'govern.sqlite3'}")
    for path in ("/", "/trail/", "/login"):
        response = clerk.get(path)
        assert response.status_code == 503, path
        assert "資料庫暫時無法使用" in text_of(response)
    told = clerk.get("/trail/", headers={"Accept": "application/json"})
    assert (told.status_code, told.get_json()["error"]) == (503, "try_later")
    assert clerk.get("/health").status_code == 503
