"""A ROC date field: what was typed as a day, and a day as a form shows it to be changed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from flask import Flask

from admin.frame.language import w
from govern.core import clock
from govern.core.wording import Wording
from govern.rules.calendar import NO_DATE, DayError, read_day, to_english, to_roc

WEEKDAYS: Final = tuple("一二三四五六日")
WEEKDAYS_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def install(app: Flask) -> None:
    """A date row says which day of the week was typed; its calendar knows which day it is in Taipei."""
    app.jinja_env.globals["day_said"] = lambda text: w(weekday_of(text))
    app.jinja_env.globals["today_ms"] = _today_ms


def _today_ms() -> int:
    return (clock.today() - date(1970, 1, 1)) // timedelta(milliseconds=1)


def day_in(typed: Mapping[str, str], name: str, wrong: dict[str, Wording], *, needed: bool = False) -> date | None:
    """A day in any form that people write; what is none, or missing where it is needed, is said at its row."""
    text = typed.get(name, "").strip()
    if not text:
        if needed:
            wrong[name] = NO_DATE
        return None
    try:
        return read_day(text)
    except DayError as no:
        wrong[name] = no.wording
        return None


def as_typed(day: date | None) -> str:
    """A day as a form shows it to be changed: 115年11月24日."""
    return "" if day is None else to_roc(day).removeprefix("民國")


def weekday_of(text: str) -> Wording | None:
    """The day of the week of what was typed; nothing for what is no day."""
    try:
        day = read_day(text)
    except DayError:
        return None
    return Wording(f"星期{WEEKDAYS[day.weekday()]}", WEEKDAYS_EN[day.weekday()])


def in_full(day: date) -> Wording:
    """A day that cannot be mistaken: the whole date and the day of the week."""
    return Wording(f"{to_roc(day)}，星期{WEEKDAYS[day.weekday()]}", f"{WEEKDAYS_EN[day.weekday()]}, {to_english(day)}")
