"""Several changes of case items in force, each proposed by a drafter of its business agency, for who approves many at once."""

from collections.abc import Sequence

from sqlalchemy import select

from govern.catalogue.case_item import CaseItem, CaseItemVersion, VersionDataItem
from govern.catalogue.life.draft import amend, draft_change_of
from govern.catalogue.life.propose import propose
from govern.core.database import reading
from govern.people.reach import reach_of
from govern.rules.actor import Actor, Role
from tests.support.console import a_person
from tests.support.drafts import justified, says


def an_actor(account: str, agency: str, *roles: Role) -> Actor:
    """Somebody with an account, acting for the agency."""
    person = a_person(account, agency, *roles, name=account)
    with reading() as session:
        reach = reach_of(session, agency, frozenset(roles))
    return Actor(person.person_id, account, agency, frozenset(roles), reach=reach)


def case_items_of(owner: str, many: int) -> Sequence[tuple[str, str]]:
    """Case items in force with data of one owner, each with its business agency, which is another."""
    with reading() as session:
        rows = session.execute(
            select(CaseItem.code, CaseItem.business_agency)
            .join(CaseItemVersion, CaseItemVersion.case_item == CaseItem.code)
            .join(VersionDataItem, VersionDataItem.version_id == CaseItemVersion.id)
            .where(
                CaseItemVersion.state == "in_force", VersionDataItem.owner == owner, CaseItem.business_agency != owner
            )
            .order_by(CaseItem.seq)
            .distinct()
        ).all()
    return [(row[0], row[1]) for row in rows][:many]


def proposed_changes(owner: str, many: int) -> list[str]:
    """So many changes wait for the owner's word; their case items' codes, in the catalogue's order."""
    drafters: dict[str, Actor] = {}
    codes = []
    for code, business in case_items_of(owner, many):
        drafter = drafters.get(business) or an_actor(f"drafter.{business}", business, Role.DRAFTER)
        drafters[business] = drafter
        number = draft_change_of(drafter, code)
        amend(drafter, code, number, justified(says(code, number)), edition=0)
        propose(drafter, code, number, edition=1)
        codes.append(code)
    return codes
