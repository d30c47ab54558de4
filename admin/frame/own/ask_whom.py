"""Whom to ask when something does not work: the agency's supervisors by name, else the platform's operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from admin.frame.actor import visitor
from admin.frame.names import agency_names
from govern.core.database import reading
from govern.core.wording import Wording
from govern.people.person import Person, RoleHeld
from govern.rules.actor import ROLE_NAMES, Role

MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who can help: name, agency and role."""

    name: str
    agency: Wording
    role: Wording


def ask_whom() -> Sequence[Helper]:
    """The supervisors of the visitor's agency and the operators, a few each; nobody for nobody, or while all is away."""
    found = visitor()
    if found is None:
        return ()
    try:
        with reading() as session:
            rows = session.execute(
                select(Person.name, RoleHeld.agency, RoleHeld.role)
                .join(RoleHeld, RoleHeld.person == Person.id)
                .where(RoleHeld.to_at.is_(None), Person.is_active, Person.id != found.actor.person_id)
                .where(
                    ((RoleHeld.agency == found.actor.agency) & (RoleHeld.role == Role.SUPERVISOR.value))
                    | (RoleHeld.role == Role.OPERATOR.value)
                )
                .order_by((RoleHeld.role == Role.OPERATOR.value), Person.name)
                .limit(20)
            ).all()
            names = agency_names(session, {row.agency for row in rows})
    except SQLAlchemyError:
        return ()
    helpers = [Helper(row.name, names[row.agency], ROLE_NAMES[Role(row.role)]) for row in rows]
    operator = ROLE_NAMES[Role.OPERATOR]
    return [
        *[helper for helper in helpers if helper.role != operator][:MOST],
        *[helper for helper in helpers if helper.role == operator][:MOST],
    ]
