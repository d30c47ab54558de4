"""Look-ups to read: one's own, and those within reach; never an answer, which is its asker's alone.

A clerk finds the own ones again, supervisor, head and auditor those of their agencies, a drafter those under own case
items, an approver those on own data items. The subject stands as kind and masked key; what the look-up found is not here.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.frame.display import LOOKUP_STATES, NOT_KNOWN, State
from admin.frame.governed_view import GovernedView
from admin.frame.listing import Tab
from admin.frame.names import agency_names, case_item_names, people_names
from admin.frame.paging import Order
from admin.frame.seek import Filter, Searched
from govern.catalogue.case_item import CaseItem
from govern.catalogue.scope import case_items_for
from govern.core import clock
from govern.core.ids import lowest_id_at
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import SealedValue, open_value
from govern.lookups.lookup import Lookup, SubjectKey
from govern.lookups.scope import lookup_for, lookups_for
from govern.rules.actor import Actor
from govern.rules.identifiers import kinds


@dataclass(frozen=True, slots=True)
class Row:
    """A look-up in the list."""

    id: uuid.UUID
    reference: str
    at: datetime
    case_item: Wording
    case_number: str | None
    subject: str | None
    subjects: int
    person: str
    agency: Wording
    state: State
    tasks_open: int
    is_own: bool


def _case_items(actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    codes = session.scalars(
        case_items_for(actor, session).with_only_columns(CaseItem.code).order_by(CaseItem.seq)
    ).all()
    names = case_item_names(session, codes)
    return [(code, names[code]) for code in codes if code in names]


def _agencies(actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    return sorted(agency_names(session, {actor.agency, *actor.reach.agencies}).items())


def today_begins() -> uuid.UUID:
    """The lowest id that a look-up or entry of today can have (Asia/Taipei)."""
    return lowest_id_at(datetime.combine(clock.today(), time.min, tzinfo=clock.TAIPEI))


class Lookups(GovernedView):
    """Look-ups within the visitor's reach, newest first."""

    scope, one = lookups_for, lookup_for
    title = Wording("查調紀錄", "Look-ups")
    lede = Wording(
        "您送出的，以及職務範圍內的查調。查調結果只有送出的人、在同一次登入內看得到。",
        "Those you submitted and those within your duties. Answers open to who asked alone, within the same log-in.",
    )
    orders = (Order("at", Lookup.id, Lookup.id, Wording("時間", "Time"), descending=True),)
    tabs = (
        Tab("all", Wording("全部", "All"), lambda things: things),
        Tab("today", Wording("今天", "Today"), lambda things: things.where(Lookup.id >= today_begins())),
        Tab("open", Wording("進行中", "Under way"), lambda things: things.where(Lookup.ended_at.is_(None))),
    )
    searched = Searched((Lookup.reference,), Wording("查調編號", "Reference"))
    choices = (
        Filter("case_item", Wording("案件項目", "Case item"), Lookup.case_item, _case_items, pick="known_case_item"),
        Filter("agency", Wording("機關", "Agency"), Lookup.agency, _agencies, pick="agency"),
    )
    column_list = ("at", "case_item", "reference", "case_number", "subject", "person", "state")
    written_as: ClassVar = {"case_number": (), "person": ("person", "agency")}  # a case number may say who it is about
    column_labels: ClassVar = {
        "at": Wording("時間", "Time"),
        "case_item": Wording("案件項目", "Case item"),
        "reference": Wording("查調編號", "Reference"),
        "case_number": Wording("案號", "Case number"),
        "subject": Wording("當事人", "Subject"),
        "person": Wording("承辦人", "Clerk"),
        "agency": Wording("機關", "Agency"),
        "state": Wording("狀態", "State"),
    }
    page_size = 20
    can_export = True
    is_long = True
    can_view_details = False  # a look-up's page is the desk's (`follow`), for whoever may see that it was made
    list_template = "desk/lookups.html"

    def rows(self, actor: Actor, session: Session, things: Sequence[Lookup]) -> Sequence[Row]:
        """Look-ups with names, the case number opened and the first subject's key masked."""
        return rows_of(actor, session, things)


def rows_of(actor: Actor, session: Session, things: Sequence[Lookup]) -> list[Row]:
    """Look-ups as lists show them: sealed texts opened, keys masked, names said."""
    case_items = case_item_names(session, {thing.case_item for thing in things})
    agencies = agency_names(session, {thing.agency for thing in things})
    people = people_names(session, {thing.person for thing in things})
    firsts = _first_keys(session, [thing.id for thing in things])
    # One statement for all sealed values of the page; `open_value` then finds them in the session.
    wanted = [thing.case_number for thing in things] + [key.sealed_value for key in firsts.values()]
    session.scalars(select(SealedValue).where(SealedValue.id.in_(wanted))).all()
    return [
        Row(
            id=thing.id,
            reference=thing.reference,
            at=thing.submitted_at,
            case_item=case_items.get(thing.case_item, Wording(thing.case_item, thing.case_item)),
            case_number=open_value(ring.bound(), session, thing.case_number),
            subject=_masked(session, firsts.get(thing.id)),
            subjects=thing.subjects,
            person=people.get(thing.person, thing.account),
            agency=agencies[thing.agency],
            state=LOOKUP_STATES.get(thing.state, NOT_KNOWN),
            tasks_open=thing.tasks_open,
            is_own=thing.person == actor.person_id and thing.agency == actor.agency,
        )
        for thing in things
    ]


def _first_keys(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, SubjectKey]:
    rows = session.scalars(
        select(SubjectKey).where(
            SubjectKey.lookup.in_(ids), SubjectKey.ordinal == 1, SubjectKey.seq == 1, SubjectKey.part == "key"
        )
    )
    return {row.lookup: row for row in rows}


def _masked(session: Session, key: SubjectKey | None) -> str | None:
    value = open_value(ring.bound(), session, key.sealed_value) if key is not None else None
    return None if key is None or value is None else kinds.masked(key.kind, value)
