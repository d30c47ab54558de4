"""A population that grows tile by tile is the one that is hashed at once, and who audits follows from plan and tree alone."""

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.draw.plan import AuditPlan
from audit.draw.population import Forest, Growing
from audit.draw.units import Unit, population, unit_leaf
from audit.draw.units_of_month import UnitOfMonth
from audit.log import tiles, tree
from tests.audit.review.accounts import some_units


def a_plan(**who: bool) -> AuditPlan:
    given: dict[str, Any] = {"by_agency": False, "by_first_level": False, "by_owner": False, **who}
    return AuditPlan(id=uuid.uuid4(), owner="owner", **given)


def grown(units: list[Unit]) -> tuple[Growing, dict[tuple[int, int], bytes], tuple[int, bytes]]:
    growing, kept = Growing(a_plan(by_agency=True), "here"), {}
    written: list[tuple[int, int, bytes]] = []
    for unit in units:
        written += growing.take(UnitOfMonth(unit, uuid.UUID(int=unit.number), "here", frozenset()))
    found, rest = growing.end()
    for level, index, hashes in [*written, *rest]:
        assert (level, index) not in kept  # each tile is written once
        kept[level, index] = hashes
    return growing, kept, (found.size, found.root)


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537])
def test_size_root_and_tiles_are_those_of_the_whole_tree(count: int) -> None:
    units = some_units(count)
    _, kept, found = grown(units)
    whole = population(units)
    assert found == (whole.size, whole.root)
    assert {(level, index, len(hashes) // 32) for (level, index), hashes in kept.items()} == set(tiles.tiles_of(count))
    read = tiles.node_reader(lambda level, index: kept[level, index])
    for ordinal in {0, count // 2, count - 1} if count else ():
        proof = tree.inclusion_proof(ordinal, count, read)
        assert tree.verify_inclusion(tree.leaf_hash(unit_leaf(units[ordinal])), ordinal, count, proof, whole.root)


@given(st.integers(0, 1_200))
def test_it_is_so_for_any_size(count: int) -> None:
    units = some_units(count)
    whole = population(units)
    assert grown(units)[2] == (whole.size, whole.root)


def test_what_stays_in_memory_is_a_tile_a_level() -> None:
    growing, _, _ = grown(some_units(66_000))
    assert len(growing._edges) <= 3


def test_the_busiest_other_agency_is_counted_without_the_auditing_one() -> None:
    growing = Growing(a_plan(by_owner=True), "owner")
    for number, agency in enumerate(["owner", "owner", "owner", "b", "a", "b", "a"]):
        growing.take(UnitOfMonth(Unit(number, 1, bytes(32)), uuid.UUID(int=number), agency, frozenset()))
    assert growing.busiest_other == "a"  # of equals the first by its code
    assert Growing(a_plan(by_owner=True), "owner").busiest_other is None


@pytest.mark.parametrize(
    ("who", "agency", "expected"),
    [
        ({"by_agency": True}, "office", {"office"}),
        ({"by_first_level": True}, "office", {"social"}),
        ({"by_first_level": True}, "social", {"social"}),
        ({"by_first_level": True}, "ministry", {"ministry"}),  # without a first-level one it audits itself
        ({"by_owner": True}, "office", {"owner"}),
        ({"by_agency": True, "by_first_level": True}, "social", {"social"}),
        ({"by_agency": True, "by_first_level": True, "by_owner": True}, "office", {"office", "social", "owner"}),
        ({"by_agency": True, "by_owner": True}, "owner", {"owner"}),
    ],
)
def test_who_audits(who: dict[str, bool], agency: str, expected: set[str]) -> None:
    forest = Forest(
        {"city": None, "social": "city", "office": "social", "ministry": None, "owner": "city"},
        {"city": "city", "social": "first", "office": "second", "ministry": "central", "owner": "first"},
    )
    assert forest.auditors_of(a_plan(**who), agency) == expected
