"""A reply is held against its question and its data item."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.errors import SourceError, TooMuch, Unreadable
from connectors.exchange import FieldSpec, ItemSpec, Key, Query, Record, Reply, Shape
from connectors.verify_reply import TYPES, verify_reply

KEY = Key("national_id", "A900000018")
SINGLE = ItemSpec(
    "person", Shape.SINGLE, (FieldSpec("national_id", "national_id"), FieldSpec("sex", "code", values=("M", "F")))
)
LIST = ItemSpec("parcels", Shape.LIST, (FieldSpec("owner", "name"), FieldSpec("area", "decimal", "rows")), row_limit=3)


def _asked(item: ItemSpec) -> Query:
    return Query("r-1", item, (KEY,))


def _said(*records: Record) -> Reply:
    return Reply("r-1", records)


def _refused(item: ItemSpec, reply: Reply) -> SourceError:
    with pytest.raises(SourceError) as caught:
        verify_reply(_asked(item), reply)
    assert KEY.value not in repr(caught.value)
    return caught.value


def test_a_proper_reply_passes_unchanged() -> None:
    reply = _said(Record(KEY, True, {"national_id": KEY.value, "sex": "F"}))
    assert verify_reply(_asked(SINGLE), reply) == reply


def test_unknown_names_are_counted_wherever_they_stand() -> None:
    record = Record(
        KEY, True, {"owner": "甲", "x": "1"}, {"rows": ({"area": "1", "y": "2"},), "others": ({"z": "3", "w": "4"},)}
    )
    reply = verify_reply(_asked(LIST), _said(record))
    assert reply.beyond == 4
    assert dict(reply.records[0].header) == {"owner": "甲"}
    assert {name: [dict(row) for row in rows] for name, rows in reply.records[0].groups.items()} == {
        "rows": [{"area": "1"}]
    }


@pytest.mark.parametrize(
    ("record", "detail"),
    [
        (Record(Key("national_id", "B900000028"), True, {"sex": "F"}), "other_key"),
        (Record(Key("company_no", KEY.value), True, {"sex": "F"}), "other_key"),
        (Record(KEY, True, {"national_id": "B900000028", "sex": "F"}), "other_subject"),
        (Record(KEY, True, {}), "shape"),
        (Record(KEY, False, {"sex": "F"}), "data_without_finding"),
        (Record(KEY, True, {"sex": "X"}), "code_unknown"),
        (Record(KEY, True, {"national_id": "a900000018"}), "field_type"),
    ],
)
def test_a_single_record_that_is_no_answer_is_refused(record: Record, detail: str) -> None:
    assert _refused(SINGLE, _said(record)).detail == detail


def test_a_field_in_the_wrong_place_is_refused() -> None:
    assert _refused(LIST, _said(Record(KEY, True, {"area": "1"}))).detail == "field_misplaced"
    assert _refused(LIST, _said(Record(KEY, True, {}, {"rows": ({"owner": "甲"},)}))).detail == "field_misplaced"


def test_a_record_for_each_key_and_no_more() -> None:
    whole = Record(KEY, True, {"sex": "F"})
    assert _refused(SINGLE, _said()).detail == "record_count"
    assert _refused(SINGLE, _said(whole, whole)).detail == "record_count"
    assert _refused(SINGLE, replace(_said(whole), request_id="r-2")).detail == "request_id_differs"


def test_the_last_permitted_row_passes_and_one_more_does_not() -> None:
    row = {"area": "1"}
    assert verify_reply(_asked(LIST), _said(Record(KEY, True, {}, {"rows": (row,) * 3}))).records[0].found
    assert isinstance(_refused(LIST, _said(Record(KEY, True, {}, {"rows": (row,) * 4}))), TooMuch)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("date", ["1986-03-08", "1986-03", "民國前3年", "不詳", "0750300"], ["1986-13-01", "yesterday", "<b>1986</b>"]),
        ("datetime", ["2026-11-23T10:00:00+08:00", "2026-11-23"], ["noon today"]),
        ("year_month", ["2026-10", "不詳"], ["2026-13", "October"]),
        ("year", ["115"], ["next"]),
        ("integer", ["0", "-5", "123456789012345678"], ["1.5", "１２", "1e9", "1" * 19]),
        ("decimal", ["1.50", "-0.25"], ["1,5", "NaN", "inf"]),
        ("money", ["1234567"], ["1,234", "many"]),
        ("boolean", ["true", "false"], ["yes", "True", "1"]),
        ("national_id", ["A900000018", "12345678"], ["A90000001 8", "' or 1=1"]),
        ("company_no", ["12345678"], ["1234567", "１２３４５６７８"]),
        ("name", ["王○○", "Lisin‧Takiyu"], ["a\nb", "a\x1b[31m", "a\u2028b", "x" * 201]),
        ("text", ["第一行\n第二行"], ["\x00", "\x1b"]),
        ("code", ["any"], ["a\x00"]),
        ("file", ["iVBORw0KGgo="], ["\x00"]),
    ],
)
def test_a_value_must_look_like_its_type(kind: str, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if not TYPES[kind](value)] == []
    assert [value for value in bad if TYPES[kind](value)] == []


def test_a_type_that_the_room_does_not_know_lets_nothing_through() -> None:
    item = ItemSpec("odd", Shape.SINGLE, (FieldSpec("a", "unheard"),))
    assert isinstance(_refused(item, _said(Record(KEY, True, {"a": "1"}))), Unreadable)


@given(
    some.dictionaries(some.text(max_size=8), some.text(max_size=20), max_size=5),
    some.lists(some.dictionaries(some.text(max_size=8), some.text(max_size=20), max_size=5), max_size=5),
)
def test_whatever_is_sent_only_known_fields_come_through(header: dict[str, str], rows: list[dict[str, str]]) -> None:
    try:
        reply = verify_reply(_asked(LIST), _said(Record(KEY, True, header, {"rows": tuple(rows)})))
    except SourceError:
        return
    record = reply.records[0]
    assert set(record.header) <= {"owner"}
    assert all(set(row) <= {"area"} for row in record.groups["rows"])
    assert reply.beyond == len(set(header) - {"owner"}) + sum(len(set(row) - {"area"}) for row in rows)
