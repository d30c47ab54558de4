"""The canonical bytes of an entry: one entry one encoding, and every column covered."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.log.tree import leaf_hash, root
from govern.trail.leaf import (
    COLUMNS,
    HEADER,
    NEVER_NULL,
    LeafError,
    Sort,
    Value,
    canonical_details,
    commitments_root,
    leaf_bytes,
    leaf_of_values,
)

BY_SORT: dict[Sort, st.SearchStrategy[Any]] = {
    Sort.UUID: st.uuids(),
    Sort.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Sort.TRUTH: st.booleans(),
    Sort.TEXT: st.text(max_size=12),
    Sort.BYTES: st.binary(max_size=40),
    Sort.INSTANT: st.datetimes(timezones=st.just(UTC)),
}
entries = st.fixed_dictionaries(
    {name: BY_SORT[sort] if name in NEVER_NULL else st.none() | BY_SORT[sort] for name, sort in COLUMNS.items()}
)


def an_entry(**given_values: Value) -> dict[str, Value]:
    values: dict[str, Value] = dict.fromkeys(COLUMNS)
    values.update(
        id=UUID("0197a000-0000-7000-8000-000000000001"),
        kind="asked",
        kind_version=1,
        at=datetime(2026, 11, 23, 1, 2, 3, 456789, UTC),
        ends_lookup=False,
        details=b"{}",
    )
    return values | given_values


def test_the_smallest_leaf_is_as_the_documentation_spells_it_out() -> None:
    leaf = leaf_bytes(an_entry())
    expected = (
        b"govern entry 1\n"
        + bytes.fromhex("01 0197a000000070008000000000000001")
        + bytes.fromhex("04 00000005")
        + b"asked"
        + bytes.fromhex("02 0000000000000001")
        + bytes.fromhex("06 000660e72453f115")
        + bytes.fromhex("00" * 21)  # person to cause
        + bytes.fromhex("0300")
        + bytes.fromhex("00" * 12)  # subjects to answer_commitment
        + bytes.fromhex("05 00000002")
        + b"{}"
    )
    assert leaf.hex() == expected.hex()


@given(entries, entries)
def test_two_entries_have_one_leaf_only_if_they_are_equal(one: dict[str, Value], other: dict[str, Value]) -> None:
    assert (leaf_bytes(one) == leaf_bytes(other)) is (one == other)


@given(entries, st.sampled_from(list(COLUMNS)), st.data())
def test_changing_any_column_changes_the_leaf(entry: dict[str, Value], name: str, data: st.DataObject) -> None:
    other = data.draw(BY_SORT[COLUMNS[name]].filter(lambda value: value != entry[name]))
    assert leaf_bytes(entry | {name: other}) != leaf_bytes(entry)


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1 < at.year < 9999))
def test_an_instant_has_one_encoding_in_every_zone(at: datetime) -> None:
    taipei = at.astimezone(timezone(timedelta(hours=8)))
    assert leaf_bytes(an_entry(at=taipei)) == leaf_bytes(an_entry(at=at))


def test_null_and_empty_are_told_apart() -> None:
    assert len({leaf_bytes(an_entry(account=account)) for account in (None, "", "\0")}) == 3


def test_values_in_order_give_the_same_leaf_as_by_name() -> None:
    entry = an_entry(agency="ntpc-urban", subjects=3)
    assert leaf_of_values(list(entry.values())) == leaf_bytes(entry)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subjects", True),
        ("subjects", "3"),
        ("subjects", 2**63),
        ("ends_lookup", 1),
        ("ends_lookup", None),
        ("details", None),
        ("details", "{}"),
        ("agency", b"ntpc"),
        ("agency", "\ud800"),
        ("at", datetime(2026, 11, 23)),  # noqa: DTZ001 that it has no zone is the point
        ("id", "0197a000-0000-7000-8000-000000000001"),
    ],
)
def test_a_value_of_another_sort_is_refused_without_being_named(name: str, value: Any) -> None:
    with pytest.raises(LeafError) as refused:
        leaf_bytes(an_entry(**{name: value}))
    assert name in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_missing_or_unknown_column_is_refused_by_name() -> None:
    short = an_entry()
    del short["agency"]
    with pytest.raises(LeafError, match="agency"):
        leaf_bytes(short)
    with pytest.raises(LeafError, match="mac"):
        leaf_bytes(an_entry() | {"mac": b""})


def test_every_column_is_in_the_leaf_once_and_in_order() -> None:
    assert leaf_bytes(an_entry()).startswith(HEADER)
    assert list(COLUMNS)[:4] == ["id", "kind", "kind_version", "at"]
    assert list(COLUMNS)[-1] == "details"
    assert len(COLUMNS) == 39


def test_details_have_one_spelling() -> None:
    assert (
        canonical_details({"b": [1, True, None], "a": '臺北 "x"'}) == '{"a":"臺北 \\"x\\"","b":[1,true,null]}'.encode()
    )
    assert canonical_details({}) == b"{}"


@pytest.mark.parametrize("value", [1.5, b"x", {1: "x"}, 2**53, float("nan"), object()])
def test_details_without_one_spelling_are_refused(value: object) -> None:
    with pytest.raises(LeafError):
        canonical_details({"value": value})


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_the_root_over_commitments_is_the_logs_root_over_the_same_leaves(commitments: list[bytes]) -> None:
    assert commitments_root(commitments) == root([leaf_hash(commitment) for commitment in commitments])
