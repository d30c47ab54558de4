"""Search the trail, and "was it changed?" on an entry.

Words may be a log number, a look-up's reference, an account, or a subject's key: the key goes by its keyed index and never
stands in an address, and every search is itself an entry, with the columns searched and, of a subject, the index alone.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from admin.auditing.proof import proof_of
from admin.auditing.words import KIND_STATES
from admin.frame.display import State
from admin.frame.governed_view import GovernedView
from admin.frame.listing import Tab
from admin.frame.names import agency_names, case_item_names, data_item_names, people_names
from admin.frame.paging import Order
from admin.frame.seek import Filter, Searched, Seek
from govern.catalogue.case_item import CaseItem
from govern.catalogue.scope import case_items_for
from govern.catalogue.source import FAILURES
from govern.core import clock
from govern.core.ids import lowest_id_at
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import SealedValue
from govern.lookups.lookup import Lookup
from govern.people.person import Account
from govern.people.sign_on import account_key
from govern.rules.actor import Actor
from govern.rules.denial import Deny
from govern.rules.identifiers import kinds
from govern.trail.entry import Entry, EntryNumber, EntrySealedValue
from govern.trail.kinds.kind import KINDS
from govern.trail.search import enter_search, entry_for, ways_for

DAYS: Final = {
    "1": Wording("今天", "Today"),
    "7": Wording("七天內", "Last 7 days"),
    "30": Wording("三十天內", "Last 30 days"),
    "365": Wording("一年內", "Last year"),
}
# Kinds of key by which somebody is looked for; names and addresses are too common to find one person by.
SOUGHT_BY: Final = ("national_id", "company_no", "plate_no", "land_no", "building_no")


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in the list."""

    id: uuid.UUID
    number: int | None
    at: datetime
    state: State
    person: str | None
    agency: Wording | None
    case_item: Wording | None
    data_item: Wording | None


def _kinds(_actor: Actor, _session: Session) -> Sequence[tuple[str, Wording]]:
    return [(name, kind.wording) for name, kind in KINDS.items()]


def _days(_actor: Actor, _session: Session) -> Sequence[tuple[str, Wording]]:
    return tuple(DAYS.items())


