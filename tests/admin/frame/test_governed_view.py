"""The base of every view: reads through scope, writes through use cases, and no route more than it has a use for."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import flask_admin
import pytest
from flask import Flask
from flask_admin.model import BaseModelView
from flask_admin.model.ajax import AjaxModelLoader
from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session
from wtforms import Form, StringField
from wtforms.validators import InputRequired

from admin.app import AREAS
from admin.frame.doors import Area
from admin.frame.export import ROWS_AT_MOST
from admin.frame.governed_view import GovernedView
from admin.frame.lists.bulk import Act, Asks, Change
from admin.frame.paging import Order
from admin.frame.permission import ROUTES, WORKS_HERE, routes_of
from admin.frame.seek import Filter, Searched
from govern.catalogue.agency import Agency
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.core.wording import Wording
from govern.keys.ring import Ring
from govern.rules.actor import Actor, Role
from govern.trail.entry import Entry
from tests.support.console import Browser, a_console, a_person, text_of

NAME = Wording("名稱", "Name")
PRIVATE = (
    "_urls", "_run_view", "_get_list_extra_args", "_get_list_url", "_process_ajax_references", "_get_column_by_idx",
    "_refresh_cache", "_get_field_value",
)  # fmt: skip


def first_level(_actor: Actor, _session: Session) -> Select[Agency]:
    """Only agencies of the first level are within scope."""
    return select(Agency).where(Agency.level == "first")


def one_of_them(actor: Actor, session: Session, code: str) -> Agency:
    """One of them, or `NotFound`."""
    found = session.scalars(first_level(actor, session).where(Agency.code == code)).first()
    if found is None:
        raise NotFound
    return found


class Deeds:
    """Use cases that write, refuse, and remember who asked."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str, object]] = []

    def create(self, actor: Actor, *, code: str, name_zh: str) -> Agency:
        """A new agency; a code that is taken is a conflict, an English one is invalid."""
        if not name_zh.strip("abcdefghijklmnopqrstuvwxyz "):
            raise InvalidInput(
                Wording("名稱不能使用。", "Not a name."),
                fields={"name_zh": Wording("請用中文填寫。", "In Chinese, please.")},
            )
        with transaction() as session:
            if session.get(Agency, code) is not None:
                raise Conflict(Wording("這個代碼已有人使用。", "The code is taken."))
            made = Agency(code=code, name_zh=name_zh, name_en=code, level="first", kind="bureau")
            session.add(made)
        self.done.append(("create", actor.account, code))
        return made

    def change(self, actor: Actor, identity: str, /, *, code: str, name_zh: str) -> None:
        """The agency has another name; its code stays."""
        with transaction() as session:
            session.get_one(Agency, identity).name_zh = name_zh
        self.done.append(("change", actor.account, code))

    def remove(self, actor: Actor, code: str) -> None:
        """The agency is gone, but for the one that must stay."""
        if code == "a05":
            raise Conflict(Wording("這個機關不能刪除。", "This one stays."))
        with transaction() as session:
            session.delete(session.get_one(Agency, code))
        self.done.append(("remove", actor.account, code))

    def rename(self, actor: Actor, code: str, seen: str, given: Mapping[str, str]) -> None:
        """One of several chosen is renamed as asked for; the sixth is nobody's to rename, and an old name is a conflict."""
        if code == "a06":
            raise NotAllowed
        if len(given["name"]) < 2:
            raise InvalidInput(Wording("不能使用。", "Unusable."), fields={"name": Wording("太短。", "Too short.")})
        with transaction() as session:
            if session.get_one(Agency, code).name_zh != seen:
                raise Conflict(Wording("已經改過名。", "Renamed meanwhile."))
            session.get_one(Agency, code).name_zh = f"{given['name']}{code}"
        self.done.append(("rename", actor.account, code))


def before_renaming(_actor: Actor, session: Session, chosen: Sequence[str]) -> list[Change]:
    """What each is called now; the fifth keeps its name."""
    no = Wording("這個機關不能改名。", "This one keeps its name.")
    found = session.scalars(select(Agency).where(Agency.code.in_(chosen), Agency.level == "first"))
    return [Change(each.code, each.name, no=no if each.code == "a05" else None, seen=each.name_zh) for each in found]


