"""Several rights renewed or ended at once by a supervisor: whose, for what, until when, before one confirmation."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from flask import url_for
from sqlalchemy.orm import Session

from admin.frame.forms.day import as_typed, day_in
from admin.frame.lists.bulk import Act, Asks, Change
from admin.frame.names import case_item_names, people_names
from govern.core import clock
from govern.core.errors import Conflict, InvalidInput, NotFound
from govern.core.wording import Wording
from govern.keys import ring
from govern.people.grant_right import CAUSES, HAS_ENDED, TO_ONESELF, end_right, latest_end, renew_right
from govern.people.right import Right
from govern.people.scope import right_for
from govern.rules.actor import Actor, Role
from govern.rules.calendar import to_english, to_roc

USUAL_DAYS: Final = 365
NOT_YOURS: Final = Wording(
    "不是貴機關的權限，由該機關主管處理。", "A right at another agency: its supervisor’s to turn."
)
UNTIL: Final = Wording("現行迄日{day}；最長可展延到{longest}", "now until {day}; at the longest until {longest}")
AT_ONCE: Final = Wording("現行迄日{day}；立即終止，進行中的查調不再詢問", "now until {day}; ends at once")
UNUSABLE: Final = Wording("有些內容不能使用。", "Some of what was given cannot be used.")


def before_renewing(actor: Actor, session: Session, ids: Sequence[uuid.UUID]) -> list[Change]:
    """For each right until when it holds and may hold, or why the actor may not renew it."""
    return [_change(actor, session, right, is_renewal=True) for right in _within(actor, session, ids)]


def before_ending(actor: Actor, session: Session, ids: Sequence[uuid.UUID]) -> list[Change]:
    """For each right what ends, or why the actor may not end it."""
    return [_change(actor, session, right, is_renewal=False) for right in _within(actor, session, ids)]


def renew(actor: Actor, identity: uuid.UUID, _seen: str, given: Mapping[str, str]) -> None:
    """The right goes on until the day given, under a new id."""
    wrong: dict[str, Wording] = {}
    until = day_in(given, "ends_on", wrong, needed=True)
    if until is None:
        raise InvalidInput(UNUSABLE, fields=wrong)
    renew_right(ring.bound(), identity, ends_on=until, reason=given.get("reason", ""), by=actor)


def end(actor: Actor, identity: uuid.UUID, _seen: str, given: Mapping[str, str]) -> None:
    """The right has ended at once; one that had ended meanwhile is a `Conflict`."""
    if not end_right(identity, cause=given.get("cause", ""), reason=given.get("reason", ""), by=actor):
        raise Conflict(HAS_ENDED, code="right_ended")


def _within(actor: Actor, session: Session, ids: Sequence[uuid.UUID]) -> list[Right]:
    found = []
    for each in ids:
        try:
            found.append(right_for(actor, session, each))
        except NotFound:
            continue  # said as not being there
    return found


def _change(actor: Actor, session: Session, right: Right, *, is_renewal: bool) -> Change:
    people = people_names(session, {right.person})
    case_items = case_item_names(session, {right.case_item})
    person = people.get(right.person, "")
    case_item = case_items.get(right.case_item, Wording(right.case_item, right.case_item))
    longest = latest_end(max(clock.today(), right.starts_on))
    zh = {"day": to_roc(right.ends_on), "longest": to_roc(longest)}
    en = {"day": to_english(right.ends_on), "longest": to_english(longest)}
    says = UNTIL if is_renewal else AT_ONCE
    return Change(
        identity=right.id,
        name=Wording(f"{person}．{case_item.zh}", f"{person}, {case_item.en}"),
        says=[Wording(says.zh.format(**zh), says.en.format(**en))],
        no=_why_not(actor, right, is_renewal=is_renewal),
        url=url_for("rights.details_view", id=right.id),
    )


def _why_not(actor: Actor, right: Right, *, is_renewal: bool) -> Wording | None:
    if right.agency != actor.agency or not actor.holds(Role.SUPERVISOR):
        return NOT_YOURS
    if right.ended_at is not None:
        return HAS_ENDED
    return TO_ONESELF if is_renewal and right.person == actor.person_id else None


def _a_year_more() -> str:
    return as_typed(clock.today() + timedelta(days=USUAL_DAYS))


REASON: Final = Asks("reason", Wording("理由", "Reason"), "long", is_needed=True, help=Wording(
    "寫在每一項，加密保存。", "Stands with each of them, sealed."))  # fmt: skip
_SUPERVISORS: Final = frozenset({Role.SUPERVISOR})

RENEW_MANY: Final = Act(
    label=Wording("預覽後展延", "Preview and renew"),
    sure=Wording("展延這{n}項", "Renew these {n}"),
    done=Wording("已展延", "Renewed"),
    preview=before_renewing,
    use_case=renew,
    says=Wording(
        "填一個迄日與理由，逐項展延並寫入軌跡。", "One last day and one reason; each is renewed with its own entry."
    ),
    asks=(Asks("ends_on", Wording("新的迄日", "New last day"), "day", is_needed=True, value=_a_year_more), REASON),
    roles=_SUPERVISORS,
    tabs=("open", "ending"),
)
END_MANY: Final = Act(
    label=Wording("預覽後終止", "Preview and end"),
    sure=Wording("終止這{n}項", "End these {n}"),
    done=Wording("已終止", "Ended"),
    preview=before_ending,
    use_case=end,
    says=Wording(
        "終止立即生效，逐項寫入軌跡；要恢復須重新授予。",
        "Ended at once, each with its own entry; only a new grant brings it back.",
    ),
    asks=(Asks("cause", Wording("原因", "Cause"), "choice", options=CAUSES, is_needed=True), REASON),
    roles=_SUPERVISORS,
    tabs=("open", "ending"),
    is_danger=True,
)
