"""What was typed into the desk's form, and files as offices write them."""

import io
from datetime import date

import pytest
from werkzeug.datastructures import FileStorage, MultiDict

from admin.desk.form import Form, ItemToAsk, in_english
from admin.desk.typed import MOST_ROWS, mistakes_of, request_from
from govern.core.errors import InvalidInput
from govern.core.wording import Wording
from govern.lookups.request import WRONG, LookupRequest

NAME = Wording("某項", "an item")


def an_item(*kinds: str, takes_file: bool = False) -> ItemToAsk:
    """A data item of a form."""
    return ItemToAsk("item", NAME, "city", NAME, (NAME,), (), 3, "open", kinds or ("national_id",), takes_file, ())


def a_form(item: ItemToAsk, urgency: str = "normal") -> Form:
    """A case item's form with one data item."""
    return Form("case", NAME, NAME, (), date(2028, 12, 31), urgency, True, (item,), date(2027, 1, 1))


def read(form: Form, *, file: bytes | None = None, **typed: str) -> LookupRequest:
    """The request of a form in which the one item is ticked."""
    values = MultiDict({"item": "item", "case_number": "字第1號", "ground_kind": "consent", **typed})
    return request_from(form, values, FileStorage(io.BytesIO(file), filename="list.csv") if file is not None else None)


@pytest.mark.parametrize(
    "text", ["115年11月24日", "民國115年11月24日", "1151124", "115/11/24", "2026-11-24", " 1151124 "]
)
def test_a_day_is_read_in_each_form_that_people_write(text: str) -> None:
    (subject,) = read(a_form(an_item()), signed_on=text).subjects
    assert subject.ground.signed_on == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["昨天", "115年11月", "1150230", "115年"])
def test_a_day_that_is_none_is_said_beside_its_row(text: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        read(a_form(an_item()), signed_on=text)
    assert list(wrong.value.fields) == ["signed_on"]


def test_all_that_cannot_be_read_is_said_at_once() -> None:
    values = MultiDict({"signed_on": "昨天"})
    with pytest.raises(InvalidInput) as wrong:
        request_from(a_form(an_item(takes_file=True)), values, None)
    assert set(wrong.value.fields) == {"signed_on", "items", "file"}


def test_an_alternative_key_is_asked_by_only_where_it_was_chosen() -> None:
    form = a_form(an_item("plate_no", "national_id"))
    assert read(form).key_kinds == {}
    assert read(form, key_kind_item="national_id").key_kinds == {"item": "national_id"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
def test_a_file_s_rows_are_numbered_as_people_count_them(encoding: str) -> None:
    raw = "身分證號,姓名\r\nA123456789,王小明\r\n\r\nB123456780,李四\r\n".encode(encoding)
    request = read(a_form(an_item(takes_file=True)), file=raw)
    assert request.file is not None
    assert request.file.rows == ((2, "A123456789"), (4, "B123456780"))
    assert request.subjects == ()


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n\r\n", b"\xff\xfe\x00\x01\x80\x81", "姓名\n".encode(), b"A123456789\n" * (MOST_ROWS + 1)]
)
def test_a_file_that_cannot_be_used_is_said_beside_its_row(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as wrong:
        read(a_form(an_item(takes_file=True)), file=raw)
    assert list(wrong.value.fields) == ["file"]


def test_a_scheduled_look_up_waits_and_any_other_does_not() -> None:
    assert read(a_form(an_item()), due_in_minutes="60").due_at is None
    assert read(a_form(an_item(), "scheduled"), due_in_minutes="60").due_at is not None


def test_what_the_use_case_says_of_the_whole_form_stands_at_a_row_that_mends_it() -> None:
    assert list(mistakes_of(InvalidInput(WRONG, code="file_without_valid_rows"))) == ["file"]
    assert list(mistakes_of(InvalidInput(WRONG, code="item_not_in_case_item"))) == ["items"]
    assert list(mistakes_of(InvalidInput(WRONG, fields={"document": NAME}))) == ["document"]


@pytest.mark.parametrize(
    ("article", "said"),
    [("第4條", "Article 4"), ("第44-3條", "Article 44-3"), ("第44條之3", "Article 44-3"), ("附表一", "附表一")],
)
def test_an_article_is_named_as_english_texts_name_it(article: str, said: str) -> None:
    assert in_english(article) == said
