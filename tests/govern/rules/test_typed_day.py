"""Days as people type them: every form gives the same day, and what the calendar does not have is refused with a sentence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.rules.calendar import NO_DATE, NO_SUCH_DAY, NO_YEAR_NOUGHT, DayError, read_day, to_roc, to_roc_digits
from tests.support.judging import TRIED

since_1912 = st.dates(min_value=date(1912, 1, 1), max_value=date(2910, 12, 31))


@TRIED
@given(since_1912)
def test_every_form_in_which_people_type_a_day_gives_that_day(day: date) -> None:
    roc = (day.year - 1911, day.month, day.day)
    forms = [
        to_roc(day),
        to_roc(day).removeprefix("民國"),
        to_roc_digits(day),
        day.isoformat(),
        day.isoformat().replace("-", ""),
        day.isoformat().replace("-", "/"),
        *(mark.join(str(part) for part in roc) for mark in "/.-"),
    ]
    wide = to_roc(day).translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
    assert {read_day(form) for form in [*forms, wide, f" {wide.replace('年', ' 年 ')} "]} == {day}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("115年2月30日", NO_SUCH_DAY),
        ("1150230", NO_SUCH_DAY),
        ("2026-02-30", NO_SUCH_DAY),
        ("115/13/1", NO_SUCH_DAY),
        ("0年1月1日", NO_YEAR_NOUGHT),
        ("0/1/1", NO_YEAR_NOUGHT),
        ("0000101", NO_YEAR_NOUGHT),
        ("115年11月", NO_DATE),
        ("115/11-24", NO_DATE),
        ("明天", NO_DATE),
        ("", NO_DATE),
    ],
)
def test_what_is_no_day_is_refused_and_said_how_to_mend(text: str, says: object) -> None:
    with pytest.raises(DayError) as refused:
        read_day(text)
    assert refused.value.wording == says


@TRIED
@given(st.text(max_size=12))
def test_any_other_text_is_a_day_or_refused_and_never_repeated(text: str) -> None:
    found: date | DayError
    try:
        found = read_day(text)
    except DayError as refused:
        found = refused
    assert isinstance(found, date) or "not a date" in str(found)
