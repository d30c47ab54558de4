"""ROC dates in and out, incomplete dates kept as written.

The ROC year is the Western year less 1911; years before 1912 count backwards as 民國前, without a year zero: 1911 is
民國前1年. Registers write dates as ISO 8601 (`1986-03-08`), in words (民國75年3月8日), or as seven digits (`0750308`; six
where the year has two). A date may lack its day or month, or be 不詳: then what is known is kept beside the text as written.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from govern.core.wording import Wording

ROC_OFFSET: Final = 1911
UNKNOWN: Final = "不詳"

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# A time of day may follow an ISO date; no other text may follow any date, so that nothing rides along unseen.
_ISO: Final = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_WORDS: Final = re.compile(
    r"(?:中華)?民國(前)?([0-9]{1,4}|元)年(?:(?:([0-9]{1,2})|不詳)月(?:(?:([0-9]{1,2})|不詳)日)?)?(?:月日不詳|月不詳|日不詳|不詳)?"
)
_DIGITS: Final = re.compile(r"([0-9]{2,3})([0-9]{2})([0-9]{2})")
_SLASHES: Final = re.compile(r"([0-9]{1,3})[/.]([0-9]{1,2})[/.]([0-9]{1,2})")


class DateError(ValueError):
    """A text that is no date in any accepted form; the message names no value, since dates of birth pass here."""

    def __init__(self) -> None:
        super().__init__("not a date in a form that registers use")


@dataclass(frozen=True, slots=True)
class RegisterDate:
    """A date as a register holds it: the text as written, and what of year, month and day is known (Western year)."""

    text: str = field(repr=False)
    year: int | None = field(default=None, repr=False)
    month: int | None = field(default=None, repr=False)
    day: int | None = field(default=None, repr=False)

    @property
    def iso(self) -> str | None:
        """ISO 8601, as complete as the date is (`1986`, `1986-03`, `1986-03-08`); None where not even the year is known."""
        if self.year is None:
            return None
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts)

    @property
    def whole(self) -> date | None:
        """The day, if all of it is known."""
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)


def roc_year(year: int) -> str:
    """A Western year in words: 民國115年 for 2026, 民國前1年 for 1911."""
    return f"民國{year - ROC_OFFSET}年" if year > ROC_OFFSET else f"民國前{ROC_OFFSET + 1 - year}年"


def to_roc(day: date) -> str:
    """A day as pages and records show it: 民國115年11月24日."""
    return f"{roc_year(day.year)}{day.month}月{day.day}日"


def to_roc_digits(day: date) -> str:
    """A day as seven digits, as files between agencies write it: 1151124. Before 1912 there is no such form: `DateError`."""
    if day.year <= ROC_OFFSET:
        raise DateError
    return f"{day.year - ROC_OFFSET:03d}{day.month:02d}{day.day:02d}"


def to_english(day: date) -> str:
    """A day in English: 24 November 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def read(text: str) -> RegisterDate:
    """A date in any form that registers use, what is missing left open; anything else raises `DateError`.

    Full-width digits are read as digits (NFKC). Month and day `00` in seven digits mean that the register does not know them.
    An impossible day such as 30 February is refused, never moved to another.
    """
    plain = unicodedata.normalize("NFKC", text).strip(" ")
    if match := _ISO.fullmatch(plain):
        return _dated(text, int(match[1]), _part(match[2]), _part(match[3]))
    plain = plain.replace(" ", "")
    if plain == UNKNOWN:
        return RegisterDate(text)
    if match := _WORDS.fullmatch(plain):
        number = 1 if match[2] == "元" else int(match[2])
        if number == 0:
            raise DateError
        year = ROC_OFFSET + 1 - number if match[1] else ROC_OFFSET + number
        return _dated(text, year, _part(match[3]), _part(match[4]))
    if match := _DIGITS.fullmatch(plain) or _SLASHES.fullmatch(plain):
        if int(match[1]) == 0:
            raise DateError
        return _dated(text, ROC_OFFSET + int(match[1]), _part(match[2]), _part(match[3]))
    raise DateError


def _part(digits: str | None) -> int | None:
    """Month or day; absent and `00` both mean unknown."""
    return int(digits) or None if digits else None


def _dated(text: str, year: int, month: int | None, day: int | None) -> RegisterDate:
    if month is None:
        day = None  # a day without its month says nothing
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        raise DateError from None
    return RegisterDate(text, year, month, day)


# What people type into a date field. A year of four digits is Western, a shorter one of the ROC; no year is nought.
_TYPED: Final = re.compile(
    r"(?:中華)?(?:民國)?([0-9]{1,4})(?:年([0-9]{1,2})月([0-9]{1,2})日?|([/.-])([0-9]{1,2})\4([0-9]{1,2}))"
    r"|([0-9]{2,4}?)([0-9]{2})([0-9]{2})"
)

LEAST_WESTERN: Final = 1000
NO_DATE: Final = Wording(
    "請以民國年月日填寫，例如115年11月24日或1151124。", "Write a ROC date, such as 115年11月24日 or 1151124."
)
NO_SUCH_DAY: Final = Wording("沒有這一天，請核對月份與日期。", "There is no such day; please compare month and day.")
NO_YEAR_NOUGHT: Final = Wording("民國沒有0年，請核對年份。", "The ROC has no year 0; please compare the year.")


class DayError(DateError):
    """A text that is no day; `wording` says how to mend it, and never what was typed."""

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self.wording = wording


def read_day(text: str) -> date:
    """A whole day as people type it: 115/11/27, 115.11.27, 115年11月27日, 1151127 or 2026-11-27.

    Full-width signs are read as plain ones. `DayError` for anything else, and for a day that the calendar does not have.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace("元年", "1年")
    match = _TYPED.fullmatch(plain)
    if match is None:
        raise DayError(NO_DATE)
    year, month, day = [int(part) for part in match.group(1, 2, 3, 5, 6, 7, 8, 9) if part]
    if year == 0:
        raise DayError(NO_YEAR_NOUGHT)
    try:
        return date(year if year >= LEAST_WESTERN else year + ROC_OFFSET, month, day)
    except ValueError:
        raise DayError(NO_SUCH_DAY) from None