def renaming(deeds: Deeds) -> Act:
    """The deed on many."""
    return Act(
        Wording("預覽後改名", "Preview and rename"), Wording("改名{n}項", "Rename {n}"), Wording("已改名", "Renamed"),
        before_renaming, deeds.rename, asks=(Asks("name", NAME),),
    )  # fmt: skip


class AgencyForm(Form):
    """Code and name."""

    code = StringField("代碼", validators=[InputRequired()])
    name_zh = StringField("名稱", validators=[InputRequired()])


class Loader(AjaxModelLoader):
    """Choices for a picker, more than are handed out."""

    def format(self, model: Any) -> tuple[str, str]:
        return model, model

    def get_list(self, query: str, offset: int = 0, limit: int = 10) -> list[str]:
        return [f"{query}{number}" for number in range(1000)][offset : offset + limit]


def a_view(deeds: Deeds, **further: Any) -> type[GovernedView]:
    """A view of agencies over these use cases."""
    declared: dict[str, Any] = {
        "scope": first_level,
        "one": one_of_them,
        "title": Wording("測試機關", "Test agencies"),
        "orders": (Order("code", Agency.code, Agency.code, NAME),),
        "searched": Searched((Agency.code,), NAME, names="agency"),
        "choices": (Filter("kind", NAME, Agency.kind, lambda _a, _s: [("bureau", NAME)], is_small=True),),
        "column_list": ("code", "name_zh"),
        "column_labels": {"code": Wording("代碼", "Code"), "name_zh": NAME},
        "page_size": 20,
        "create": deeds.create,
        "change": deeds.change,
        "remove": deeds.remove,
        "actions": {"rename": renaming(deeds)},
        "form": AgencyForm,
        "form_ajax_refs": {"superior": Loader("superior", {})},
        "can_export": True,
    }
    return type("TestAgencies", (GovernedView,), {**declared, **further})


ALL_ROUTES = (
    "GET tested.index_view", "GET tested.details_view", "POST tested.seek_view", "GET tested.create_view",
    "POST tested.create_view", "GET tested.edit_view", "POST tested.edit_view", "POST tested.delete_view",
    "POST tested.action_view", "POST tested.export", "POST tested.ajax_lookup",
)  # fmt: skip


@pytest.fixture
def with_view(console: Flask, tmp_path: Path, keys: Ring) -> Callable[[type[GovernedView], tuple[str, ...]], Browser]:
    """A console with such a view, thirty agencies, and somebody signed in."""
    with transaction() as session:
        for number in range(30):
            code = f"a{number:02}"
            session.add(Agency(code=code, name_zh=f"機關{code}", name_en=code, level="first", kind="bureau"))
        session.add(Agency(code="hidden", name_zh="隱藏", name_en="hidden", level="second", kind="bureau"))
    a_person("clerk", "ntpc-dist-banqiao", Role.CLERK)

    def start(view: type[GovernedView], routes: tuple[str, ...] = ALL_ROUTES) -> Browser:
        area = Area("tested", lambda _app, console: console.add_view(view("tested", "/tested")))
        rules = {**ROUTES, **dict.fromkeys(routes, WORKS_HERE)}
        browser = Browser(a_console(tmp_path, keys, areas=(*AREAS, area), table=rules))
        browser.log_in("clerk")
        return browser

    return start


Start = Callable[..., Browser]


def codes(page: str) -> list[str]:
    """The codes that a list shows, in order."""
    return re.findall(r"<td>(a\d\d|hidden)</td>", page)


def test_flask_admin_is_the_version_whose_private_names_are_used() -> None:
    assert flask_admin.__version__ == "2.2.1"
    for name in PRIVATE:
        assert hasattr(BaseModelView, name), name


def test_a_view_that_only_reads_has_no_other_route(with_view: Start) -> None:
    reads = {"create": None, "change": None, "remove": None, "actions": {}, "form_ajax_refs": None, "can_export": False}
    browser = with_view(
        a_view(Deeds(), searched=None, choices=(), **reads), ("GET tested.index_view", "GET tested.details_view")
    )
    mine = {line for line in routes_of(browser.client.application) if " tested." in line}
    assert mine == {"GET tested.index_view", "GET tested.details_view"}


def test_no_view_has_the_route_that_writes_in_spite_of_can_edit(console: Flask) -> None:
    assert not [line for line in routes_of(console) if "ajax_update" in line]


