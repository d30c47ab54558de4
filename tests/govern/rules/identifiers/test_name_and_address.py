"""Two spellings of a name or an address give one form, and rare characters survive."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.rules.identifiers.canonical import IdentifierError
from govern.rules.identifiers.name_and_address import canonical_address, canonical_name
from tests.support.judging import TRIED

ONE = "新北市板橋區中山路一段161號3樓之2"
NUMERALS = "零一二三四五六七八九"


@pytest.mark.parametrize(
    "text",
    [
        "新北市板橋區中山路一段161號3樓之2",
        "新北市板橋區中山路1段161號3樓之2",
        "新北市板橋區中山路１段１６１號３樓之２",
        "新北市板橋區中山路一段一六一號三樓之二",
        "新北市板橋區中山路一段一百六十一號三樓之二",
        "新北市 板橋區 中山路 一段 161號 3樓之2",
        "220新北市板橋區中山路一段161號3樓之2",
        "(22001)新北市板橋區中山路一段161號3樓之2",
        "新北市板橋區中山路一段161號3F之2",
        "新北市板橋區中山路一段161號3樓-2",
        "新北市板橋區中山路一段0161號3樓之2",
    ],
)
def test_spellings_of_one_address(text: str) -> None:
    assert canonical_address(text) == ONE


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("台北市三民路1號", "臺北市三民路1號"),
        ("臺中市五權西三街十號", "臺中市五權西三街10號"),
        ("高雄市中正三路2段161-1號", "高雄市中正三路二段161之1號"),
        ("新北市坪林區北宜路8段十二巷3弄廿一號", "新北市坪林區北宜路八段12巷3弄21號"),
        ("臺北市市民大道12段1號", "臺北市市民大道十二段1號"),
        ("臺北市市民大道二十段1號", "臺北市市民大道二十段1號"),
        ("新北市烏來區福山里005鄰1號", "新北市烏來區福山里5鄰1號"),
        ("新北市坪林區石𥕢街1號", "新北市坪林區石𥕢街1號"),
    ],
)
def test_numerals_of_sections_and_houses_stand_in_one_form(text: str, address: str) -> None:
    assert canonical_address(text) == address


@pytest.mark.parametrize("text", ["", "   ", "新北市", "中山路", "A123456789"])
def test_what_names_no_house_is_no_address(text: str) -> None:
    with pytest.raises(IdentifierError):
        canonical_address(text)


@TRIED
@given(st.integers(1, 19), st.integers(1, 999), st.integers(1, 99))
def test_an_address_in_any_digits_is_the_same_address(section: int, house: int, floor: int) -> None:
    plain = canonical_address(f"新北市板橋區中山路{section}段{house}號{floor}樓")
    wide = f"新北市板橋區中山路{section}段{house}號{floor}樓".translate(
        {ord(digit): 0xFF10 + int(digit) for digit in "0123456789"}
    )
    spelled = "".join(NUMERALS[int(digit)] for digit in str(house))
    assert canonical_address(wide) == plain
    assert canonical_address(f"新北市板橋區中山路{section}段{spelled}號{floor}樓") == plain
    assert f"{house}號{floor}樓" in plain
    assert f"{section}段" not in plain


@TRIED
@given(st.text(st.sampled_from("一二十百廿0123456789段號巷弄樓之-路台臺 （()F"), max_size=20))
def test_canonical_addresses_stay_as_they_are(text: str) -> None:
    try:
        once = canonical_address("新北市板橋區" + text)
    except IdentifierError:
        return
    assert canonical_address(once) == once


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王小明", "王小明"),
        ("王 小 明", "王小明"),
        ("王　小明", "王小明"),
        ("台灣銀行", "臺灣銀行"),
        ("ＪＯＨＮ　Smith", "JOHNSmith"),
        ("谷拉斯‧馬亨亨", "谷拉斯‧馬亨亨"),
        ("邱\U000f0000明", "邱\U000f0000明"),
        ("葛\U000e0100明", "葛\U000e0100明"),
        ("𥡪小明", "𥡪小明"),
    ],
)
def test_names_lose_their_spaces_and_keep_their_characters(text: str, name: str) -> None:
    assert canonical_name(text) == name


@TRIED
@given(st.text(min_size=1, max_size=20))
def test_canonical_names_stay_as_they_are(text: str) -> None:
    try:
        once = canonical_name(text)
    except IdentifierError:
        return
    assert canonical_name(once) == once
    assert unicodedata.is_normalized("NFKC", once)
    assert "台" not in once
