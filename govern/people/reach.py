"""What an actor may see, from the roles held now at the session's agency (DESIGN.md, Roles).

Each room's `scope` filters by the reach alone. It is worked out anew for every request, so that a change of roles holds
at once (ASVS 8.3.2).
"""

import uuid
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from govern.catalogue.agency import agencies_below
from govern.catalogue.case_item import CaseItem
from govern.catalogue.data_item import DataItem
from govern.people.person import RoleHeld
from govern.rules.actor import Reach, Role

# Asked with every request, and made once: to make a statement takes longer than to send it.
_HELD: Final = (
    select(RoleHeld.agency, RoleHeld.role)
    .where(RoleHeld.person == bindparam("person"), RoleHeld.from_at <= bindparam("at"))
    .where(or_(RoleHeld.to_at.is_(None), RoleHeld.to_at > bindparam("at")))
    .order_by(RoleHeld.agency)
)


def roles_held(session: Session, person: uuid.UUID, at: datetime) -> dict[str, frozenset[Role]]:
    """Agency to the roles that a person holds there at an instant, agencies in order of their codes."""
    found: dict[str, set[Role]] = {}
    for agency, role in session.execute(_HELD, {"person": person, "at": at}):
        found.setdefault(agency, set()).add(Role(role))
    return {agency: frozenset(roles) for agency, roles in found.items()}


def reach_of(session: Session, agency: str, roles: frozenset[Role]) -> Reach:
    """The reach of roles at an agency.

    Supervisor and head see look-ups of the agency and below, an auditor those of the agency; what an auditor sees beyond
    it comes from audit plans (`audit.review.scope.with_audits`). A drafter has the case items whose business agency this
    is, an approver the data items that this agency owns. A clerk has the own look-ups alone, which need no reach.
    """
    agencies: frozenset[str] = frozenset()
    if Role.AUDITOR in roles:
        agencies = frozenset({agency})
    if roles & {Role.SUPERVISOR, Role.HEAD}:
        agencies = agencies_below(session, agency)
    case_items: frozenset[str] = frozenset()
    if Role.DRAFTER in roles:
        case_items = frozenset(session.scalars(select(CaseItem.code).where(CaseItem.business_agency == agency)))
    data_items: frozenset[str] = frozenset()
    if Role.APPROVER in roles:
        data_items = frozenset(session.scalars(select(DataItem.code).where(DataItem.owner == agency)))
    return Reach(
        agencies=agencies,
        own_case_items=case_items,
        own_data_items=data_items,
        is_operator=Role.OPERATOR in roles,
    )
