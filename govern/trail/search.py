"""Entries a person may see: the only way to them.

Everybody sees the own entries; supervisor, head and auditor those of the agencies within reach; a drafter those under own
case items; an approver those on own data items; an operator the system's, which speak of no look-up (DESIGN.md, Roles).
What an audit says of a look-up is hidden from whoever asked it, in whatever role: but for what one wrote oneself.
Every way goes by an index that ends with the id, so that a page by id is as fast at a hundred million entries.
"""

import uuid
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from govern.core.database import transaction
from govern.core.errors import NotFound
from govern.rules.actor import Actor
from govern.trail.append import append
from govern.trail.entry import Entry
from govern.trail.kinds.lookups import Asked
from govern.trail.kinds.people import TrailSearched

OF_AN_AUDIT: Final = ("sample", "finding")  # what entries of an audit about one look-up are about


def entries_for(actor: Actor, _session: Session) -> Select[Entry]:
    """The entries within reach, unordered."""
    return select(Entry).where(or_(*_ways(actor)))


def ways_for(actor: Actor, _session: Session) -> list[Select[Entry]]:
    """The same entries as several selections, each by an index of its own; an entry may be found by more than one.

    What is sorted by id is walked way by way: one `OR` would sort all that is within reach before its first page.
    """
    return [select(Entry).where(way) for way in _ways(actor)]


def entry_for(actor: Actor, session: Session, identity: uuid.UUID) -> Entry:
    """One entry within reach, or `NotFound`, for absent and foreign alike."""
    found = session.scalars(entries_for(actor, session).where(Entry.id == identity)).first()
    if found is None:
        raise NotFound
    return found


def _ways(actor: Actor) -> list[ColumnElement[bool]]:
    reach = actor.reach
    ways: list[ColumnElement[bool]] = [Entry.agency == agency for agency in sorted(reach.agencies)]
    ways += [Entry.case_item == case_item for case_item in sorted(reach.own_case_items)]
    if reach.own_data_items:
        ways.append(Entry.owner == actor.agency)  # the data items that this agency owns, by the index on the owner
    if reach.is_operator:
        ways.append(Entry.lookup.is_(None))
    hidden = _audits_own_look_up(actor)
    return [(Entry.person == actor.person_id) & (Entry.agency == actor.agency), *(way & ~hidden for way in ways)]


def _audits_own_look_up(actor: Actor) -> ColumnElement[bool]:
    """Whether an entry tells what an audit found of a look-up that the actor asked."""
    asked = aliased(Entry)
    is_own = (
        select(asked.id)
        .where(asked.lookup == Entry.lookup, asked.person == actor.person_id, asked.kind == Asked.name)
        .correlate(Entry)
        .exists()
    )
    return func.coalesce(Entry.about_kind, "").in_(OF_AN_AUDIT) & is_own


def enter_search(actor: Actor, columns: tuple[str, ...], subject_index: bytes | None) -> None:
    """Who searched the trail by what is an entry of its own; a subject's key stands as its keyed index alone."""
    with transaction() as session:
        append(session, TrailSearched(by_columns=columns, subject_index=subject_index), by=actor)
