"""Drafting: a form in parts that keeps what is typed, says what is missing, and loses nothing to somebody else's saving."""

from collections.abc import Callable

import pytest

from govern.rules.actor import Role
from tests.support.case_item_life import BUSINESS, CODE, VERSION, drafts_a_change, edition_in, form_in, proposes, saves
from tests.support.console import Browser, text_of

NEW = "/case-items/new"
FIRST = {
    "name_zh": "青年安心成家租屋補助",
    "name_en": "",
    "code": "young_family_rent",
    "kind": "application",
    "urgency": "normal",
    "consent": "yes",
    "valid_from": "115年12月1日",
    "valid_to": "1171231",
    "retention_years": "5",
}
OURS = "/case-items/young_family_rent/versions/1"


def begun(drafter: Browser, **changed: str) -> str:
    """Where the form leads after its first part."""
    response = drafter.post(NEW, {**FIRST, **changed}, page=NEW)
    assert response.status_code == 303
    return response.headers["Location"]


def test_a_new_case_item_goes_from_part_to_part_and_keeps_each(drafter: Browser) -> None:
    assert begun(drafter) == f"{OURS}/edit/agencies"
    assert (
        saves(drafter, f"{OURS}/edit/agencies", agency=["ntpc-urban", "ntpc-dist-banqiao"])
        .headers["Location"]
        .endswith("/edit/bases")
    )
    basis = drafter.get(f"{OURS}/edit/bases").text
    number = basis[: basis.index("住宅法第25條")].rsplit('value="', 1)[1].split('"')[0]
    assert saves(drafter, f"{OURS}/edit/bases", basis=[number]).headers["Location"].endswith("/edit/items")
    then = saves(drafter, f"{OURS}/edit/items", item=["hh_household_city", "tax_income_national"])
    assert then.headers["Location"].endswith("/fields/hh_household_city")
    then = saves(drafter, f"{OURS}/fields/hh_household_city", show_member_name="clear")
    assert then.headers["Location"].endswith("/fields/tax_income_national")
    then = saves(drafter, f"{OURS}/fields/tax_income_national", show_income_total="masked")
    assert then.headers["Location"].endswith("/versions/1")
    page = text_of(drafter.get(OURS))
    for said in (
        "城鄉發展局",
        "板橋區公所",
        "住宅法第25條",
        "成員姓名",
        "還缺2處",
        "英文名稱：請填寫",
        "所得總額：這是高敏感欄位",
    ):
        assert said in page


def test_no_field_is_chosen_that_nobody_asked_for(drafter: Browser) -> None:
    begun(drafter)
    saves(drafter, f"{OURS}/edit/items", item=["hh_household_city"])
    page = drafter.get(f"{OURS}/fields/hh_household_city").text
    assert page.count('value="absent" checked') == page.count("data-field=")
    assert "取得0個欄位，其餘19個不取得" in text_of(drafter.get(f"{OURS}/fields/hh_household_city"))


def test_what_is_wrong_is_said_with_its_row_and_all_that_was_typed_stays(drafter: Browser) -> None:
    response = drafter.post(NEW, {**FIRST, "valid_from": "上星期", "code": "Not A Code"}, page=NEW)
    assert response.status_code == 422
    assert "生效日：請以民國年月日填寫" in text_of(response)
    assert 'href="#valid_from"' in response.text
    assert 'value="上星期"' in response.text
    assert 'value="青年安心成家租屋補助"' in response.text
    response = drafter.post(NEW, {**FIRST, "code": "Not A Code"}, page=NEW)
    assert response.status_code == 422
    assert "代碼：代碼限小寫英文字母" in text_of(response)
    taken = drafter.post(NEW, {**FIRST, "code": CODE}, page=NEW)
    assert taken.status_code == 409
    assert "這個代碼已有業務案件項目使用" in text_of(taken)


def test_two_who_change_one_draft_see_theirs_beside_yours_and_nothing_is_lost(
    drafter: Browser, somebody: Callable[..., Browser]
) -> None:
    drafts_a_change(drafter)
    other = somebody(BUSINESS, Role.DRAFTER, account="another drafter")
    path = f"{VERSION}/fields/hh_household_city"
    typed = {
        **form_in(other.get(path).text),
        "show_member_national_id": "revealable",
        "why_member_national_id": "比對需要。",
    }
    saves(drafter, path, show_head_name="absent", stay="1")
    clash = other.post(path, typed, page=path)
    assert clash.status_code == 409
    said = text_of(clash)
    assert "先儲存了，您的修改還沒有儲存" in said
    assert "戶長姓名 現在的內容： 不顯示" in said
    assert 'value="比對需要。"' in clash.text
    again = saves(
        other,
        path,
        edition=edition_in(clash.text),
        show_member_national_id="revealable",
        why_member_national_id="比對需要。",
        **{"take.show_head_name+why_head_name+why_en_head_name": "theirs"},
        stay="1",
    )
    assert again.status_code == 303
    assert "戶長姓名" not in text_of(other.get(f"{VERSION}?view=seen"))
    assert "必要性：比對需要。" in text_of(other.get(VERSION))


