"""Help in place in a real browser: words by mouse and keyboard, dark by choice, figures in the bar heard as words."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect, sync_playwright

from govern.rules.actor import Role
from tests.support.browsers import served
from tests.support.console import Browser, a_person

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(catalogue_console: Flask) -> Iterator[Page]:
    """A drafter's page after the log-in."""
    a_person("drafter", "ntpc-social", Role.DRAFTER)
    person = Browser(catalogue_console)
    person.log_in("drafter")
    with served(catalogue_console) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=address)
        context.add_cookies(person.cookies(address))
        yield context.new_page()
        browser.close()


def test_a_word_says_what_it_means_by_mouse_and_by_keyboard(page: Page) -> None:
    page.goto("/case-items/")
    word, meaning = page.locator(".word-name"), page.locator(".word-meaning")
    expect(meaning).to_be_hidden()
    word.hover()
    expect(meaning).to_be_visible()
    expect(meaning).to_contain_text("一項查調目的")
    page.mouse.move(5, 700)
    expect(meaning).to_be_hidden()
    word.focus()
    page.keyboard.press("Enter")
    expect(meaning).to_be_visible()
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    expect(word).to_be_focused()
    expect(page.get_by_role("heading", name="業務案件項目")).to_be_visible()


def test_dark_by_choice_whatever_the_machine(page: Page) -> None:
    page.goto("/own")
    page.get_by_label("深色").check()
    page.get_by_role("button", name="儲存").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "dark")
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    assert [each["id"] for each in Axe().run(page).response["violations"]] == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_doors_that_do_not_fit_stand_behind_more(page: Page) -> None:
    page.goto("/trail/")
    more = page.locator(".doors-more > summary")
    expect(more).to_have_class("is-here")
    more.click()
    expect(page.locator(".doors-more").get_by_role("link", name="軌跡")).to_have_attribute("aria-current", "page")
    assert page.evaluate("document.querySelector('.bar').scrollWidth <= innerWidth")
