"""A case item's life in a real browser: a draft by keyboard alone with its preview, and an approval by a second key."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from govern.rules.actor import Role
from tests.support.browsers import Chromium, chromium, served
from tests.support.case_item_life import BUSINESS, CIVIL, VERSION, drafts_a_change, proposes
from tests.support.console import Browser

pytestmark = pytest.mark.browser


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the console listens."""
    with served(app) as where:
        yield where


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """One browser for all windows."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def windows(app: Flask, browser: Chromium, address: str) -> Iterator[Callable[[str], Page]]:
    """A window in which an account is signed in."""
    contexts = []

    def opened(account: str) -> Page:
        context = browser.new_context()
        contexts.append(context)
        person = Browser(app)
        person.log_in(account)
        context.add_cookies(person.cookies(address))
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def test_a_draft_is_made_by_keyboard_alone_and_the_preview_follows(
    somebody: Callable[..., Browser], windows: Callable[[str], Page], address: str
) -> None:
    drafts_a_change(somebody(BUSINESS, Role.DRAFTER, account="drafter"))
    page = windows("drafter")
    page.goto(f"{address}{VERSION}/edit/agencies")
    page.keyboard.press("/")
    page.keyboard.type("板橋區公所")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("Enter")  # ticks the first that is found
    expect(page.locator(".picker-ticked")).to_contain_text("板橋區公所")
    expect(page.locator("[data-count]")).to_have_text("已選2項")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/edit/bases")
    page.goto(f"{address}{VERSION}/fields/tax_income_national")
    shown = page.locator('[data-preview] [data-for="income_total"] dd')
    expect(shown).to_contain_text("100萬至200萬元")
    page.locator('input[name="show_income_total"][value="masked"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(shown).to_contain_text("1,234,567元")
    expect(shown.locator(".masked")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{VERSION}")
    expect(page.locator("main")).to_contain_text("已儲存草案")


def test_an_approval_needs_a_second_key(
    somebody: Callable[..., Browser], windows: Callable[[str], Page], address: str
) -> None:
    drafter = somebody(BUSINESS, Role.DRAFTER, account="drafter")
    somebody(CIVIL, Role.APPROVER, account="civil")
    drafts_a_change(drafter)
    proposes(drafter)
    page = windows("civil")
    page.goto(address + VERSION)
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="核准本機關部分")).to_be_focused()
    expect(page.locator("#decide")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("已核准本機關部分")
    expect(page.locator("#decide")).to_have_count(0)
