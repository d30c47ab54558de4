"""Times as paper shows them: the ROC calendar in Chinese, ISO in English, Asia/Taipei in both.

LOOK.md, "How Chinese is set": 民國115年11月24日 in sentences, 14:32:08 for times. Input is ISO 8601 as records keep it.
"""

from datetime import date, datetime

from govern.core.clock import TAIPEI
from govern.rules.calendar import to_roc


def roc_date(day: str) -> str:
    """民國115年11月24日 of an ISO date."""
    return to_roc(date.fromisoformat(day))


def roc_moment(at: str) -> str:
    """民國115年11月24日14:32:08 of an instant in ISO 8601."""
    local = taipei(at)
    return f"{to_roc(local.date())}{local:%H:%M:%S}"


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
    return value.astimezone(TAIPEI)
