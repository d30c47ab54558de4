"""Dates and times as paper shows them: the ROC calendar in Chinese, ISO in English, Asia/Taipei in both.

LOOK.md, "How Chinese is set": 民國115年11月24日 in sentences, 14:32:08 for times. Input is ISO 8601 as records keep it.
"""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

_TAIPEI: Final = ZoneInfo("Asia/Taipei")
_ROC_ZERO: Final = 1911


def roc_date(day: str | date, *, era: bool = True) -> str:
    """民國115年11月24日 of an ISO date; without `era` 115年11月24日. A year before 1912 is 民國前."""
    value = date.fromisoformat(day) if isinstance(day, str) else day
    year = value.year - _ROC_ZERO
    counted = f"{year}" if year > 0 else f"前{1 - year}"
    return f"{'民國' if era or year < 1 else ''}{counted}年{value.month}月{value.day}日"


def roc_moment(at: str) -> str:
    """民國115年11月24日14:32:08 of an instant in ISO 8601."""
    local = taipei(at)
    return f"{roc_date(local.date())}{local:%H:%M:%S}"


def clock_time(at: str) -> str:
    """14:32:08 of an instant in ISO 8601."""
    return f"{taipei(at):%H:%M:%S}"


def iso_date(at: str) -> str:
    """2026-11-24 of an instant in ISO 8601: Taipei's day, for the English line."""
    return f"{taipei(at):%Y-%m-%d}"


def taipei(at: str) -> datetime:
    """The instant as Taipei's clocks show it; a time without a zone raises `ValueError`."""
    value = datetime.fromisoformat(at)
    if value.tzinfo is None:
        raise ValueError("a time of a record names its zone")
    return value.astimezone(_TAIPEI)
