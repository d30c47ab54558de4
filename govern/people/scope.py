"""Which people and rights an actor may see: the only way to them.

Everybody sees oneself and the own rights; supervisor, head and auditor those of the agencies within reach; an operator
sees people and accounts, which the operator keeps, but nobody's rights.
"""

import uuid
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true
from sqlalchemy.orm import Session

from govern.core.errors import NotFound
from govern.people.person import Person, RoleHeld
from govern.people.right import Right
from govern.rules.actor import Actor, Role

Thing = TypeVar("Thing")


def people_for(actor: Actor, _session: Session) -> Select[Person]:
    """The persons within reach: oneself, and whoever holds or held a role at an agency within reach."""
    if actor.reach.is_operator:
        return select(Person)
    ways: list[ColumnElement[bool]] = [Person.id == actor.person_id]
    if actor.reach.agencies:
        ways.append(exists().where(RoleHeld.person == Person.id, RoleHeld.agency.in_(sorted(actor.reach.agencies))))
    return select(Person).where(or_(*ways))


def person_for(actor: Actor, session: Session, identity: uuid.UUID) -> Person:
    """One person within reach, or `NotFound`, for absent and foreign alike."""
    return _the_one(session.scalars(people_for(actor, session).where(Person.id == identity)).first())


def rights_for(actor: Actor, _session: Session) -> Select[Right]:
    """The rights within reach: the own ones at any agency, and those held at agencies within reach."""
    ways: list[ColumnElement[bool]] = [Right.person == actor.person_id]
    if actor.reach.agencies:
        ways.append(Right.agency.in_(sorted(actor.reach.agencies)))
    return select(Right).where(or_(*ways))


def ways_to_rights(actor: Actor, _session: Session) -> list[Select[Right]]:
    """The same rights as several selections, each by an index of its own, for lists that are paged by key."""
    ways: list[Select[Right]] = [select(Right).where(Right.person == actor.person_id)]
    ways += [select(Right).where(Right.agency == agency) for agency in sorted(actor.reach.agencies)]
    return ways


def clerks_of(actor: Actor, _session: Session) -> Select[Person]:
    """The clerks of the own agency, to whom a supervisor may grant: nobody for any other role, and never oneself."""
    held_now = exists().where(
        RoleHeld.person == Person.id,
        RoleHeld.agency == actor.agency,
        RoleHeld.role == Role.CLERK.value,
        RoleHeld.to_at.is_(None),
    )
    is_theirs = true() if actor.holds(Role.SUPERVISOR) else false()
    return select(Person).where(held_now, is_theirs, Person.is_active, Person.id != actor.person_id)


def right_for(actor: Actor, session: Session, identity: uuid.UUID) -> Right:
    """One right within reach, or `NotFound`, for absent and foreign alike."""
    return _the_one(session.scalars(rights_for(actor, session).where(Right.id == identity)).first())


def _the_one(found: Thing | None) -> Thing:
    if found is None:
        raise NotFound
    return found
