"""Agencies, data items, sources and laws kept in the console: by those they belong to, and nobody's change is lost."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from govern.catalogue.data_item import DataItem
from govern.catalogue.legal_basis import LegalBasis
from govern.catalogue.source import Source
from govern.core import clock, database
from govern.core.database import reading
from govern.keys.ring import Ring
from govern.rules.actor import Role
from govern.rules.calendar import to_roc_digits
from tests.support.catalogue import another_city, load_files
from tests.support.console import Browser, a_console, a_person, text_of

WHY = "系統改版至下午六時"


@pytest.fixture
def app(tmp_path: Path, sqlite_template: Path, keys: Ring) -> Iterator[Flask]:
    """A console with a small catalogue of another city, whose things may be changed."""
    path = tmp_path / "govern.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database.bind(f"sqlite:///{path}")
    load_files(tmp_path / "files", another_city())
    yield a_console(tmp_path, keys)
    database.release()


def signed_in(app: Flask, agency: str, *roles: Role) -> Browser:
    browser = Browser(app)
    account = f"{agency}.{'.'.join(roles)}"
    a_person(account, agency, *roles)
    browser.log_in(account)
    return browser


def form_of(page: str) -> dict[str, str]:
    """What the page's own form would send: its inputs, chosen options and texts."""
    main = page[page.index("<main") :]
    found = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', main))
    for box in re.findall(r'<input type="(?:checkbox|radio)"[^>]*>', main):
        if " checked" not in box:
            found.pop(re.search(r'name="([^"]+)"', box)[1], None)
    for name, options in re.findall(r'<select[^>]*?name="([^"]+)".*?>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea[^>]*?name="([^"]+)".*?>(.*?)</textarea>', main, re.DOTALL):
        found[name] = text
    found.pop("csrf_token", None)
    return found


def send(browser: Browser, path: str, **changed: str):
    """The page's form with some of it changed."""
    return browser.post(path, form_of(browser.get(path).text) | changed, page=path)


def test_an_agency_s_head_changes_its_names_and_an_operator_its_place(app: Flask) -> None:
    head, operator = signed_in(app, "tainan-social", Role.HEAD), signed_in(app, "tainan", Role.OPERATOR)
    path = "/agencies/tainan-social/edit"
    assert "修改" in head.get("/agencies/details/?id=tainan-social").text
    page = head.get(path).text
    assert 'name="name_zh"' in page
    assert 'name="parent"' not in page
    assert send(head, path, name_zh="虛構市社會福利局").status_code == 303
    assert "虛構市社會福利局" in head.get("/agencies/details/?id=tainan-social").text
    page = operator.get(path).text
    assert 'name="parent"' in page
    assert 'name="name_zh"' not in page
    assert send(operator, path, parent="tainan-civil", level="second").status_code == 303
    circle = send(operator, "/agencies/tainan-civil/edit", parent="tainan-social")
    assert circle.status_code == 422
    assert "自己的下級" in circle.text


def test_who_does_not_keep_it_neither_sees_the_button_nor_opens_the_form(app: Flask) -> None:
    stranger, clerk = signed_in(app, "tainan-civil", Role.HEAD), signed_in(app, "tainan-social", Role.CLERK)
    assert 'href="/agencies/tainan-social/edit"' not in stranger.get("/agencies/details/?id=tainan-social").text
    for browser in (stranger, clerk):
        assert browser.get("/agencies/tainan-social/edit").status_code == 403
        assert browser.post("/agencies/tainan-social/edit", {"name_zh": "x"}, page="/").status_code == 403


def test_an_operator_adds_an_agency(app: Flask) -> None:
    operator = signed_in(app, "tainan", Role.OPERATOR)
    wrong = send(operator, "/agencies/new", code="Bad", name_zh="虛構市文化局")
    assert wrong.status_code == 422
    assert 'id="code-error"' in wrong.text
    made = send(
        operator,
        "/agencies/new",
        code="tainan-culture",
        name_zh="虛構市文化局",
        name_en="Culture",
        level="first",
        parent="tainan",
    )
    assert made.status_code == 303
    assert "虛構市文化局" in operator.get("/agencies/").text
    assert signed_in(app, "tainan", Role.HEAD).get("/agencies/new").status_code == 403


