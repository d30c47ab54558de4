"""Two languages on every page, and the libraries' own words corrected."""

import flask_admin.babel
import pytest
from flask import Flask, session
from markupsafe import Markup

from admin.frame.language import place_to_return, t, w
from govern.core.wording import Wording
from tests.support.console import Browser, text_of


def test_a_page_is_chinese_until_english_is_asked_for_and_back_again(browser: Browser) -> None:
    assert "登入" in text_of(browser.get("/login"))
    switched = browser.post("/language", {"language": "en", "back": "/login"})
    assert switched.headers["Location"] == "/login"
    page = browser.get("/login")
    assert "Log in" in text_of(page)
    assert 'lang="en"' in page.text
    browser.post("/language", {"language": "zh", "back": "/login"})
    assert 'lang="zh-Hant-TW"' in browser.get("/login").text


def test_the_language_outlives_the_log_in(clerk: Browser) -> None:
    clerk.post("/language", {"language": "en"}, page="/")
    assert "Home" in text_of(clerk.get("/"))
    clerk.post("/logout", page="/")
    assert "Log in" in text_of(clerk.get("/login"))


def test_a_language_that_is_not_ours_changes_nothing(browser: Browser) -> None:
    browser.post("/language", {"language": "fr"})
    assert 'lang="zh-Hant-TW"' in browser.get("/login").text


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example", "javascript:alert(1)", "", "evil",
     "/\t/evil.example", "/%0d\n", "http:/evil.example", " /x"],
)  # fmt: skip
def test_a_switch_leads_to_no_other_host(path: str) -> None:
    assert place_to_return(path) == "/"


def test_a_switch_leads_back_to_where_it_was_asked_for() -> None:
    assert place_to_return("/trail/?s=abc&tab=all") == "/trail/?s=abc&tab=all"


def test_places_are_filled_and_escaped(console: Flask) -> None:
    with console.test_request_context():
        assert t("共{n}項", "{n} items", n=3) == "共3項"
        said = t("找{name}", "find {name}", name=Markup("<b>x</b>"), other="<i>")
        assert said == Markup("找<b>x</b>")
        assert w(None) == ""
        session["language"] = "en"
        assert t("共{n}項", "{n} items", n=3) == "3 items"
        assert w(Wording("甲", "A")) == "A"


def test_flask_admins_chinese_is_the_civil_services(console: Flask) -> None:
    with console.test_request_context():
        for said, ours in (("Export", "匯出"), ("Add Filter", "新增篩選"), ("View Record", "檢視"), ("Save", "儲存")):
            assert flask_admin.babel.gettext(said) == ours


def test_wtforms_speaks_traditional_chinese(console: Flask) -> None:
    with console.test_request_context():
        words = flask_admin.babel.Translations().gettext("This field is required.")
    assert words != "This field is required."
    assert not set(words) & set("栏为个请这")