def test_a_list_is_paged_within_scope_and_keeps_its_order(with_view: Start) -> None:
    browser = with_view(a_view(Deeds()))
    first = browser.get("/tested/").text
    assert codes(first) == [f"a{number:02}" for number in range(20)]
    after = re.search(r'href="([^"]+)">下一頁', first)
    assert after is not None
    second = browser.get(after.group(1)).text
    assert codes(second) == [f"a{number:02}" for number in range(20, 30)]
    before = re.search(r'href="([^"]+)"><svg.{0,300}</svg>上一頁', second)
    assert before is not None
    assert codes(browser.get(before.group(1)).text) == codes(first)
    assert codes(browser.get("/tested/?sort=-code").text)[0] == "a29"


@pytest.mark.parametrize("path", ["details", "edit"])
def test_what_is_out_of_scope_opens_by_no_route(with_view: Start, path: str) -> None:
    browser = with_view(a_view(Deeds()))
    assert browser.get(f"/tested/{path}/?id=a07").status_code == 200
    for identity in ("hidden", "ntpc", "absent"):
        assert browser.get(f"/tested/{path}/?id={identity}").status_code == 404
    assert browser.get("/tested/?after=hidden").status_code == 404


def test_a_search_goes_by_post_and_its_words_stand_in_no_address(with_view: Start) -> None:
    browser = with_view(a_view(Deeds()))
    sent = browser.post("/tested/seek/", {"words": "機關a07"}, page="/")
    assert sent.status_code == 303
    assert "a07" not in sent.headers["Location"]
    page = browser.get(sent.headers["Location"]).text
    assert codes(page) == ["a07"]
    assert 'value="機關a07"' in page
    token = re.search(r'name="s" value="([^"]+)"', page)
    assert token is not None
    narrowed = browser.post("/tested/seek/", {"s": token.group(1), "filter-kind": "bureau"}, page="/")
    page = browser.get(narrowed.headers["Location"]).text
    assert codes(page) == ["a07"]
    assert "chip" in page
    cleared = browser.post("/tested/seek/", {"s": token.group(1), "clear": "1"}, page="/")
    assert cleared.headers["Location"] == "/tested/"


def test_words_in_the_address_narrow_nothing(with_view: Start) -> None:
    browser = with_view(a_view(Deeds()))
    assert len(codes(browser.get("/tested/?search=a07&words=a07&flt0_0=a07").text)) == 20


def test_a_form_is_handed_to_the_use_case_with_the_actor(with_view: Start) -> None:
    deeds = Deeds()
    browser = with_view(a_view(deeds))
    made = browser.post("/tested/new/", {"code": "b01", "name_zh": "新設"}, page="/")
    assert made.status_code == 302
    assert deeds.done == [("create", "clerk", "b01")]
    continued = browser.post("/tested/new/", {"code": "b02", "name_zh": "新設", "_continue_editing": "1"}, page="/")
    assert continued.status_code == 302
    changed = browser.post("/tested/edit/?id=b01", {"code": "b01", "name_zh": "改設"}, page="/")
    assert changed.status_code == 302
    removed = browser.post("/tested/delete/", {"id": "b01"}, page="/")
    assert removed.status_code == 302
    assert [deed for deed, _, _ in deeds.done] == ["create", "create", "change", "remove"]


def test_a_no_of_the_use_case_stands_beside_its_field_or_above_the_form(with_view: Start) -> None:
    deeds = Deeds()
    browser = with_view(a_view(deeds))
    page = text_of(browser.post("/tested/new/", {"code": "b01", "name_zh": "english"}, page="/"))
    assert "請用中文填寫。" in page
    assert "名稱不能使用" not in page
    page = text_of(browser.post("/tested/new/", {"code": "a01", "name_zh": "重複"}, page="/"))
    assert "這個代碼已有人使用。" in page
    browser.post("/tested/delete/", {"id": "a05"}, page="/")
    assert "這個機關不能刪除。" in text_of(browser.get("/tested/"))
    assert deeds.done == []