def test_somebody_s_change_is_laid_beside_one_s_own_and_saving_again_is_a_choice(app: Flask) -> None:
    head, other = signed_in(app, "tainan-social", Role.HEAD), signed_in(app, "tainan", Role.HEAD)
    path = "/agencies/tainan-social/edit"
    mine = form_of(head.get(path).text) | {"name_en": "Mine"}
    assert send(other, path, name_en="Theirs").status_code == 303
    clash = head.post(path, mine, page=path)
    assert clash.status_code == 409
    said = text_of(clash)
    assert "先儲存了，您的修改還沒有儲存" in said
    assert "英文名稱 現在的內容： Theirs 您的內容： Mine" in said
    assert 'value="Mine"' in clash.text
    assert head.post(path, form_of(clash.text) | {"take.name_en": "yours"}, page=path).status_code == 303
    assert "Mine" in head.get(path).text


def test_of_a_conflict_each_row_is_chosen_and_nothing_else_is_overwritten(app: Flask) -> None:
    head, other = signed_in(app, "tainan-social", Role.HEAD), signed_in(app, "tainan", Role.HEAD)
    path = "/agencies/tainan-social/edit"
    mine = form_of(head.get(path).text) | {"name_en": "Mine again", "short_zh": "我的"}
    assert send(other, path, name_en="Theirs again", note="他們的").status_code == 303
    clash = head.post(path, mine, page=path)
    assert 'name="take.short_zh" value="theirs"' in clash.text
    takes = {"take.name_en": "theirs", "take.short_zh": "yours", "take.note": "theirs"}
    assert head.post(path, form_of(clash.text) | takes, page=path).status_code == 303
    now = form_of(head.get(path).text)
    assert (now["name_en"], now["short_zh"], now["note"]) == ("Theirs again", "我的", "他們的")


def test_an_approver_changes_a_data_item_and_a_field_s_default_mask(app: Flask) -> None:
    approver = signed_in(app, "tainan-civil", Role.APPROVER)
    path = "/data-items/household/edit"
    assert f'href="{path}"' in approver.get("/data-items/details/?id=household").text
    response = send(
        approver,
        path,
        row_limit="20",
        is_kinship_like="1",
        **{"fields.name.mask": "none", "fields.name.sensitivity": "high"},
    )
    assert response.status_code == 303
    page = text_of(approver.get("/data-items/details/?id=household"))
    assert "比照親等關聯資料" in page
    assert "照核准時的遮蔽" in page
    with reading() as session:
        item = session.get_one(DataItem, "household")
        assert (item.row_limit, item.is_kinship_like, item.fields[0].mask) == (20, True, "none")
    wrong = send(approver, path, row_limit="many", **{"fields.name.name_zh": ""})
    assert wrong.status_code == 422
    assert {'id="row_limit-error"', 'id="fields.name.name_zh-error"'} <= set(
        re.findall(r'id="[^"]*-error"', wrong.text)
    )


@pytest.mark.parametrize(("agency", "role"), [("tax", Role.APPROVER), ("tainan-civil", Role.DRAFTER)])
def test_a_stranger_does_not_change_a_data_item(app: Flask, agency: str, role: Role) -> None:
    stranger = signed_in(app, agency, role)
    assert "/data-items/household/edit" not in stranger.get("/data-items/details/?id=household").text
    assert stranger.get("/data-items/household/edit").status_code == 403
    assert stranger.post("/data-items/household/edit", {"name_zh": "x"}, page="/").status_code == 403


def state_of_source() -> str:
    with reading() as session:
        return session.get_one(Source, "tax.https").state


