"""The people within reach: who works at an agency, in which roles, with how many rights."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from admin.console.rights import rows_of
from admin.frame.governed_view import GovernedView
from admin.frame.names import agency_names
from admin.frame.paging import Order
from admin.frame.seek import Filter, Searched
from govern.core import clock
from govern.core.wording import Wording
from govern.people.person import Person, RoleHeld
from govern.people.right import Right
from govern.people.scope import clerks_of, people_for, person_for, rights_for
from govern.rules.actor import ROLE_NAMES, Actor, Role


@dataclass(frozen=True, slots=True)
class Row:
    """A person in the list: roles held now within reach, and rights that are open there."""

    id: uuid.UUID
    name: str
    is_invented: bool
    is_active: bool
    roles: Sequence[tuple[Wording, Sequence[Wording]]]
    rights: int


def _agencies(actor: Actor, session: Session) -> Sequence[tuple[str, Wording]]:
    return sorted(agency_names(session, {actor.agency, *actor.reach.agencies}).items())


def _works_at(code: str) -> ColumnElement[bool]:
    return exists().where(RoleHeld.person == Person.id, RoleHeld.agency == code, RoleHeld.to_at.is_(None))


class People(GovernedView):
    """The persons within the visitor's reach."""

    scope, one = people_for, person_for
    title = Wording("人員", "People")
    lede = Wording(
        "本機關與所屬機關的人員、角色與查調權限。",
        "People of the agency and those below it, with their roles and rights.",
    )
    orders = (Order("id", Person.id, Person.id, Wording("登錄順序", "Order of entry")),)
    searched = Searched((Person.id,), Wording("姓名", "Name"), names="person")
    choices = (Filter("agency", Wording("機關", "Agency"), RoleHeld.agency, _agencies, find=_works_at, pick="agency"),)
    column_list = ("name", "roles", "rights")
    column_labels: ClassVar = {
        "name": Wording("姓名", "Name"),
        "roles": Wording("機關與角色", "Agency and roles"),
        "rights": Wording("有效權限", "Rights in force"),
    }
    can_export = True
    list_template = "console/people.html"
    details_template = "console/person.html"

    def rows(self, actor: Actor, session: Session, things: Sequence[Person]) -> Sequence[Row]:
        """Persons with roles and rights, as far as they are within reach."""
        return _rows(actor, session, things)

    def describe(self, actor: Actor, session: Session, thing: Person) -> dict[str, Any]:
        """Roles, and every right within reach, the newest first; whether the visitor may grant another."""
        rights = session.scalars(
            rights_for(actor, session).where(Right.person == thing.id).order_by(Right.id.desc()).limit(100)
        ).all()
        may_grant = session.scalars(clerks_of(actor, session).where(Person.id == thing.id)).first() is not None
        return {
            "row": _rows(actor, session, [thing])[0],
            "rights": rows_of(actor, session, rights),
            "may_grant": may_grant,
        }


def _rows(actor: Actor, session: Session, things: Sequence[Person]) -> list[Row]:
    ids, within = [thing.id for thing in things], sorted({actor.agency, *actor.reach.agencies})
    held: dict[uuid.UUID, dict[str, list[Wording]]] = defaultdict(lambda: defaultdict(list))
    for role in session.scalars(
        select(RoleHeld)
        .where(RoleHeld.person.in_(ids), RoleHeld.agency.in_(within), RoleHeld.to_at.is_(None))
        .order_by(RoleHeld.agency, RoleHeld.from_at)
    ):
        held[role.person][role.agency].append(ROLE_NAMES[Role(role.role)])
    open_rights = session.execute(
        rights_for(actor, session)
        .where(Right.person.in_(ids), Right.ended_at.is_(None), Right.ends_on >= clock.today())
        .with_only_columns(Right.person, func.count())
        .group_by(Right.person)
    )
    counts = Counter(dict(open_rights.tuples().all()))
    names = agency_names(session, within)
    return [
        Row(
            id=thing.id,
            name=thing.name,
            is_invented=thing.is_invented,
            is_active=thing.is_active,
            roles=[(names[agency], roles) for agency, roles in held[thing.id].items()],
            rights=counts[thing.id],
        )
        for thing in things
    ]
