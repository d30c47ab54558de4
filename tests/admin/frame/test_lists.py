"""How a visitor arranges a list: views saved and opened again, columns chosen, and the file that follows them."""

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy import select

from admin.frame.lists import columns, counted, estimate
from govern.core.database import reading
from govern.rules.actor import Role
from govern.workplace.saved_view import SavedView
from tests.support.console import Browser, a_person, text_of


@pytest.fixture
def reader(console: Flask) -> Browser:
    """Somebody in front of the agencies."""
    a_person("reader", "ntpc-civil", Role.HEAD)
    browser = Browser(console)
    browser.log_in("reader")
    return browser


def the_view() -> SavedView:
    with reading() as session:
        return session.scalars(select(SavedView)).one()


def heads_in(page: str) -> list[str]:
    """What stands above the columns of the list, but for the boxes that choose."""
    head = page[page.index("<thead>") : page.index("</thead>")]
    cells = [cell for cell in re.findall(r"<th.*?</th>", head, re.DOTALL) if 'class="choose"' not in cell]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


def narrowed(reader: Browser) -> dict[str, str]:
    """The state of the list narrowed by words and a filter."""
    sent = reader.post("/agencies/seek/", {"words": "新北市政府", "filter-level": "city"}, page="/")
    return {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["Location"]).query).items()}


def test_a_saved_view_is_opened_again_without_the_words_and_is_a_tab(reader: Browser) -> None:
    state = narrowed(reader)
    page = text_of(reader.get("/agencies/", query_string=state))
    assert "搜尋的文字不會儲存" in page
    saved = reader.post("/lists/agencies/views", {**state, "sort": "-name", "name": "市政府"}, page="/")
    found = the_view()
    assert found.view == {"sort": "-name", "filters": {"level": "city"}}
    assert saved.headers["Location"] == f"/lists/views/{found.id}"
    opened = reader.get(saved.headers["Location"])
    assert opened.status_code == 303
    assert "city" not in opened.headers["Location"]
    page_text = reader.get(opened.headers["Location"]).text
    assert re.search(r'aria-current="true">市政府</a>', page_text)
    assert "ntpc-civil" not in page_text[page_text.index("<tbody>") :]
    assert 'value="新北市政府"' not in page_text


def test_a_view_is_renamed_and_deleted_on_its_page_and_is_nobody_elses(reader: Browser, console: Flask) -> None:
    reader.post("/lists/agencies/views", {"name": "甲"}, page="/")
    view = the_view()
    a_person("other", "ntpc-civil", Role.HEAD)
    other = Browser(console)
    other.log_in("other")
    assert other.get(f"/lists/views/{view.id}").status_code == 404
    assert other.post(f"/lists/views/{view.id}/delete", page="/").status_code == 404
    assert other.post(f"/lists/views/{view.id}/rename", {"name": "乙"}, page="/").status_code == 404
    reader.post(f"/lists/views/{view.id}/rename", {"name": "乙"}, page="/")
    assert "已改名為「乙」" in text_of(reader.get("/agencies/"))
    reader.post("/lists/agencies/views", {"name": "乙"}, page="/")
    assert "已經有同名的檢視" in text_of(reader.get("/agencies/"))
    reader.post(f"/lists/views/{view.id}/delete", page="/")
    page = text_of(reader.get("/agencies/"))
    assert "已刪除檢視「乙」" in page
    assert reader.get(f"/lists/views/{view.id}").status_code == 404


def test_a_list_that_is_closed_to_somebody_is_not_there_to_be_arranged(reader: Browser) -> None:
    for place in ("sources", "nowhere", "home"):
        assert reader.post(f"/lists/{place}/views", {"name": "甲"}, page="/").status_code == 404
        assert reader.post(f"/lists/{place}/columns", page="/").status_code == 404


def test_columns_are_chosen_moved_and_as_usual_again_and_a_file_follows(reader: Browser) -> None:
    usual = heads_in(reader.get("/agencies/").text)
    order = ["name", "code", "level", "parent", "data_items", "case_items"]
    reader.post("/lists/agencies/columns", {"order": order, "show": ["parent", "code"], "up": "parent"}, page="/")
    reader.post("/lists/agencies/columns", {"order": ["name", "parent", "code"], "show": ["parent", "code"]}, page="/")
    page = reader.get("/agencies/").text
    assert heads_in(page) == [usual[0], usual[3], usual[1]]
    row = page[page.index("<tbody>") : page.index("</tr>", page.index("<tbody>"))]
    assert row.count("<td") == 4  # with the box
    file = reader.post("/agencies/export/", page="/").get_data().decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(file))) == [usual[0], usual[3], usual[1]]
    reader.post("/lists/agencies/columns", {"usual": "1"}, page="/")
    assert heads_in(reader.get("/agencies/").text) == usual


def test_cells_are_taken_out_whole_and_one_over_several_columns_stands_in_the_first() -> None:
    cells = '<td><a href="/x">甲</a></td>\n<td class="none" colspan="2">不公開</td><td class="n">3</td>'
    every = ("a", "b", "c", "d")
    assert columns.cells_in(cells, every, every) == Markup(cells)  # noqa: S704
    assert columns.cells_in(cells, every, ("a", "d", "c", "b")) == (
        '<td><a href="/x">甲</a></td><td class="n">3</td><td></td><td class="none">不公開</td>'
    )
    assert columns.cells_in(cells, every, ("a", "b", "c")) == (
        '<td><a href="/x">甲</a></td><td class="none" colspan="2">不公開</td>'
    )
    with pytest.raises(ValueError, match="zip"):
        columns.cells_in("<td>1</td>", every, ("a",))


def test_a_column_moves_but_never_before_the_first() -> None:
    assert columns.moved(("a", "b", "c"), "c", -1) == ["a", "c", "b"]
    assert columns.moved(("a", "b", "c"), "b", -1) == ["a", "b", "c"]
    assert columns.moved(("a", "b", "c"), "a", 1) == ["a", "b", "c"]
    assert columns.moved(("a", "b", "c"), "absent", 1) == ["a", "b", "c"]


def test_an_estimate_is_rounded_and_said_in_each_language() -> None:
    assert estimate.said(11_263_481).zh == "約1,126萬筆"
    assert estimate.said(11_263_481).en == "about 11,260,000"
    assert estimate.said(12_345).zh == "約12,300筆"
    assert estimate.said(estimate.WALKED_AT_MOST).zh == "1萬筆以上"


def test_a_tab_says_how_much_is_to_do_and_at_most_ninety_nine() -> None:
    assert [counted.said(number) for number in (0, 99, 100)] == ["0", "99", "99+"]


def test_every_list_shows_one_cell_a_column(catalogue_console: Flask) -> None:
    a_person("everybody", ["ntpc-civil"], *Role)
    browser = Browser(catalogue_console)
    browser.log_in("everybody")
    for view in catalogue_console.extensions["admin"][0]._views:
        if not hasattr(view, "listing"):
            continue
        others = view.column_list[1:]
        browser.post(
            f"/lists/{view.endpoint}/columns", {"order": list(others[::-1]), "show": list(others[::-1])}, page="/"
        )
        page = browser.get(view.url + "/")
        assert page.status_code == 200, view.endpoint
        if "<tbody>" in page.text:
            hidden = [name for name, tabs in view.only_in.items() if view.tabs[0].name not in tabs]
            assert len(heads_in(page.text)) == len(view.column_list) - len(hidden), view.endpoint
        if view.can_export and "<tbody>" in page.text:
            assert browser.post(f"{view.url}/export/", page="/").mimetype == "text/csv", view.endpoint
