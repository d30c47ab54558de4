"""Numbers of people, firms, land and vehicles, against the vectors of the trade (RULES.md)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.rules.identifiers import business_number, land_number, national_id, plate_number
from govern.rules.identifiers.canonical import IdentifierError
from govern.rules.identifiers.national_id import Holder
from tests.support.judging import TRIED

NUMBERS = [
    ("A123456789", Holder.CITIZEN),
    ("A800000014", Holder.RESIDENT),
    ("F100000006", Holder.CITIZEN),
    ("F800000000", Holder.RESIDENT),
    ("F900000002", Holder.RESIDENT),
    ("AA00000009", Holder.OLD_RESIDENT),
    ("HD12345678", Holder.OLD_RESIDENT),
]
FIRMS = ["04595257", "22099131", "47217677", "22822281", "10458574"]


@pytest.mark.parametrize(("number", "holder"), NUMBERS)
def test_valid_national_ids_and_resident_numbers(number: str, holder: Holder) -> None:
    assert national_id.canonical(number) == number
    assert national_id.holder(number) == holder


@pytest.mark.parametrize("number", ["A123456788", "F123456789", "F800000005"])
def test_a_wrong_check_digit_is_refused_as_such(number: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        national_id.canonical(number)
    assert caught.value.code == "wrong_check_digit"


@pytest.mark.parametrize("number", ["A323456789", "AE00000009", "1234567890", "A12345678", "", "AAA0000009"])
def test_a_wrong_form_is_refused_as_such(number: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        national_id.canonical(number)
    assert caught.value.code == "wrong_form"


def test_the_old_resident_form_ends_with_2030_and_nothing_else_does() -> None:
    last_day, after = date(2030, 12, 31), date(2031, 1, 1)
    assert national_id.canonical("AA00000009", on=last_day) == "AA00000009"
    with pytest.raises(IdentifierError) as caught:
        national_id.canonical("AA00000009", on=after)
    assert caught.value.code == "old_form_ended"
    assert national_id.canonical("A800000014", on=after) == "A800000014"
    assert national_id.canonical("A123456789", on=after) == "A123456789"


@TRIED
@given(st.sampled_from([number for number, _ in NUMBERS]), st.integers(1, 9), st.integers(0, 9))
def test_a_wrong_digit_is_found_wherever_it_changes_the_sum(number: str, place: int, digit: int) -> None:
    """Because not every slip is found: under the weight 5, an even difference leaves the sum as it was."""
    weight = (1, 8, 7, 6, 5, 4, 3, 2, 1, 1)[place]
    if number[place].isalpha() or (int(number[place]) - digit) * weight % 10 == 0:
        return
    with pytest.raises(IdentifierError):
        national_id.canonical(number[:place] + str(digit) + number[place + 1 :])


@pytest.mark.parametrize("number", FIRMS)
def test_valid_business_numbers_hold_before_and_after_2023(number: str) -> None:
    assert business_number.canonical(number) == number
    assert business_number.canonical(number, on=date(2022, 1, 1)) == number


def test_some_business_numbers_hold_only_since_april_2023() -> None:
    assert business_number.canonical("04595252", on=date(2023, 4, 1)) == "04595252"
    with pytest.raises(IdentifierError):
        business_number.canonical("04595252", on=date(2023, 3, 31))


@pytest.mark.parametrize("number", ["22822280", "47217977", "00501502", "0459525", "045952570", "A4595257"])
def test_wrong_business_numbers_are_refused(number: str) -> None:
    with pytest.raises(IdentifierError):
        business_number.canonical(number)


@TRIED
@given(st.integers(0, 99_999_999).map("{:08d}".format))
def test_what_held_before_2023_holds_still(number: str) -> None:
    if business_number.has_valid_check_digit(number, divisor=10):
        assert business_number.has_valid_check_digit(number, divisor=5)


@pytest.mark.parametrize(
    "text",
    ["AD060900180001", "AD 0609 0018 0001", "AD0609-0018-0001", "ad 0609 18-1", "AD 0609 18之1", "ＡＤ０６０９１８－１",
     "AD 0609 18—1", "AD 0609 18-1 地號", "AD 0609 18-1號", "AD-0609-18-1"],
)  # fmt: skip
def test_spellings_of_one_land_number(text: str) -> None:
    assert land_number.canonical_land(text) == "AD060900180001"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("18-1", "incomplete"),
        ("18之1地號", "incomplete"),
        ("AD 0609 0-1", "no_parent"),
        ("AD06090000", "no_parent"),
        ("AD0609180001", "wrong_form"),
        ("AD060912345", "wrong_form"),
        ("延吉段一小段 18-1", "wrong_form"),
        ("AD 0609 18-1-1", "wrong_form"),
    ],
)
def test_a_land_number_that_does_not_say_which_parcel_is_refused(text: str, code: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        land_number.canonical_land(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["AD060901234001", "AD 0609 1234-1", "AD0609-01234-001", "AD 0609 1234之1 建號"])
def test_spellings_of_one_building_number(text: str) -> None:
    assert land_number.canonical_building(text) == "AD060901234001"


@TRIED
@given(st.integers(1, 9999), st.integers(0, 9999))
def test_a_land_number_as_people_write_it_is_the_same_number(parent: int, child: int) -> None:
    number = f"AD0609{parent:04d}{child:04d}"
    assert land_number.canonical_land(number) == number
    assert land_number.canonical_land(land_number.land_as_written(number)) == number


@TRIED
@given(st.integers(1, 99_999), st.integers(0, 999))
def test_a_building_number_as_people_write_it_is_the_same_number(parent: int, child: int) -> None:
    number = f"FA0001{parent:05d}{child:03d}"
    assert land_number.canonical_building(land_number.building_as_written(number)) == number


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("1234-AB", "1234AB"),
        ("ab-1234", "AB1234"),
        ("ABC-123", "ABC123"),
        ("ABC－1234", "ABC1234"),
        (" 123-ABC ", "123ABC"),
        ("試-1234", "試1234"),
    ],
)
def test_plates_are_kept_in_upper_case_without_hyphen(text: str, plate: str) -> None:
    assert plate_number.canonical(text) == plate


@pytest.mark.parametrize("text", ["ABCD", "-ABC1234", "ABC--1234", "AB1", "ABCD12345", "ABC 12.4", "車1234"])
def test_what_no_plate_looks_like_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError):
        plate_number.canonical(text)
