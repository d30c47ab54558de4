"""One month through its whole audit in a real browser, with an account for each part; a verdict by keyboard alone."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from playwright.sync_api import expect

from audit.draw.close import close
from govern.core import clock
from govern.rules.actor import Role
from reports.record import issue
from tests.road.users import AskedClerk, GivesANumber, PeriodAuditor, PeriodHead, PlanMaker
from tests.support.audits import PDF
from tests.support.browsers import (
    MISSING,
    PHONE,
    SCREEN,
    Chromium,
    RunningHouse,
    chromium_program,
    running_house,
    window,
)
from tests.support.houses import PASSWORD, a_request, invented_number

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

HERE, OWNER, CASE_ITEM = "ntpc-dist-banqiao", "ntpc-civil", "disability_certificate"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house of its own, since its month holds these look-ups alone; an account for each part of the audit."""
    if chromium_program() is None:
        pytest.skip(MISSING)
    with running_house(tmp_path_factory.mktemp("audit")) as opened:
        house = opened.house
        parts = (
            ("plans", OWNER, Role.APPROVER),
            ("owner.head", OWNER, Role.HEAD),
            ("auditor", HERE, Role.AUDITOR),
            ("head", HERE, Role.HEAD),
        )
        for number, (account, agency, role) in enumerate(parts, start=6001):
            house.a_person(account, agency, role, number=invented_number(number))
        yield opened


def test_from_the_plan_to_the_signed_record_of_the_month(browser: Chromium, running: RunningHouse) -> None:
    house = running.house
    asked = house.a_clerk(HERE, CASE_ITEM, account="clerk", number=invented_number(6011))
    with ExitStack() as windows:
        plans, owner, auditor, head, clerk = users = [
            kind(windows.enter_context(window(browser, running)), account, PASSWORD)
            for kind, account in (
                (PlanMaker, "plans"), (GivesANumber, "owner.head"), (PeriodAuditor, "auditor"),
                (PeriodHead, "head"), (AskedClerk, "clerk"),
            )
        ]  # fmt: skip
        for user in users:
            user.signs_in()
        assert isinstance(plans, PlanMaker)
        assert isinstance(owner, GivesANumber)
        assert isinstance(auditor, PeriodAuditor)
        assert isinstance(head, PeriodHead)
        assert isinstance(clerk, AskedClerk)
        plans.makes_a_plan("50")
        for form in range(4):
            house.submit(asked, a_request(CASE_ITEM, intent_key=f"form {form}"))
        _numbers_are_bound_the_month_closes_and_they_are_told(running, auditor, owner)
        _drawn_and_judged_by_keyboard(auditor, clerk)
        _a_finding_is_mended_and_closed(auditor, clerk)
        _every_page_in_english_in_the_dark_and_on_a_phone(auditor)
        _signed_by_two_and_recorded(auditor, head)
        for user in users:
            assert not user.window.strangers()
            assert not user.window.complaints, user.window.complaints


def _numbers_are_bound_the_month_closes_and_they_are_told(
    running: RunningHouse, auditor: PeriodAuditor, owner: GivesANumber
) -> None:
    for user in (auditor, owner):
        user.commits_to_a_number()
        assert re.fullmatch(r"[0-9a-f]{64}", user.number)
        assert not any(user.number in sent for sent in user.sent)  # the commitment left the browser, the number did not
    bring = partial(issue.bring_checkpoint, running.settings)
    bring()
    close(clock.now(), bring=bring)
    bring()
    for user in (auditor, owner):
        user.discloses_the_number()
        user.can_use_this_page()


def _drawn_and_judged_by_keyboard(auditor: PeriodAuditor, clerk: AskedClerk) -> None:
    page = auditor.window.page
    auditor.opens_the_period()
    auditor.draws()
    auditor.can_use_this_page()
    auditor.goes_to("/samples/")
    first = page.url

    auditor.presses("r")  # ask the clerk, from the keyboard
    auditor.presses("Control+a")
    auditor.types("請提供同意書")
    auditor.presses("Control+Enter")
    page.wait_for_url(lambda url: url != first and "/samples/" in url)
    auditor.sees("已請承辦人說明")
    second = page.url
    auditor.presses("k")
    page.wait_for_url(first)
    auditor.presses("j")
    page.wait_for_url(second)

    auditor.presses("5")
    assert auditor.chosen() == "excessive"
    auditor.presses("n")
    page.keyboard.type("1 j k r")  # single letters never act while typing
    assert (auditor.chosen(), page.url) == ("excessive", second)
    expect(page.locator("#note-said")).to_have_text(re.compile(r"已儲存 \d\d:\d\d:\d\d"))
    auditor.presses("Escape", "1")
    assert auditor.chosen() == "proper"
    auditor.presses("Control+Enter")
    page.wait_for_url(re.compile(r"/periods/"))  # nothing else waits for a verdict now
    auditor.sees("目前沒有等您判定的樣本了")

    clerk.answers("同意書如附。", PDF)
    page.goto(first)
    auditor.sees("同意書如附。")
    with page.expect_download() as coming:
        auditor.presses("o")
    assert coming.value.path().read_bytes() == PDF
    auditor.presses("5", "n")
    auditor.types("一次查了不需要的項目。")
    auditor.can_use_this_page()
    page.locator(".with-finding").click()
    page.wait_for_url(re.compile(r"#finding$"))
    page.fill("#mend_by", "2026-12-31" if clock.today().year < 2027 else f"{clock.today().year}-12-31")
    page.locator("#finding button:not([type=button])").click()
    auditor.sees("缺失已開立")


def _a_finding_is_mended_and_closed(auditor: PeriodAuditor, clerk: AskedClerk) -> None:
    clerk.mends("已改用單項查調，並告知同仁。")
    page = auditor.window.page
    auditor.goes_to("/findings/?tab=to_close")
    page.locator("a.first").first.click()
    page.get_by_role("button", name="結案", exact=True).click()
    auditor.sees("已結案")
    auditor.can_use_this_page()


def _every_page_in_english_in_the_dark_and_on_a_phone(auditor: PeriodAuditor) -> None:
    page = auditor.window.page
    auditor.opens_the_period()
    period = page.url.removeprefix(auditor.window.address)
    page.get_by_role("link", name="檢視樣本").click()
    page.wait_for_url("**/samples/**")
    sample = page.url.removeprefix(auditor.window.address)
    auditor.speaks("en")
    page.emulate_media(reduced_motion="reduce")
    for path in ("/plans/", "/periods/", period, sample, "/findings/?tab=closed", "/numbers/"):
        for size in (SCREEN, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            auditor.goes_to(path)
            auditor.can_use_this_page()
            auditor.does_not_scroll_sideways()
            if size == SCREEN:
                auditor.can_use_it_in_the_dark()
    page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
    auditor.speaks("zh")


def _signed_by_two_and_recorded(auditor: PeriodAuditor, head: PeriodHead) -> None:
    auditor.opens_the_period()
    auditor.signs_off()
    assert auditor.window.page.locator(".sign-form").count() == 0  # the other level is another person's
    head.opens_the_period()
    head.signs_off()
    head.can_use_this_page()
    record = head.takes_the_record()
    assert re.fullmatch(r"[A-Z0-9-]+\.pdf", record.suggested_filename)
    assert record.path().read_bytes().startswith(b"%PDF-1.7")
    head.can_use_this_page()
