"""A record's JSON: canonical, read back whole, and nothing but what is declared."""

import json
from dataclasses import replace

import pytest

from reports.record.content import FORMAT, LookupRecord, UnreadableRecord
from tests.support.records import a_record, a_task


def test_a_record_is_read_back_as_it_was_written() -> None:
    record = a_record()
    assert LookupRecord.from_json(record.to_json()) == record


def test_the_json_is_canonical_and_names_its_format() -> None:
    raw = a_record().to_json()
    plain = json.loads(raw)
    assert plain["format"] == FORMAT
    assert raw == json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert raw == a_record().to_json()


def test_absent_values_are_null_and_come_back_as_none() -> None:
    record = a_record(ended_at=None, tasks=(a_task("x", "甲", "A", "局", at=None, rows=None),))
    plain = json.loads(record.to_json())
    assert plain["ended_at"] is None
    assert plain["tasks"][0]["rows"] is None
    assert LookupRecord.from_json(record.to_json()) == record


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"surplus": 1}, "record"),
        ({"number": 7}, "record.number"),
        ({"invented": 1}, "record.invented"),
        ({"tasks": {}}, "record.tasks"),
        ({"who": {"name": "甲"}}, "record.who"),
        ({"format": "govern.record.period"}, "format or version"),
        ({"version": 2}, "format or version"),
    ],
)
def test_json_of_another_form_is_refused_by_the_name_of_the_place(change: dict[str, object], place: str) -> None:
    plain = {**json.loads(a_record().to_json()), **change}
    with pytest.raises(UnreadableRecord) as refused:
        LookupRecord.from_json(json.dumps(plain).encode())
    assert str(refused.value) == place


def test_json_with_a_missing_field_is_refused() -> None:
    plain = json.loads(a_record().to_json())
    del plain["rule"]
    with pytest.raises(UnreadableRecord):
        LookupRecord.from_json(json.dumps(plain).encode())


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[]", b"nothing"])
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        LookupRecord.from_json(raw)


def test_a_wrong_type_deep_inside_is_named() -> None:
    plain = json.loads(a_record().to_json())
    plain["tasks"][1]["clear"][0]["zh"] = None
    with pytest.raises(UnreadableRecord, match=r"record\.tasks\[1\]\.clear\[0\]\.zh"):
        LookupRecord.from_json(json.dumps(plain).encode())


def test_two_records_that_differ_give_other_json() -> None:
    assert replace(a_record(), case_number="另案").to_json() != a_record().to_json()