def test_agencies_and_data_items_are_added_by_name_or_said_not_to_be_found(drafter: Browser) -> None:
    drafts_a_change(drafter)
    wrong = drafter.post(f"{VERSION}/edit/agencies", {"edition": "0", "add": "沒有這個機關"}, page=VERSION)
    assert wrong.status_code == 422
    assert "找不到「沒有這個機關」" in text_of(wrong)
    assert 'href="#add"' in wrong.text
    assert 'value="沒有這個機關"' in wrong.text
    saves(drafter, f"{VERSION}/edit/agencies", add="新北市土城區公所、ntpc-dist-banqiao", stay="1")
    assert "土城區公所" in text_of(drafter.get(VERSION))


def test_the_page_shows_what_the_clerk_would_see_on_an_invented_person(drafter: Browser) -> None:
    drafts_a_change(drafter)
    page = text_of(drafter.get(f"{VERSION}?view=seen"))
    assert "虛構" in page
    assert "所得總額 遮蔽 100萬至200萬元" in page
    assert "成員國民身分證統一編號 A123456789" in page
    assert "1,234,567" not in page


def test_a_draft_that_lacks_something_cannot_be_proposed_and_says_what(drafter: Browser) -> None:
    drafter.post(f"/case-items/{CODE}/change", page="/")
    page = drafter.get(f"{VERSION}/propose").text
    assert "還缺2處" in page
    refused = drafter.post(f"{VERSION}/propose", {"edition": edition_in(page)}, page=VERSION)
    assert refused.status_code == 422
    assert "草擬" in text_of(drafter.get(VERSION))


def test_proposing_shows_the_difference_who_must_say_yes_and_that_a_wider_version_needs_a_letter(
    drafter: Browser,
) -> None:
    drafts_a_change(drafter)
    page = text_of(drafter.get(f"{VERSION}/propose"))
    assert "與第1版相比： 放寬" in page.replace("：放寬", "： 放寬")
    assert "遮蔽 ，隱藏末四碼 完整顯示 放寬" in page.replace("遮蔽，", "遮蔽 ，")
    for name in ("民政局", "財政部財政資訊中心", "沿用前版的核備函"):
        assert name in page
    saves(drafter, f"{VERSION}/fields/tax_income_national", show_income_code="clear", stay="1")
    assert "核准後由主政機關登錄來函" in text_of(drafter.get(f"{VERSION}/propose"))


def test_a_draft_changed_after_it_was_read_is_not_proposed(drafter: Browser) -> None:
    drafts_a_change(drafter)
    before = edition_in(drafter.get(f"{VERSION}/propose").text)
    saves(drafter, f"{VERSION}/edit/agencies", agency=["ntpc-urban", "ntpc-dist-banqiao"], stay="1")
    clash = drafter.post(f"{VERSION}/propose", {"edition": before}, page=VERSION)
    assert clash.status_code == 409
    assert "板橋區公所" in text_of(clash)


def test_a_draft_is_found_by_its_business_agency_and_its_owners_alone(
    drafter: Browser, civil: Browser, somebody: Callable[..., Browser]
) -> None:
    drafts_a_change(drafter)
    clerk, stranger = somebody("ntpc-dist-banqiao", Role.CLERK), somebody("ntpc-social", Role.DRAFTER)
    assert civil.get(VERSION).status_code == 200
    for browser in (clerk, stranger):
        assert browser.get(VERSION).status_code == 404
        assert "第2版" not in browser.get(f"/case-items/details/?id={CODE}").text
        assert "青年住宅" not in browser.get("/case-items/?tab=drafts").text
    for path in (f"{VERSION}/edit/basics", f"{VERSION}/fields/hh_household_city", f"{VERSION}/propose"):
        assert stranger.get(path).status_code == 404
        assert civil.get(path).status_code == 403


def test_a_withdrawn_draft_is_no_draft_any_more(drafter: Browser) -> None:
    drafts_a_change(drafter)
    assert "草擬中，尚未提出" in text_of(drafter.get("/"))
    assert drafter.post(f"{VERSION}/withdraw", page=VERSION).status_code == 303
    assert "已撤回" in text_of(drafter.get(VERSION))
    gone = drafter.get(f"{VERSION}/edit/basics")
    assert (gone.status_code, gone.headers["Location"]) == (303, VERSION)
    assert "已經撤回，不能再改" in text_of(drafter.get(VERSION))
    assert "草擬中" not in text_of(drafter.get("/"))


@pytest.mark.parametrize("part", ["basics", "agencies", "bases", "items"])
def test_every_page_of_the_form_stays_small(drafter: Browser, part: str) -> None:
    drafts_a_change(drafter)
    assert len(drafter.get(f"{VERSION}/edit/{part}").get_data()) < 50_000


def test_the_fields_of_the_largest_data_item_stay_small_too(drafter: Browser) -> None:
    drafts_a_change(drafter)
    assert len(drafter.get(f"{VERSION}/fields/hh_household_city").get_data()) < 50_000


def test_what_was_proposed_is_a_draft_no_more(drafter: Browser) -> None:
    drafts_a_change(drafter)
    assert proposes(drafter).status_code == 303
    gone = drafter.get(f"{VERSION}/edit/basics")
    assert (gone.status_code, gone.headers["Location"]) == (303, VERSION)
    assert "已經提出，不能再改" in text_of(drafter.get(VERSION))
    late = drafter.post(f"{VERSION}/edit/agencies", {"edition": "3", "agency": "ntpc-social"}, page="/")
    assert late.status_code == 409
    assert "這次的修改沒有儲存" in text_of(late)
    assert "新北市政府社會局" in text_of(late)
    assert f'href="{VERSION}"' in late.text
