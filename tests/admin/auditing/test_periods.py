"""Plans, periods and the numbers of the draw: lists, the seven steps, what is typed wrong, who may."""

import re

import pytest
from sqlalchemy import select

from admin.app import create_app
from admin.frame.parts import Parts
from audit.draw.named import draw_name
from audit.draw.number import SeedNumber
from audit.draw.period import Period
from audit.draw.plan import AuditPlan
from audit.draw.seed import commitment
from audit.review.judge import judge
from govern.core.database import reading
from govern.keys import ring
from govern.rules.actor import Role
from tests.admin.auditing.conftest import As
from tests.support.audits import HERE, Audit, entries_about
from tests.support.console import Browser, text_of
from tests.support.houses import PASSWORD, TestHouse, a_request, invented_number
from tests.support.months import AGENCY, a_plan, bringing, close_now, periods

PLAN = {
    "name_zh": "補充稽核",
    "name_en": "Another audit",
    "who": ["by_agency", "by_owner"],
    "kind": "usual",
    "covers": "all",
    "ratio": "2.5",
    "floor": "3",
    "public_draw_name": "大樂透",
    "public_draw_count": "6",
    "public_draw_day": "12",
}


def test_a_public_draw_is_named_in_english_by_its_sort_day_and_numbers() -> None:
    assert draw_name("大樂透 2026-12-12 起第一次開獎，取 6 個號碼").en == (
        "Lotto 6/49 (大樂透), first on or after 12 December 2026 (ROC 115), 6 numbers"
    )
    assert draw_name("另一種 2026-12-10 起第一次開獎").en == "另一種, first on or after 10 December 2026 (ROC 115)"
    assert draw_name("自訂").en == "自訂"


def judged(audit: Audit) -> None:
    """Every sample has its verdict."""
    for sample in audit.samples:
        judge(audit.auditor, sample, "proper", "")


def test_an_owner_makes_a_plan_with_the_origin_of_each_default_beside_it_and_ends_it(audit: Audit, as_: As) -> None:
    owner = as_("owner")
    page = text_of(owner.get("/plans/new"))
    for words in ("FL083378", "第9條第3項第8款", "107年報告", "每月9日之後開獎"):
        assert words in page
    wrong = owner.post("/plans/new", {**PLAN, "ratio": "一成", "floor": "0"}, page="/plans/new")
    assert wrong.status_code == 422
    assert "有2個地方要改" in wrong.text
    assert 'value="補充稽核"' in wrong.text
    assert "請填0到100的百分比" in wrong.text
    low = owner.post("/plans/new", {**PLAN, "kind": "kinship", "ratio": "60"}, page="/plans/new")
    assert "不得低於70%" in text_of(low)
    named = owner.post("/plans/new", {**PLAN, "covers": "named", "named": "沒有這項"}, page="/plans/new")
    assert "找不到「沒有這項」" in text_of(named)
    assert owner.post("/plans/new", PLAN, page="/plans/new").status_code == 303
    with reading() as session:
        made = session.scalars(select(AuditPlan).where(AuditPlan.name_zh == "補充稽核")).one()
    assert (made.ratio, made.floor, made.by_agency, made.by_first_level, made.by_owner) == (
        "0.025",
        3,
        True,
        False,
        True,
    )
    assert "2.5%" in text_of(owner.get("/plans/"))
    path = f"/plans/{made.id}"
    assert owner.post(f"{path}/end", {"reason": ""}, page=path).status_code == 422
    assert owner.post(f"{path}/end", {"reason": "改由年度計畫辦理"}, page=path).status_code == 303
    assert "已終止" in text_of(owner.get(path))
    assert "補充稽核" in text_of(owner.get("/plans/?tab=ended"))
    assert owner.post(f"{path}/end", {"reason": "再一次"}, page="/").status_code == 303


def test_who_owns_no_data_makes_no_plan_and_a_clerk_sees_none(audit: Audit, as_: As) -> None:
    assert as_("head").get("/plans/new").status_code == 403
    assert as_("clerk").get("/plans/").status_code == 403
    assert "例行稽核" in text_of(as_("auditor").get("/plans/"))


def test_periods_are_found_by_state_and_an_empty_list_says_how_they_come_about(audit: Audit, as_: As) -> None:
    auditor = as_("auditor")
    assert "板橋區公所" in text_of(auditor.get("/periods/"))
    assert "沒有等待核章的期別" in auditor.get("/periods/?tab=to_sign").text
    page = text_of(as_("stranger").get("/periods/"))
    assert "期別不必開立" in page
    assert as_("clerk").get("/periods/").status_code == 403


def test_a_period_is_signed_by_two_people_over_the_same_hash_and_re_opened_with_a_reason(audit: Audit, as_: As) -> None:
    path = f"/periods/{audit.period}"
    auditor, head = as_("auditor"), as_("head")
    assert "繼續查核" in auditor.get(path).text or "開始查核" in auditor.get(path).text
    judged(audit)
    page = auditor.get(path).text
    assert "您核章的是以下內容" in page
    assert "以稽核人員身分核章" in page
    assert "以" not in re.findall(r"以\S+身分核章", head.get(path).text)
    assert auditor.post(f"{path}/sign", {"round": "9"}, page=path).status_code == 303
    assert "這一期已重開，內容可能不同" in auditor.get(path).text
    auditor.post(f"{path}/sign", {"round": "1"}, page=path)
    assert audit.state() == "signed_1"
    assert auditor.post(f"{path}/sign", {"round": "1"}, page=path).status_code == 403
    head.post(f"{path}/sign", {"round": "1"}, page=path)
    assert audit.state() == "signed"
    hashes = {entry.details for entry in entries_about(audit.period) if entry.kind == "signed_off"}
    assert len({details.split(b"content_sha256")[1][:70] for details in hashes}) == 1
    assert "產製稽核紀錄" in head.get(path).text

    wrong = head.post(f"{path}/reopen", {"reason": "看錯一筆"}, page=path)
    assert wrong.status_code == 422
    assert "看錯一筆</textarea>" in wrong.text
    assert auditor.post(f"{path}/reopen", {"reason": "看錯"}, page=path).status_code == 403
    head.post(f"{path}/reopen", {"reason": "看錯一筆", "sample": [str(audit.samples[1])]}, page=path)
    assert (audit.state(), audit.sample(1).state) == ("drawn", "to_judge")
    assert "曾重開，先前2個核章作廢並留存" in text_of(auditor.get(path))


