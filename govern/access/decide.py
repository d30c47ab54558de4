"""decide(): gather, judge; at submission and again at each moment of use."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from govern.access.gather import Purpose, quota_facts
from govern.rules.decision import Deny, Permit, decide, stricter
from govern.rules.facts import GroundFacts, PermittedField


def decide_at_submission(
    session: Session,
    purpose: Purpose,
    item: str,
    *,
    ground: GroundFacts,
    subject_index: bytes | None,
    subjects_of_owner: int,
    quota_limit: int | None,
) -> Permit | Deny:
    """The first decision on one data item for one subject; the quota asked for is the look-up's whole at this owner."""
    owner = purpose.items[item].owner
    quota = quota_facts(
        session, agency=purpose.agency, owner=owner, on=purpose.on, asking=subjects_of_owner, limit=quota_limit
    )
    return decide(purpose.facts_for(item, ground=ground, subject_index=subject_index, quota_facts=quota))


def decide_again(
    purpose: Purpose,
    item: str,
    *,
    ground: GroundFacts,
    subject_index: bytes | None,
    permitted_then: list[dict[str, Any]],
) -> Permit | Deny:
    """A repeated decision (run, show, reveal): by the version now in force, cut to what was permitted at submission.

    No quota is taken twice; of a field's two appearances the stricter holds (DESIGN.md, road 6).
    """
    now = decide(purpose.facts_for(item, ground=ground, subject_index=subject_index))
    if isinstance(now, Deny):
        return now
    return stricter(tuple(PermittedField.from_row(row) for row in permitted_then), now)


def permitted_rows(permit: Permit) -> list[Mapping[str, str]]:
    """A permit's fields as a task's row keeps them."""
    return [field.to_row() for field in permit.fields]
