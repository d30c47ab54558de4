"""The public register: everybody reads what is in force, finds it by words without a script, and caches may keep it."""

import html
import re
from datetime import date

import pytest
import yaml
from flask import Flask

from admin.public.register import A_PAGE
from govern.catalogue.case_item import CaseItemVersion, Suspension
from govern.catalogue.register import as_data, register
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.ids import new_id
from tests.support.catalogue import OURS, another_city, load_files
from tests.support.console import Browser, a_console, text_of


@pytest.fixture
def data(database_address: str, keys, tmp_path):
    """A small catalogue of another city, on each kind of database."""
    load_files(tmp_path / "files", another_city())

    def read(on: date | None = None) -> list[dict]:
        with reading() as session:
            return as_data(register(session, on or clock.today()))["case_items"]

    return read


def suspend(part: str, agency: str) -> None:
    with transaction() as session:
        session.add(
            Suspension(
                id=new_id(), case_item="allowance", part=part, agency=agency, from_at=clock.now(), set_by=new_id()
            )
        )


def test_what_is_in_force_is_said_with_agencies_laws_data_items_and_fields(data) -> None:
    [entry] = data()  # `subsidy` waits for its letter, and is nobody's outside
    assert (entry["code"], entry["version"], entry["business_agency"]["code"]) == ("allowance", 1, "tainan-social")
    assert [agency["code"] for agency in entry["agencies"]] == ["tainan-social"]
    assert entry["legal_bases"][0]["article"] == {"zh": "第1條", "en": "Article 1"}
    items = {item["code"]: item for item in entry["data_items"]}
    assert items["household"]["owner"]["code"] == "tainan-civil"
    assert {field["code"]: field["appearance"] for field in items["household"]["fields"]} == {
        "name": "clear",
        "kind": "clear",
        "member_name": "revealable",
    }
    assert [field["code"] for field in items["income"]["fields"]] == ["total"]


def test_before_its_first_and_after_its_last_day_it_is_not_there(data) -> None:
    assert data(date(2026, 1, 1))
    assert data(date(2028, 12, 31))
    assert data(date(2025, 12, 31)) == data(date(2029, 1, 1)) == []


@pytest.mark.parametrize(
    "state", ["draft", "proposed", "waiting_for_letter", "waiting_for_date", "retired", "rejected"]
)
def test_no_version_in_work_or_retired_is_in_it(data, state: str) -> None:
    with transaction() as session:
        session.query(CaseItemVersion).update({"state": state})
    assert data() == []


def test_a_stop_is_marked_on_the_whole_or_on_the_owner_s_part(data) -> None:
    suspend("owner", "tax")
    [entry] = data()
    assert not entry["suspended"]
    assert {item["code"]: item["suspended"] for item in entry["data_items"]} == {"household": False, "income": True}
    suspend("business_agency", "tainan-social")
    [entry] = data()
    assert entry["suspended"]
    assert all(item["suspended"] for item in entry["data_items"])


def test_nobody_needs_to_sign_on_and_no_cookie_is_set(catalogue_console: Flask) -> None:
    for path in ("/register", "/register.json", "/register?lang=en&q=Act"):
        response = Browser(catalogue_console).get(path)
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
        assert "csrf" not in response.text


def test_the_json_holds_every_case_item_in_force_with_its_field_codes(catalogue_console: Flask) -> None:
    response = Browser(catalogue_console).get("/register.json")
    assert response.mimetype == "application/json"
    found = response.get_json()
    assert (found["format"], found["version"]) == ("govern-register", 1)
    today = clock.today().isoformat()
    listed = yaml.safe_load((OURS / "case_items.yaml").read_text())["case_items"]
    in_force = [
        row["code"]
        for row in listed
        if row["valid_from"] <= today <= row["valid_to"]
        and all(letter["status"] == "approved" for letter in row.get("approvals", []))
    ]
    assert [entry["code"] for entry in found["case_items"]] == in_force
    one = next(entry for entry in found["case_items"] if entry["code"] == "disability_certificate")
    assert one["name"]["zh"] == "身心障礙證明"
    assert one["data_items"][0]["fields"][0]["code"]
    assert "disability_rent_subsidy" not in response.text


