"""Forms in a real browser: nothing typed is lost when a log-in ends but a subject's keys; a field is judged when it is left."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect, sync_playwright
from sqlalchemy import update

from govern.core import clock, database
from govern.core.database import transaction
from govern.people.session import LogInSession
from govern.rules.actor import Role
from tests.support.browsers import served
from tests.support.console import PASSWORD, a_person

pytestmark = pytest.mark.browser

NUMBER = "測試字第1150002222號"
KEY = "F130477168"
ASK = "/desk/low_income_household"
STORED = "() => [localStorage.length, sessionStorage.length]"


@pytest.fixture(scope="module")
def page(catalogue_console: Flask) -> Iterator[Page]:
    """Somebody who is clerk and supervisor, signed in."""
    a_person("all", "ntpc-dist-banqiao", Role.CLERK, Role.SUPERVISOR)
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK, name="林小芬")
    with (
        served(catalogue_console) as address,
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])) as browser,
    ):
        page = browser.new_context(base_url=address, viewport={"width": 1366, "height": 768}).new_page()
        page.goto("/login")
        signs_on(page)
        yield page


def signs_on(page: Page) -> None:
    page.fill("#account", "all")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def at_rest() -> bytes:
    """Every byte of the database's files."""
    path = Path(database.writer().url.database or "")
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def test_nothing_is_lost_when_a_log_in_ends_but_the_subjects_keys(page: Page) -> None:
    page.goto(ASK)
    page.fill("#case_number", NUMBER)
    page.fill("#subject_1_national_id", KEY)
    page.fill("#document", "同字第1號")
    with page.expect_response("**/form/keep") as keeping:
        page.fill("#signed_on", "1151127")
    assert keeping.value.ok
    assert KEY not in (keeping.value.request.post_data or "")
    expect(page.locator(".kept-said")).to_contain_text("已自動保留")
    page.fill("#reason", "最後一句")  # typed after the last keeping: it goes along when the form is sent
    expect(page.locator("#signed_on")).to_have_value("115年11月27日")
    with transaction() as session:
        session.execute(update(LogInSession).values(ended_at=clock.now(), end_cause="idle"))
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/login*")
    assert page.evaluate(STORED) == [0, 0]
    raw = at_rest()
    assert NUMBER.encode() not in raw
    assert KEY.encode() not in raw
    signs_on(page)
    assert page.url.endswith(f"{ASK}?kept=1")
    expect(page.locator(".kept-notice")).to_contain_text("填寫的內容；當事人的鍵值請重新輸入。")
    expect(page.locator("#case_number")).to_have_value(NUMBER)
    expect(page.locator("#signed_on")).to_have_value("115年11月27日")
    expect(page.locator("#reason")).to_have_value("最後一句")
    expect(page.locator("#subject_1_national_id")).to_have_value("")
    page.goto(ASK)  # another day's work: offered, never slipped in
    expect(page.locator("#case_number")).to_have_value("")
    page.get_by_role("button", name="放棄").click()
    expect(page.locator(".kept-notice")).to_have_count(0)


def test_a_field_is_judged_when_it_is_left_and_never_before(page: Page) -> None:
    page.goto(ASK)
    row = page.locator(".form-row", has=page.locator("#signed_on"))
    page.locator("#signed_on").press_sequentially("115/2/30")
    expect(row.locator(".mistake")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(row.locator(".mistake")).to_have_text("沒有這一天，請核對月份與日期。")
    expect(page.locator("#signed_on")).to_have_attribute("aria-invalid", "true")
    page.fill("#signed_on", "2026/11/27")
    page.locator("#reason").focus()
    expect(row.locator(".mistake")).to_have_count(0)
    expect(page.locator("#signed_on")).to_have_value("115年11月27日")
    expect(row.locator(".input-state")).to_have_text("星期五")
    page.fill("#subject_1_national_id", "A123456788")
    page.locator("#reason").focus()
    expect(page.locator("#subject_1_national_id-error")).to_contain_text("檢查碼不符")


def test_a_form_that_lacks_something_says_so_in_one_summary_with_links(page: Page) -> None:
    page.goto(ASK)
    page.locator('button[form="ask"]').click()
    expect(page.locator(".mistakes")).to_be_focused()
    expect(page.locator(".mistakes")).to_contain_text("請填寫案號。")
    assert page.title().startswith("錯誤：")
    page.locator(".mistakes a", has_text="案號").click()
    expect(page.locator("#case_number")).to_be_focused()
    page.keyboard.type("測")
    expect(page.locator("#case_number-error")).to_have_count(0)


def test_who_sends_before_the_last_rule_has_answered_still_hears_of_every_mistake_at_once(page: Page) -> None:
    page.goto(ASK)
    held: list[Route] = []
    is_held = True
    page.route("**/form/check", lambda route: held.append(route) if is_held else route.continue_())
    for name in ("#case_number", "#document"):
        page.fill(name, NUMBER)
    page.fill("#subject_1_national_id", "A123456788")
    with page.expect_request("**/form/check"):
        page.fill("#signed_on", "上星期")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".mistakes")).to_have_count(0)
    is_held = False
    for each in held:
        each.continue_()
    expect(page.locator(".mistakes")).to_be_focused()
    expect(page.locator(".mistakes li")).to_have_count(2)
    expect(page.locator(".mistakes")).to_contain_text("簽署日期：請以民國年月日填寫")
    page.unroute("**/form/check")


def test_a_case_item_is_chosen_by_keyboard_from_what_the_server_found(page: Page) -> None:
    page.goto("/rights/grant")
    field = page.locator("#case_item")
    field.press_sequentially("低收入戶資格")
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "case_item-list-0")
    page.keyboard.press("Enter")
    expect(field).to_have_value("低收入戶資格審查")
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.keyboard.type("沒有")
    expect(page.locator(".picker-says")).to_have_text("沒有符合的")
    page.keyboard.press("Escape")
    expect(field).to_be_focused()


def test_a_day_is_chosen_from_the_calendar_by_keyboard_alone(page: Page) -> None:
    page.goto(ASK)
    page.fill("#signed_on", "113/3/31")
    opener = page.locator("#signed_on-calendar")
    opener.press("Enter")
    calendar = page.get_by_role("dialog", name="從月曆選簽署日期")
    expect(calendar).to_have_attribute("aria-modal", "true")
    grid = calendar.get_by_role("grid", name="民國113年3月")
    expect(grid.get_by_role("gridcell", name="民國113年3月31日，星期日")).to_be_focused()
    for keys, day in (
        ("PageUp", "民國113年2月29日，星期四"),  # the last day of a shorter month
        ("Home", "民國113年2月25日，星期日"),
        ("End", "民國113年3月2日，星期六"),
        ("Shift+PageDown", "民國114年3月2日，星期日"),
        ("ArrowDown", "民國114年3月9日，星期日"),
        ("ArrowLeft", "民國114年3月8日，星期六"),
    ):
        page.keyboard.press(keys)
        expect(calendar.get_by_role("gridcell", name=day)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(calendar).to_have_count(0)
    expect(opener).to_be_focused()
    opener.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#signed_on")).to_be_focused()
    expect(page.locator("#signed_on")).to_have_value("113年4月1日")
    expect(page.locator(".date-row .input-state").first).to_have_text("星期一")
