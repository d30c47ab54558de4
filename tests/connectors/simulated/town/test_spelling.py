"""People write the same thing in several ways; registers find it in all of them."""

import pytest

from connectors.simulated import registers
from connectors.simulated.town import spelling


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("新北市板橋區文化路一段188巷5號十二樓之3", "新北市板橋區文化路1段188巷5號12樓之3"),
        ("臺北市大安區信義路四段２３４號三樓", "台北市大安區信義路4段234號3樓"),
        ("新北市永和區中正路 18-1 號", "新北市永和區中正路18之1號"),
    ],
)
def test_two_spellings_of_an_address_are_one(one: str, other: str) -> None:
    assert spelling.address(one) == spelling.address(other)


def test_numbers_in_the_name_of_a_road_stay() -> None:
    assert spelling.address("基隆市仁愛區愛三路5號") == "基隆市仁愛區愛三路5號"


def test_a_register_finds_an_address_in_another_spelling() -> None:
    written = registers.example_keys("building_by_address")[0][1]
    assert registers.answer("building_by_address", "address", spelling.address(written)) is not None


def test_a_plate_is_found_with_and_without_its_hyphen() -> None:
    plain = registers.example_keys("vehicle_register")[0][1]
    assert registers.answer("vehicle_register", "plate_no", f"{plain[:3]}-{plain[3:]}".lower()) is not None