def test_a_record_is_asked_for_after_the_sign_off_and_its_making_is_shown(audit: Audit, as_: As) -> None:
    path = f"/periods/{audit.period}"
    auditor, head = as_("auditor"), as_("head")
    auditor.post(f"{path}/record", page=path)
    assert "製作中" not in auditor.get(path).text
    judged(audit)
    auditor.post(f"{path}/sign", {"round": "1"}, page=path)
    head.post(f"{path}/sign", {"round": "1"}, page=path)
    assert head.post(f"{path}/record", page=path).headers["Location"].endswith("#record")
    part = head.get(f"{path}/record/progress").text
    assert 'data-coming="1"' in part
    assert "<progress" in part
    assert head.get(f"{path}/record").status_code == 404


def test_only_a_commitment_is_posted_and_the_number_is_disclosed_after_the_freeze(audit: Audit, as_: As) -> None:
    """The month of the fixture is closed by hand; the number is for the next one."""
    auditor, party = as_("auditor"), f"auditor@{HERE}"
    page = auditor.get("/numbers/").text
    month = re.search(r'data-party="auditor@ntpc-dist-banqiao" data-month="([0-9-]+)"', page)
    assert month is not None
    assert f"p,m,n=&#39;{party}&#39;,&#39;{month[1]}&#39;" in page
    form = {"month": month[1], "part": "auditor"}
    wrong = auditor.post("/numbers/commit", {**form, "commitment": "12 ab"}, page="/numbers/")
    assert wrong.status_code == 422
    assert 'value="12 ab"' in wrong.text
    committed = commitment(party, month[1], b"n" * 32).hex()
    assert (
        auditor.post("/numbers/commit", {**form, "commitment": committed.upper()}, page="/numbers/").status_code == 303
    )
    with reading() as session:
        given = session.get_one(SeedNumber, (party, month[1]))
    assert given.commitment.hex() == committed
    assert "已承諾" in text_of(auditor.get("/numbers/"))
    auditor.post("/numbers/disclose", {**form, "number": (b"n" * 32).hex()}, page="/numbers/")
    assert "尚未凍結" in auditor.get("/numbers/").text  # said in words; nothing was told
    assert as_("clerk").get("/numbers/").status_code == 403


@pytest.fixture
def frozen(sqlite_house: TestHouse) -> tuple[Browser, Period]:
    """A period that the use cases froze, and an auditor of its agency in front of a browser."""
    a_plan(ratio="0.5")
    clerk = sqlite_house.a_clerk(AGENCY)
    for number in range(4):
        sqlite_house.submit(clerk, a_request(intent_key=f"form {number}"))
    bringing(sqlite_house)()
    close_now(sqlite_house)
    bringing(sqlite_house)()
    sqlite_house.a_person("auditor", AGENCY, Role.AUDITOR, number=invented_number(8002))
    browser = Browser(create_app(parts=Parts(settings=sqlite_house.settings, ring=ring.bound())))
    browser.log_in("auditor", PASSWORD)
    return browser, periods(agency=AGENCY, state="frozen")[0]


def test_a_public_draw_is_previewed_before_it_is_entered_for_good(
    frozen: tuple[Browser, Period], sqlite_house: TestHouse
) -> None:
    auditor, period = frozen
    path, page = f"/numbers/draws/{period.public_draw}", f"/periods/{period.id}"
    assert "等候登錄公開抽獎結果" in auditor.get(page).text
    assert auditor.get(f"{page}/account.json").status_code == 404
    for typed in ("", "3 8 17", "3 8 17 22 x", "1 2 3 4 5 6"):
        wrong = auditor.post(path, {"results": typed}, page=path)
        assert "將寫入軌跡的內容" not in wrong.text
        assert 'aria-invalid="true"' in wrong.text
    preview = auditor.post(path, {"results": "39、8，17 22 3"}, page=path)
    assert "3、8、17、22、39" in text_of(preview)
    assert auditor.post(f"{page}/draw", page=page).status_code == 303
    assert periods(id=period.id)[0].seed is None  # a preview enters nothing, and without results nothing is drawn
    auditor.post(path, {"results": "3 8 17 22 39", "sure": "1"}, page=path)
    bringing(sqlite_house)()
    assert "來源已齊備，可以抽樣" in text_of(auditor.get(page))
    auditor.post(f"{page}/draw", page=page)
    assert periods(id=period.id)[0].n == 2
    account = auditor.get(f"{page}/account.json").get_json()
    assert (account["source"]["results"], len(account["units"])) == ([3, 8, 17, 22, 39], 2)
    assert "抽樣參數" in auditor.get(page).text
