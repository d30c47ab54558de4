"""The conditions of a permit, one function each, in the order in which they are judged.

Each takes the facts and gives a denial, or None where the condition holds. The order is DESIGN.md's, "The road of one
look-up", step 2: the first that fails gives the reason, so that a clerk hears first what stands at the root. A condition
reads nothing but its facts and never raises; a fact that is missing fails the condition that needs it.
"""

from collections.abc import Callable
from typing import Final

from govern.rules import grounds, separation
from govern.rules.denial import Deny, deny
from govern.rules.facts import CaseItemFacts, Facts

Condition = Callable[[Facts], Deny | None]

IN_FORCE: Final = "in_force"
OPEN: Final = "open"


def person_is_active(facts: Facts) -> Deny | None:
    """The person works here still: a locked or departed person looks nothing up."""
    return None if facts.person.is_active else deny("person_not_active")


def person_is_at_agency(facts: Facts) -> Deny | None:
    """The person is a clerk of the agency that the session acts for."""
    return None if facts.agency in facts.person.agencies else deny("not_at_agency", agency=facts.agency)


def right_is_in_force(facts: Facts) -> Deny | None:
    """The person's right to use the case item at this agency has begun, has not ended, and was not ended."""
    right, case_item = facts.right, facts.case_item.code
    if right is None or right.agency != facts.agency:
        return deny("right_missing", agency=facts.agency, case_item=case_item)
    if right.ended or right.ends_on < facts.on:
        return deny("right_ended", case_item=case_item)
    if right.starts_on > facts.on:
        return deny("right_not_yet", starts_on=right.starts_on.isoformat())
    return None


def case_item_is_in_force(facts: Facts) -> Deny | None:
    """A version of the case item is in force today, awaits no superior's letter, and lists the data item."""
    item = facts.case_item
    if item.pending_letter:
        return _not_in_force(item, "case_item_pending_letter")
    if item.state != IN_FORCE:
        return _not_in_force(item, "case_item_not_in_force")
    if item.valid_from > facts.on:
        return _not_in_force(item, "case_item_not_yet", valid_from_on=item.valid_from.isoformat())
    if item.valid_to < facts.on:
        return _not_in_force(item, "case_item_ended", valid_to_on=item.valid_to.isoformat())
    if item.item is None or item.item.code != facts.data_item.code or not item.item.fields:
        return _not_in_force(item, "data_item_not_listed", data_item=facts.data_item.code)
    return None


def _not_in_force(item: CaseItemFacts, code: str, **parameters: str) -> Deny:
    return deny(code, case_item=item.code, business_agency=item.business_agency, **parameters)


def agency_is_authorised(facts: Facts) -> Deny | None:
    """The agency is one of those that the case item names; a parent's or child's authorisation does not carry over."""
    item = facts.case_item
    if facts.agency in item.authorised_agencies:
        return None
    return deny("agency_not_authorised", agency=facts.agency, case_item=item.code, business_agency=item.business_agency)


def legal_basis_is_in_force(facts: Facts) -> Deny | None:
    """Every legal basis on which the case item stands is in force today."""
    item = facts.case_item
    if item.legal_bases_in_force:
        return None
    return deny("legal_basis_ended", case_item=item.code, business_agency=item.business_agency)


def ground_is_sufficient(facts: Facts) -> Deny | None:
    """The subject's consent, or the statutory duty, is there with its document (`grounds`)."""
    return grounds.insufficiency(ground=facts.ground, case_item=facts.case_item, data_item=facts.data_item, on=facts.on)


def nobody_has_suspended(facts: Facts) -> Deny | None:
    """No stop is open: an owner's stops its own data items, the business agency's or the platform's the whole case item.

    A part that the rulebook does not know stops the whole as well: an unread stop must not be driven past.
    """
    item, owner = facts.case_item, facts.data_item.owner
    if not item.suspended_by:
        return None
    parts = {part for part, agency in item.suspended_by if part != "owner" or agency == owner}
    if "owner" in parts:
        return deny("suspended_by_owner", owner=owner)
    if "business_agency" in parts:
        return deny("suspended_by_business_agency", case_item=item.code, business_agency=item.business_agency)
    if parts:
        return deny("suspended_by_platform", case_item=item.code)
    return None


def source_is_open(facts: Facts) -> Deny | None:
    """The data item has a source, and its owner has it open."""
    if facts.source.code is None:
        return deny("source_unknown", data_item=facts.data_item.code)
    if facts.source.state != OPEN:
        return deny("source_closed", source=facts.source.code, owner=facts.data_item.owner)
    return None


def quota_is_left(facts: Facts) -> Deny | None:
    """The day's quota of agency and owner has room for this submission; a repeated decision asks for none and passes."""
    quota = facts.quota
    if quota.limit is None or quota.asking <= 0 or quota.used + quota.asking <= quota.limit:
        return None
    return deny(
        "quota_used_up",
        agency=facts.agency,
        owner=facts.data_item.owner,
        limit=quota.limit,
        used=quota.used,
        asking=quota.asking,
    )


def duties_are_separate(facts: Facts) -> Deny | None:
    """The person is not looking up the own data or a declared relative's, nor by a right granted to oneself."""
    return separation.violation(facts)


CONDITIONS: Final[tuple[Condition, ...]] = (
    person_is_active,
    person_is_at_agency,
    right_is_in_force,
    case_item_is_in_force,
    agency_is_authorised,
    legal_basis_is_in_force,
    ground_is_sufficient,
    nobody_has_suspended,
    source_is_open,
    quota_is_left,
    duties_are_separate,
)


def first_failing(facts: Facts) -> Deny | None:
    """The denial of the first condition that fails, or None if all hold."""
    for condition in CONDITIONS:
        if (denial := condition(facts)) is not None:
            return denial
    return None
