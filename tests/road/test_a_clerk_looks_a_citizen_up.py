"""The main flow in a real browser, against a real house, by keyboard alone: from the first log-in to the signed record."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from connectors.simulated import faults, registers
from tests.road.conftest import FIRST
from tests.road.users import Auditor, Clerk, Supervisor, User
from tests.support.browsers import (
    PHONE,
    REVEAL_S,
    SCREEN,
    Chromium,
    RunningHouse,
    window,
)
from tests.support.canary_plants import NUMBER
from tests.support.canary_scanner import Scanner
from tests.support.houses import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

OWN = "a sentence that only the clerk knows"
# What a page could leave in a browser, left on purpose: the search must find it.
PLANT = """async number => {
  localStorage.setItem("planted", number);
  sessionStorage.setItem("planted", number);
  document.cookie = `planted=${number}; max-age=3600`;
  const cache = await caches.open("planted");
  await cache.put("/planted", new Response(number));
  await new Promise((done, failed) => {
    const asked = indexedDB.open("planted", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kept");
    asked.onsuccess = () => {
      const kept = asked.result.transaction("kept", "readwrite");
      kept.objectStore("kept").put(number, 1);
      kept.oncomplete = done;
      kept.onerror = failed;
    };
  });
}"""


@pytest.fixture(scope="module")
def signed_in(browser: Chromium, running: RunningHouse) -> Iterator[Clerk]:
    """A clerk who is signed in, for the tests that leave the window as they found it."""
    with window(browser, running) as opened:
        user = Clerk(opened, "clerk", PASSWORD)
        user.signs_in()
        yield user


@pytest.fixture
def clerk(signed_in: Clerk) -> Iterator[Clerk]:
    """The clerk at the first page, as most people have it."""
    page = signed_in.window.page
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    page.set_viewport_size(SCREEN)  # type: ignore[arg-type]
    signed_in.goes_to("/")
    signed_in.speaks("zh")  # the language is the person's, and a test before may have left another
    yield signed_in
    _kept_to_itself(signed_in)


@pytest.fixture
def citizen() -> str:
    """The number of an invented citizen whom the registers know."""
    return next(
        value for _, value in registers.example_keys("tax_income_national")
        if value in {number for _, number in registers.example_keys("hh_household_city")}
    )  # fmt: skip


def _kept_to_itself(user: User) -> None:
    """No page complained, asked another host, or left anything in the browser's stores."""
    page = user.window.page
    assert not user.window.strangers()
    assert not user.window.complaints, user.window.complaints
    left = page.evaluate(
        "async () => JSON.stringify([localStorage.length, sessionStorage.length, document.cookie,"
        " (await indexedDB.databases()).length, (await caches.keys()).length])"
    )
    assert json.loads(left) == [0, 0, "", 0, 0]


def test_from_the_first_log_in_to_the_signed_record_and_nothing_is_left(
    browser: Chromium, running: RunningHouse, citizen: str
) -> None:
    with window(browser, running) as opened:
        clerk = Clerk(opened, "newcomer", FIRST)
        clerk.signs_in()
        clerk.sees("請先換成自己的密碼")
        clerk.can_use_this_page()
        clerk.changes_the_first_password(OWN)
        clerk.sees("開始查調")
        clerk.can_use_this_page()

        faults.set(running.house.simulated(), "ntpc-civil", "hh_person_city", "slow", seconds=1.5)
        opened.page.keyboard.press("1")  # the first of the favourites
        opened.page.wait_for_url("**/desk/disability_certificate")
        clerk.can_use_this_page()
        clerk.fills_in("disability_certificate", citizen)
        clerk.sees("檢查碼正確")
        clerk.submits()
        expect(opened.page.locator("#tasks")).to_have_attribute("data-open", "1")
        expect(opened.page.locator("#answers .answer")).to_have_count(0)
        clerk.waits_for_the_answer()  # live: nobody reloads
        faults.clear(running.house.simulated())

        read = clerk.reads()
        assert list(read) == ["姓名", "出生日期", "戶籍地址"]
        assert re.fullmatch(r"民國\d{1,3}年\d{1,2}月\d{1,2}日", read["出生日期"])
        clerk.sees("另有15個欄位未取得")
        expect(opened.page.locator("#written")).to_contain_text(re.compile(r"顯示前已寫入軌跡，第[\d,]+筆「已顯示」"))
        clerk.can_use_this_page()
        reference = opened.page.locator(".crumbs [aria-current]").inner_text()

        assert clerk.makes_the_record().startswith(b"%PDF-1.7")
        expect(opened.page.locator("#answers .answer")).to_have_count(1)  # the answer stays while the record is made
        clerk.destroys_the_answer()
        clerk.sees("結果已銷毀")
        clerk.does_not_see(read["戶籍地址"])
        assert citizen not in "".join(opened.asked)

        clerk.logs_out()
        clerk.sees("您已登出")
        clerk.goes_back()
        clerk.does_not_see(read["戶籍地址"])
        assert opened.page.locator("#account").count() == 1  # the log-in, whatever the history holds
        _kept_to_itself(clerk)
    _a_supervisor_sees_that_it_was_made(browser, running, reference, read)


def _a_supervisor_sees_that_it_was_made(
    browser: Chromium, running: RunningHouse, reference: str, read: dict[str, str]
) -> None:
    with window(browser, running) as opened:
        supervisor = Supervisor(opened, "supervisor", PASSWORD)
        supervisor.signs_in()
        supervisor.finds_the_look_up(reference)
        supervisor.sees("查調結果只有查調人本次登入能開啟")
        supervisor.sees("林小芬")
        supervisor.can_use_this_page()
        for value in read.values():
            if value != "林小芬":
                supervisor.does_not_see(value)
        assert opened.page.locator("#open-answers, .reveal, #destroy").count() == 0
        _kept_to_itself(supervisor)


def test_a_masked_field_opens_with_a_reason_masks_itself_again_and_the_answer_s_end_is_seen(
    browser: Chromium, running: RunningHouse, citizen: str
) -> None:
    with window(browser, running) as opened:  # of its own: its clock is moved
        clerk, page = Clerk(opened, "clerk", PASSWORD), opened.page
        clerk.signs_in()
        clerk.speaks("zh")
        page.clock.install()
        clerk.fills_in("low_income_household", citizen, only="tax_income_national")
        clerk.submits()
        page.clock.run_for(2_000)
        clerk.waits_for_the_answer()
        total = page.locator("dd", has=page.locator(".reveal"))
        assert re.search(r"萬", total.locator(".masked").inner_text())

        clerk.reveals_by_keyboard()
        clerk.can_use_this_page()
        page.keyboard.press("Escape")
        expect(page.locator("#reveal-dialogue")).to_be_hidden()
        clerk.reveals_by_keyboard()
        clerk.gives_the_reason("核對")
        expect(page.locator("[data-mistake]")).to_have_text("請至少寫4個字。")
        clerk.gives_the_reason("計算家庭應計所得")
        expect(total.locator(".revealed")).to_have_text(re.compile(r"^[\d,]+元$"))
        clear = total.locator(".revealed").inner_text()
        page.emulate_media(media="print")
        expect(total.locator(".revealed")).to_be_hidden()  # on paper a revealed value is masked
        expect(total.locator(".masked")).to_be_visible()
        page.emulate_media(media="screen")
        page.clock.run_for((REVEAL_S + 1) * 1000)
        expect(total.locator(".revealed")).to_have_count(0)
        clerk.does_not_see(clear)

        page.clock.fast_forward("16:00")
        clerk.sees("結果已到期銷毀")
        expect(page.locator("#answers .answer")).to_have_count(0)
        _kept_to_itself(clerk)


def test_what_is_wrong_is_said_with_its_row_and_no_key_comes_back(clerk: Clerk) -> None:
    page = clerk.window.page
    clerk.fills_in("disability_certificate", "A123456788")
    page.fill("#signed_on", "上星期")
    page.locator("#case_number").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".mistakes")).to_be_focused()
    clerk.sees("簽署日期：請以民國年月日填寫")
    assert "A123456788" not in page.content()  # said beside the field before anything was sent
    assert page.locator("#case_number").input_value() == "測試字第1150000001號"
    clerk.can_use_this_page()
    page.locator('.mistakes a[href="#signed_on"]').click()
    expect(page.locator("#signed_on")).to_be_focused()


