"""Several proposals approved at once, by keyboard alone: chosen in the list, read in the preview, approved one by one."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from govern.catalogue.case_item import Approval
from govern.core.database import reading
from govern.rules.actor import Role
from tests.support.browsers import chromium, served
from tests.support.console import Browser, a_person, text_of
from tests.support.proposals import proposed_changes

CIVIL = "ntpc-civil"


@pytest.fixture
def codes(app: Flask) -> list[str]:
    """Three changes wait for the civil affairs department, where two people may approve."""
    a_person("approver", CIVIL, Role.APPROVER)
    return proposed_changes(CIVIL, 3)


@pytest.fixture
def approver(app: Flask, codes: list[str]) -> Browser:
    browser = Browser(app)
    browser.log_in("approver")
    return browser


@pytest.fixture
def address(app: Flask, codes: list[str]) -> Iterator[str]:
    with served(app) as where:
        yield where


def approved() -> int:
    """How many parts the department has approved."""
    with reading() as session:
        return len(session.scalars(select(Approval).where(Approval.owner == CIVIL, Approval.person.is_not(None))).all())


def returned() -> list[str]:
    """What the department said of parts that are not approved."""
    with reading() as session:
        said = session.scalars(
            select(Approval.state).where(Approval.owner == CIVIL, Approval.person.is_not(None))
        ).all()
        return [state for state in said if state != "approved"]


def test_without_a_script_the_rows_lead_to_a_preview_and_what_cannot_be_approved_is_said(
    app: Flask, approver: Browser, codes: list[str]
) -> None:
    page = approver.get("/case-items/?tab=mine").text
    assert page.count('class="choose"><input') == 3
    chosen = {"action": "approve", "rowid": [*codes[:2], "case_of_nobody", "disability_rent_subsidy"], "tab": "mine"}
    preview = approver.post("/case-items/action/", chosen, page="/")
    said = text_of(preview)
    assert "會變更的2項" in said
    assert "不會變更的2項" in said
    assert "第2版" in said
    assert approved() == 0
    done = text_of(approver.post("/case-items/action/", {**chosen, "sure": "1"}, page="/"))
    assert "4項中2項完成。" in done
    assert approved() == 2
    again = text_of(approver.post("/case-items/action/", {**chosen, "sure": "1"}, page="/"))
    assert "4項中0項完成。" in again


def test_the_chosen_are_sent_back_with_one_reason_and_written_as_a_file(approver: Browser, codes: list[str]) -> None:
    chosen = {"action": "return", "rowid": [*codes[:2], "case_of_nobody"], "tab": "mine"}
    file = approver.post("/case-items/export/", {**chosen, "chosen": "1"}, page="/").text
    assert [code in file for code in codes] == [True, True, False]
    assert len(file.splitlines()) == 3
    assert approver.post("/case-items/export/", {"chosen": "1"}, page="/").status_code == 303
    assert "退回後整個版本回到草案" in text_of(approver.post("/case-items/action/", chosen, page="/"))
    without = approver.post("/case-items/action/", {**chosen, "sure": "1"}, page="/")
    assert (without.status_code, returned()) == (422, [])
    done = approver.post("/case-items/action/", {**chosen, "sure": "1", "reason": "用途說明請寫明計算方式"}, page="/")
    assert "3項中2項完成。" in text_of(done)
    assert returned() == ["returned", "returned"]


def test_only_who_approves_is_offered_it_and_an_author_is_told_why_not(app: Flask, codes: list[str]) -> None:
    a_person("clerk", CIVIL, Role.CLERK)
    clerk = Browser(app)
    clerk.log_in("clerk")
    assert 'value="approve"' not in clerk.get("/case-items/?tab=waiting").text  # only files, of what may be read
    assert clerk.post("/case-items/action/", {"action": "approve", "rowid": codes[0]}, page="/").status_code == 403


@pytest.mark.browser
def test_two_are_chosen_previewed_and_approved_by_keyboard(approver: Browser, address: str) -> None:
    with chromium() as opened:
        context = opened.new_context()
        context.add_cookies(approver.cookies(address))
        page = context.new_page()
        page.goto(f"{address}/case-items/?tab=mine")
        bar = page.locator(".foot")
        assert not bar.is_visible()
        boxes = page.locator("td.choose input")
        top = boxes.first.bounding_box()
        boxes.nth(0).focus()
        page.keyboard.press("Space")
        boxes.nth(2).focus()
        page.keyboard.press("Space")
        assert "已選2項" in bar.inner_text().replace(" ", "")
        assert boxes.first.bounding_box() == top  # the bar lies over the page: nothing jumps
        page.keyboard.press("Escape")
        assert not bar.is_visible()
        for at in (0, 2):
            boxes.nth(at).focus()
            page.keyboard.press("Space")
        page.locator("button[value=approve]").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#can")
        assert page.locator("#sure .changes li .change").count() == 2
        page.locator("button[name=sure]").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice.ok")
    assert approved() == 2
