"""The palette and the keys in a real browser: opened, typed into, gone from; single letters never act while typing."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from govern.rules.actor import Role
from tests.support.browsers import chromium as a_chromium
from tests.support.browsers import faults_on, served
from tests.support.console import Browser, a_person, an_agency

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """Chromium, headless."""
    with a_chromium() as found:
        yield found.browser


@pytest.fixture(scope="module")
def address(catalogue_console: Flask) -> Iterator[str]:
    """Where the console listens, with somebody in it who holds every role at one agency."""
    an_agency("tw-invented", "臺灣虛構銀行", level="central")
    a_person("keys", "ntpc-social", *Role)
    with served(catalogue_console) as where:
        yield where


@pytest.fixture(scope="module")
def signed_in(chromium: Chromium, catalogue_console: Flask, address: str) -> Iterator[Page]:
    """A page of that person's."""
    person = Browser(catalogue_console)
    person.log_in("keys")
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    context.add_cookies(person.cookies(address))
    yield context.new_page()
    context.close()


def test_words_and_arrows_lead_to_an_agency_and_stand_in_no_address(signed_in: Page, address: str) -> None:
    page, asked = signed_in, []
    page.on("request", lambda request: asked.append(request.url))
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode)  # type: ignore[arg-type]
        page.goto(f"{address}/case-items/")
        page.keyboard.press("Control+k")
        page.locator("#palette [role=combobox]").press_sequentially("台")
        page.locator("#palette [role=option] mark", has_text="臺").wait_for()
        assert faults_on(page) == []
    combobox = page.locator("#palette [role=combobox]")
    assert combobox.get_attribute("aria-activedescendant") is not None
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    goes = page.locator("#palette [aria-selected=true]").get_attribute("data-url")
    page.keyboard.press("Enter")
    page.wait_for_url(address + str(goes))
    assert str(goes).endswith("id=tw-invented")
    assert not [url for url in asked if "%E5%8F%B0" in url or "台" in url]
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_nothing_found_is_said_and_escape_gives_the_page_back(signed_in: Page, address: str) -> None:
    page = signed_in
    page.goto(f"{address}/agencies/")
    page.locator("[data-palette]").click()
    page.locator("#palette [role=combobox]").fill("查無此物")
    page.get_by_text("沒有找到。").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#palette").is_visible()
    assert page.evaluate("document.activeElement.matches('[data-palette]')")


def test_the_list_of_keys_says_what_works_here_and_every_line_does_something(signed_in: Page, address: str) -> None:
    page = signed_in
    page.goto(f"{address}/agencies/")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    assert faults_on(page) == []
    keys = page.locator("#keys dl > div:visible").evaluate_all("lines => lines.map(line => line.dataset.keys)")
    assert {"j", "k", "enter", "ctrl+k", "/", "g h", "g c", "g t", "w", "?"} <= set(keys)
    assert "x" in keys  # rows are chosen for a file
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("tr.keyboard").evaluate("row => row.rowIndex") == 2
    page.keyboard.press("/")
    page.keyboard.type("jg?t")
    assert page.locator("main input[type=search]").first.input_value() == "jg?t"
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url(f"{address}/case-items/")
    page.keyboard.press("j")
    name = page.locator("tr.keyboard a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(address + str(name))
    page.keyboard.press("w")
    page.wait_for_url(f"{address}/#waiting")


def test_single_keys_can_be_switched_off(signed_in: Page, address: str) -> None:
    page = signed_in
    page.goto(f"{address}/agencies/")
    page.evaluate("document.body.dataset.singleKeys = 'off'")
    for key in ("?", "j", "g", "h"):
        page.keyboard.press(key)
    assert not page.locator("#keys").is_visible()
    assert page.locator("tr.keyboard").count() == 0
    page.keyboard.press("Control+k")
    page.locator("#palette [data-keys-list]").click()
    page.get_by_text("您已關閉單鍵快速鍵").wait_for()
    page.keyboard.press("Escape")
