"""Rights: which clerk may use which case item until when; one's own, and those of the agencies within reach."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from admin.console.rights_many import END_MANY, RENEW_MANY
from admin.frame.display import State
from admin.frame.doors import Waiting
from admin.frame.governed_view import GovernedView
from admin.frame.language import w
from admin.frame.listing import Tab
from admin.frame.names import agency_names, case_item_names, people_names
from admin.frame.paging import Order
from admin.frame.seek import Filter
from govern.catalogue.case_item import CaseItem
from govern.catalogue.scope import case_items_for
from govern.core import clock
from govern.core.wording import Wording
from govern.people.ending import ending_of, reason_of
from govern.people.grant_right import CAUSES
from govern.people.right import Right
from govern.people.scope import right_for, ways_to_rights
from govern.rules.actor import Actor, Role

SOON_DAYS: Final = 30
WAITING_AT_MOST: Final = 5

NOT_YET: Final = State("clock", Wording("尚未開始", "Not begun"), "")
IN_FORCE: Final = State("done", Wording("有效", "In force"), "ok")
ENDS_SOON: Final = State("clock", Wording("快到期", "Ends soon"), "wait")
OVER: Final = State("dash", Wording("已到期", "Term over"))
ENDED: Final = State("cross", Wording("已終止", "Ended"))

# Every cause that an entry may carry: a supervisor's, and the house's own.
CAUSE_NAMES: Final = {
    **CAUSES,
    "term": Wording("期間屆滿後重新授予", "Term over, granted anew"),
    "renewed": Wording("已展延，由新權限接續", "Renewed by a new right"),
    "role_taken": Wording("不再是承辦人", "No longer a clerk"),
    "ended": Wording("由系統終止", "Ended by the house"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A right in the list."""

    id: uuid.UUID
    person_id: uuid.UUID
    person: str
    agency: Wording
    case_item: Wording
    starts_on: date
    ends_on: date
    days_left: int | None
    granted_by: str | None
    state: State
    ended_at: datetime | None


def _soon() -> date:
    return clock.today() + timedelta(days=SOON_DAYS)


def _open(things: Select[Any]) -> Select[Any]:
    return things.where(Right.ended_at.is_(None), Right.ends_on >= clock.today())


def _ending(things: Select[Any]) -> Select[Any]:
    return _open(things).where(Right.ends_on <= _soon())


def _over(things: Select[Any]) -> Select[Any]:
    return things.where(or_(Right.ended_at.is_not(None), Right.ends_on < clock.today()))


