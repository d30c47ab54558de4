"""Look-ups to read: one's own and those within reach, the subject masked, nothing of an answer."""

import re

import pytest
from flask import Flask

from admin.app import create_app
from admin.frame.parts import Parts
from govern.keys import ring
from govern.rules.actor import Role
from tests.support.console import Browser, text_of
from tests.support.houses import PASSWORD, TestHouse, a_request

CASE = "disability_certificate"


def the_console(house: TestHouse) -> Flask:
    """The console in front of the house."""
    return create_app(parts=Parts(settings=house.settings, ring=ring.bound()))


def signed_in(app: Flask, account: str) -> Browser:
    """A browser with this account."""
    browser = Browser(app)
    assert browser.log_in(account, PASSWORD).status_code == 303
    return browser


def rows(page: str) -> int:
    """How many look-ups a list shows."""
    return page.count("<tr>") - 1


def test_a_clerk_sees_the_own_look_ups_and_no_others(sqlite_house: TestHouse) -> None:
    mine = sqlite_house.a_clerk("ntpc-dist-banqiao", CASE, account="mine")
    yours = sqlite_house.a_clerk("ntpc-dist-banqiao", CASE, account="yours")
    request = a_request(CASE)
    sqlite_house.submit(mine, request)
    sqlite_house.submit(yours, request)
    page = signed_in(the_console(sqlite_house), "mine").get("/lookups/").text
    assert rows(page) == 1
    said = re.sub(r"<[^>]+>|\s", "", page)
    assert "測試字第1150000001號" in said
    number = request.subjects[0].keys[0].text
    assert number not in page
    assert number[:-4] + "****" in page


@pytest.mark.parametrize(
    ("agency", "role", "sees"),
    [
        ("ntpc-dist-banqiao", Role.SUPERVISOR, 1),
        ("ntpc-dist-banqiao", Role.AUDITOR, 1),
        ("ntpc-civil", Role.AUDITOR, 0),  # audits the districts under a plan that says so, and there is none
        ("ntpc-civil", Role.HEAD, 1),
        ("ntpc-civil", Role.APPROVER, 1),
        ("ntpc-social", Role.DRAFTER, 1),
        ("ntpc-edu", Role.AUDITOR, 0),
        ("ntpc-edu", Role.APPROVER, 0),
        ("ntpc-edu", Role.DRAFTER, 0),
        ("ntpc-dist-banqiao", Role.CLERK, 0),
    ],
)
def test_others_see_what_lies_within_their_reach(sqlite_house: TestHouse, agency: str, role: Role, sees: int) -> None:
    clerk = sqlite_house.a_clerk("ntpc-dist-banqiao", CASE, account="asker")
    sqlite_house.submit(clerk, a_request(CASE))
    sqlite_house.a_person("reader", agency, role)
    page = signed_in(the_console(sqlite_house), "reader").get("/lookups/").text
    assert rows(page) == sees if sees else "還沒有查調" in page


def test_an_operator_sees_nobodys_look_ups(sqlite_house: TestHouse) -> None:
    sqlite_house.a_person("operator", "ntpc-itc", Role.OPERATOR)
    assert signed_in(the_console(sqlite_house), "operator").get("/lookups/").status_code == 403


def test_a_look_up_is_found_by_its_reference_in_small_letters_too(sqlite_house: TestHouse) -> None:
    clerk = sqlite_house.a_clerk("ntpc-dist-banqiao", CASE, account="asker")
    sqlite_house.submit(clerk, a_request(CASE))
    reference = sqlite_house.lookup(sqlite_house.submit(clerk, a_request(CASE, case_number="第二案"))).reference
    browser = signed_in(the_console(sqlite_house), "asker")
    assert rows(browser.get("/lookups/").text) == 2
    found = browser.post("/lookups/seek/", {"words": reference.lower()}, page="/")
    assert reference.lower() not in found.headers["Location"]
    page = browser.get(found.headers["Location"])
    assert rows(page.text) == 1
    assert "第二案" in text_of(page)


def test_tabs_narrow_to_today_and_to_what_is_under_way(sqlite_house: TestHouse) -> None:
    clerk = sqlite_house.a_clerk("ntpc-dist-banqiao", CASE, account="asker")
    sqlite_house.submit(clerk, a_request(CASE))
    browser = signed_in(the_console(sqlite_house), "asker")
    assert rows(browser.get("/lookups/?tab=today").text) == 1
    assert rows(browser.get("/lookups/?tab=open").text) == 1
    sqlite_house.run_due()
    assert "還沒有查調" in text_of(browser.get("/lookups/?tab=open"))
    assert "已回覆" in text_of(browser.get("/lookups/"))