def test_a_denial_says_why_and_what_to_do_with_the_conditions_as_they_were_judged(clerk: Clerk, citizen: str) -> None:
    page = clerk.window.page
    clerk.fills_in("emergency_relief", citizen)
    clerk.sees("您目前沒有這個案件項目的查調權限")
    clerk.submits()
    clerk.sees("這次查調不予准許")
    clerk.sees("沒有業務案件項目「急難救助」的查調權限")
    clerk.sees("平臺沒有向任何機關查調")
    outcomes = page.locator(".judged .outcome").all_inner_texts()
    assert outcomes == ["符合", "符合", "不符", *["未判斷"] * 8]
    clerk.can_use_this_page()
    clerk.speaks("en")
    clerk.sees("This look-up was denied")
    clerk.can_use_this_page()


def test_a_file_s_wrong_rows_are_listed_and_the_others_are_asked(clerk: Clerk) -> None:
    page = clerk.window.page
    numbers = [value for _, value in registers.example_keys("hh_person_city")][:4]
    rows = ["身分證號", *numbers[:2], "A123456788", "王小明1", *numbers[2:], numbers[0]]
    clerk.goes_to("/desk/low_income_annual_review")
    clerk.can_use_this_page()
    page.set_input_files(
        "#file", {"name": "list.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode("cp950")}
    )
    page.fill("#case_number", "測試字第1150000009號")
    page.fill("#document", "測社字第9號")
    page.fill("#signed_on", "1151101")
    clerk.submits()
    listed = page.locator(".wrong-rows tbody tr")
    assert listed.locator("td.number").all_inner_texts() == ["4", "5", "8"]
    clerk.sees("3列不能用")
    clerk.waits_for_the_answer()
    first = page.locator("table.of-answer").first.locator("tbody tr")
    assert first.locator("td").first.inner_text() == "2"
    assert first.count() == 4
    clerk.can_use_this_page()


def test_every_page_of_the_desk_can_be_used_in_english_in_the_dark_and_on_a_phone(clerk: Clerk, citizen: str) -> None:
    page = clerk.window.page
    clerk.speaks("en")
    clerk.fills_in("disability_certificate", citizen)
    clerk.submits()
    clerk.waits_for_the_answer()
    answer = page.url.removeprefix(clerk.window.address)
    clerk.can_use_this_page()
    page.emulate_media(reduced_motion="reduce")
    for path in ("/", "/desk/", "/desk/low_income_household", "/lookups/", answer):
        for size in (SCREEN, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            clerk.goes_to(path)
            clerk.can_use_this_page()
            clerk.does_not_scroll_sideways()
            if size == SCREEN:
                clerk.can_use_it_in_the_dark()
            named = page.locator("td[data-label]")
            if size == PHONE and named.count():  # a phone's row is a list: each value stands beside its name
                assert named.first.evaluate("cell => parseFloat(getComputedStyle(cell).paddingInlineStart)") > 100


def test_an_auditor_finds_who_looked_up_and_that_the_entry_is_proven(browser: Chromium, running: RunningHouse) -> None:
    with window(browser, running) as opened:
        auditor = Auditor(opened, "auditor", PASSWORD)
        auditor.signs_in()
        assert auditor.reads_the_trail().count() >= 3
        auditor.can_use_this_page()
        _kept_to_itself(auditor)


def test_the_browser_s_profile_holds_nothing_of_the_citizen(
    browser: Chromium, running: RunningHouse, citizen: str, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    with window(browser, running, profile=profile) as opened:
        clerk = Clerk(opened, "clerk", PASSWORD)
        clerk.signs_in()
        clerk.speaks("zh")
        clerk.fills_in("disability_certificate", citizen)
        clerk.submits()
        clerk.waits_for_the_answer()
        read = clerk.reads()
        clerk.logs_out()
        clerk.goes_back()
        clerk.does_not_see(read["戶籍地址"])
        opened.page.goto(f"{running.address}/login?planted={NUMBER}")
        opened.page.evaluate(PLANT, NUMBER)
        asked = "\n".join([*opened.asked, *opened.referers]).encode()
        cookies = json.dumps(opened.context.cookies()).encode()  # in the profile the browser seals them itself
    sought = {read["戶籍地址"]: "home", read["姓名"].split()[0]: "name", PASSWORD: "password"}
    scanner = Scanner({citizen: "citizen", NUMBER: "planted"}, sought, {})
    for place, said in (("addresses and referrers", asked), ("cookies", cookies)):
        assert {found.label for found in scanner.look(place, said)} == {"planted"}
    found = scanner.look_through(profile)
    assert sorted({str(each) for each in found if each.label != "planted"}) == []
    planted = {each.place for each in found if each.label == "planted"}
    for place in ("History", "Local Storage", "Session Storage", "IndexedDB", "CacheStorage"):
        assert any(place in each for each in planted), f"the search would not see {place}"
    print(f"\nN: {len(list(profile.rglob('*')))} files, {scanner.bytes_seen / 1e6:.0f} MB")
