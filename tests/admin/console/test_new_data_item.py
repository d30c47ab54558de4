"""A data item and fields entered in the console by the owner's people: refused elsewhere, nothing typed lost, used at once."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from govern.catalogue.data_item import DataItem
from govern.core import database
from govern.core.database import reading
from govern.keys import ring
from govern.rules.actor import Role
from govern.trail.entry import Entry
from tests.support.browsers import chromium, served
from tests.support.catalogue import another_city, load_files
from tests.support.console import Browser, a_console, a_person, text_of

NEW, MORE = "/data-items/new", "/data-items/household/fields/new"
ITEM = {
    "name_zh": "船舶登記",
    "name_en": "Boats",
    "code": "boats",
    "category": "people",
    "scope": "city",
    "subject_key": "national_id",
    "shape": "single",
    "source": "kind:https",
    "row_limit": "200",
}
HOLDER = {
    "code": "holder",
    "name_zh": "所有人",
    "name_en": "Holder",
    "type": "name",
    "sensitivity": "moderate",
    "mask": "surname_only",
    "group": "",
    "values": "",
}
GRADE = HOLDER | {"code": "grade", "name_zh": "級別", "type": "code", "mask": "none", "values": "a,甲,A\nb，乙，B"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Flask]:
    """A console with a small catalogue of another city, one for all: each test enters things of its own."""
    folder = tmp_path_factory.mktemp("new")
    path = folder / "govern.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database.bind(f"sqlite:///{path}")
    ring.make_keys(folder / "keys")
    keys = ring.bind(folder / "keys")
    load_files(folder / "files", another_city())
    a_person("approver", "tainan-civil", Role.APPROVER)
    yield a_console(folder, keys)
    database.release()


@pytest.fixture(scope="module")
def approver(app: Flask) -> Browser:
    """An approver of an agency that owns data."""
    return signed_in(app, "approver")


def signed_in(app: Flask, account: str) -> Browser:
    browser = Browser(app)
    browser.log_in(account)
    return browser


def rows(*fields: dict[str, str], first: int = 0) -> dict[str, str]:
    """Fields as the form sends them."""
    return {f"fields.{place}.{name}": text for place, field in enumerate(fields, first) for name, text in field.items()}


def seen_in(page: str) -> str:
    return str(re.search(r'name="seen" value="([0-9a-f]+)"', page)[1])  # type: ignore[index]


def items() -> dict[str, list[str]]:
    with reading() as session:
        return {one.code: [field.code for field in one.fields] for one in session.scalars(select(DataItem))}


def refusals() -> int:
    with reading() as session:
        return len(session.scalars(select(Entry.id).where(Entry.kind == "refused_request")).all())


def test_an_approver_enters_a_data_item_and_a_draft_can_use_it_at_once(app: Flask, approver: Browser) -> None:
    assert f'href="{NEW}"' in approver.get("/data-items/").text
    made = approver.post(NEW, ITEM | rows(HOLDER, GRADE), page=NEW)
    assert made.status_code == 303, text_of(made)
    said = text_of(approver.get(made.headers["Location"]))
    assert "草案現在就可以引用" in said
    assert "主政機關登錄" in said
    assert "甲、" in said.replace(" ", "")
    assert items()["boats"] == ["holder", "grade"]


def test_what_is_wrong_is_said_at_its_row_and_nothing_typed_is_lost(approver: Browser) -> None:
    wrong = ITEM | {"code": "Ferries", "name_en": "", "note_zh": "待補", "alt_subject_keys": "plate_no"}
    page = approver.post(NEW, wrong | rows(HOLDER, HOLDER | {"name_zh": ""}), page=NEW)
    assert page.status_code == 422
    said = text_of(page)
    assert "有4個地方要改" in said
    for sentence in ("英文名稱：請填寫", "第2個欄位的代碼：重複出現", "第2個欄位的中文名稱：請填寫"):
        assert sentence in said
    assert 'id="fields.1.name_zh-error"' in page.text
    for kept in (
        'value="Ferries"',
        'value="待補"',
        'value="holder"',
        'value="plate_no" checked',
        'value="name" selected',
    ):
        assert kept in page.text


def test_another_row_is_only_a_row_and_empty_ones_do_not_count(approver: Browser) -> None:
    page = approver.post(NEW, ITEM | rows(HOLDER) | {"deed": "more"}, page=NEW)
    assert page.status_code == 200
    assert "有1個地方要改" not in page.text
    assert 'name="fields.1.code"' in page.text
    empty = dict.fromkeys(HOLDER, "")
    sent = ITEM | {"code": "ships"} | rows(empty, HOLDER, empty, GRADE)
    assert approver.post(NEW, sent, page=NEW).status_code == 303
    assert items()["ships"] == ["holder", "grade"]


def test_fields_are_added_onto_what_the_page_showed(approver: Browser) -> None:
    assert f'href="{MORE}"' in approver.get("/data-items/details/?id=household").text
    seen = seen_in(approver.get(MORE).text)
    member = HOLDER | {"code": "member_no", "group": "members"}
    assert approver.post(MORE, {"seen": seen} | rows(GRADE, member), page=MORE).status_code == 303
    assert items()["household"][-2:] == ["grade", "member_no"]
    late = approver.post(MORE, {"seen": seen} | rows(GRADE | {"code": "late"}), page=MORE)
    assert late.status_code == 409
    assert "有人先改了這個查調項目" in text_of(late)
    assert 'value="late"' in late.text
    again = approver.post(MORE, {"seen": seen_in(late.text)} | rows(GRADE | {"code": "late"}), page=MORE)
    assert again.status_code == 303
    taken = approver.post(MORE, {"seen": seen_in(approver.get(MORE).text)} | rows(GRADE), page=MORE)
    assert taken.status_code == 422
    assert "已有這個代碼的欄位" in text_of(taken)


@pytest.mark.parametrize(
    ("agency", "role"),
    [("tainan-social", Role.APPROVER), ("tainan-civil", Role.HEAD), ("tax", Role.APPROVER), ("tainan", Role.OPERATOR)],
)
def test_elsewhere_it_is_refused_with_an_entry(app: Flask, agency: str, role: Role) -> None:
    account = f"{agency}.{role}"
    a_person(account, agency, role)
    other, before = signed_in(app, account), refusals()
    paths = [MORE] if agency == "tax" else [MORE, NEW]  # who owns data enters what is the own
    assert f'href="{MORE}"' not in other.get("/data-items/details/?id=household").text
    for path in paths:
        assert other.get(path).status_code == 403
        assert other.post(path, ITEM | {"code": "theirs"} | rows(HOLDER), page="/").status_code == 403
    assert refusals() == before + 2 * len(paths)
    assert "theirs" not in items()


@pytest.mark.browser
def test_by_keyboard_alone_a_data_item_is_entered(app: Flask) -> None:
    with served(app) as address, chromium() as opened:
        person, context = Browser(app), opened.new_context()
        person.log_in("approver")
        context.add_cookies(person.cookies(address))
        page = context.new_page()
        page.goto(f"{address}{NEW}")
        for name, text in {"name_zh": "漁船", "name_en": "Fishing boats", "code": "fishing_boats"}.items():
            page.locator(f"#{name}").focus()
            page.keyboard.type(text)
        page.locator("#category").focus()
        page.keyboard.press("ArrowDown")
        page.locator("#source").focus()
        page.keyboard.press("ArrowDown")
        row = page.locator('[id="fields.0.code"]')
        row.focus()
        page.keyboard.type("holder")
        for text in ("所有人", "Holder"):
            page.keyboard.press("Tab")
            page.keyboard.type(text)
        for _ in range(3):  # type, sensitivity, mask: the first of each
            page.keyboard.press("Tab")
            page.keyboard.press("ArrowDown")
        page.get_by_role("button", name="再加一個欄位").focus()
        page.keyboard.press("Enter")
        expect(page.locator('[id="fields.1.code"]')).to_be_focused()
        expect(row).to_have_value("holder")
        row.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/data-items/details/?id=fishing_boats")
    assert items()["fishing_boats"] == ["holder"]
