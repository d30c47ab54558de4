"""The trail to read: within reach, searched by POST, each search an entry, each entry with its proof."""

import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from admin.app import create_app
from admin.frame.parts import Parts
from govern.core.database import reading, transaction
from govern.keys import ring
from govern.rules.actor import Role
from govern.trail.entry import Entry
from tests.support.audits import a_plan
from tests.support.console import Browser, text_of
from tests.support.houses import PASSWORD, Clerk, TestHouse, a_request

CASE = "disability_certificate"


@pytest.fixture
def asked(house: TestHouse) -> tuple[Flask, TestHouse, Clerk, str]:
    """A console, a clerk of 板橋區公所 whose look-up was answered, and the subject's number."""
    clerk = house.a_clerk("ntpc-dist-banqiao", CASE, account="asker")
    request = a_request(CASE)
    house.submit(clerk, request)
    house.run_due()
    with transaction() as session:
        session.add(a_plan("ntpc-civil", by_first_level=True))  # so that 民政局 audits the district offices
    app = create_app(parts=Parts(settings=house.settings, ring=ring.bound()))
    return app, house, clerk, request.subjects[0].keys[0].text


def signed_in(app: Flask, house: TestHouse, agency: str, *roles: Role) -> Browser:
    """A browser with somebody of these roles."""
    house.a_person("reader", agency, *roles)
    browser = Browser(app)
    assert browser.log_in("reader", PASSWORD).status_code == 303
    return browser


def kinds(page: str) -> list[str]:
    """The icons' words in the list, in order."""
    return re.findall(r"</svg>([^<]+)</span></td>", page)


def sought(browser: Browser, **form: str) -> tuple[str, str]:
    """The address and the page after a search."""
    response = browser.post("/trail/seek/", form, page="/")
    assert response.status_code == 303
    return response.headers["Location"], browser.get(response.headers["Location"]).text


def test_an_auditor_sees_the_whole_road_of_a_look_up(asked: tuple[Flask, TestHouse, Clerk, str]) -> None:
    app, house, _, _ = asked
    auditor = signed_in(app, house, "ntpc-civil", Role.AUDITOR)
    found = kinds(auditor.get("/trail/?tab=lookups").text)
    assert found == ["已回覆", "即將查調", "送出查調"]


@pytest.mark.parametrize(("agency", "role"), [("ntpc-edu", Role.AUDITOR), ("ntpc-itc", Role.OPERATOR)])
def test_an_auditor_elsewhere_and_an_operator_see_none_of_it(
    asked: tuple[Flask, TestHouse, Clerk, str], agency: str, role: Role
) -> None:
    app, house, _, _ = asked
    browser = signed_in(app, house, agency, role)
    assert "這裡還沒有項目" in browser.get("/trail/?tab=lookups").text


def test_a_subject_is_found_by_number_and_the_search_is_an_entry(asked: tuple[Flask, TestHouse, Clerk, str]) -> None:
    app, house, _, number = asked
    auditor = signed_in(app, house, "ntpc-civil", Role.AUDITOR)
    address, page = sought(auditor, words=number)
    assert number not in address
    assert "送出查調" in kinds(page)
    with reading() as session:
        entry = session.scalars(select(Entry).where(Entry.kind == "trail_searched")).one()
    assert entry.account == "reader"
    assert number.encode() not in entry.details
    assert ring.bound().index("national_id", number).hex().encode() in entry.details
    _, page = sought(auditor, words="F131104093" if number != "F131104093" else "A123456789")
    assert "沒有符合的項目" in page


def test_entries_are_found_by_account_reference_number_and_kind(asked: tuple[Flask, TestHouse, Clerk, str]) -> None:
    app, house, clerk, _ = asked
    house.verified()
    auditor = signed_in(app, house, "ntpc-civil", Role.AUDITOR)
    with reading() as session:
        lookup = session.scalars(select(Entry.lookup).where(Entry.kind == "asked")).one()
    assert lookup is not None
    for words in ("asker", house.lookup(lookup).reference):
        assert "送出查調" in kinds(sought(auditor, words=words)[1])
    _, page = sought(auditor, **{"filter-kind": "about_to_ask", "filter-days": "1"})
    assert kinds(page) == ["即將查調"]
    _, page = sought(auditor, words="0")
    assert len(kinds(page)) <= 1
    assert str(clerk.person) not in page


def test_an_entry_is_proven_against_the_signed_checkpoint(asked: tuple[Flask, TestHouse, Clerk, str]) -> None:
    app, house, _, _ = asked
    auditor = signed_in(app, house, "ntpc-civil", Role.AUDITOR)
    address = f"/trail/details/?id={the_answered_entry()}"
    assert "等待納入檢核點" in text_of(auditor.get(address))
    assert house.verified().ok
    page = text_of(auditor.get(address))
    assert "從這一筆算到檢核點，雜湊值一致" in page
    assert "個人戶籍資料" in page


def test_a_foreign_entry_does_not_open(asked: tuple[Flask, TestHouse, Clerk, str]) -> None:
    app, house, _, _ = asked
    clerk = signed_in(app, house, "ntpc-dist-banqiao", Role.CLERK)
    assert clerk.get(f"/trail/details/?id={the_answered_entry()}").status_code == 404


def the_answered_entry() -> uuid.UUID:
    """The entry that says what came."""
    with reading() as session:
        return session.scalars(select(Entry.id).where(Entry.kind == "answered")).one()
