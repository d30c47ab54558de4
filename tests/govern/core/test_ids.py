"""Identifiers that sort by time, and numbers that can be read aloud."""

import uuid
from datetime import UTC, datetime

from govern.core.ids import REFERENCE_ALPHABET, lowest_id_at, new_id, new_reference


def test_ids_sort_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {uuid.RFC_4122}


def test_the_lowest_id_of_an_instant_lies_below_every_id_made_after_it() -> None:
    before = datetime.now(UTC)
    assert lowest_id_at(before) <= new_id()
    assert lowest_id_at(datetime(2100, 1, 1, tzinfo=UTC)) > new_id()


def test_a_reference_has_no_letter_that_is_taken_for_another() -> None:
    for forbidden in "01ILOU":
        assert forbidden not in REFERENCE_ALPHABET
    day, first, second = new_reference("1151124").split("-")
    assert (day, len(first), len(second)) == ("1151124", 4, 2)
