"""Days and times as records print them: the ROC calendar and Taipei's clock; and the same in English."""

from datetime import datetime, timedelta, timezone
from typing import Final

TAIPEI: Final = timezone(timedelta(hours=8))
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def instant(text: str) -> datetime:
    """The instant of an ISO 8601 text; `ValueError` for anything else, and for a time of no zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at


def clock_time(at: datetime) -> str:
    """14:32:09."""
    return f"{at.astimezone(TAIPEI):%H:%M:%S}"


def roc_day(at: datetime) -> str:
    """民國115年11月24日."""
    on = at.astimezone(TAIPEI)
    return f"民國{on.year - 1911}年{on.month}月{on.day}日"


def roc_moment(at: datetime) -> str:
    """民國115年11月24日14:32:09."""
    return f"{roc_day(at)}{clock_time(at)}"


def roc_date(text: str) -> str:
    """The day of an ISO date: 民國115年11月24日."""
    year, month, day = (int(part) for part in text.split("-"))
    return f"民國{year - 1911}年{month}月{day}日"


def roc_month(text: str) -> str:
    """The month of an ISO month: 民國115年11月."""
    year, month = (int(part) for part in text.split("-"))
    return f"民國{year - 1911}年{month}月"


def english_month(text: str) -> str:
    """The same in English: Nov 2026."""
    year, month = (int(part) for part in text.split("-"))
    return f"{_MONTHS[month - 1]} {year}"


def english_day(at: datetime) -> str:
    """24 Nov 2026."""
    on = at.astimezone(TAIPEI)
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def english_moment(at: datetime) -> str:
    """24 Nov 2026, 14:32:09 (Taipei)."""
    return f"{english_day(at)}, {clock_time(at)} (Taipei)"
