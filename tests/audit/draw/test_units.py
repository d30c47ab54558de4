"""The population: one order, one root, and proofs of what was drawn that no other population bears."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.draw.units import Population, Unit, UnitsError, population, prove, unit_leaf, verify
from audit.log.tree import EMPTY_ROOT, leaf_hash, root
from tests.audit.review.accounts import some_units


def test_a_units_leaf_is_exactly_these_bytes() -> None:
    spelled = b"govern unit 1\n" + bytes.fromhex("000000000000012c0000000000000002") + b"\x07" * 32
    assert unit_leaf(Unit(300, 2, b"\x07" * 32)) == spelled
    assert len(spelled) == 14 + 8 + 8 + 32


@given(st.integers(0, 130))
def test_the_root_is_that_of_the_logs_tree_over_the_leaves(count: int) -> None:
    units = some_units(count)
    assert population(iter(units)) == Population(count, root([leaf_hash(unit_leaf(unit)) for unit in units]))


def test_no_units_are_a_population_too() -> None:
    assert population([]) == Population(0, EMPTY_ROOT)
    assert prove([], population([]), []) == ()


@given(st.integers(1, 130), st.data())
def test_each_drawn_unit_is_proven_in_the_order_of_the_draw(count: int, data: st.DataObject) -> None:
    units = some_units(count)
    ordinals = data.draw(st.lists(st.integers(0, count - 1), unique=True, max_size=20))
    frozen = population(units)
    proven = prove(iter(units), frozen, ordinals)
    assert [each.ordinal for each in proven] == ordinals
    assert [each.unit for each in proven] == [units[ordinal] for ordinal in ordinals]
    assert all(verify(each, frozen) for each in proven)


def test_a_proof_holds_for_its_unit_at_its_place_alone() -> None:
    units = some_units(77)
    frozen = population(units)
    (good,) = prove(units, frozen, [40])
    assert verify(good, frozen)
    assert not verify(replace(good, ordinal=41), frozen)
    assert not verify(replace(good, unit=units[41]), frozen)
    assert not verify(replace(good, unit=replace(good.unit, number=good.unit.number + 1)), frozen)
    assert not verify(replace(good, unit=replace(good.unit, subject_ordinal=9)), frozen)
    assert not verify(replace(good, unit=replace(good.unit, commitment=bytes(32))), frozen)
    assert not verify(replace(good, proof=good.proof[:-1]), frozen)
    assert not verify(good, population(units[:-1]))


def test_a_population_that_was_changed_after_the_freeze_proves_nothing() -> None:
    units = some_units(30)
    frozen = population(units)
    changed = [*units[:12], replace(units[12], commitment=bytes(32)), *units[13:]]
    added = [*units, Unit(units[-1].number + 1, 1, bytes(32))]
    for others in (changed, units[:12] + units[13:], added, [], units[1:]):
        with pytest.raises(UnitsError):
            prove(others, frozen, [3])


@pytest.mark.parametrize("places", [[(5, 1), (4, 1)], [(5, 2), (5, 1)], [(5, 1), (5, 1)]])
def test_units_in_another_order_or_twice_are_no_population(places: list[tuple[int, int]]) -> None:
    with pytest.raises(UnitsError):
        population(Unit(number, ordinal, bytes(32)) for number, ordinal in places)


@pytest.mark.parametrize("ordinal", [-1, 30])
def test_an_ordinal_beyond_the_population_cannot_be_proven(ordinal: int) -> None:
    units = some_units(30)
    with pytest.raises(UnitsError):
        prove(units, population(units), [ordinal])


@pytest.mark.parametrize(
    ("number", "ordinal", "commitment"),
    [(-1, 1, bytes(32)), (0, 0, bytes(32)), (2**63, 1, bytes(32)), (0, 1, bytes(31)), (0, 1, b"")],
)
def test_what_has_no_entry_subject_or_commitment_is_no_unit(number: int, ordinal: int, commitment: bytes) -> None:
    with pytest.raises(UnitsError):
        Unit(number, ordinal, commitment)