def test_chosen_things_are_previewed_then_acted_on_one_by_one_and_each_no_is_said(with_view: Start) -> None:
    deeds = Deeds()
    browser = with_view(a_view(deeds))
    chosen = {"action": "rename", "rowid": ["a01", "a02", "a05", "a06", "hidden"]}
    preview = browser.post("/tested/action/", chosen, page="/")
    assert deeds.done == []
    assert "會變更的3項" in text_of(preview)
    assert "不會變更的2項" in text_of(preview)
    assert "這個機關不能改名。" in text_of(preview)
    seen = dict(re.findall(r'name="(seen-a\d\d)" value="([^"]+)"', preview.text))
    assert seen == {"seen-a01": "機關a01", "seen-a02": "機關a02", "seen-a06": "機關a06"}
    short = browser.post("/tested/action/", {**chosen, **seen, "sure": "1", "name": "新"}, page="/")
    assert (short.status_code, deeds.done) == (422, [])
    assert "太短。" in text_of(short)
    with transaction() as session:
        session.get_one(Agency, "a02").name_zh = "別人改的"
    done = text_of(browser.post("/tested/action/", {**chosen, **seen, "sure": "1", "name": "新的"}, page="/"))
    assert [code for _, _, code in deeds.done] == ["a01"]
    assert "5項中1項完成。" in done
    for why in ("已經改過名。", "這個機關不能改名。", "您目前的角色不能做這件事。", "已經不在這裡"):
        assert why in done
    with reading() as session:
        refused = session.scalars(select(Entry).where(Entry.kind == "refused_request")).all()
    assert len(refused) == 1
    assert browser.post("/tested/action/", {"action": "unheard_of", "rowid": "a01"}, page="/").status_code == 404
    browser.post("/tested/action/", {"action": "rename"}, page="/")
    assert "請先選擇要處理的項目。" in text_of(browser.get("/tested/"))


def test_no_cell_of_an_export_is_a_formula(with_view: Start) -> None:
    browser = with_view(a_view(Deeds()))
    with transaction() as session:
        session.get_one(Agency, "a00").name_zh = '=HYPERLINK("http://evil")'
        session.get_one(Agency, "a01").name_zh = "@SUM(1)"
    response = browser.post("/tested/export/", page="/")
    rows = exported(response.get_data())
    assert rows[0] == ["代碼", "名稱"]
    assert [row[1][:2] for row in rows[1:3]] == ["'=", "'@"]
    assert "hidden" not in [code for code, _ in rows]
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"
    assert browser.get("/tested/export/").status_code == 405
    assert exported_entries() == [("tested", 32)]


def test_an_export_is_capped(with_view: Start) -> None:
    browser = with_view(a_view(Deeds()))
    many = [
        {"code": f"m{number}", "name_zh": "多", "name_en": "m", "level": "first", "kind": "bureau"}
        for number in range(ROWS_AT_MOST)
    ]
    with transaction() as session:
        session.execute(insert(Agency), many)
    assert len(exported(browser.post("/tested/export/", page="/").get_data())) == ROWS_AT_MOST + 1


def exported_entries() -> list[tuple[str | None, int]]:
    """Which lists went out as files, by the trail, and how many rows of each."""
    with reading() as session:
        entries = session.scalars(select(Entry).where(Entry.kind == "export_fetched").order_by(Entry.id)).all()
    return [(entry.about_id, entry.rows or 0) for entry in entries]


def exported(file: bytes) -> list[list[str]]:
    """The rows of a CSV file, heads first."""
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))


def test_a_pickers_words_go_by_post_and_its_choices_are_few(with_view: Start) -> None:
    browser = with_view(a_view(Deeds()))
    response = browser.post("/tested/ajax/lookup/", {"name": "superior", "query": "民政"}, page="/")
    assert len(response.get_json()) == 20
    assert browser.get("/tested/ajax/lookup/?name=superior&query=x").status_code == 405
    assert browser.post("/tested/ajax/lookup/", {"name": "other"}, page="/").status_code == 404


def test_a_type_error_of_a_view_is_not_swallowed_and_run_again(with_view: Start) -> None:
    calls: list[int] = []

    def broken(_actor: Actor, _session: Session) -> Select[Agency]:
        calls.append(1)
        raise TypeError

    browser = with_view(a_view(Deeds(), scope=broken))
    assert browser.get("/tested/").status_code == 500
    assert calls == [1]


def test_a_use_case_is_called_when_no_reading_is_open(with_view: Start) -> None:
    deeds = Deeds()
    browser = with_view(a_view(deeds))
    browser.post("/tested/edit/?id=a03", {"code": "a03", "name_zh": "改名"}, page="/")
    with reading() as session:
        assert session.get_one(Agency, "a03").name_zh == "改名"
