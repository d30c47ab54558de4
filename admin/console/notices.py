"""Notices of operators: those of now, coming and past; a new one; one taken down before its time."""

import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from admin.console.keep.kept import FRESH, Outcome, done, saved, text_in
from admin.frame.actor import the_actor
from admin.frame.forms.day import as_typed, day_in
from admin.frame.names import people_names
from admin.frame.own import told
from govern.core import clock
from govern.core.clock import TAIPEI
from govern.core.database import reading
from govern.core.wording import Wording
from govern.workplace import notice
from govern.workplace.notice import LONGEST, Notice, NoticeGiven

pages = Blueprint("notices", __name__)

PUBLISHED: Final = Wording("公告已發布。", "The notice is published.")
ENDED: Final = Wording("公告已結束，不再顯示。", "The notice has ended and is shown no more.")
NO_TIME: Final = Wording("請填時間，例如18:00。", "Please give a time, such as 18:00.")
TONE_NAMES: Final[Mapping[str, Wording]] = {
    "info": Wording("一般訊息", "For information"),
    "wait": Wording("維護、延遲", "Maintenance, delays"),
    "bad": Wording("異常、停止服務", "Trouble, out of service"),
}
USUAL_LENGTH: Final = timedelta(hours=4)


@pages.get("/notices")
def index() -> str:
    """Every notice, and by whom."""
    actor, at = the_actor(), clock.now()
    with reading() as session:
        found = notice.all_notices(actor, session)
        names = people_names(session, {each.by for each in found} | {each.ended_by for each in found if each.ended_by})
    return render_template(
        "console/notices.html",
        notices=[(each, _state(each, at), names.get(each.by, "")) for each in found],
        tones=TONE_NAMES,
    )


@pages.get("/notices/new")
def form() -> str:
    """A new notice, from now on for a few hours unless changed."""
    at = clock.now().astimezone(TAIPEI)
    until = at + USUAL_LENGTH
    typed = MultiDict(
        {
            "tone": "info",
            "from_day": as_typed(at.date()),
            "from_time": f"{at:%H:%M}",
            "until_day": as_typed(until.date()),
            "until_time": f"{until:%H:%M}",
        }
    )
    return _form(typed, FRESH)


@pages.post("/notices")
def publish() -> Response:
    """The notice is published, or the form says what to mend."""
    actor, typed = the_actor(), request.form
    wrong: dict[str, Wording] = {}
    from_at, until_at = _moment(typed, "from", wrong), _moment(typed, "until", wrong)
    given = NoticeGiven(
        tone=typed.get("tone", ""),
        text_zh=text_in(typed, "text_zh"),
        text_en=text_in(typed, "text_en"),
        from_at=from_at or clock.now(),
        until_at=until_at or clock.now(),
    )
    outcome = saved(lambda: notice.publish(actor, given), wrong)
    if not outcome.is_done:
        return make_response(_form(typed, outcome), outcome.status)
    told.forget()
    return done(PUBLISHED, "notices.index")  # type: ignore[return-value]


@pages.post("/notices/<uuid:identity>/end")
def end(identity: uuid.UUID) -> Response:
    """The notice is shown no more."""
    notice.end(the_actor(), identity)
    told.forget()
    return done(ENDED, "notices.index")  # type: ignore[return-value]


def _state(each: Notice, at: datetime) -> str:
    if each.is_over(at):
        return "over"
    return "now" if each.from_at <= at else "coming"


def _moment(typed: Mapping[str, str], name: str, wrong: dict[str, Wording]) -> datetime | None:
    """A day and a time in Taipei; what cannot be read is said at its row."""
    day = day_in(typed, f"{name}_day", wrong, needed=True)
    try:
        hour = time.fromisoformat(typed.get(f"{name}_time", "").strip())
    except ValueError:
        wrong[f"{name}_time"] = NO_TIME
        return None
    return None if day is None else datetime.combine(day, hour.replace(tzinfo=None), TAIPEI)


def _form(typed: Mapping[str, str], outcome: Outcome) -> str:
    mistakes = dict(outcome.mistakes)
    if "until" in mistakes:
        mistakes["until_day"] = mistakes.pop("until")
    return render_template(
        "console/new_notice.html", typed=typed, outcome=outcome, mistakes=mistakes, tones=TONE_NAMES, longest=LONGEST
    )
