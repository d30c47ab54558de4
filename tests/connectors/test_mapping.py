"""A source's own names and forms become our fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.errors import Misconfigured, Unreadable
from connectors.exchange import Key, Record
from connectors.mapping import FORMS, LINES, declared, folded, named
from tests.support.household import ITEM

KEY = Key("national_id", "A900000018")
MAPPING = {
    "household": {
        "戶號": "household_no",
        "戶別": {"field": "kind", "values": {"1": "family", "2": "single"}},
        "生日": {"field": "member_birth_date", "form": "roc_date"},
        "存款": {"field": "member_savings", "form": "grouped_number"},
    }
}


def test_names_codes_and_forms_are_ours_afterwards() -> None:
    record = Record(KEY, True, {"戶號": " F1 ", "戶別": "2"}, {"members": ({"生日": "0750308", "存款": "1,234,567"},)})
    after = named(record, declared(MAPPING, "household"))
    assert dict(after.header) == {"household_no": "F1", "kind": "single"}
    assert dict(after.groups["members"][0]) == {"member_birth_date": "1986-03-08", "member_savings": "1234567"}


def test_without_a_declaration_nothing_changes() -> None:
    record = Record(KEY, True, {"戶號": " F1 "})
    assert named(record, declared(MAPPING, "another")) is record
    assert named(record, declared(None, "household")) is record


def test_a_name_that_is_not_declared_passes_to_be_counted_later() -> None:
    assert dict(named(Record(KEY, True, {"血型": "AB"}), declared(MAPPING, "household")).header) == {"血型": "AB"}


def test_two_names_for_one_field_are_refused() -> None:
    with pytest.raises(Unreadable):
        named(Record(KEY, True, {"戶號": "1", "household_no": "2"}), declared(MAPPING, "household"))


@pytest.mark.parametrize(
    ("form", "written", "read"),
    [
        ("roc_date", "0750308", "1986-03-08"),
        ("roc_date", "750308", "1986-03-08"),
        ("roc_date", "1130229", "2024-02-29"),
        ("roc_date", "1120229", "1120229"),
        ("roc_date", "0750300", "0750300"),
        ("roc_date", "０７５０３０８", "０７５０３０８"),
        ("roc_written", "75/3/8", "1986-03-08"),
        ("roc_written", "075.03.08", "1986-03-08"),
        ("roc_written", "民國75年3月8日", "1986-03-08"),
        ("roc_written", "民國75年", "民國75年"),
        ("roc_written", "1986/3/8", "1986/3/8"),
        ("compact_date", "19860308", "1986-03-08"),
        ("compact_date", "19861308", "19861308"),
        ("roc_year_month", "11005", "2021-05"),
        ("roc_year_month", "11013", "11013"),
        ("roc_year", "075", "1986"),
        ("grouped_number", "1,234,567.50", "1234567.50"),
        ("grouped_number", "12,34", "12,34"),
        ("plain_number", "000123", "123"),
    ],
)
def test_a_form_reads_what_is_in_it_and_leaves_the_rest_as_written(form: str, written: str, read: str) -> None:
    assert FORMS[form](written) == read


@given(some.sampled_from(sorted(FORMS)), some.text(max_size=20))
def test_no_form_ever_fails(form: str, text: str) -> None:
    assert isinstance(FORMS[form](text), str)


@pytest.mark.parametrize(
    "wrong",
    ["text", {"household": "text"}, {"household": {"a": 1}}, {"household": {"a": {"form": "roc_date"}}},
     {"household": {"a": {"field": "b", "form": "unheard"}}}, {"household": {"a": {"field": "b", "code": "x"}}}],
)  # fmt: skip
def test_a_declaration_that_makes_no_sense_is_our_own_fault(wrong: object) -> None:
    with pytest.raises(Misconfigured) as caught:
        declared(wrong, "household")
    assert (caught.value.detail, caught.value.never_left) == ("mapping", True)


def test_lines_fold_into_a_header_and_rows() -> None:
    lines = (
        {"household_no": "F1", "member_name": "甲", "shoe_size": "42"},
        {"household_no": "F1", "member_name": "乙"},
    )
    after = folded(Record(KEY, True, {}, {LINES: lines}), ITEM)
    assert dict(after.header) == {"household_no": "F1"}
    assert [dict(row) for row in after.groups["members"]] == [
        {"member_name": "甲", "shoe_size": "42"},
        {"member_name": "乙"},
    ]


def test_a_header_that_differs_between_lines_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        folded(Record(KEY, True, {}, {LINES: ({"household_no": "F1"}, {"household_no": "F2"})}), ITEM)
    assert caught.value.detail == "header_differs"