def test_an_approver_closes_a_source_sees_what_that_touches_and_opens_it(app: Flask) -> None:
    approver = signed_in(app, "tax", Role.APPROVER)
    path = "/sources/tax.https/turn"
    assert "allowance" in text_of(approver.get(path))
    assert send(approver, path, reason="短").status_code == 422
    assert state_of_source() == "open"
    assert send(approver, path, reason=WHY).status_code == 303
    assert state_of_source() == "closed"
    page = text_of(approver.get("/sources/details/?id=tax.https"))
    assert "停止介接" in page
    assert WHY in page
    twice = approver.post(path, {"deed": "close", "reason": WHY}, page=path)
    assert twice.status_code == 409
    assert send(approver, path, reason="改版完成").status_code == 303
    assert state_of_source() == "open"


def test_a_source_is_closed_by_no_operator_and_a_foreign_one_is_not_there(app: Flask) -> None:
    operator, stranger = signed_in(app, "tainan", Role.OPERATOR), signed_in(app, "tainan-civil", Role.APPROVER)
    path = "/sources/tax.https/turn"
    assert path not in operator.get("/sources/details/?id=tax.https").text
    assert operator.get(path).status_code == 403
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, {"reason": WHY}, page="/").status_code == 404
    assert state_of_source() == "open"


def law_of(article: str) -> LegalBasis:
    with reading() as session:
        return session.query(LegalBasis).filter_by(article=article).one()


def test_a_drafter_enters_corrects_and_ends_an_article_after_seeing_what_stands_on_it(app: Flask) -> None:
    drafter = signed_in(app, "tainan-social", Role.DRAFTER)
    entered = send(
        drafter,
        "/laws/new",
        law_zh="虛構救助法",
        law_en="Assistance Act",
        article="第44條之3",
        text_zh="第一項\n第二項",
        in_force_from="1150101",
    )
    assert entered.status_code == 303
    page = text_of(drafter.get(entered.headers["Location"]))
    assert "虛構救助法第44條之3" in page
    assert "目前沒有案件項目引用這一條" in page
    first = law_of("第1條").id
    assert send(drafter, f"/laws/{first}/edit", text_zh="條文").status_code == 303
    before = text_of(drafter.get(f"/laws/{first}/end"))
    assert "allowance" in before
    assert "1個生效中的案件項目" in before
    wrong = send(drafter, f"/laws/{first}/end", ends_on="不久", reason="短")
    assert wrong.status_code == 422
    today = to_roc_digits(clock.today())
    assert send(drafter, f"/laws/{first}/end", ends_on=today, reason="立法院三讀廢止").status_code == 303
    assert law_of("第1條").in_force_to == clock.today()
    after = text_of(drafter.get(f"/laws/details/?id={first}"))
    assert "次日起，依它查調的1個案件項目不再准許" in after
    assert "立法院三讀廢止" in after
    home = text_of(drafter.get("/"))
    assert "1個案件項目要改依其他法源" in home
    assert send(drafter, f"/laws/{first}/end", deed="keep", reason="登錄錯誤，仍有效").status_code == 303
    assert law_of("第1條").in_force_to is None


def test_laws_are_read_by_everybody_and_kept_by_those_who_cite_them(app: Flask) -> None:
    clerk, stranger = signed_in(app, "tainan-social", Role.CLERK), signed_in(app, "tainan-civil", Role.DRAFTER)
    first = law_of("第1條").id
    for browser in (clerk, stranger):
        assert "虛構法" in browser.get("/laws/").text
        assert f"/laws/{first}/edit" not in browser.get(f"/laws/details/?id={first}").text
        assert browser.get(f"/laws/{first}/edit").status_code == 403
        assert browser.post(f"/laws/{first}/end", {"reason": WHY}, page="/").status_code == 403
    assert clerk.get("/laws/new").status_code == 403
    assert stranger.get("/laws/new").status_code == 200
    assert stranger.get("/laws/999999/edit").status_code == 404


def test_every_page_speaks_english(app: Flask) -> None:
    everybody = signed_in(app, "tainan-civil", *Role)
    everybody.post("/language", {"language": "en"}, page="/")
    for path in (
        "/laws/",
        "/laws/new",
        "/data-items/household/edit",
        "/agencies/tainan-civil/edit",
        "/agencies/new",
        "/rights/",
        "/rights/grant",
        "/people/",
    ):
        page = everybody.get(path)
        assert page.status_code == 200, path
        assert 'lang="en"' in page.text
