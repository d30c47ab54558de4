"""Coming in, going out, the first password, the agency acted for."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from govern.core import clock
from govern.core.database import reading
from govern.people.session import LogInSession
from govern.rules.actor import Role
from govern.trail.entry import Entry
from tests.support.console import PASSWORD, Browser, a_person, text_of

NEW = "another long sentence of mine"


def kinds() -> list[str]:
    """The kinds of all entries, in the order in which they were written."""
    with reading() as session:
        return list(session.scalars(select(Entry.kind).order_by(Entry.id)))


@pytest.fixture
def _clerk(console: Flask) -> None:
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)


@pytest.mark.usefixtures("_clerk")
def test_a_right_password_opens_the_home_page(browser: Browser) -> None:
    response = browser.log_in("clerk")
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    page = text_of(browser.get("/"))
    assert "林小芬" in page
    assert "新北市板橋區公所" in page
    assert kinds() == ["signed_on"]


@pytest.mark.usefixtures("_clerk")
@pytest.mark.parametrize(("account", "secret"), [("clerk", "wrong"), ("nobody", PASSWORD), ("nobody", "wrong")])
def test_a_wrong_one_is_told_the_same_whatever_was_wrong(browser: Browser, account: str, secret: str) -> None:
    response = browser.log_in(account, secret)
    assert response.status_code == 401
    assert "帳號或密碼不正確，或帳號暫時鎖定中" in text_of(response)
    assert secret not in response.text
    assert kinds() == ["sign_on_failed"]


@pytest.mark.usefixtures("_clerk")
def test_an_account_is_locked_after_five_and_says_no_more_than_before(browser: Browser) -> None:
    before = text_of(browser.log_in("clerk", "wrong"))
    for _ in range(4):
        browser.log_in("clerk", "wrong")
    locked = browser.log_in("clerk")
    assert locked.status_code == 401
    assert text_of(locked) == before
    with clock.clock_reads(lambda at=clock.now(): at + timedelta(minutes=16)):
        assert browser.log_in("clerk").status_code == 303


@pytest.mark.usefixtures("_clerk")
def test_an_empty_form_is_said_without_an_entry(browser: Browser) -> None:
    response = browser.log_in("clerk", "")
    assert response.status_code == 422
    assert "請填帳號與密碼" in text_of(response)
    assert kinds() == []


@pytest.mark.usefixtures("_clerk")
def test_whoever_was_on_the_way_comes_to_where_they_wanted(browser: Browser) -> None:
    assert browser.get("/trail/?tab=lookups").headers["Location"] == "/login"
    assert browser.log_in("clerk").headers["Location"] == "/trail/?tab=lookups"


@pytest.mark.usefixtures("_clerk")
def test_a_log_out_ends_the_session_and_the_browser_forgets(browser: Browser) -> None:
    browser.log_in("clerk")
    response = browser.post("/logout", page="/")
    assert response.status_code == 303
    assert "storage" in response.headers["Clear-Site-Data"]
    assert browser.get("/").headers["Location"].startswith("/login")
    assert kinds() == ["signed_on", "session_ended"]
    assert "您已登出" in text_of(browser.get("/login?left=1"))


@pytest.mark.usefixtures("_clerk")
def test_a_stolen_cookie_is_worth_nothing_after_the_log_out(browser: Browser, console: Flask) -> None:
    browser.log_in("clerk")
    stolen = browser.client.get_cookie("govern")
    assert stolen is not None
    browser.post("/logout", page="/")
    thief = Browser(console)
    thief.client.set_cookie("govern", stolen.value)
    assert thief.get("/").status_code == 303


@pytest.mark.usefixtures("_clerk")
def test_an_idle_session_leads_to_the_log_in_and_says_so(browser: Browser) -> None:
    browser.log_in("clerk")
    with clock.clock_reads(lambda at=clock.now(): at + timedelta(minutes=15, seconds=1)):
        response = browser.get("/trail/")
        assert response.headers["Location"] == "/login?ended=1"
        assert "閒置過久" in text_of(browser.get("/login?ended=1"))


@pytest.mark.usefixtures("_clerk")
def test_a_page_keeps_the_session_alive_and_is_written_once_a_minute(browser: Browser) -> None:
    browser.log_in("clerk")
    start = clock.now()
    for seconds in (10, 70, 100):
        with clock.clock_reads(lambda at=start, s=seconds: at + timedelta(seconds=s)):
            browser.get("/")
    with reading() as session:
        seen = session.scalars(select(LogInSession.seen_at)).one()
    assert 69 <= (seen - start).total_seconds() <= 71


def test_a_first_log_in_opens_nothing_but_the_change_of_password(browser: Browser) -> None:
    a_person("new", "ntpc-dist-banqiao", Role.CLERK, must_change=True)
    assert browser.log_in("new").headers["Location"] == "/password"
    for path in ("/", "/trail/", "/lookups/"):
        assert browser.get(path).headers["Location"] == "/password"
    assert "第一次登入" in text_of(browser.get("/password"))
    changed = browser.post("/password", {"current": PASSWORD, "new": NEW, "again": NEW}, page="/password")
    assert (changed.status_code, changed.headers["Location"]) == (303, "/")
    assert browser.get("/").status_code == 200
    assert kinds() == ["signed_on", "password_changed"]


@pytest.mark.parametrize(
    ("current", "new", "again", "says"),
    [
        (PASSWORD, NEW, "other", "兩次輸入的新密碼不一致"),
        ("wrong", NEW, NEW, "目前的密碼不正確"),
        (PASSWORD, "b3fly!", "b3fly!", "至少要有"),
        (PASSWORD, PASSWORD, PASSWORD, "不得與目前的密碼相同"),
    ],
)
def test_a_new_password_that_cannot_be_used_says_why(
    browser: Browser, current: str, new: str, again: str, says: str
) -> None:
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)
    browser.log_in("clerk")
    response = browser.post("/password", {"current": current, "new": new, "again": again}, page="/password")
    assert response.status_code == 422
    assert says in text_of(response)
    assert "password_changed" not in kinds()
    assert new not in response.text


def test_who_works_at_several_agencies_chooses_one_and_switches(browser: Browser) -> None:
    a_person("two", ["ntpc-civil", "ntpc-social"], Role.SUPERVISOR)
    assert browser.log_in("two").headers["Location"] == "/agencies/mine"
    assert "新北市政府社會局" in text_of(browser.get("/agencies/mine"))
    switched = browser.post("/agencies/mine", {"agency": "ntpc-social"}, page="/agencies/mine")
    assert switched.status_code == 303
    assert "現在代表新北市政府社會局辦理" in text_of(browser.get("/"))
    assert kinds() == ["signed_on", "session_ended", "signed_on"]


def test_nobody_switches_to_an_agency_where_they_have_no_role(browser: Browser) -> None:
    a_person("two", ["ntpc-civil", "ntpc-social"], Role.SUPERVISOR)
    browser.log_in("two")
    browser.post("/agencies/mine", {"agency": "ntpc"}, page="/agencies/mine")
    page = text_of(browser.get("/agencies/mine"))
    assert "沒有任何角色" in page
    assert kinds() == ["signed_on"]


def test_who_lost_every_role_sees_nothing_of_the_agency(browser: Browser) -> None:
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)
    browser.log_in("clerk")
    with clock.clock_reads(lambda at=clock.now(): at - timedelta(days=3)):  # before the role was given
        response = browser.get("/case-items/")
    assert response.status_code == 403
