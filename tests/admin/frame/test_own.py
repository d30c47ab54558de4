"""What is each person's own: language, light or dark, single keys, guides; words, notices, whom to ask."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from admin.frame.own.glossary import WORDS
from admin.frame.own.guides import GUIDES
from govern.core import clock
from govern.core.database import transaction
from govern.core.ids import new_id
from govern.rules.actor import Role
from govern.workplace.notice import Notice
from tests.support.console import Browser, a_person, text_of

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def somebody(console: Flask) -> Browser:
    """A browser in which a clerk and supervisor of 板橋區公所 is signed in."""
    a_person("chen", "ntpc-dist-banqiao", Role.CLERK, Role.SUPERVISOR)
    found = Browser(console)
    found.log_in("chen")
    return found


def test_the_language_chosen_in_the_bar_is_the_persons_on_every_machine(console: Flask, somebody: Browser) -> None:
    somebody.post("/language", {"language": "en"}, page="/")
    elsewhere = Browser(console)
    elsewhere.log_in("chen")
    assert 'lang="en"' in elsewhere.get("/").text
    elsewhere.post("/language", {"language": "zh"}, page="/")
    assert 'lang="zh-Hant-TW"' in somebody.get("/").text


def test_the_language_chosen_at_the_log_in_becomes_the_persons(console: Flask) -> None:
    a_person("chen", "ntpc-dist-banqiao", Role.CLERK)
    first = Browser(console)
    first.post("/language", {"language": "en"})
    first.log_in("chen")
    second = Browser(console)
    second.log_in("chen")
    assert 'lang="en"' in second.get("/").text


def test_who_comes_after_on_the_same_machine_keeps_the_own_language(console: Flask, somebody: Browser) -> None:
    somebody.post("/language", {"language": "en"}, page="/")
    somebody.post("/logout", page="/")
    assert 'lang="en"' in somebody.get("/login").text
    a_person("lin", "ntpc-dist-banqiao", Role.CLERK)
    somebody.log_in("lin")
    assert 'lang="zh-Hant-TW"' in somebody.get("/").text


def test_settings_hold_at_once_and_say_what_is_wrong(somebody: Browser) -> None:
    page = somebody.get("/")
    assert "data-mode" not in page.text
    assert 'data-single-keys="on"' in page.text
    assert somebody.post("/own", {"language": "zh", "mode": "sepia"}, page="/own").status_code == 422
    answer = somebody.post("/own", {"language": "en", "mode": "dark", "single_keys": "off"}, page="/own")
    assert answer.headers["Location"] == "/own"
    page = somebody.get("/own")
    assert 'data-mode="dark"' in page.text
    assert 'data-single-keys="off"' in page.text
    assert "Your settings are saved." in text_of(page)


def test_the_guide_stands_at_home_until_it_is_put_away_and_comes_back(somebody: Browser) -> None:
    assert text_of(somebody.get("/")).count("第一次使用") == 1
    assert somebody.post("/own/guides/read", {"back": "/"}, page="/").headers["Location"] == "/"
    assert "第一次使用" not in text_of(somebody.get("/"))
    assert "已看過" in text_of(somebody.get("/own"))
    somebody.post("/own/guides/again", page="/own")
    assert "第一次使用" in text_of(somebody.get("/"))


def test_every_role_has_a_guide_whose_links_its_holder_may_open(console: Flask) -> None:
    assert set(GUIDES) == set(Role)
    for role in Role:
        a_person(f"a-{role}", "ntpc-dist-banqiao", role)
        browser = Browser(console)
        browser.log_in(f"a-{role}")
        guide = browser.get("/").text.split('class="guide"')[1].split("</section>")[0]
        links = re.findall(r'href="([^"]+)"', guide)
        assert 3 <= len(links) <= 5
        assert {path: browser.get(path.replace("&amp;", "&")).status_code for path in links} == dict.fromkeys(
            links, 200
        )


def test_the_words_are_those_of_the_document() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", (ROOT / "docs" / "words.md").read_text(), re.MULTILINE)
    said = {
        (en, zh)
        for ens, zhs in rows
        if ens.strip() not in ("word", "---")
        for en, zh in zip(ens.strip().split(", "), re.split("、", zhs.strip()), strict=True)
    }
    assert {(name, word.name.zh) for name, word in WORDS.items()} == said


def test_the_words_stand_on_a_page_for_everybody(browser: Browser) -> None:
    page = text_of(browser.get("/words"))
    assert all(word.name.zh in page and word.meaning.zh in page for word in WORDS.values())


def test_an_error_says_whom_to_ask(console: Flask, somebody: Browser) -> None:
    a_person("lin", "ntpc-dist-banqiao", Role.SUPERVISOR, name="陳主管")
    a_person("zhou", "ntpc-civil", Role.OPERATOR, name="周維運")
    a_person("other", "ntpc-social", Role.SUPERVISOR, name="別處主管")
    page = text_of(somebody.get("/nowhere"))
    assert "陳主管" in page
    assert "周維運" in page
    assert "別處主管" not in page
    assert "陳主管" not in text_of(Browser(console).get("/nowhere"))


def test_a_notice_stands_on_every_page_and_at_the_log_in(console: Flask) -> None:
    worker = a_person("chen", "ntpc-dist-banqiao", Role.CLERK)
    at = clock.now()
    with transaction() as session:
        for text, until in (("今晚維護", at + timedelta(hours=1)), ("早已結束", at - timedelta(minutes=1))):
            session.add(
                Notice(
                    id=new_id(),
                    tone="wait",
                    text_zh=text,
                    text_en="Maintenance",
                    from_at=at - timedelta(hours=1),
                    until_at=until,
                    by=worker.person_id,
                )
            )
    browser = Browser(console)
    assert "今晚維護" in text_of(browser.get("/login"))
    browser.log_in("chen")
    for path in ("/", "/own", "/nowhere"):
        page = text_of(browser.get(path))
        assert "今晚維護" in page
        assert "早已結束" not in page
