"""Owners' words: each on its own part, with a reason that reaches the drafter; the letter; then it is in force."""

from collections.abc import Callable

import pytest

from govern.rules.actor import Role
from tests.support.case_item_life import (
    CODE,
    PDF,
    VERSION,
    WHY,
    brings_in_force,
    drafts_a_change,
    enters_the_letter,
    proposes,
    saves,
    says,
)
from tests.support.console import Browser, text_of


@pytest.fixture
def proposed(drafter: Browser) -> None:
    """Version 2 before its two owners."""
    drafts_a_change(drafter)
    assert proposes(drafter).status_code == 303


def test_an_owner_sees_its_part_first_only_what_changes_and_why(proposed: None, civil: Browser) -> None:
    page = text_of(civil.get(VERSION))
    assert "等您審核" in page
    assert f"必要性：{WHY}" in page
    assert "財稅資料查詢－財產由財政部財政資訊中心核准，不在您的範圍" in page
    assert "提案人與核准人須為不同人" in page
    assert "法源依據 住宅法" in page
    assert page.index("全戶戶籍資料") < page.index("不在您的範圍")


def test_it_waits_on_the_home_page_and_in_the_list_of_who_must_say_something(
    proposed: None, civil: Browser, tax: Browser, drafter: Browser
) -> None:
    for owner in (civil, tax):
        assert "第2版送審，等您核准本機關部分" in text_of(owner.get("/"))
        assert "放寬" in text_of(owner.get("/case-items/?tab=mine"))
    says(civil, "approve")
    assert "第2版送審" not in text_of(civil.get("/"))
    assert "青年住宅" not in text_of(civil.get("/case-items/?tab=mine"))
    assert "第2版送審" in text_of(tax.get("/"))
    assert "青年住宅" in text_of(drafter.get("/case-items/?tab=waiting"))


@pytest.mark.parametrize("word", ["return", "reject"])
def test_sending_back_and_rejecting_need_a_reason_which_stays_as_typed(
    proposed: None, civil: Browser, word: str
) -> None:
    empty = says(civil, word)
    assert empty.status_code == 422
    assert "請寫明理由" in text_of(empty)
    assert says(civil, word, "欄位過多。").status_code == 303


def test_a_returned_proposal_reaches_the_drafter_with_its_reason_and_comes_again_in_a_new_round(
    proposed: None, civil: Browser, tax: Browser, drafter: Browser
) -> None:
    says(civil, "approve")
    says(tax, "return", "請說明所得總額為何需要。")
    assert "第2版退回修正" in text_of(drafter.get("/"))
    assert "財政部財政資訊中心退回修正： 請說明所得總額為何需要。" in text_of(drafter.get(VERSION))
    assert "退回修正" in text_of(drafter.get("/case-items/?tab=mine"))
    proposes(drafter)
    assert "等您審核" in text_of(civil.get(VERSION))  # the yes of the former round does not count
    stale = says(civil, "approve", round=1)
    assert stale.status_code == 409
    assert "重新提請" in text_of(stale)
    words = text_of(drafter.get(f"{VERSION}?view=words"))
    assert "請說明所得總額為何需要。" in words
    assert "第1次提出" in words


def test_a_rejected_version_says_why_and_another_may_be_drafted(
    proposed: None, civil: Browser, drafter: Browser
) -> None:
    says(civil, "reject", "與業務無關。")
    page = text_of(drafter.get(VERSION))
    assert "不予核准" in page
    assert "民政局駁回： 與業務無關。" in page
    assert drafter.post(f"/case-items/{CODE}/change", page="/").headers["Location"].endswith("/versions/3")


def test_who_drafted_it_cannot_approve_it_and_is_told(drafter: Browser, somebody: Callable[..., Browser]) -> None:
    drafts_a_change(drafter)
    proposes(drafter)
    stranger = somebody("ntpc-social", Role.APPROVER)
    assert says(stranger, "approve").status_code in (403, 404)
    assert stranger.get(VERSION).status_code == 404
    assert drafter.post(f"{VERSION}/approve", {"round": "1"}, page=VERSION).status_code == 403


def test_after_all_have_approved_the_letter_is_awaited_entered_and_shown_again(
    drafter: Browser, civil: Browser, tax: Browser, somebody: Callable[..., Browser]
) -> None:
    drafts_a_change(drafter)
    widened_for_tax(drafter)
    proposes(drafter)
    says(civil, "approve")
    says(tax, "approve")
    assert "第2版待財政部核備函" in text_of(tax.get("/"))
    assert "待核備函" in text_of(drafter.get(VERSION))
    assert civil.get(f"{VERSION}/letters/tw-mof/enter").status_code == 404
    wrong = enters_the_letter(tax, b"MZ no letter", number="", approved_on="昨天")
    assert wrong.status_code == 422
    assert "請以民國年月日填寫" in text_of(wrong)
    wrong = enters_the_letter(tax, b"MZ no letter")
    assert wrong.status_code == 422
    assert "掃描檔須為 PDF、PNG 或 JPEG" in text_of(wrong)
    assert 'value="台財際字第11500012345號"' in wrong.text
    assert enters_the_letter(tax).status_code == 303
    assert "生效中" in text_of(drafter.get(VERSION))
    scan = civil.get(f"{VERSION}/letters/tw-mof")
    assert scan.get_data() == PDF
    assert scan.headers["Content-Disposition"].startswith("attachment")
    clerk = somebody("ntpc-dist-banqiao", Role.CLERK)
    assert clerk.get(f"{VERSION}/letters/tw-mof").status_code == 404
    assert "掃描檔" not in text_of(clerk.get(VERSION))


def widened_for_tax(drafter: Browser) -> None:
    """One more tax field, so that the former letter does not carry over."""
    saves(drafter, f"{VERSION}/fields/tax_income_national", show_income_code="clear", stay="1")


def test_without_a_wider_tax_part_the_former_letter_carries_over_and_it_is_in_force_at_once(
    drafter: Browser, civil: Browser, tax: Browser
) -> None:
    drafts_a_change(drafter)
    saves(drafter, f"{VERSION}/fields/hh_household_city", show_head_name="absent", stay="1")
    proposes(drafter)
    says(civil, "approve")
    says(tax, "approve")
    page = text_of(drafter.get(VERSION))
    assert "生效中" in page
    assert "沿用第1版" in page


def test_versions_stand_side_by_side_and_the_old_one_stays_readable_for_everybody(
    drafter: Browser, civil: Browser, tax: Browser, somebody: Callable[..., Browser]
) -> None:
    brings_in_force(drafter, civil, tax)
    clerk = somebody("ntpc-dist-banqiao", Role.CLERK)
    listed = text_of(clerk.get(f"/case-items/{CODE}/versions"))
    assert "第2版" in listed
    assert "已由新版取代" in listed
    assert "與前版相比" in listed
    assert "放寬" in listed  # the second, of the first
    assert "新增" in listed  # the first
    both = text_of(clerk.get(f"/case-items/{CODE}/compare?a=2&b=1"))
    assert "第2版與第1版相比" in both
    assert "放寬" in both
    old = text_of(clerk.get(f"/case-items/{CODE}/versions/1"))
    assert "隱藏末四碼" in old
    assert "提案人" not in text_of(clerk.get(VERSION))  # who proposed is for those whom it concerns
    assert clerk.get(f"/case-items/{CODE}/compare?a=1&b=9").status_code == 404
