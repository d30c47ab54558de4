"""ROC dates in and out, incomplete ones kept as written."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.rules.calendar import DateError, RegisterDate, read, roc_year, to_english, to_roc, to_roc_digits
from tests.support.judging import TRIED

since_1912 = st.dates(min_value=date(1912, 1, 1), max_value=date(2910, 12, 31))


def test_a_day_is_shown_in_the_roc_calendar() -> None:
    day = date(2026, 11, 24)
    assert to_roc(day) == "民國115年11月24日"
    assert to_roc_digits(day) == "1151124"
    assert to_english(day) == "24 November 2026"


@pytest.mark.parametrize(
    ("year", "words"), [(1912, "民國1年"), (1911, "民國前1年"), (1905, "民國前7年"), (2026, "民國115年")]
)
def test_there_is_no_year_zero(year: int, words: str) -> None:
    assert roc_year(year) == words


@TRIED
@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_day_written_in_words_or_iso_is_read_back(day: date) -> None:
    assert read(to_roc(day)).whole == day
    assert read(day.isoformat()).whole == day
    assert read(day.isoformat()).iso == day.isoformat()


@TRIED
@given(since_1912)
def test_a_day_written_in_seven_digits_is_read_back(day: date) -> None:
    assert read(to_roc_digits(day)).whole == day


@TRIED
@given(since_1912)
def test_full_width_digits_and_spaces_are_the_same_date(day: date) -> None:
    wide = to_roc(day).translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
    assert read(wide).whole == day
    assert read(f" {wide.replace('年', '年 ')} ").whole == day


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("民國75年3月", "1986-03"),
        ("民國75年", "1986"),
        ("民國75年3月不詳日", "1986-03"),
        ("民國75年不詳月不詳日", "1986"),
        ("民國75年月日不詳", "1986"),
        ("民國元年1月1日", "1912-01-01"),
        ("民國前7年2月3日", "1905-02-03"),
        ("中華民國75年3月8日", "1986-03-08"),
        ("0750300", "1986-03"),
        ("0750000", "1986"),
        ("0750008", "1986"),
        ("750308", "1986-03-08"),
        ("75/3/8", "1986-03-08"),
        ("75.03.08", "1986-03-08"),
        ("1986-03", "1986-03"),
        ("1986", "1986"),
        ("2026-11-24T10:05:00Z", "2026-11-24"),
        ("2026-11-24 10:05", "2026-11-24"),
        ("不詳", None),
    ],
)
def test_what_is_known_of_a_date_stands_beside_the_text_as_written(text: str, iso: str | None) -> None:
    found = read(text)
    assert found.text == text
    assert found.iso == iso
    assert found.whole == (date.fromisoformat(iso) if iso and len(iso) == 10 else None)


@pytest.mark.parametrize(
    "text",
    ["", "昨天", "民國75年2月30日", "1986-13-01", "0751301", "0000101", "民國0年1月1日", "1986-03-08x", "1986-03-08\n",
     "民國75年3月8日王小明", "٠٧٥٠٣٠٨", "75-3-8", "民國75年13月"],
)  # fmt: skip
def test_what_is_no_date_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(DateError) as caught:
        read(text)
    assert str(caught.value) == "not a date in a form that registers use"


def test_days_before_1912_have_no_seven_digits() -> None:
    with pytest.raises(DateError):
        to_roc_digits(date(1911, 12, 31))


@TRIED
@given(st.text(max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(DateError):
        assert read(text).text == text


def test_a_date_of_a_register_shows_nothing_when_printed() -> None:
    assert repr(read("0750308")) == repr(RegisterDate("x"))
