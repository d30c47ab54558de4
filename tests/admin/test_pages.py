"""Every page in a real browser: axe finds nothing in both languages and both modes, and no other host is asked."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from govern.rules.actor import Role
from tests.support.browsers import served
from tests.support.console import PASSWORD, a_person

pytestmark = pytest.mark.browser

PUBLIC = (
    "/login",
    "/login?ended=1",
    "/login?left=1",
    "/check",
    "/register",
    "/register?lang=en&q=disability_certificate",
)
PAGES = (
    "/",
    "/case-items/",
    "/case-items/?tab=suspended",
    "/case-items/details/?id=low_income_household",
    "/case-items/details/?id=disability_rent_subsidy",
    "/data-items/",
    "/data-items/details/?id=hh_household_city",
    "/agencies/",
    "/agencies/details/?id=ntpc-civil",
    "/sources/",
    "/sources/details/?id=ntpc-civil.https",
    "/sources/ntpc-civil.https/turn",
    "/agencies/new",
    "/agencies/ntpc-civil/edit",
    "/data-items/hh_household_city/edit",
    "/laws/",
    "/laws/details/?id=1",
    "/laws/new",
    "/laws/1/edit",
    "/laws/1/end",
    "/rights/",
    "/rights/?tab=ending",
    "/rights/grant",
    "/people/",
    "/lookups/",
    "/exports/",
    "/trail/",
    "/plans/",
    "/plans/?tab=ended",
    "/plans/new",
    "/periods/",
    "/periods/?tab=to_sign",
    "/numbers/",
    "/samples/",
    "/findings/",
    "/questions/",
    "/own",
    "/words",
    "/notices",
    "/notices/new",
    "/password",
    "/agencies/mine",
    "/nowhere",
)


@pytest.fixture(scope="module")
def address(catalogue_console: Flask) -> Iterator[str]:
    """Where the console listens, with somebody in it who may open every page."""
    a_person("all", ["ntpc-civil", "ntpc-social"], *Role)
    with served(catalogue_console) as where:
        yield where


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """Chromium, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


def a_page(chromium: Chromium, address: str, *, language: str = "zh", mode: str = "light", width: int = 1366) -> Page:
    """A new browser's page before the log-in, in a language; what goes wrong in it is remembered."""
    context = chromium.new_context(viewport={"width": width, "height": 768}, color_scheme=mode)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/login")
    if language == "en":
        page.click("button.language")
    return page


def sign_on(page: Page) -> None:
    """Account and password typed as a person does."""
    page.fill("#account", "all")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/agencies/mine")


def faults(page: Page, mode: str = "light") -> list[str]:
    """What axe finds on a page, in a line each; in the dark, of colours alone, since nothing else differs."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if mode == "dark":
        options["runOnly"] = ["color-contrast", "link-in-text-block"]
    found = Axe().run(page, options=options).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in found]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_on_any_page(chromium: Chromium, address: str, language: str, mode: str) -> None:
    page = a_page(chromium, address, language=language, mode=mode)
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "404" not in message.text:
            complaints.append(message.text)

    page.on("console", hear)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    found: dict[str, list[str]] = {}
    for path in PUBLIC:
        page.goto(address + path)
        found[path] = faults(page, mode)
    page.goto(f"{address}/login")
    sign_on(page)
    for path in PAGES:
        page.goto(address + path)
        found[path] = faults(page, mode)
        assert page.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-Hant-TW")
    assert {path: some for path, some in found.items() if some} == {}
    assert asked == {address.removeprefix("http://")}
    assert complaints == []
    page.context.close()


def test_no_page_is_wider_than_a_phone(chromium: Chromium, address: str) -> None:
    page = a_page(chromium, address, width=390)
    sign_on(page)
    too_wide = {}
    for path in PAGES:
        page.goto(address + path)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 390:
            too_wide[path] = width
    assert too_wide == {}
    page.context.close()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(chromium: Chromium, address: str) -> None:
    page = a_page(chromium, address)
    sign_on(page)
    page.goto(f"{address}/data-items/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_a_filter_is_chosen_and_dropped_by_keyboard_alone(chromium: Chromium, address: str) -> None:
    page = a_page(chromium, address)
    sign_on(page)
    page.goto(f"{address}/data-items/")
    page.locator(".seek summary").first.focus()
    page.keyboard.press("Enter")
    page.locator("#filter-scope").select_option("city")
    page.locator("#filter-scope").press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/data-items/?s=*")
    assert page.locator(".chip").count() == 1
    assert page.locator("tbody tr").count() == 37
    page.locator(".chip button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/data-items/")
    assert page.locator("tbody tr").count() == 68
    page.context.close()


def test_nothing_of_a_visit_stays_in_the_browser(chromium: Chromium, address: str) -> None:
    page = a_page(chromium, address)
    sign_on(page)
    page.goto(f"{address}/trail/")
    kept = page.evaluate("[localStorage.length, sessionStorage.length]")
    assert kept == [0, 0]
    page.locator(".menu summary:has(.who)").click()
    page.get_by_role("button", name=re.compile("登出|Log out")).click()  # the language is the person's
    page.wait_for_url("**/login?left=1")
    page.go_back()
    page.wait_for_url("**/login*")
    assert "govern" not in {cookie.get("name") for cookie in page.context.cookies()}
    page.context.close()
