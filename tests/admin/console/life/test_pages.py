"""Every page of a case item's life in a real browser: axe finds nothing in both languages and both modes, on a phone too."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from govern.rules.actor import Role
from tests.support.browsers import Chromium, Window, chromium, served
from tests.support.case_item_life import BUSINESS, CIVIL, CODE, TAX, VERSION, drafts_a_change, proposes, saves, says
from tests.support.console import PASSWORD, Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

OF_A_DRAFTER = (
    "/case-items/new",
    f"{VERSION}/edit/basics",
    f"{VERSION}/edit/agencies",
    f"{VERSION}/edit/bases",
    f"{VERSION}/edit/items",
    f"{VERSION}/fields/hh_household_city",
    VERSION,
    f"{VERSION}?view=seen",
    f"{VERSION}/propose",
    f"/case-items/{CODE}/stop/suspend/business_agency",
    "/case-items/?tab=drafts",
)
OF_AN_OWNER = (
    VERSION,
    f"{VERSION}?view=words",
    f"/case-items/{CODE}/versions",
    f"/case-items/{CODE}/compare?a=1&b=2",
    f"/case-items/details/?id={CODE}",
    "/case-items/?tab=mine",
)
WITH_A_LETTER = (VERSION, f"{VERSION}/letters/tw-mof/enter", "/")


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
def windows(browser: Chromium, address: str) -> Iterator[Callable[[str], Page]]:
    """A window in which an account is signed in."""
    contexts = []

    def opened(account: str) -> Page:
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{address}/login")
        page.fill("#account", account)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")
        return page

    yield opened
    for context in contexts:
        context.close()


def faults(page: Page, address: str, paths: tuple[str, ...]) -> dict[str, list[str]]:
    """What axe finds on these pages in both languages and modes, and which scroll sideways on a phone."""
    found: dict[str, list[str]] = {}
    for language in ("zh", "en"):
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(f"{address}/")
        if page.locator("html").get_attribute("lang") != {"zh": "zh-Hant-TW", "en": "en"}[language]:
            page.locator(".tools > form .language").click()
            page.wait_for_load_state()
        for path in paths:
            page.goto(address + path)
            for mode in ("light", "dark"):
                page.emulate_media(color_scheme=mode, reduced_motion="reduce")  # type: ignore[arg-type]
                seen = Window(page.context, page, address)
                found[f"{path} {language} {mode}"] = seen.faults_of_access(colours_alone=mode == "dark")
            page.set_viewport_size({"width": 390, "height": 844})
            if page.evaluate("document.documentElement.scrollWidth") > 390:
                found[f"{path} {language} on a phone"] = ["scrolls sideways"]
            page.set_viewport_size({"width": 1366, "height": 768})
    return {place: said for place, said in found.items() if said}


def test_axe_finds_nothing_on_any_page_of_a_life(
    somebody: Callable[..., Browser], windows: Callable[[str], Page], address: str
) -> None:
    drafter = somebody(BUSINESS, Role.DRAFTER, account="drafter")
    civil = somebody(CIVIL, Role.APPROVER, account="civil")
    tax = somebody(TAX, Role.APPROVER, account="tax")
    drafts_a_change(drafter)
    saves(drafter, f"{VERSION}/fields/tax_income_national", show_income_code="clear", why_income_total="", stay="1")
    found = faults(windows("drafter"), address, OF_A_DRAFTER)
    saves(drafter, f"{VERSION}/fields/tax_income_national", why_income_total="所得須在公告標準以下。", stay="1")
    proposes(drafter)
    says(tax, "return", "請再說明。")
    proposes(drafter)
    found |= faults(windows("civil"), address, OF_AN_OWNER)
    says(civil, "approve")
    says(tax, "approve")
    found |= faults(windows("tax"), address, WITH_A_LETTER)
    assert found == {}


def test_a_draft_is_made_by_keyboard_alone_and_the_preview_follows(
    somebody: Callable[..., Browser], windows: Callable[[str], Page], address: str
) -> None:
    drafts_a_change(somebody(BUSINESS, Role.DRAFTER, account="drafter"))
    page = windows("drafter")
    page.goto(f"{address}{VERSION}/edit/agencies")
    page.keyboard.press("/")
    page.keyboard.type("板橋區公所")
    page.keyboard.press("Enter")  # to the first that is left
    page.keyboard.press("Space")
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
