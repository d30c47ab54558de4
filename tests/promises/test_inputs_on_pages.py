"""不論誰在哪一欄填了什麼，或來源回覆了什麼，畫面上都只是文字：不成標籤、屬性、指令碼、樣式、網址，也不成標頭。

Promise 5 (SECURITY.md, B8). Every payload in fields of answers as sources send them, under every case item in force; and in the
names and texts of the database, on every page of the route table. Pages are read by an HTML5 parser, as a browser reads them.
"""

import html
import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup
from sqlalchemy import String, Text, select, update

from admin.app import create_app
from admin.desk import answer as desk
from admin.frame.actor import COOKIE
from admin.frame.opening import PARTS
from admin.frame.parts import Parts
from govern.core import database
from govern.core.database import Base, transaction
from govern.core.settings import Settings
from govern.keys import ring
from govern.rules.actor import Role
from tests.support.browsers import chromium, served
from tests.support.everybody import Everybody, the_world
from tests.support.houses import sqlite_house_in
from tests.support.knocking import address_of, routes
from tests.support.listed import clear_fields, uses, written
from tests.support.payloads import COMPUTED, PAYLOADS, became_more_than_text
from tests.support.proofs import counted, record, said

ROOT: Final = Path(__file__).parents[2]
# The places that make markup of their own texts; each escapes what is put into it.
MAKE_MARKUP: Final = {
    "admin/frame/display.py",
    "admin/frame/language.py",
    "admin/frame/lists/columns.py",
    "reports/paper/page.py",
}
ONLY_APPENDED: Final = {"checkpoint"}
ROUNDS: Final = 8
IN_A_BROWSER: Final = 300
COUNTS: Final = """
window.ran = 0; window.reported = 0; window.x7z = () => { window.ran += 1; };
document.addEventListener("securitypolicyviolation", () => { window.reported += 1; });
"""
SHOWS: Final = "text => { document.body.innerHTML = text; }"
SETTLED: Final = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def app(land: Settings, tmp_path: Path) -> Iterator[Flask]:
    """A console on a house with its catalogue."""
    house = sqlite_house_in(land, tmp_path)
    yield create_app(parts=Parts(settings=house.settings, ring=ring.bound()))
    database.release()


