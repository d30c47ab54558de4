"""Operators' notices: published on a form, listed, taken down; everybody else is kept out."""

import pytest
from flask import Flask

from govern.rules.actor import Role
from tests.support.console import Browser, a_person, text_of

GIVEN = {
    "tone": "wait",
    "text_zh": "勞保局今晚維護",
    "text_en": "Maintenance tonight",
    "from_day": "115年1月1日",
    "from_time": "08:00",
    "until_day": "115年1月1日",
    "until_time": "12:00",
}


@pytest.fixture
def operator(console_on_both: Flask) -> Browser:
    a_person("zhou", "ntpc-civil", Role.OPERATOR)
    browser = Browser(console_on_both)
    browser.log_in("zhou")
    return browser


def test_a_notice_is_published_and_taken_down(operator: Browser) -> None:
    assert "還沒有公告" in text_of(operator.get("/notices"))
    form = operator.get("/notices/new").text
    fields = {"from_day": "text", "from_time": "time", "until_day": "text", "until_time": "time"}
    usual = {name: form.split(f'name="{name}" type="{kind}" value="')[1].split('"')[0] for name, kind in fields.items()}
    answer = operator.post("/notices", GIVEN | usual, page="/notices/new")
    assert answer.headers["Location"] == "/notices"
    page = operator.get("/notices").text
    assert "顯示中" in page
    assert 'class="told-line wait"' in page
    end = page.split('action="/notices/')[1].split('"')[0]
    assert operator.post(f"/notices/{end}", page="/notices").status_code == 303
    page = operator.get("/notices").text
    assert "已結束" in page
    assert "told-line" not in page
    assert operator.post(f"/notices/{end}", page="/notices").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"text_en": ""}, "中英文都要有"),
        ({}, "結束時間已經過了"),
        ({"until_day": "114年12月31日"}, "結束時間要晚於開始時間"),
        ({"from_time": "25:61"}, "請填時間"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(operator: Browser, wrong: dict[str, str], says: str) -> None:
    answer = operator.post("/notices", GIVEN | wrong, page="/notices/new")
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert "勞保局今晚維護" in answer.text
    assert "還沒有公告" in text_of(operator.get("/notices"))


def test_nobody_else_opens_the_page(console: Flask) -> None:
    a_person("chen", "ntpc-civil", Role.SUPERVISOR)
    browser = Browser(console)
    browser.log_in("chen")
    assert browser.get("/notices").status_code == 403
