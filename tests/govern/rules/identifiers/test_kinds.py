"""One door for every key: canonical or refused, in every spelling, and nothing repeated in a refusal (SECURITY.md, B6)."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.rules.identifiers import kinds
from tests.support.judging import TRIED

SAMPLES = {
    "national_id": "A123456789",
    "company_no": "04595257",
    "land_no": "AD060900180001",
    "building_no": "AD060901234001",
    "plate_no": "ABC1234",
    "address": "新北市板橋區中山路一段161號3樓之2",
    "name": "王小明",
}
FOREIGN_DIGITS = [chr(point) for point in range(128, sys.maxunicode + 1) if unicodedata.category(chr(point)) == "Nd"]
HIDDEN = ["\n", "\r", "\x00", "\t", "\u200b", "\u200d", "\u202e", "\u2028", "\ufeff", "\u00ad", "\x1b"]
codes = st.sampled_from(["national_id", "company_no", "land_no", "building_no", "plate_no"])
any_kind = st.sampled_from(kinds.KINDS)
# Text that looks like keys often enough to come near each form.
near = st.text(st.sampled_from("ABCDabcd0123456789-－之 　１２３٣Ⅳ①段號巷樓台臺一二十百王\n\u200b."), max_size=24)


def canonical_or_refused(kind: str, text: str) -> str | None:
    try:
        return kinds.parse(kind, text).value
    except kinds.IdentifierError:
        return None


def test_every_kind_has_a_name_and_a_sample_in_canonical_form() -> None:
    assert set(SAMPLES) == set(kinds.KINDS)
    for kind, value in SAMPLES.items():
        assert kinds.parse(kind, value).value == value
        assert kinds.NAMES[kind].zh
        assert kinds.NAMES[kind].en


def test_a_file_is_no_kind_of_key() -> None:
    with pytest.raises(kinds.IdentifierError) as caught:
        kinds.parse("file", "A123456789")
    assert caught.value.code == "unknown_kind"


def test_all_650_digits_beyond_ascii_in_each_place_are_one_form_or_refused() -> None:
    """Because they pass `\\d`, `int()` and the check digit, and would hash to another person (trap 11)."""
    assert len(FOREIGN_DIGITS) >= 650
    value = SAMPLES["national_id"]
    read = 0
    for digit in FOREIGN_DIGITS:
        as_ascii = unicodedata.normalize("NFKC", digit)
        for place in range(1, 10):
            found = canonical_or_refused("national_id", value[:place] + digit + value[place + 1 :])
            if as_ascii.isascii():
                assert found == canonical_or_refused("national_id", value[:place] + as_ascii + value[place + 1 :])
            else:
                assert found is None
            read += found is not None
    assert read  # full-width and mathematical digits are read


@pytest.mark.parametrize("kind", kinds.KINDS)
@pytest.mark.parametrize("sign", HIDDEN, ids=ascii)
def test_what_cannot_be_seen_is_refused_in_every_place(kind: str, sign: str) -> None:
    value = SAMPLES[kind]
    for place in range(len(value) + 1):
        assert canonical_or_refused(kind, value[:place] + sign + value[place:]) is None


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_megabyte_is_refused_before_it_is_looked_at(kind: str) -> None:
    for text in (SAMPLES[kind] * 100_000, "\ufdfa" * 150):
        with pytest.raises(kinds.IdentifierError) as caught:
            kinds.parse(kind, text)
        assert caught.value.code == "too_long"


@pytest.mark.parametrize("text", ["Ａ１２３４５６７８９", "a123456789", " A123456789　", "𝐀𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "A 123 456 789"])
def test_spellings_of_one_number_are_one_number(text: str) -> None:
    assert kinds.parse("national_id", text).value == "A123456789"


@pytest.mark.parametrize("text", ["ı123456789", "А123456789", "A1234567８9é", "A123456789̈", "A12345678", "A1234567890"])
def test_letters_that_only_look_alike_are_refused(text: str) -> None:
    assert canonical_or_refused("national_id", text) is None


@TRIED
@given(any_kind, near)
def test_a_text_is_canonical_or_refused_and_canonical_stays_as_it_is(kind: str, text: str) -> None:
    value = canonical_or_refused(kind, text)
    if value is not None:
        assert kinds.parse(kind, value).value == value
        assert unicodedata.is_normalized("NFKC", value)
        assert not any(unicodedata.category(sign) in ("Cc", "Cf") or sign.isspace() for sign in value)


@TRIED
@given(codes, near)
def test_a_number_in_canonical_form_has_no_digit_beyond_ascii(kind: str, text: str) -> None:
    value = canonical_or_refused(kind, text)
    if value is not None:
        assert all(sign.isascii() or sign in "試臨軍外使領" for sign in value)
        assert "-" not in value


@TRIED
@given(any_kind, near)
def test_a_refusal_repeats_nothing_of_what_was_typed(kind: str, text: str) -> None:
    if canonical_or_refused(kind, text) is not None:
        return
    with pytest.raises(kinds.IdentifierError) as caught:
        kinds.parse(kind, text)
    refusal = caught.value
    said = str(refusal) + repr(refusal.args)
    assert len(text.strip()) < 4 or text not in said
    assert refusal.code == str(refusal)
    assert refusal.wording.zh
    assert refusal.wording.en
    assert refusal.__cause__ is None


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("national_id", "A12345****"),
        ("company_no", "0459****"),
        ("land_no", "AD0609********"),
        ("building_no", "AD0609********"),
        ("plate_no", "ABC****"),
        ("address", "新北市板橋區"),
        ("name", "王○○"),
    ],
)
def test_a_key_in_a_record_cannot_be_looked_up_again(kind: str, shown: str) -> None:
    found = kinds.parse(kind, SAMPLES[kind])
    assert found.shown == kinds.masked(kind, found.value) == shown
    assert canonical_or_refused(kind, shown) != found.value
    assert found.value not in repr(found)


@pytest.mark.parametrize(
    ("kind", "written"), [("land_no", "AD 0609 18-1"), ("building_no", "AD 0609 1234-1"), ("plate_no", "ABC1234")]
)
def test_a_canonical_key_reads_as_people_write_it_and_back(kind: str, written: str) -> None:
    assert kinds.as_written(kind, SAMPLES[kind]) == written
    assert kinds.parse(kind, written).value == SAMPLES[kind]
