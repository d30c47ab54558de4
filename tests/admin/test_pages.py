"""The console in a real browser: what the keyboard reaches first, how a list is narrowed, and what a visit leaves behind."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from govern.rules.actor import Role
from tests.support.browsers import served
from tests.support.console import PASSWORD, a_person

pytestmark = pytest.mark.browser


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
    assert page.locator("tbody tr").count() == 40  # a full page
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
