"""The checker's reader of leaves and the house's writer were written apart: each entry must survive both."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.check import leaf as reader
from govern.trail.leaf import COLUMNS, NEVER_NULL, Sort, canonical_details, leaf_bytes

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
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(entries)
def test_what_was_written_is_read(entry: dict[str, Any]) -> None:
    assert reader.decode(leaf_bytes(entry)) == entry


@given(entries, st.dictionaries(st.text(max_size=8), json_values, max_size=4))
def test_details_are_read_as_they_were_written(entry: dict[str, Any], details: dict[str, Any]) -> None:
    leaf = leaf_bytes(entry | {"details": canonical_details(details)})
    assert reader.details_of(reader.decode(leaf)) == details


def test_both_know_the_same_columns() -> None:
    assert dict(reader.COLUMNS) == {name: int(sort) for name, sort in COLUMNS.items()}


@given(entries, st.data())
def test_a_leaf_cut_or_made_longer_is_refused_or_another_entry(entry: dict[str, Any], data: st.DataObject) -> None:
    leaf = leaf_bytes(entry)
    with pytest.raises(reader.NotALeaf):
        reader.decode(leaf[: data.draw(st.integers(0, len(leaf) - 1))])
    with pytest.raises(reader.NotALeaf):
        reader.decode(leaf + b"\x00")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(raw: bytes) -> None:
    for leaf in (raw, b"govern entry 1\n" + raw):
        try:
            reader.decode(leaf)
        except reader.NotALeaf:
            continue


@given(entries, st.integers(0, 10**6))
def test_one_encoding_an_entry(entry: dict[str, Any], at: int) -> None:
    """A leaf with a flipped bit is refused or is another entry: no two leaves are read as one."""
    leaf = bytearray(leaf_bytes(entry))
    at %= len(leaf) * 8
    leaf[at // 8] ^= 1 << at % 8
    try:
        other = reader.decode(bytes(leaf))
    except reader.NotALeaf:
        return
    assert other != entry
    assert leaf_bytes(other) == bytes(leaf)


def test_a_column_added_later_is_passed_over() -> None:
    entry: dict[str, Any] = dict.fromkeys(COLUMNS)
    entry.update(
        id=UUID(int=1),
        kind="asked",
        kind_version=1,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        ends_lookup=False,
        details=b"{}",
    )
    assert reader.decode(leaf_bytes(entry) + b"\x02" + bytes(8)) == entry


@pytest.mark.parametrize("details", [b"", b"[]", b"{ }", b'{"b":1,"a":2}', b'{"a":1.0}x', b"\xff", b'{"a":"\\u4e00"}'])
def test_details_in_another_spelling_are_refused(details: bytes) -> None:
    with pytest.raises(reader.NotALeaf):
        reader.details_of({"details": details})