def test_both_languages_by_the_address_else_by_the_browser(catalogue_console: Flask) -> None:
    browser = Browser(catalogue_console)
    chinese, english = browser.get("/register"), browser.get("/register?lang=en")
    assert 'lang="zh-Hant-TW"' in chinese.text
    assert "身心障礙證明" in chinese.text
    assert "Disability certificate" in english.text
    asked = browser.get("/register", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert "Disability certificate" in asked.text
    assert "Accept-Language" in asked.headers["Vary"]


@pytest.mark.parametrize(
    ("words", "count"),
    [("身心障礙證明", None), ("disability_certificate", 1), ("ＤＩＳＡＢＩＬＩＴＹ＿certificate", 1), ("社會救助法第44條之3", 3),
     ("臺灣沒有這種業務", 0), ("household_no 板橋", None)],
)  # fmt: skip
def test_words_find_names_codes_laws_agencies_and_fields(
    catalogue_console: Flask, words: str, count: int | None
) -> None:
    page = Browser(catalogue_console).get("/register", query_string={"q": words}).text
    found = page.count("<li id=")
    assert 0 < found <= A_PAGE if count is None else found == count
    if count == 0:
        assert "沒有符合的案件項目" in page


def test_every_case_item_is_on_one_page_of_the_list_and_has_a_page_of_its_own(catalogue_console: Flask) -> None:
    browser = Browser(catalogue_console)
    codes = [entry["code"] for entry in browser.get("/register.json").get_json()["case_items"]]
    listed, address = [], "/register?lang=en"
    while address:
        page = browser.get(address).text
        listed += re.findall(r'<li id="(\w+)">', page)
        assert len(page.encode()) < 50_000
        further = re.search(r'href="([^"]+)" rel="next"', page)
        address = html.unescape(further[1]) if further else ""
    assert listed == codes
    last = browser.get(f"/register?from={codes[-1]}")
    assert f'id="{codes[-1]}"' in last.text
    assert 'rel="prev"' in last.text
    one = browser.get("/register/disability_certificate?lang=en&q=card")
    assert "Disability certificate" in one.text
    assert "q=card" in one.text
    assert "Set-Cookie" not in one.headers
    assert browser.get("/register/disability_rent_subsidy").status_code == 404  # waits for its letter


def test_what_was_searched_is_written_as_text(catalogue_console: Flask) -> None:
    page = Browser(catalogue_console).get("/register", query_string={"q": '"><script>x</script>'}).text
    assert "<script" not in page


def test_an_article_is_cited_as_the_law_does(catalogue_console: Flask) -> None:
    page = text_of(Browser(catalogue_console).get("/register"))
    assert "第44條之3" in page
    assert "第44-3條" not in page
    assert "Article 44-3" in text_of(Browser(catalogue_console).get("/register?lang=en"))


@pytest.mark.parametrize("path", ["/register", "/register.json"])
def test_caches_may_keep_it_and_ask_by_its_print(catalogue_console: Flask, path: str) -> None:
    browser = Browser(catalogue_console)
    first = browser.get(path)
    assert set(first.headers["Cache-Control"].split(", ")) == {"public", "max-age=300"}
    again = browser.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = browser.get(path, headers={"If-None-Match": '"something else"'})
    assert other.status_code == 200
    assert first.headers["Content-Security-Policy"].startswith("default-src 'self'")


def test_a_change_changes_the_print(data, keys, tmp_path) -> None:
    browser = Browser(a_console(tmp_path, keys))
    before = browser.get("/register.json").headers["ETag"]
    suspend("owner", "tax")
    assert browser.get("/register.json").headers["ETag"] != before
    assert "部分暫停" in browser.get("/register").text


def test_it_can_be_switched_off(data, keys, tmp_path) -> None:
    browser = Browser(a_console(tmp_path, keys, settings={"public_register": False}))
    for path in ("/register", "/register.json"):
        response = browser.get(path)
        assert response.status_code == 404
        assert response.headers["Cache-Control"] == "no-store"
