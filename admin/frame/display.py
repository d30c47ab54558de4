"""Dates, numbers and states on screen: the ROC calendar in Taipei, thousands with commas, an icon and a word for a state.

民國115年11月24日 in sentences, 11月24日 in lists of this year, 14:32:09 for times; in English 24 Nov 2026 (ROC 115).
An absent value is 無, never a dash (LOOK.md, How Chinese is set).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flask import Flask
from markupsafe import Markup

from admin.frame.language import language, t
from govern.core import clock
from govern.core.clock import TAIPEI
from govern.core.wording import Wording
from govern.rules.calendar import ROC_OFFSET, to_roc
from govern.rules.lives import STATE_NAMES, TaskState

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class State:
    """How a state is shown: its icon, its word, then its colour (ok, wait, bad, busy, or none)."""

    icon: str
    word: Wording
    tone: str = ""


LOOKUP_STATES: Final[Mapping[str, State]] = {
    "waiting": State("waiting", STATE_NAMES[TaskState.WAITING], "wait"),
    "running": State("running", STATE_NAMES[TaskState.RUNNING], "busy"),
    "answered": State("done", STATE_NAMES[TaskState.ANSWERED], "ok"),
    "unknown": State("unknown", STATE_NAMES[TaskState.UNKNOWN], "wait"),
    "failed": State("warning", STATE_NAMES[TaskState.FAILED], "bad"),
    "expired": State("dash", STATE_NAMES[TaskState.EXPIRED]),
    "cancelled": State("cross", STATE_NAMES[TaskState.CANCELLED]),
    "denied": State("denied", STATE_NAMES[TaskState.DENIED], "bad"),
}
TASK_STATES: Final[Mapping[str, State]] = {
    **LOOKUP_STATES,
    "nothing": State("done", Wording("查無資料", "Nothing found"), "ok"),
    "destroyed": State("cross", Wording("已銷毀", "Destroyed")),
}
CASE_ITEM_STATES: Final[Mapping[str, State]] = {  # a version's states, and *suspended*, which belongs to the case item
    "draft": State("paper", Wording("草擬", "Draft")),
    "proposed": State("clock", Wording("審核中", "Under review"), "wait"),
    "approved": State("check", Wording("已核准", "Approved"), "ok"),
    "waiting_for_letter": State("waiting", Wording("待核備函", "Awaiting a letter"), "wait"),
    "waiting_for_date": State("waiting", Wording("待生效", "Awaiting its day")),
    "in_force": State("done", Wording("生效中", "In force"), "ok"),
    "ended": State(
        "dash", Wording("已屆期", "Ended")
    ),  # shown from the day after the last one; no step brings it about
    "suspended": State("paused", Wording("已暫停", "Suspended"), "wait"),
    "retired": State("dash", Wording("已由新版取代", "Superseded")),
    "rejected": State("denied", Wording("不予核准", "Rejected"), "bad"),
    "withdrawn": State("dash", Wording("已撤回", "Withdrawn")),
}
PERIOD_STATES: Final[Mapping[str, State]] = {
    "frozen": State("waiting", Wording("待抽樣", "Awaiting the draw"), "wait"),
    "nothing_to_draw": State("dash", Wording("無可抽樣", "Nothing to draw")),
    "drawn": State("clock", Wording("查核中", "Being judged"), "wait"),
    "judged": State("waiting", Wording("待核章", "Awaiting sign-off"), "wait"),
    "signed_1": State("waiting", Wording("待首長核章", "Awaiting the head"), "wait"),
    "signed": State("done", Wording("已核章", "Signed off"), "ok"),
}
SAMPLE_STATES: Final[Mapping[str, State]] = {
    "drawn": State("paper", Wording("待查核", "To be judged")),
    "with_clerk": State("clock", Wording("待承辦人說明", "With the clerk"), "wait"),
    "to_judge": State("waiting", Wording("待判定", "Awaiting a verdict"), "wait"),
    "judged": State("done", Wording("已判定", "Judged"), "ok"),
}
FINDING_STATES: Final[Mapping[str, State]] = {
    "open": State("clock", Wording("改善中", "Being mended"), "wait"),
    "to_close": State("waiting", Wording("待結案", "Awaiting closure"), "wait"),
    "closed": State("done", Wording("已結案", "Closed"), "ok"),
}
SOURCE_STATES: Final[Mapping[str, State]] = {
    "open": State("done", Wording("開放", "Open"), "ok"),
    "closed": State("paused", Wording("停止介接", "Closed"), "wait"),
}
STATES: Final = {
    "lookup": LOOKUP_STATES,
    "task": TASK_STATES,
    "case_item": CASE_ITEM_STATES,
    "source": SOURCE_STATES,
    "period": PERIOD_STATES,
    "sample": SAMPLE_STATES,
    "finding": FINDING_STATES,
}
NOT_KNOWN: Final = State("unknown", Wording("狀態不明", "State not known"), "wait")


def install(app: Flask) -> None:
    """Templates can show dates, times, numbers and states."""
    app.jinja_env.globals.update(
        day=day,
        short_day=short_day,
        moment=moment,
        at_time=at_time,
        number=number,
        nothing=nothing,
        now=now,
        printed_at=printed_at,
        state_of=state_of,
    )


def state_of(kind: str, code: str) -> State:
    """How a state of a `lookup`, `task`, `case_item` or `source` is shown."""
    return STATES[kind].get(code, NOT_KNOWN)


def state_of_version(code: str, valid_to: date) -> State:
    """How a case item's version stands today: one in force whose last day is over permits nothing any more."""
    is_over = code == "in_force" and valid_to < clock.today()
    return CASE_ITEM_STATES.get("ended" if is_over else code, NOT_KNOWN)


