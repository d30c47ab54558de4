"""Invented numbers pass the checks of the real ones."""

import pytest

from connectors.simulated.town import firms, numbers, people
from govern.rules.identifiers import kinds


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (numbers.national_id("A", "M", 2345678), "A123456789"),
        (numbers.resident_no("A", "M", 1), "A800000014"),
        (numbers.resident_no("F", "F", 0), "F900000002"),
        (numbers.firm_no(2209913), "22099131"),
        (numbers.firm_no(459525), "04595257"),
    ],
)
def test_check_digits_are_those_of_the_published_examples(made: str, wanted: str) -> None:
    assert made == wanted


def test_every_number_in_the_town_is_valid_and_nobody_shares_one() -> None:
    issued = [person.national_id for person in people.everyone()]
    assert len(set(issued)) == len(issued)
    assert all(kinds.parse("national_id", number).value == number for number in issued)
    assert all(kinds.parse("company_no", firm.number).value == firm.number for firm in firms.firms())
    assert len({firm.number for firm in firms.firms()}) == len(firms.firms())


def test_a_broken_number_is_known_to_be_broken() -> None:
    number = people.everyone()[0].national_id
    assert numbers.is_valid(number)
    assert not numbers.is_valid(numbers.broken(number))
    assert not numbers.is_valid("")


@pytest.mark.parametrize("kind", ["private_car", "motorcycle"])
def test_plates_are_read_by_the_rulebook(kind: str) -> None:
    for place in range(50):
        plate = numbers.plate_no(kind, place)
        assert kinds.parse("plate_no", plate).value == plate.replace("-", "")
