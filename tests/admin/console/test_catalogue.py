"""The catalogue to read: all of it listed, each thing with what it stands on, and nothing beyond one's reach."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from govern.core import clock
from govern.rules.actor import Role
from tests.support.console import Browser, a_person, text_of


@pytest.fixture
def drafter(catalogue_console: Flask) -> Browser:
    """A drafter of 城鄉發展局, signed in."""
    return signed_in(catalogue_console, "ntpc-urban", Role.DRAFTER)


def signed_in(app: Flask, agency: str, *roles: Role) -> Browser:
    """A browser with somebody of these roles."""
    browser = Browser(app)
    account = f"{agency}.{'.'.join(roles)}"
    if browser.log_in(account).status_code != 303:
        a_person(account, agency, *roles)
        browser.log_in(account)
    return browser


def rows(page: str) -> int:
    """How many rows a list shows."""
    return page.count("<tr>") - 1


def sought(browser: Browser, place: str, **form: str) -> str:
    """The list after a search or a filter."""
    response = browser.post(f"/{place}/seek/", form, page="/")
    assert response.status_code == 303
    return browser.get(response.headers["Location"]).text


def test_all_68_data_items_stand_on_one_page_of_a_hundred(drafter: Browser) -> None:
    assert rows(drafter.get("/data-items/").text) == 40
    page = drafter.get("/data-items/?size=100").text
    assert rows(page) == 68
    assert "全戶戶籍資料" in page


def test_all_71_case_items_stand_on_one_page_of_a_hundred_with_their_state(drafter: Browser) -> None:
    assert rows(drafter.get("/case-items/").text) == 20
    page = drafter.get("/case-items/?size=100").text
    assert rows(page) == 71
    in_force = page.count("生效中</span>")
    assert in_force + page.count("已屆期</span>") == 70  # as days pass, more of them are over
    assert rows(drafter.get("/case-items/?tab=waiting").text) == 1
    assert rows(drafter.get("/case-items/?tab=in_force&size=100").text) == in_force
    assert "沒有暫停中的案件項目" in drafter.get("/case-items/?tab=suspended").text


def test_of_many_agencies_one_is_looked_for_by_name_in_the_filter(drafter: Browser) -> None:
    page = drafter.get("/case-items/").text
    assert 'data-picker="agency"' in page
    for name in ("新北市政府體育處", "體育處"):
        found = sought(drafter, "case-items", **{"filter-business": name})
        assert 0 < rows(found) < 5
        assert "體育獎學金申請撥付" in found
    assert "篩選裡找不到「沒有這個」" in text_of_page(sought(drafter, "case-items", **{"filter-business": "沒有這個"}))


def text_of_page(page: str) -> str:
    """What a page says."""
    return re.sub(r"<[^>]+>", "", page)


def test_a_case_item_past_its_last_day_is_shown_as_ended(catalogue_console: Flask) -> None:
    signed_in(catalogue_console, "ntpc-social", Role.DRAFTER)  # whose role began today
    with clock.clock_reads(lambda: datetime(2029, 1, 1, 4, tzinfo=UTC)):  # the last day of most is 117年12月31日
        browser = signed_in(catalogue_console, "ntpc-social", Role.DRAFTER)
        assert "已屆期" in text_of(browser.get("/case-items/details/?id=disability_certificate"))
        assert "已屆期" in text_of(browser.get("/case-items/"))
        assert "身心障礙證明" not in text_of(browser.get("/case-items/?tab=in_force"))


def test_all_147_agencies_are_reached_page_by_page(drafter: Browser) -> None:
    seen, address = 0, "/agencies/"
    while address:
        page = drafter.get(address).text
        seen += rows(page)
        following = re.search(r'href="([^"]+)">下一頁', page)
        address = following.group(1) if following else ""
    assert seen == 147


def test_a_case_item_shows_each_field_whole_masked_or_not_at_all(drafter: Browser) -> None:
    page = text_of(drafter.get("/case-items/details/?id=disability_certificate"))
    assert "身心障礙證明" in page
    assert "完整顯示3個欄位" in page
    assert "其餘15個欄位不顯示" in page
    assert "法源依據" in page
    assert "板橋區公所" in page


def test_a_case_item_in_approval_is_known_by_name_and_shows_nothing_else(catalogue_console: Flask) -> None:
    clerk = signed_in(catalogue_console, "ntpc-dist-banqiao", Role.CLERK)
    page = text_of(clerk.get("/case-items/details/?id=disability_rent_subsidy"))
    assert "身心障礙者房屋租金補貼" in page
    assert "還在審核或待核備" in page
    assert "遮蔽方式" not in page
    listed = sought(clerk, "case-items", words="房屋租金補貼")
    assert "內容尚未公開" in listed


def test_its_business_agency_reads_it(catalogue_console: Flask) -> None:
    drafter = signed_in(catalogue_console, "ntpc-social", Role.DRAFTER)
    page = text_of(drafter.get("/case-items/details/?id=disability_rent_subsidy"))
    assert "遮蔽方式" in page
    assert "待核備" in page


@pytest.mark.parametrize(
    ("words", "finds"),
    [("低收入戶", "low_income_household"), ("社會救助法", "low_income_household"), ("low_income_household", "社會局"),
     ("PUBLIC ASSISTANCE", "low_income_household"), ("ｌｏｗ＿ｉｎｃｏｍｅ", "low_income_household")],
)  # fmt: skip
def test_a_case_item_is_found_by_name_code_or_law_in_either_width_and_case(
    drafter: Browser, words: str, finds: str
) -> None:
    page = sought(drafter, "case-items", words=words)
    assert finds in page
    assert rows(page) < 30


def test_a_search_without_a_match_says_so_and_can_be_cleared(drafter: Browser) -> None:
    page = sought(drafter, "data-items", words="沒有這種項目")
    assert "沒有符合的項目" in page
    assert "清除搜尋與篩選" in page


def test_filters_narrow_and_stand_as_chips(drafter: Browser) -> None:
    page = sought(drafter, "data-items", **{"filter-owner": "tw-fia", "filter-scope": "national"})
    assert 0 < rows(page) < 68
    assert page.count('class="chip"') == 2
    page = sought(drafter, "case-items", **{"filter-kind": "statutory_duty"})
    assert rows(page) == 20  # a full page; 29 in all


def test_a_data_item_shows_its_fields_with_mask_and_example(drafter: Browser) -> None:
    page = text_of(drafter.get("/data-items/details/?id=hh_household_city"))
    assert "隱藏末四碼" in page
    assert "A12345****" in page
    assert "低收入戶資格審查" in page


def test_an_agency_shows_its_place_in_the_tree_and_what_is_its_own(drafter: Browser) -> None:
    page = text_of(drafter.get("/agencies/details/?id=ntpc-civil"))
    assert "新北市政府" in page
    assert "新北市板橋區公所" in page
    assert "全戶戶籍資料" in page


def test_sources_are_seen_by_their_owner_and_by_an_operator_alone(catalogue_console: Flask) -> None:
    owner = signed_in(catalogue_console, "ntpc-civil", Role.APPROVER)
    operator = signed_in(catalogue_console, "ntpc-itc", Role.OPERATOR)
    other = signed_in(catalogue_console, "ntpc-edu", Role.APPROVER)
    assert "ntpc-civil.https" in owner.get("/sources/").text
    assert rows(operator.get("/sources/").text) == 21
    assert "ntpc-civil.https" not in other.get("/sources/").text
    address = "/sources/details/?id=ntpc-civil.https"
    assert owner.get(address).status_code == 200
    assert other.get(address).status_code == 404
    assert other.get("/sources/details/?id=absent.https").status_code == 404


def test_an_export_speaks_the_visitors_language(drafter: Browser) -> None:
    text = drafter.post("/case-items/export/", page="/case-items/").get_data().decode("utf-8-sig")
    assert text.count("\n") == 72
    assert "身心障礙證明" in text
    drafter.post("/language", {"language": "en"}, page="/")
    assert "Disability certificate" in drafter.post("/case-items/export/", page="/case-items/").get_data().decode(
        "utf-8-sig"
    )