def _civil(value: date | datetime) -> date:
    return value.astimezone(TAIPEI).date() if isinstance(value, datetime) else value


def day(value: date | datetime | None) -> str:
    """A day in full: 民國115年11月24日, or 24 Nov 2026 (ROC 115)."""
    if value is None:
        return nothing()
    on = _civil(value)
    if language() == "en":
        return _whole(f"{on.day} {MONTHS[on.month - 1]} {on.year} (ROC {on.year - ROC_OFFSET})", on)
    return _whole(to_roc(on), on)


def short_day(value: date | datetime | None) -> str:
    """A day in a list: 11月24日 within this year, 114年11月24日 otherwise."""
    if value is None:
        return nothing()
    on = _civil(value)
    is_this_year = on.year == clock.today().year
    if language() == "en":
        return _whole(f"{on.day} {MONTHS[on.month - 1]}" + ("" if is_this_year else f" {on.year}"), on)
    return _whole(("" if is_this_year else f"{on.year - ROC_OFFSET}年") + f"{on.month}月{on.day}日", on)


def at_time(value: datetime | None) -> str:
    """A time of day in Taipei: 14:32:09."""
    return nothing() if value is None else _whole(f"{value.astimezone(TAIPEI):%H:%M:%S}", value)


def moment(value: datetime | None) -> str:
    """A day and a time, the day left out when it is today."""
    if value is None:
        return nothing()
    if _civil(value) == clock.today():
        return at_time(value)
    return Markup("{} {}").format(short_day(value), at_time(value))


def now() -> datetime:
    """The instant at which the page is made."""
    return clock.now()


def printed_at() -> str:
    """Day and time at which the page is made, without markup: for the watermark."""
    at = clock.now()
    return Markup("{} {}").format(day(at), at_time(at)).striptags()


def number(value: int | float | None) -> str:
    """A number with commas; 無 for none."""
    return nothing() if value is None else f"{value:,}"


def nothing() -> str:
    """The word for an absent value."""
    return Markup('<span class="none">{}</span>').format(t("無", "None"))


def _whole(text: str, value: date | datetime) -> str:
    """A date or time that no line breaks, with its machine form."""
    stamp = value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
    return Markup('<time datetime="{}">{}</time>').format(stamp, text)
