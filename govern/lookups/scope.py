"""Which look-ups an actor may see: the only way to them.

A clerk sees the own; supervisor and head those of the own agency and below; an auditor those of agencies audited; a
drafter those under own case items; an approver those on own data items; an operator none (DESIGN.md, Roles). Answers are
the asker's alone, whoever else may see that the look-up was made.
"""

import uuid

from sqlalchemy import ColumnElement, Select, exists, false, or_, select
from sqlalchemy.orm import Session

from govern.core.errors import NotFound
from govern.lookups.lookup import Lookup, Task
from govern.rules.actor import Actor


def lookups_for(actor: Actor, session: Session) -> Select[Lookup]:
    """The look-ups within reach, unordered."""
    return select(Lookup).where(_within_reach(actor))


def lookup_for(actor: Actor, session: Session, identity: uuid.UUID) -> Lookup:
    """One look-up within reach, or `NotFound`, for absent and foreign alike."""
    found = session.scalars(lookups_for(actor, session).where(Lookup.id == identity)).first()
    if found is None:
        raise NotFound
    return found


def own_lookup(actor: Actor, session: Session, identity: uuid.UUID) -> Lookup:
    """One of the actor's own look-ups, or `NotFound`: what showing, revealing and destroying go by."""
    found = session.get(Lookup, identity)
    if found is None or found.person != actor.person_id or found.agency != actor.agency:
        raise NotFound
    return found


def _within_reach(actor: Actor) -> ColumnElement[bool]:
    reach = actor.reach
    ways: list[ColumnElement[bool]] = [(Lookup.person == actor.person_id) & (Lookup.agency == actor.agency)]
    if reach.agencies:
        ways.append(Lookup.agency.in_(sorted(reach.agencies)))
    if reach.own_case_items:
        ways.append(Lookup.case_item.in_(sorted(reach.own_case_items)))
    if reach.own_data_items:
        ways.append(exists().where(Task.lookup == Lookup.id, Task.item.in_(sorted(reach.own_data_items))))
    return or_(*ways) if ways else false()
