"""What leaves a reply: the permitted fields, masked as the permit says, and a count of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.exchange import FieldSpec, ItemSpec, Key, Record, Shape
from govern.rules.decision import Permit, decide
from govern.rules.facts import Appearance, PermittedField, PermittedItem
from govern.rules.masking import MASKS, UnknownMask
from govern.rules.minimise import minimise
from tests.support.judging import CASE_ITEM, TRIED, facts

ITEM = ItemSpec(
    "hh_person_city",
    Shape.GROUPED,
    (
        FieldSpec("household_no", "string"),
        FieldSpec("head_name", "name"),
        FieldSpec("note", "text"),
        FieldSpec("member_national_id", "national_id", "members"),
        FieldSpec("member_name", "name", "members"),
        FieldSpec("member_status", "code", "members"),
    ),
)
RECORD = Record(
    Key("national_id", "A123456789"),
    found=True,
    header={"household_no": "F1234567", "head_name": "王小明", "note": "寄居"},
    groups={
        "members": (
            {"member_national_id": "A123456789", "member_name": "王小明", "member_status": "plain"},
            {"member_national_id": "F100000006", "member_name": "歐陽美玲"},
        )
    },
)


def permit(*fields: tuple[str, Appearance, str]) -> Permit:
    listed = tuple(PermittedField(*each) for each in fields)
    decision = decide(facts(case_item=replace(CASE_ITEM, item=PermittedItem("hh_person_city", listed))))
    assert isinstance(decision, Permit)
    return decision


def test_the_answer_holds_permitted_fields_alone_and_counts_the_rest() -> None:
    cut = minimise(
        RECORD,
        permit(("head_name", Appearance.CLEAR, "surname_only"), ("member_name", Appearance.MASKED, "surname_only")),
        ITEM,
    )
    assert cut.header == {"head_name": "王小明"}
    assert cut.groups == {"members": ({"member_name": "王○○"}, {"member_name": "歐陽○○"})}
    assert cut.beyond == 2 + 2 + 1
    assert cut.revealable == {}
    assert (cut.shown, cut.masked, cut.came) == (
        ("head_name", "member_name"),
        ("member_name",),
        ("head_name", "member_name"),
    )
    assert cut.rows == 2


def test_an_openable_field_is_masked_and_its_clear_value_set_apart_by_row() -> None:
    cut = minimise(RECORD, permit(("member_national_id", Appearance.REVEALABLE, "hide_last_4")), ITEM)
    assert [row["member_national_id"] for row in cut.groups["members"]] == ["A12345****", "F10000****"]
    assert cut.revealable == {
        ("members/0", "member_national_id"): "A123456789",
        ("members/1", "member_national_id"): "F100000006",
    }


def test_a_group_without_a_permitted_field_is_gone_whole_and_its_length_with_it() -> None:
    cut = minimise(RECORD, permit(("household_no", Appearance.MASKED, "keep_last_4")), ITEM)
    assert cut.groups == {}
    assert cut.rows == 0
    assert cut.header == {"household_no": "****4567"}


def test_absence_is_not_read_from_a_gap_where_a_mask_speaks_of_existence() -> None:
    cut = minimise(
        RECORD,
        permit(("member_status", Appearance.MASKED, "redact"), ("note", Appearance.MASKED, "exists_only")),
        ITEM,
    )
    assert cut.groups["members"] == ({"member_status": "（遮蔽）"}, {"member_status": "（遮蔽）"})
    assert cut.header == {"note": "有"}


def test_an_empty_reply_stays_empty() -> None:
    nobody = Record(Key("national_id", "A123456789"), found=False)
    cut = minimise(nobody, permit(("note", Appearance.MASKED, "redact")), ITEM)
    assert (cut.header, cut.groups, cut.beyond, cut.came) == ({}, {}, 0, ())


def test_a_field_in_the_wrong_place_counts_as_beyond() -> None:
    astray = replace(RECORD, header={"member_name": "王小明"}, groups={})
    cut = minimise(astray, permit(("member_name", Appearance.CLEAR, "none")), ITEM)
    assert cut.header == {}
    assert cut.beyond == 1


def test_an_unknown_mask_stops_the_whole_record() -> None:
    with pytest.raises(UnknownMask):
        minimise(RECORD, permit(("head_name", Appearance.MASKED, "half")), ITEM)


def test_nothing_of_an_answer_stands_in_its_printed_form() -> None:
    cut = minimise(RECORD, permit(("member_national_id", Appearance.REVEALABLE, "hide_last_4")), ITEM)
    assert "A12345" not in repr(cut)


@dataclass(frozen=True)
class Sent:
    """Whatever a source may send, also what no data item has."""

    header: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)


codes = st.sampled_from([spec.code for spec in ITEM.fields] + ["criminal_record", "phone"])
# Values that can be found again in any output, whatever mask: a mark and a number.
marked = st.integers(100_000, 999_999).map(lambda number: f"機密{number}內容{number}")
rows = st.dictionaries(codes, marked, max_size=6)
sent = st.builds(
    Sent,
    header=rows,
    groups=st.dictionaries(st.sampled_from(["members", "rows", ""]), st.lists(rows, max_size=3).map(tuple), max_size=3),
)
permitted = st.lists(
    st.builds(PermittedField, codes, st.sampled_from(list(Appearance)), st.sampled_from(sorted(MASKS))),
    min_size=1,
    unique_by=lambda each: each.code,
).map(lambda listed: permit(*((each.code, each.appearance, each.mask) for each in listed)))


@TRIED
@given(sent, permitted)
def test_no_value_of_a_field_that_is_not_permitted_leaves(record: Sent, held: Permit) -> None:
    cut = minimise(record, held, ITEM)
    out = repr((dict(cut.header), dict(cut.groups), dict(cut.revealable)))
    allowed = {value for row in _rows(record) for code, value in row.items() if code in held.shown}
    for row in _rows(record):
        for code, value in row.items():
            if code not in held.shown and value not in allowed:
                assert value not in out


@TRIED
@given(sent, permitted)
def test_no_clear_value_of_a_masked_field_leaves(record: Sent, held: Permit) -> None:
    cut = minimise(record, held, ITEM)
    clear = {value for row in _rows(record) for code, value in row.items() if code not in held.masked}
    openable = {value for row in _rows(record) for code, value in row.items() if code in held.revealable}
    shown = repr((dict(cut.header), dict(cut.groups)))
    for row in _rows(record):
        for code, value in row.items():
            if code in held.masked and value not in clear:
                assert value not in shown
                if value not in openable:
                    assert value not in cut.revealable.values()


@TRIED
@given(sent, permitted)
def test_every_value_that_came_is_shown_or_counted(record: Sent, held: Permit) -> None:
    cut = minimise(record, held, ITEM)
    places = {spec.code: spec.group for spec in ITEM.fields}
    came = sum(len(row) for row in _rows(record))
    kept = sum(1 for code in record.header if code in held.shown and places.get(code) == "")
    kept += sum(
        1
        for group, group_rows in record.groups.items()
        for row in group_rows
        for code in row
        if group and code in held.shown and places.get(code) == group
    )
    assert cut.beyond == came - kept


@TRIED
@given(sent, permitted)
def test_only_permitted_codes_stand_in_an_answer(record: Sent, held: Permit) -> None:
    cut = minimise(record, held, ITEM)
    answered = set(cut.header) | {code for group in cut.groups.values() for row in group for code in row}
    assert answered <= set(held.shown)
    assert {code for _, code in cut.revealable} <= set(held.revealable)
    assert set(cut.came) <= set(cut.shown)


def _rows(record: Sent) -> list[Mapping[str, str]]:
    return [record.header, *(row for group in record.groups.values() for row in group)]
