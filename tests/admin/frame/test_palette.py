"""The palette finds pages, case items and agencies within the visitor's scope; words stand in no address, subjects are none."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from admin.frame.palette.search import marked
from govern.catalogue.case_item import CaseItemVersion
from govern.core.database import reading, transaction
from govern.rules.actor import Role
from govern.trail.entry import Entry
from tests.support.console import Browser, a_person, text_of

CODE = "disability_rent_subsidy"


@pytest.fixture(scope="module")
def people(catalogue_console: Flask) -> dict[str, Browser]:
    """A clerk of a district office, a drafter of the business agency, both signed in."""
    found = {}
    for name, agency, role in (("pc", "ntpc-dist-banqiao", Role.CLERK), ("pd", "ntpc-social", Role.DRAFTER)):
        a_person(name, agency, role)
        found[name] = Browser(catalogue_console)
        found[name].log_in(name)
    return found


def typed(browser: Browser, words: str) -> dict[str, list[str]]:
    """What is found for words, title by title, by the name of its kind."""
    answer = browser.client.post(
        "/palette",
        data={"words": words, "csrf_token": browser.token("/palette")},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return {
        group["name"]: ["".join(text for text, _ in row["title"]) for row in group["rows"]]
        for group in answer.json["groups"]
    }


def test_parts_of_names_lead_to_case_items_and_agencies_in_either_writing(people: dict[str, Browser]) -> None:
    clerk = people["pc"]
    found = typed(clerk, "租金")
    assert any("租金" in title for title in found["案件項目"])
    assert len(typed(clerk, "新北市")["機關"]) == 8
    assert typed(clerk, "臺灣") == typed(clerk, "台灣")
    assert "板橋" in typed(clerk, "ＮＴＰＣ－ＤＩＳＴ－ＢＡＮＱＩＡＯ")["機關"][0]
    assert typed(clerk, "查無此物") == {}


def test_pages_and_acts_are_those_of_the_visitors_roles(people: dict[str, Browser]) -> None:
    clerk, drafter = typed(people["pc"], ""), typed(people["pd"], "")
    assert "查調檯" in clerk["頁面"]
    assert "查調檯" not in drafter["頁面"]
    assert "草擬案件項目" in drafter["動作"]
    assert "草擬案件項目" not in clerk["動作"]
    assert typed(people["pc"], "密碼")["動作"] == ["變更密碼"]


def test_what_a_clerk_may_not_know_of_is_never_found(people: dict[str, Browser]) -> None:
    with transaction() as session:
        states = dict(
            session.execute(select(CaseItemVersion.id, CaseItemVersion.state).where(CaseItemVersion.case_item == CODE))
            .tuples()
            .all()
        )
        session.execute(update(CaseItemVersion).where(CaseItemVersion.case_item == CODE).values(state="draft", round=0))
        version = session.scalars(select(CaseItemVersion).where(CaseItemVersion.case_item == CODE)).one()
        version.name_zh = "祕密擬訂中的補貼"
    assert typed(people["pc"], "秘密擬訂") == {}
    assert typed(people["pd"], "秘密擬訂")["案件項目"] == ["祕密擬訂中的補貼"]
    with transaction() as session:
        for version_id, state in states.items():
            session.get_one(CaseItemVersion, version_id).state = state


def test_without_a_script_a_page_with_a_form_does_the_same(people: dict[str, Browser]) -> None:
    clerk = people["pc"]
    page = clerk.post("/palette", {"words": "板橋區公所"}, page="/palette")
    assert "新北市板橋區公所" in text_of(page).replace(" ", "")
    assert "板橋" not in (page.headers.get("Location") or "")
    assert "沒有找到" in text_of(clerk.post("/palette", {"words": "查無此物"}, page="/palette"))
    assert 'href="/palette"' in clerk.get("/").text


def test_words_without_the_forms_token_find_nothing(people: dict[str, Browser]) -> None:
    assert people["pc"].client.post("/palette", data={"words": "板橋"}).status_code == 400


def test_a_search_writes_nothing(people: dict[str, Browser]) -> None:
    def entries() -> int:
        with reading() as session:
            return len(session.scalars(select(Entry.id)).all())

    before = entries()
    typed(people["pc"], "王小明")
    assert entries() == before


def test_what_was_typed_is_marked_however_it_is_written() -> None:
    assert marked("臺北市政府", ("台北",)) == [("臺北", True), ("市政府", False)]
    assert marked("ABC中心", ("bc", "心")) == [("A", False), ("BC", True), ("中", False), ("心", True)]
    assert marked("㍿", ("株",)) == [("㍿", False)]
