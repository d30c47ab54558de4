"""A right from its granting to its end in a real browser: the clerk looks up by it, and is refused the moment it is ended."""

import re

import pytest
from playwright.sync_api import expect

from connectors.simulated import registers
from tests.road.users import Clerk, Supervisor
from tests.support.browsers import (
    Chromium,
    RunningHouse,
    window,
)
from tests.support.houses import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

CASE_ITEM = "disability_certificate"


def test_a_right_is_granted_used_and_ended_at_once(browser: Chromium, running: RunningHouse) -> None:
    citizen = registers.example_keys("hh_person_city")[0][1]
    with window(browser, running) as hers, window(browser, running) as theirs:
        supervisor, clerk = Supervisor(hers, "supervisor.there", PASSWORD), Clerk(theirs, "clerk.there", PASSWORD)
        supervisor.signs_in()
        clerk.signs_in()
        clerk.goes_to("/rights/")
        clerk.sees("目前沒有有效的權限")
        clerk.can_use_this_page()

        supervisor.grants("測試員（虛構）", "身心障礙證明", "接辦身心障礙證明業務")
        supervisor.sees("已授予，立即生效")
        supervisor.can_use_this_page()
        clerk.goes_to("/rights/")
        clerk.sees("身心障礙證明")
        clerk.fills_in(CASE_ITEM, citizen)
        clerk.submits()
        clerk.waits_for_the_answer()
        assert "姓名" in clerk.reads()

        supervisor.ends_the_right("疑似不當使用", "查調次數異常，先行停用")
        supervisor.sees("已終止，立即生效")
        clerk.fills_in(CASE_ITEM, citizen)
        clerk.submits()
        clerk.sees("這次查調不予准許")
        clerk.sees("平臺沒有向任何機關查調")
        expect(theirs.page.locator("#answers .answer")).to_have_count(0)
        clerk.goes_to("/rights/?tab=over")
        clerk.sees("已終止")
        for user in (supervisor, clerk):
            assert user.window.complaints == []
            assert user.window.strangers() == []


def test_everybody_reads_the_register_without_signing_on(browser: Chromium, running: RunningHouse) -> None:
    with window(browser, running) as opened:
        page = opened.page
        for address, heading in (("/register", "業務案件項目公開目錄"), ("/register?lang=en", "Public register")):
            page.goto(opened.address + address)
            expect(page.locator("h1")).to_contain_text(heading)
        page.fill('input[type="search"]', "disability_certificate")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/register\?.*q=disability_certificate"))
        expect(page.locator(".entries > li")).to_have_count(1)
        page.locator(".entries a").click()
        expect(page.locator(".field-names").first).to_be_visible()
        assert page.context.cookies() == []
        assert opened.complaints == []
        assert opened.strangers() == []
