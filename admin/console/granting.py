"""A supervisor grants a clerk of the own agency a case item, renews a right, ends one: each a form with its reason."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session

from admin.console.keep.kept import FRESH, Outcome, Typed, done, saved, text_in
from admin.console.rights import may_turn, rows_of
from admin.frame.actor import the_actor
from admin.frame.forms.day import as_typed, day_in
from admin.frame.forms.kept import Restored, filled, restored
from admin.frame.forms.pick import resolved
from govern.catalogue.scope import case_items_in_force_at
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import NotFound
from govern.core.wording import Wording
from govern.keys import ring
from govern.people.grant_right import CAUSES, end_right, grant_right, latest_end, renew_right
from govern.people.person import Person
from govern.people.right import Right
from govern.people.scope import clerks_of, right_for
from govern.rules.actor import Actor

pages = Blueprint("granting", __name__, url_prefix="/rights")

USUAL_DAYS: Final = 365
CHOOSE: Final = Wording("請選擇。", "Please choose.")
GRANTED: Final = Wording("已授予，立即生效。", "Granted; it holds at once.")
RENEWED: Final = Wording("已展延。", "Renewed.")
ENDED: Final = Wording(
    "已終止，立即生效；進行中的查調不再詢問。", "Ended at once; look-ups under way are not asked any more."
)


@pages.get("/grant")
def form() -> str:
    """The form of a new right; a person named in the address is chosen already, if within reach."""
    today, found = clock.today(), restored()
    usual = Typed({
        "person": request.args.get("person", ""),
        "starts_on": as_typed(today),
        "ends_on": as_typed(today + timedelta(days=USUAL_DAYS)),
    })  # fmt: skip
    return _form(filled(found) or usual, FRESH, found)


@pages.post("/grant")
def grant() -> Response:
    """The right is granted, or the form says what to mend."""
    actor, typed = the_actor(), request.form
    wrong: dict[str, Wording] = {}
    starts_on = day_in(typed, "starts_on", wrong, needed=True)
    ends_on = day_in(typed, "ends_on", wrong, needed=True)
    with reading() as session:
        person = next((each.id for each in _clerks(actor, session) if str(each.id) == typed.get("person")), None)
    case_item = resolved(actor, "case_item", typed.get("case_item", ""), "case_item", wrong)
    for name, found in (("person", person), ("case_item", case_item)):
        if found is None:
            wrong.setdefault(name, CHOOSE)
    granted: list[uuid.UUID] = []

    outcome = saved(
        lambda: granted.append(_grant(actor, person, case_item, starts_on, ends_on, text_in(typed, "reason"))), wrong
    )
    if outcome.is_done:
        return done(GRANTED, "rights.details_view", id=str(granted[0]))  # type: ignore[return-value]
    return make_response(_form(typed, outcome), outcome.status)


@pages.get("/<uuid:right>/renew")
def renew_form(right: uuid.UUID) -> str:
    """The form of a longer term: a year more, at most three from today."""
    found = _mine(right)[0]
    longer = min(found.ends_on + timedelta(days=USUAL_DAYS), latest_end(max(clock.today(), found.starts_on)))
    return _turn_form("renew", right, Typed({"ends_on": as_typed(longer)}), FRESH)


@pages.post("/<uuid:right>/renew")
def renew(right: uuid.UUID) -> Response:
    """The right goes on under a new id, or the form says what to mend."""
    actor, typed = the_actor(), request.form
    _mine(right)
    wrong: dict[str, Wording] = {}
    ends_on = day_in(typed, "ends_on", wrong, needed=True)
    renewed: list[uuid.UUID] = []

    def act() -> None:
        until = ends_on or date.min
        renewed.append(renew_right(ring.bound(), right, ends_on=until, reason=text_in(typed, "reason"), by=actor))

    outcome = saved(act, wrong)
    if outcome.is_done:
        return done(RENEWED, "rights.details_view", id=str(renewed[0]))  # type: ignore[return-value]
    return make_response(_turn_form("renew", right, typed, outcome), outcome.status)


@pages.get("/<uuid:right>/end")
def end_form(right: uuid.UUID) -> str:
    """The form that asks why."""
    return _turn_form("end", right, Typed(), FRESH)


@pages.post("/<uuid:right>/end")
def end(right: uuid.UUID) -> Response:
    """The right has ended at once, or the form says what to mend."""
    actor, typed = the_actor(), request.form
    _mine(right)
    outcome = saved(lambda: end_right(right, cause=typed.get("cause", ""), reason=text_in(typed, "reason"), by=actor))
    if outcome.is_done:
        return done(ENDED, "rights.details_view", id=str(right))  # type: ignore[return-value]
    return make_response(_turn_form("end", right, typed, outcome), outcome.status)


def _grant(
    actor: Actor,
    person: uuid.UUID | None,
    case_item: str | None,
    starts_on: date | None,
    ends_on: date | None,
    why: str,
) -> uuid.UUID:
    if person is None or case_item is None or starts_on is None or ends_on is None:
        raise NotFound  # said at its row before
    return grant_right(
        ring.bound(), person, actor.agency, case_item, starts_on=starts_on, ends_on=ends_on, reason=why, by=actor
    )


def _form(typed: Typed, outcome: Outcome, found: Restored | None = None) -> str:
    actor = the_actor()
    with reading() as session:
        values: dict[str, Any] = {
            "clerks": [(str(each.id), each.name) for each in _clerks(actor, session)],
            "has_case_items": session.execute(case_items_in_force_at(actor.agency).limit(1)).first() is not None,
        }
    return render_template("console/grant.html", restored=found, typed=typed, outcome=outcome, **values)


def _turn_form(deed: str, right: uuid.UUID, typed: Typed, outcome: Outcome) -> str:
    found, row = _mine(right)
    longest = latest_end(max(clock.today(), found.starts_on))
    return render_template(
        "console/turn_right.html", deed=deed, row=row, typed=typed, outcome=outcome, causes=CAUSES, longest=longest
    )


def _mine(right: uuid.UUID) -> tuple[Right, Any]:
    """A right that the actor may renew or end, and its row; any other, and one that has ended, is not there."""
    actor = the_actor()
    with reading() as session:
        found = right_for(actor, session, right)
        if not may_turn(actor, found):
            raise NotFound
        return found, rows_of(actor, session, [found])[0]


def _clerks(actor: Actor, session: Session) -> Sequence[Person]:
    return session.scalars(clerks_of(actor, session).order_by(Person.id)).all()
