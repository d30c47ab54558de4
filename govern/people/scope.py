"""Which people and rights an actor may see: the only way to them.

Everybody sees oneself and the own rights; supervisor, head and auditor those of the agencies within reach; an operator
sees people and accounts, which the operator keeps, but nobody's rights.
"""

import uuid
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from govern.core.errors import NotFound
from govern.people.person import Person, RoleHeld
from govern.people.right import Right
from govern.rules.actor import Actor

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


def right_for(actor: Actor, session: Session, identity: uuid.UUID) -> Right:
    """One right within reach, or `NotFound`, for absent and foreign alike."""
    return _the_one(session.scalars(rights_for(actor, session).where(Right.id == identity)).first())


def _the_one(found: Thing | None) -> Thing:
    if found is None:
        raise NotFound
    return found
