"""Who acts: person, agency, roles, strength of the log-in.

An actor is handed down from the edge as a value; nothing below `admin` asks the web who is signed in (STYLE.md, habit 8).
Roles are held per agency and a session acts for one agency, so that the roles here are those at `agency`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from govern.core.wording import Wording


class Role(StrEnum):
    """What a person does at an agency; one person may hold several where separation allows (`separation.clash`)."""

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    DRAFTER = "drafter"
    APPROVER = "approver"
    AUDITOR = "auditor"
    HEAD = "head"
    OPERATOR = "operator"


ROLE_NAMES: Final[Mapping[Role, Wording]] = {
    Role.CLERK: Wording("承辦人", "Clerk"),
    Role.SUPERVISOR: Wording("主管", "Supervisor"),
    Role.DRAFTER: Wording("業務主管", "Drafter (business agency)"),
    Role.APPROVER: Wording("資料主政", "Approver (data owner)"),
    Role.AUDITOR: Wording("稽核人員", "Auditor"),
    Role.HEAD: Wording("機關首長", "Head of agency"),
    Role.OPERATOR: Wording("維運人員", "Operator"),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """What an actor may see beyond the own look-ups, resolved once at the edge (HOUSE.md, device 4).

    `agencies` are those whose look-ups and entries may be seen: for supervisor and head the own agency and below, for an
    auditor the agencies audited. `own_case_items` are a drafter's, `own_data_items` an approver's. An operator sees the
    system's entries and nobody's look-ups. Answers are never within a reach: they are the asker's alone.
    """

    agencies: frozenset[str] = frozenset()
    own_case_items: frozenset[str] = frozenset()
    own_data_items: frozenset[str] = frozenset()
    is_operator: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks (使用者): a person acting for one agency within one log-in session."""

    person_id: UUID
    account: str
    agency: str
    roles: frozenset[Role]
    session_hash: bytes | None = field(default=None, repr=False)
    strength: str = "password"  # how the log-in was proven: password, oidc, card, system
    reach: Reach = Reach()
    address: str = ""  # where the request came from, as entries carry it
    origin: str = "console"  # console, command, worker

    def holds(self, *roles: Role) -> bool:
        """True if the actor holds at least one of these roles at the agency acted for."""
        return not self.roles.isdisjoint(roles)
