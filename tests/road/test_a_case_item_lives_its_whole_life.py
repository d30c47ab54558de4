"""One case item through its whole life in a real browser, with an account for each part; look-ups follow it as it goes."""

from contextlib import ExitStack

import pytest

from connectors.simulated import registers
from tests.road.users import Approver, Clerk, Drafter
from tests.support.browsers import Chromium, RunningHouse, window
from tests.support.houses import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

CODE, NAME = "youth_housing", "青年住宅民眾受理及資格審查"
WHY = "家庭所得須在公告標準以下，須看得到所得格式才能排除非經常性所得。"


def test_from_the_draft_to_a_look_up_that_is_stopped_and_goes_on(browser: Chromium, running: RunningHouse) -> None:
    with ExitStack() as windows:
        drafter, civil, tax, clerk = (
            kind(windows.enter_context(window(browser, running)), account, PASSWORD)
            for kind, account in ((Drafter, "drafter"), (Approver, "civil"), (Approver, "tax"), (Clerk, "urban"))
        )
        for user in (drafter, civil, tax, clerk):
            user.signs_in()
        _drafted(drafter)
        _sent_back_and_approved(drafter, civil, tax)
        _a_letter_puts_it_in_force(tax, drafter)
        _suspended_and_resumed(civil, clerk)
        for user in (drafter, civil, tax, clerk):
            assert not user.window.strangers()
            assert not user.window.complaints, user.window.complaints


def _drafted(drafter: Drafter) -> None:
    drafter.drafts_a_change_of(CODE)
    drafter.sees("還缺2處")
    drafter.shows("tax_income_national", income_code="clear")
    drafter.says_why("income_total", WHY)
    drafter.can_use_this_page()
    drafter.saves()
    drafter.shows("hh_household_city", head_name="absent")
    drafter.says_why("member_national_id", "以統一編號比對配偶之承租紀錄。")
    drafter.saves()
    drafter.does_not_see("還缺")
    drafter.proposes()
    drafter.sees("已提出審核")


def _sent_back_and_approved(drafter: Drafter, civil: Approver, tax: Approver) -> None:
    civil.opens_what_waits(NAME)
    civil.sees("縮減")
    civil.can_use_this_page()
    civil.approves()
    tax.opens_what_waits(NAME)
    tax.sees(WHY)
    tax.sends_back("請說明所得格式代號為何需要。")
    drafter.goes_to("/")
    drafter.sees("退回修正，理由在頁面上")
    drafter.window.page.get_by_role("link", name="修正").click()
    drafter.sees("請說明所得格式代號為何需要。")
    drafter.proposes()
    civil.opens_what_waits(NAME)
    civil.approves()
    tax.opens_what_waits(NAME)
    tax.approves()
    tax.sees("待核備函")


def _a_letter_puts_it_in_force(tax: Approver, drafter: Drafter) -> None:
    tax.goes_to(f"/case-items/{CODE}/versions/2")
    tax.window.page.get_by_role("link", name="登錄核備函").click()
    tax.enters_the_letter("台財際字第11500012345號", "1150101", b"%PDF-1.4 a letter")
    tax.sees("生效中")
    tax.can_use_this_page()
    drafter.goes_to(f"/case-items/{CODE}/compare?a=1&b=2")
    drafter.sees("放寬")
    drafter.sees("縮減")


def _suspended_and_resumed(civil: Approver, clerk: Clerk) -> None:
    citizen = registers.example_keys("hh_household_city")[0][1]
    civil.does(CODE, "暫停本機關部分", "系統更新至下午三時。")
    civil.sees("部分暫停")
    clerk.goes_to(f"/case-items/details/?id={CODE}")
    clerk.sees("理由：系統更新至下午三時。")
    clerk.can_use_this_page()
    clerk.fills_in(CODE, citizen, only="hh_household_city")
    clerk.submits()
    clerk.sees("這次查調不予准許")
    clerk.sees("已暫停")
    civil.does(CODE, "恢復本機關部分", "更新完成。")
    clerk.goes_to(f"/desk/{CODE}")
    clerk.fills_in(CODE, citizen, only="hh_household_city")
    clerk.submits()
    clerk.waits_for_the_answer()
    read = clerk.reads()
    assert "戶長姓名" not in read  # version 2 shows it no more
    clerk.sees("第2版")
    clerk.window.page.get_by_role("link", name="第2版").click()
    clerk.sees("承辦人查調後看到的就是這些")