def test_what_a_source_says_is_only_text(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    """每一查調項目×每一個用到它的案件項目：來源在每一欄回覆攻擊字串，畫面照字面顯示。"""
    cells, found, unsaid = _said_by_a_source(app, 1)
    with capsys.disabled():
        print(
            f"\n  {len(PAYLOADS)} payloads in {cells} fields shown, {len(found)} more than text, {unsaid} not shown as sent"
        )
    assert len(PAYLOADS) >= 120
    assert cells >= 700
    assert (found, unsaid) == ([], 0)


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_whatever_a_source_says_is_only_text(app: Flask) -> None:
    """同上，八輪：每一欄遇到不同的攻擊字串，約六千格。"""
    cells, found, unsaid = _said_by_a_source(app, ROUNDS)
    rows = [
        counted("payloads of sources that became more than text", len(found), "fields", rounds=cells),
        counted("payloads of sources not shown as they came", unsaid, "fields", rounds=cells),
    ]
    record("what sources say on the page", rows)
    print(said(rows))
    assert (found, unsaid) == ([], 0)


@pytest.mark.faults
@pytest.mark.browser
@pytest.mark.timeout(900)
def test_no_script_of_a_source_runs_in_a_browser(app: Flask) -> None:
    """在真的瀏覽器裡：約三百格攻擊字串沒有一個執行，也沒有一次違反CSP；不跳脫的畫面則會被看出來。"""
    payloads, cells = itertools.cycle(PAYLOADS), 0
    with chromium() as browser, served(app) as address:
        page = browser.new_context().new_page()
        page.add_init_script(COUNTS)
        page.goto(f"{address}/login")
        for use in uses():
            cells += len(list(clear_fields(use)))
            page.evaluate(SHOWS, written(app, use, lambda _field, _number: next(payloads)).html)
            if cells >= IN_A_BROWSER:
                break
        page.evaluate(SETTLED)
        ran, reported = page.evaluate("[window.ran, window.reported]")
        page.evaluate(SHOWS, "<img src=x onerror=x7z()><iframe src='//x7z.example'></iframe>")
        page.wait_for_function("window.reported > 0")  # the planted fault: a page that is not escaped is reported
    rows = [
        counted("scripts of sources that ran in a browser", ran, "scripts", rounds=cells),
        counted("reports of the content policy on pages with payloads", reported, "reports", rounds=cells),
    ]
    record("what sources say in a browser", rows)
    print(said(rows))
    assert (ran, reported) == (0, 0)


def _said_by_a_source(app: Flask, rounds: int) -> tuple[int, list[str], int]:
    """How many clear fields came with a payload, what became more than text, and how many were not shown as they came."""
    payloads, cells, found, unsaid = itertools.cycle(PAYLOADS), 0, [], 0
    for use in uses() * rounds:
        answer = written(app, use, lambda _field, _number: next(payloads))
        found += [f"{use.name}: {fault}" for fault in became_more_than_text(answer.html)]
        shown = _words(html.unescape(answer.html))
        for field in clear_fields(use):
            cells += 1
            unsaid += _words(answer.values[field.code]) not in shown
    return cells, found, unsaid


def test_what_stands_in_the_database_is_only_text(
    land: Settings, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """人名、機關、項目、法條、公告與各種名稱全換成攻擊字串：每一頁都只是文字，標頭沒有多一行。"""
    world = the_world(land, tmp_path_factory.mktemp)
    database.release()
    shutil.copyfile(world.house.settings.database_url.removeprefix("sqlite:///"), tmp_path / "copy.sqlite3")
    settings = world.house.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'copy.sqlite3'}"})
    database.bind(settings.database_url)
    planted = _plant()
    app = create_app(parts=Parts(settings=settings, ring=ring.bound(), health=dict.fromkeys(PARTS, lambda: True)))
    pages, seen, found = 0, set(), []
    try:
        for line, address, client in _pages(world, app):
            response = client.get(address)
            found += [f"{line}: the header {name}" for name, _ in response.headers if "x7z" in name.lower()]
            if response.mimetype == "text/html" and response.status_code < 500:
                pages += 1
                found += [f"{line}: {fault}" for fault in became_more_than_text(response.text)]
                said = _words(html.unescape(response.text))
                seen |= {text for text in planted if _words(text) in said}
                found += [f"{line}: computed"] if COMPUTED in response.text else []
            elif response.status_code >= 500:
                found.append(f"{line}: {response.status_code}")
            response.close()
    finally:
        database.release()
    with capsys.disabled():
        print(
            f"\n  {len(planted)} payloads in the database, {len(seen)} of them met on {pages} pages, {len(found)} more than text"
        )
    assert found == []
    assert pages >= 55
    assert len(seen) >= 60


def test_a_page_that_does_not_escape_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """植入錯誤必被發現：樣板不跳脫時，攻擊字串成了標籤或屬性。"""
    monkeypatch.setattr(desk, "on_screen", lambda _field, text: Markup(text))  # noqa: S704 - the fault
    use = max(uses(), key=lambda each: len(list(clear_fields(each))))
    payloads = itertools.cycle(PAYLOADS)
    assert list(became_more_than_text(written(app, use, lambda _field, _number: next(payloads)).html))


def test_markup_is_made_where_it_is_known_to_be_safe() -> None:
    """程式裡只有三個模組自行組成標記，樣板從不略過跳脫。"""
    made = {
        str(path.relative_to(ROOT))
        for folder in ("admin", "reports", "govern", "audit")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\bMarkup\(|render_template_string|autoescape\s*=\s*False", path.read_text())
    }
    assert made <= MAKE_MARKUP
    unescaped = [
        path.name
        for folder in ("admin/templates", "reports")
        for path in (ROOT / folder).rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text())
    ]
    assert unescaped == []


def _plant() -> list[str]:
    """Every name and text that people or agencies may give holds a payload; returns those that were planted."""
    payloads, planted = itertools.cycle(PAYLOADS), []
    with transaction() as session:
        for table in Base.metadata.sorted_tables:
            key = [column for column in table.primary_key.columns if not isinstance(column.type, Text)]
            texts = [
                column for column in table.columns if isinstance(column.type, String | Text) and _is_free(column.name)
            ]
            texts = [column for column in texts if not (column.primary_key or column.foreign_keys)]
            if not texts or not key or table.name in ONLY_APPENDED:
                continue
            for row in session.execute(select(*table.primary_key.columns).limit(400)).all():
                values = {column.name: next(payloads) for column in texts}
                planted += values.values()
                here = [column == value for column, value in zip(table.primary_key.columns, row, strict=True)]
                session.execute(update(table).where(*here).values(values))
    return sorted(set(planted))


def _is_free(name: str) -> bool:
    return name.endswith(("_zh", "_en", "name")) or name in ("text", "article", "title", "reason", "note")


def _pages(world: Everybody, app: Flask) -> Iterator[tuple[str, str, FlaskClient]]:
    """Every page once, with the cookie of somebody whom its rule lets in."""
    for route in routes(world.app):
        if route.method != "GET" or route.endpoint == "static" or route.endpoint.endswith(".events"):
            continue
        role = min(route.rule.roles or {Role.CLERK})
        client = app.test_client()
        cookie = world.persons[role, "own"].client.get_cookie(COOKIE)
        client.set_cookie(COOKIE, cookie.value if cookie else "")
        thing = world.thing_of(role, "own" if role == Role.CLERK else "near")
        yield route.line, address_of(world.app, route, thing), client


def _words(text: str) -> str:
    """Without white space and what HTML makes one sign of: NUL and line breaks."""
    return re.sub(r"[\s\x00\ufffd\x85\u2028]+", "", text)
