"""Masks show what their form promises or less, for any text at all."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from govern.rules.masking import HIDDEN, MASKS, UnknownMask, fits, mask, stricter_mask
from tests.support.judging import TRIED

CATALOGUE = Path(__file__).parents[3] / "govern/catalogue/files/data_items.yaml"
DATA = yaml.load(CATALOGUE.read_text(encoding="utf-8"), yaml.CSafeLoader)
BANDS = {
    "0元",
    "10萬元以下",
    "10萬至50萬元",
    "50萬至100萬元",
    "100萬至200萬元",
    "200萬至500萬元",
    "500萬至1000萬元",
    "超過1000萬元",
}
TYPE_OF_MASK = {"surname_only": "name", "middle_hidden": "name", "year_only": "date", "year_month_only": "date"}
rules = st.sampled_from(sorted(MASKS))
texts = st.text(max_size=30)
long_texts = st.text(min_size=5, max_size=30)


@pytest.mark.parametrize("rule", DATA["mask_rules"], ids=lambda rule: str(rule["code"]))
def test_each_mask_gives_the_catalogues_own_example(rule: dict[str, str]) -> None:
    assert mask(rule["code"], rule["example_in"], TYPE_OF_MASK.get(rule["code"], "string")) == rule["example_out"]


def test_the_program_knows_all_masks_of_the_catalogue_and_no_others() -> None:
    assert set(MASKS) == {rule["code"] for rule in DATA["mask_rules"]}


def test_every_field_of_the_catalogue_carries_a_mask_that_fits_its_type() -> None:
    fields = [field for item in DATA["data_items"] for field in item["fields"]]
    assert len(fields) == 736
    assert [field for field in fields if not fits(field["mask"], field["type"])] == []


def test_keeping_the_last_four_never_fits_a_national_id() -> None:
    assert not fits("keep_last_4", "national_id")
    assert not fits("year_only", "string")
    assert not fits("half", "string")


@pytest.mark.parametrize(
    ("text", "field_type"),
    [
        ("A123456789", "national_id"),
        ("A123456789", "string"),
        ("Ａ１２３４５６７８９", "string"),
        ("AC01234567", "string"),
    ],
)
def test_the_last_four_of_a_national_id_are_never_kept(text: str, field_type: str) -> None:
    assert mask("keep_last_4", text, field_type).endswith("****")


@TRIED
@given(long_texts)
def test_hiding_the_last_four_leaves_nothing_of_them(text: str) -> None:
    shown = mask("hide_last_4", text, "string")
    assert shown == text[:-4] + "****"


@TRIED
@given(texts)
def test_keeping_the_last_four_shows_at_most_four_and_never_all(text: str) -> None:
    shown = mask("keep_last_4", text, "string")
    assert len(shown) >= len(text)
    assert sum(1 for sign in shown if sign != "*") <= 4
    if text and not text.startswith("*"):
        assert shown != text


@TRIED
@given(long_texts)
def test_no_two_masks_of_the_last_four_together_give_the_whole_of_a_national_id(stem: str) -> None:
    number = "A1" + "".join(str(ord(sign) % 10) for sign in stem)[:8].ljust(8, "0")
    assert mask("hide_last_4", number, "string") == mask("keep_last_4", number, "string")


@TRIED
@given(texts)
def test_a_redacted_text_looks_the_same_whatever_it_was_even_nothing(text: str) -> None:
    assert mask("redact", text, "text") == mask("redact", "", "text") == HIDDEN


@TRIED
@given(texts)
def test_existence_says_one_of_two_words(text: str) -> None:
    assert mask("exists_only", text, "code") == ("有" if text.strip() else "無")


def test_a_boolean_that_is_false_does_not_exist() -> None:
    assert mask("exists_only", "false", "boolean") == "無"
    assert mask("exists_only", "true", "boolean") == "有"


@TRIED
@given(texts)
def test_a_date_shows_a_year_and_a_month_at_most_or_nothing(text: str) -> None:
    assert re.fullmatch(r"|不詳|（遮蔽）|民國前?\d+年", mask("year_only", text, "date"))
    assert re.fullmatch(r"|不詳|（遮蔽）|民國前?\d+年(\d+月)?", mask("year_month_only", text, "date"))


@TRIED
@given(st.dates())
def test_all_days_of_a_year_look_alike(day: object) -> None:
    year = str(day)[:4]
    assert mask("year_only", str(day), "date") == mask("year_only", f"{year}-01-01", "date")
    assert mask("year_month_only", str(day), "date") == mask("year_month_only", f"{str(day)[:7]}-01", "date")


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [
        ("1986-03-08", "民國75年", "民國75年3月"),
        ("0750308", "民國75年", "民國75年3月"),
        ("0750000", "民國75年", "民國75年"),
        ("民國75年", "民國75年", "民國75年"),
        ("民國前7年2月", "民國前7年", "民國前7年2月"),
        ("1905-02-03", "民國前7年", "民國前7年2月"),
        ("不詳", "不詳", "不詳"),
        ("去年三月", "（遮蔽）", "（遮蔽）"),
        ("2026-11-24T10:05:00+08:00", "民國115年", "民國115年11月"),
    ],
)
def test_incomplete_and_old_dates_are_shown_as_far_as_they_are_known(text: str, year: str, month: str) -> None:
    assert mask("year_only", text, "date") == year
    assert mask("year_month_only", text, "date") == month


@TRIED
@given(st.integers(0, 10**12))
def test_an_amount_is_shown_as_one_of_eight_bands_however_it_is_written(amount: int) -> None:
    band = mask("amount_band", str(amount), "money")
    assert band in BANDS
    assert mask("amount_band", f"{amount:,}", "money") == band
    assert mask("amount_band", f"{amount}.00", "money") == band
    assert mask("amount_band", f"-{amount}", "money") == (f"負{band}" if amount else band)


@TRIED
@given(st.integers(0, 2 * 10**7), st.integers(0, 2 * 10**7))
def test_a_larger_amount_never_stands_in_a_lower_band(one: int, other: int) -> None:
    order = sorted(
        BANDS, key=lambda band: (band != "0元", band.startswith("超過"), int(re.findall(r"\d+", band)[0]), "至" in band)
    )
    bands = [order.index(mask("amount_band", str(amount), "money")) for amount in sorted((one, other))]
    assert bands == sorted(bands)


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("0", "0元"),
        ("1", "10萬元以下"),
        ("100000", "10萬元以下"),
        ("100001", "10萬至50萬元"),
        ("500000", "10萬至50萬元"),
        ("1000000", "50萬至100萬元"),
        ("2,000,000", "100萬至200萬元"),
        ("10000000", "500萬至1000萬元"),
        ("10000000.01", "超過1000萬元"),
        ("一百萬", HIDDEN),
        ("12,34", HIDDEN),
    ],
)
def test_the_upper_end_of_a_band_belongs_to_it(text: str, band: str) -> None:
    assert mask("amount_band", text, "money") == band


@TRIED
@given(texts)
def test_a_clear_field_is_left_as_the_source_wrote_it(text: str) -> None:
    assert mask("none", text, "string") == text


@TRIED
@given(rules, texts)
def test_masking_gives_the_same_again_and_never_fails_on_a_text(rule: str, text: str) -> None:
    assert mask(rule, text, "string") == mask(rule, text, "string")


def test_an_unknown_mask_stops_and_shows_nothing() -> None:
    with pytest.raises(UnknownMask) as caught:
        mask("half", "A123456789", "string")
    assert "A123456789" not in str(caught.value)
    with pytest.raises(UnknownMask):
        stricter_mask("none", "half")


@TRIED
@given(rules, rules, rules)
def test_the_stricter_mask_is_a_least_upper_bound(one: str, other: str, third: str) -> None:
    assert stricter_mask(one, one) == one
    assert stricter_mask(one, "none") == one
    assert stricter_mask(one, "redact") == "redact"
    assert stricter_mask(one, other) == stricter_mask(other, one)
    assert stricter_mask(stricter_mask(one, other), third) == stricter_mask(one, stricter_mask(other, third))


values = st.sampled_from(
    ["王小明", "王大明", "歐陽明", "John", "A123456789", "A123450000", "0012345678", "1986-03-08", "1986-03-09",
     "1986-12-01", "民國75年3月8日", "150000", "400000", "新北市板橋區中山路1號", "新北市板橋區文化路2號", "不詳"]
)  # fmt: skip


@TRIED
@given(rules, rules, values, values)
def test_what_one_mask_cannot_tell_apart_the_stricter_cannot_either(
    one: str, other: str, text: str, second: str
) -> None:
    both = stricter_mask(one, other)
    for rule in (one, other):
        if mask(rule, text, "string") == mask(rule, second, "string"):
            assert mask(both, text, "string") == mask(both, second, "string")
