"""What forms share: values checked in the body, pickers within twenty, and a form kept for the day without a subject's keys."""

import json
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from govern.core import clock
from govern.core.database import reading, transaction
from govern.people.session import LogInSession
from govern.rules.actor import Role
from govern.workplace.kept_form import MOST_A_PERSON, KeptForm, forget_what_is_over
from tests.support.console import Browser, a_person, an_agency, text_of

SECRET_TEXT = "板社同字第115004127號"
KEY = "A123456789"
AT = "/desk/low_income_household"
HERE = "/password"  # any page that carries a token


def kept() -> list[KeptForm]:
    with reading() as session:
        return list(session.scalars(select(KeptForm).order_by(KeptForm.address)))


def keeps(browser: Browser, address: str = AT, **typed: str) -> int:
    given = {"kept_address": address, "document": SECRET_TEXT, "subject_1_national_id": KEY, "password": KEY, **typed}
    return browser.post("/form/keep", given, page=HERE).status_code


@pytest.mark.parametrize(
    ("kind", "value", "right", "says"),
    [
        ("day", "115/11/27", True, "星期五"),
        ("day", "2026-2-30", False, "沒有這一天"),
        ("national_id", "A123456789", True, "檢查碼正確"),
        ("national_id", "A123456788", False, "檢查碼不符"),
        ("plate_no", "ABC-1234", True, "格式正確"),
    ],
)
def test_a_value_is_held_against_the_servers_own_rule(
    clerk: Browser, kind: str, value: str, right: bool, says: str
) -> None:
    answer = clerk.post("/form/check", {"kind": kind, "value": value}, page=HERE)
    said = answer.get_json()
    assert said["right"] is right
    assert says in said["says"]
    assert answer.headers["Cache-Control"] == "no-store"
    if kind == "day" and right:
        assert said["value"] == "115年11月27日"
    else:
        assert value not in answer.text


def test_what_is_no_rule_and_who_is_nobody_are_told_nothing(clerk: Browser, console: Flask) -> None:
    assert clerk.post("/form/check", {"kind": "nonsense", "value": "1"}, page=HERE).status_code == 404
    assert clerk.post("/form/pick/person", {"words": "林"}, page=HERE).status_code == 404
    nobody = Browser(console)
    asked = nobody.post("/form/pick/agency", {"words": "新北"}, headers={"Accept": "application/json"})
    assert asked.status_code == 401


def test_a_picker_finds_by_every_word_and_stops_at_twenty(clerk: Browser) -> None:
    for n in range(25):
        an_agency(f"ntpc-school-{n}", f"新北市臺灣第{n}國民小學", "ntpc")
    many = clerk.post("/form/pick/agency", {"words": "台灣 國民小學"}, page=HERE).get_json()
    assert len(many["found"]) == 20
    assert "超過20個" in many["says"]
    one = clerk.post("/form/pick/agency", {"words": "第24國民小學"}, page=HERE).get_json()
    assert [each["name"] for each in one["found"]] == ["新北市臺灣第24國民小學"]
    none = clerk.post("/form/pick/agency", {"words": "沒有這種機關"}, page=HERE).get_json()
    assert none == {"found": [], "says": "沒有符合的"}


def test_a_form_is_kept_sealed_and_a_key_is_refused_by_its_name(clerk: Browser) -> None:
    assert keeps(clerk) == 200
    [row] = kept()
    assert row.until - row.kept_at <= timedelta(days=1)
    for clear in (SECRET_TEXT, KEY, "document"):
        assert clear.encode() not in row.content
    shown = clerk.get(f"{AT}?kept=1")
    assert KEY not in shown.text


def test_a_form_is_its_persons_alone_at_its_own_address(clerk: Browser, console: Flask) -> None:
    keeps(clerk, address="/findings/one")
    a_person("other", "ntpc-dist-banqiao", Role.CLERK, name="王大同")
    other = Browser(console)
    other.log_in("other")
    keeps(other, address="/findings/one", document="別人的")
    mine, theirs = kept()
    with transaction() as session:  # a row put in another's place opens for nobody
        session.execute(update(KeptForm).where(KeptForm.person == mine.person).values(content=theirs.content))
    assert (
        other.post("/form/forget", {"kept_address": "/findings/one"}, page=HERE).headers["Location"] == "/findings/one"
    )
    assert [row.person for row in kept()] == [mine.person]


def test_no_more_than_twenty_forms_and_none_beyond_the_day(clerk: Browser) -> None:
    for n in range(MOST_A_PERSON + 2):
        assert keeps(clerk, address=f"/findings/{n}") == 200
    assert len(kept()) == MOST_A_PERSON
    assert "/findings/0" not in {row.address for row in kept()}
    assert keeps(clerk, reason="長" * 40_000) == 422
    assert keeps(clerk, address="https://example.org/") == 422
    assert forget_what_is_over(clock.now()) == 0
    assert forget_what_is_over(clock.now() + timedelta(days=1, minutes=1)) == MOST_A_PERSON
    assert kept() == []


@pytest.mark.parametrize(
    ("cause", "is_kept"), [("idle", True), ("too_long", True), ("log_out", False), ("locked", False)]
)
def test_what_is_sent_after_the_log_in_ended_of_itself_is_kept_for_its_person(
    clerk: Browser, cause: str, is_kept: bool
) -> None:
    token = clerk.token(HERE)
    with transaction() as session:
        session.execute(update(LogInSession).values(ended_at=clock.now(), end_cause=cause))
    typed = {"csrf_token": token, "kept_address": AT, "document": SECRET_TEXT, "subject_1_national_id": KEY}
    sent = clerk.client.post(AT, data=typed)
    assert sent.headers["Location"].startswith("/login")
    assert bool(kept()) is is_kept
    came_back = clerk.log_in("clerk")
    assert came_back.headers["Location"] == (f"{AT}?kept=1" if is_kept else AT)


def test_a_forged_form_is_not_kept_and_the_log_in_leads_nowhere_else(clerk: Browser) -> None:
    with transaction() as session:
        session.execute(update(LogInSession).values(ended_at=clock.now(), end_cause="idle"))
    clerk.client.post(AT, data={"csrf_token": "forged", "kept_address": AT, "document": SECRET_TEXT})
    clerk.client.post(AT, data={"kept_address": "//example.org/", "document": SECRET_TEXT})
    assert kept() == []
    clerk.get("/login?ended=1&back=https://example.org/")
    assert clerk.log_in("clerk").headers["Location"] == "/"


def test_keys_of_what_was_kept_are_never_in_the_sealed_text_either(
    clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed: list[bytes] = []
    dumps = json.dumps

    def note(value: object, **given: object) -> str:
        text = dumps(value, **given)  # type: ignore[arg-type]
        sealed.append(text.encode())
        return text

    monkeypatch.setattr("govern.workplace.kept_form.json.dumps", note)
    keeps(clerk, intent_key=uuid.uuid4().hex, subject_1_birth_date="0750308")
    assert any(SECRET_TEXT.encode() in each for each in sealed)
    assert not any(KEY.encode() in each or b"0750308" in each for each in sealed)


def test_a_mistake_stands_in_the_title_in_the_summary_and_at_its_row(browser: Browser) -> None:
    wrong = browser.post("/login", {"account": "", "password": ""})
    assert wrong.status_code == 422
    assert "<title>錯誤：登入" in wrong.text
    assert 'href="#account"' in wrong.text
    assert 'aria-describedby=" account-error"' in wrong.text
    assert "有2個地方要改" in text_of(wrong)