def _case_items(actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    codes = session.scalars(case_items_for(actor, session).with_only_columns(CaseItem.code).order_by(CaseItem.seq))
    return list(case_item_names(session, codes).items())


def _since(days: str) -> ColumnElement[bool]:
    start = clock.now().astimezone(clock.TAIPEI).replace(hour=0, minute=0, second=0, microsecond=0)
    return Entry.id >= lowest_id_at(start - timedelta(days=int(days) - 1 if days.isdecimal() else 0))


def _found_by(words: str) -> ColumnElement[bool]:
    """Entries by number, reference, account or subject; each goes by an index of its own."""
    word = words.strip()
    digits = word.replace(",", "")
    ways: list[ColumnElement[bool]] = []
    if digits.isascii() and digits.isdecimal() and len(digits) < 16:
        ways.append(Entry.id.in_(select(EntryNumber.entry_id).where(EntryNumber.number == int(digits))))
    ways.append(Entry.lookup.in_(select(Lookup.id).where(Lookup.reference == word.upper())))
    ways.append(Entry.person.in_(select(Account.person).where(Account.name == account_key(word))))
    index = index_of_subject(word)
    if index is not None:
        sealed = select(SealedValue.id).where(SealedValue.keyed_index == index)
        ways.append(Entry.id.in_(select(EntrySealedValue.entry_id).where(EntrySealedValue.sealed_value_id.in_(sealed))))
    return or_(*ways) if word else false()


def index_of_subject(word: str) -> bytes | None:
    """The keyed index of a subject's key, if the word is one."""
    for kind in SOUGHT_BY:
        try:
            return ring.bound().index(kind, kinds.parse(kind, word).value)
        except kinds.IdentifierError:
            continue
    return None


class TrailEntries(GovernedView):
    """Entries within the visitor's reach, newest first."""

    scope, one = ways_for, entry_for
    title = Wording("軌跡", "Trail")
    lede = Wording(
        "您職務範圍內的每一件事，只增不改；搜尋本身也會留下紀錄。",
        "Everything within your duties, only ever added to; a search leaves an entry too.",
    )
    orders = (Order("at", Entry.id, Entry.id, Wording("時間", "Time"), descending=True),)
    tabs = (
        Tab("all", Wording("全部", "All"), lambda things: things),
        Tab("lookups", Wording("查調", "Look-ups"), lambda things: things.where(Entry.lookup.is_not(None))),
        Tab("refused", Wording("不准許與拒絕", "Denied and refused"), lambda things: things.where(
            Entry.kind.in_(("denied", "refused_request", "sign_on_failed")))),
    )  # fmt: skip
    searched = Searched(
        (Entry.lookup, Entry.person),
        Wording("序號、查調編號、帳號或當事人號碼", "Number, reference, account or subject"),
        find=_found_by,
    )
    choices = (
        Filter("kind", Wording("種類", "Kind"), Entry.kind, _kinds),
        Filter("days", Wording("期間", "Period"), Entry.id, _days, find=_since),
        Filter("case_item", Wording("案件項目", "Case item"), Entry.case_item, _case_items, pick="known_case_item"),
    )
    column_list = ("number", "at", "kind", "person", "agency", "case_item", "data_item")
    written_as: ClassVar = {"kind": ("state",)}
    column_labels: ClassVar = {
        "number": Wording("序號", "Number"),
        "at": Wording("時間", "Time"),
        "kind": Wording("種類", "Kind"),
        "state": Wording("種類", "Kind"),
        "person": Wording("使用者", "Actor"),
        "agency": Wording("機關", "Agency"),
        "case_item": Wording("案件項目", "Case item"),
        "data_item": Wording("查調項目", "Data item"),
    }
    can_export = True
    is_long = True
    page_size = 30
    list_template = "auditing/trail.html"
    details_template = "auditing/entry.html"

    def sought(self, actor: Actor, seek: Seek) -> None:
        """A search is an entry, written before anything is found: no evidence, no data."""
        if not seek:
            return
        columns = tuple(sorted({*seek.filters, *(("words",) if seek.words else ())}))
        enter_search(actor, columns, index_of_subject(seek.words))

    def rows(self, _actor: Actor, session: Session, things: Sequence[Entry]) -> Sequence[Row]:
        """Entries with their numbers and names; one without a number waits for the sequencer."""
        ids = [thing.id for thing in things]
        numbers = dict(
            session.execute(select(EntryNumber.entry_id, EntryNumber.number).where(EntryNumber.entry_id.in_(ids)))
            .tuples()
            .all()
        )
        people = people_names(session, {thing.person for thing in things if thing.person})
        agencies = agency_names(session, {thing.agency for thing in things if thing.agency})
        case_items = case_item_names(session, {thing.case_item for thing in things if thing.case_item})
        data_items = data_item_names(session, {thing.data_item for thing in things if thing.data_item})
        return [
            Row(
                id=thing.id,
                number=numbers.get(thing.id),
                at=thing.at,
                state=state_of_kind(thing.kind),
                person=people.get(thing.person) or thing.account if thing.person else None,
                agency=agencies.get(thing.agency or ""),
                case_item=case_items.get(thing.case_item or ""),
                data_item=data_items.get(thing.data_item or ""),
            )
            for thing in things
        ]

    def describe(self, actor: Actor, session: Session, thing: Entry) -> dict[str, Any]:
        """What the entry says, in names, and whether it is still what the signed tree holds."""
        (row,) = self.rows(actor, session, [thing])
        names = {
            **agency_names(session, {code for code in (thing.agency, thing.owner) if code}),
            **data_item_names(session, {thing.data_item} if thing.data_item else ()),
            **case_item_names(session, {thing.case_item} if thing.case_item else ()),
        }
        details = json.loads(thing.details)
        denied = None
        if thing.kind == "denied" and thing.rule:
            denied = Deny(thing.rule, thing.rule_version or 1, details.get("parameters", {}))
        return {
            "row": row,
            "names": names,
            "details": details,
            "why": denied.worded(names) if denied else FAILURES.get(thing.cause or ""),
            "lookup": session.get(Lookup, thing.lookup) if thing.lookup else None,
            "proof": proof_of(session, thing, row.number),
        }


def state_of_kind(name: str) -> State:
    """How a kind of entry is shown; its word is the kind's own."""
    icon, tone = KIND_STATES.get(name, ("paper", ""))
    kind = KINDS.get(name)
    return State(icon, kind.wording if kind else Wording(name, name), tone)