def _case_items(actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    codes = session.scalars(
        case_items_for(actor, session).with_only_columns(CaseItem.code).order_by(CaseItem.seq)
    ).all()
    names = case_item_names(session, codes)
    return [(code, names[code]) for code in codes if code in names]


def _agencies(actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    return sorted(agency_names(session, {actor.agency, *actor.reach.agencies}).items())


def state_of_right(right: Right) -> State:
    """How a right stands today."""
    today = clock.today()
    if right.ended_at is not None:
        return ENDED
    if right.ends_on < today:
        return OVER
    if right.starts_on > today:
        return NOT_YET
    return ENDS_SOON if right.ends_on <= _soon() else IN_FORCE


class Rights(GovernedView):
    """Rights within the visitor's reach, the newest first."""

    scope, one = ways_to_rights, right_for
    title = Wording("查調權限", "Rights")
    lede = Wording(
        "誰可以使用哪個案件項目，到何時為止。授予與終止都立即生效。",
        "Who may use which case item, and until when. Grants and endings hold at once.",
    )
    orders = (
        Order("granted", Right.id, Right.id, Wording("授予時間", "Granted"), descending=True),
        Order("ends_on", Right.ends_on, Right.id, Wording("迄日", "Last day")),
    )
    tabs = (
        Tab("open", Wording("有效", "In force"), _open),
        Tab("ending", Wording("快到期", "Ends soon"), _ending, is_counted=True),
        Tab("over", Wording("已終止", "Ended"), _over),
    )
    choices = (
        Filter(
            "case_item",
            Wording("案件項目", "Case item"),
            Right.case_item,
            _case_items,
            is_small=True,
            pick="known_case_item",
        ),
        Filter("agency", Wording("機關", "Agency"), Right.agency, _agencies, pick="agency"),
    )
    column_list = ("person", "case_item", "agency", "starts_on", "ends_on", "state", "granted_by")
    column_labels: ClassVar = {
        "person": Wording("承辦人", "Clerk"),
        "case_item": Wording("案件項目", "Case item"),
        "agency": Wording("機關", "Agency"),
        "starts_on": Wording("起日", "First day"),
        "ends_on": Wording("迄日", "Last day"),
        "state": Wording("狀態", "State"),
        "granted_by": Wording("授予人", "Granted by"),
    }
    can_export = True
    actions: ClassVar = {"renew": RENEW_MANY, "end": END_MANY}
    list_template = "console/rights.html"
    details_template = "console/right.html"

    def name_of(self, row: Row) -> str:
        """Whose right it is, and for what."""
        return f"{row.person} {w(row.case_item)}"

    def rows(self, actor: Actor, session: Session, things: Sequence[Right]) -> Sequence[Row]:
        """Rights with names said."""
        return rows_of(actor, session, things)

    def describe(self, actor: Actor, session: Session, thing: Right) -> dict[str, Any]:
        """Its row, why it was granted, how it ended, and what may be done with it."""
        ending = ending_of(actor, session, thing)
        names = people_names(session, {each for each in (ending.person if ending else None,) if each})
        return {
            "row": rows_of(actor, session, [thing])[0],
            "reason": reason_of(session, thing),
            "ending": ending,
            "ended_by": names.get(ending.person) if ending and ending.person else None,
            "cause": CAUSE_NAMES.get(ending.cause) if ending else None,
            "may_turn": may_turn(actor, thing),
        }


def may_turn(actor: Actor, right: Right) -> bool:
    """Whether the actor may renew or end it: a supervisor of its agency, while it is open."""
    return actor.holds(Role.SUPERVISOR) and right.agency == actor.agency and right.ended_at is None


def rows_of(_actor: Actor, session: Session, things: Sequence[Right]) -> list[Row]:
    """Rights as lists show them."""
    people = people_names(session, {each for thing in things for each in (thing.person, thing.granted_by) if each})
    agencies = agency_names(session, {thing.agency for thing in things})
    case_items = case_item_names(session, {thing.case_item for thing in things})
    today = clock.today()
    return [
        Row(
            id=thing.id,
            person_id=thing.person,
            person=people.get(thing.person, ""),
            agency=agencies[thing.agency],
            case_item=case_items.get(thing.case_item, Wording(thing.case_item, thing.case_item)),
            starts_on=thing.starts_on,
            ends_on=thing.ends_on,
            days_left=(thing.ends_on - today).days
            if thing.ended_at is None and today <= thing.ends_on <= _soon()
            else None,
            granted_by=people.get(thing.granted_by) if thing.granted_by else None,
            state=state_of_right(thing),
            ended_at=thing.ended_at,
        )
        for thing in things
    ]


def _to_renew(actor: Actor) -> Select[Right]:
    return _ending(select(Right).where(Right.agency == actor.agency, Right.person != actor.person_id))


def to_renew(actor: Actor, session: Session) -> int:
    """How many rights of a supervisor's clerks end soon, for the figure in the bar."""
    if not actor.holds(Role.SUPERVISOR):
        return 0
    return session.scalar(select(func.count()).select_from(_to_renew(actor).subquery())) or 0


def _own_ending(actor: Actor, session: Session) -> list[Waiting]:
    """A clerk's own rights that end soon: who can renew them is the supervisor."""
    own = _ending(select(Right).where(Right.agency == actor.agency, Right.person == actor.person_id))
    found = session.scalars(own.order_by(Right.ends_on, Right.id).limit(WAITING_AT_MOST)).all()
    return [
        Waiting(
            title=row.case_item,
            detail=Wording("您的查調權限快到期，請洽主管展延", "Your right ends soon; ask your supervisor to renew it"),
            action=Wording("檢視", "Open"),
            endpoint="rights.details_view",
            values={"id": str(row.id)},
            due_on=row.ends_on,
        )
        for row in rows_of(actor, session, found)
    ]


def waits(actor: Actor, session: Session) -> Sequence[Waiting]:
    """The own rights that end soon and, for a supervisor, the clerks'; by their last day, many in one line more."""
    own = _own_ending(actor, session) if actor.holds(Role.CLERK) else []
    if not actor.holds(Role.SUPERVISOR):
        return own
    ending = _to_renew(actor)
    found = session.scalars(ending.order_by(Right.ends_on, Right.id).limit(WAITING_AT_MOST)).all()
    every = session.scalar(select(func.count()).select_from(ending.subquery())) or 0
    shown = [
        Waiting(
            title=row.case_item,
            detail=Wording(f"{row.person}的查調權限快到期", f"{row.person}’s right ends soon"),
            action=Wording("展延", "Renew"),
            endpoint="granting.renew_form",
            values={"right": str(row.id)},
            due_on=row.ends_on,
        )
        for row in rows_of(actor, session, found)
    ]
    shown = [*own, *shown]
    if every <= len(found):
        return shown
    more = every - len(found)
    return [
        *shown,
        Waiting(
            title=Wording(f"另有{more}項查調權限快到期", f"{more} more rights end soon"),
            detail=Wording("30天內到期", "Within 30 days"),
            action=Wording("檢視", "Open"),
            endpoint="rights.index_view",
            values={"tab": "ending", "sort": "ends_on"},
            due_on=found[-1].ends_on,
        ),
    ]
