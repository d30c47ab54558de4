"""Whose yes is needed together, whose own yes does not count, and whether a superior's letter carries over.

Every owner whose data items a version uses says yes to its own part; all of them together (AND) make the version complete.
Nobody who wrote or proposed a version approves any part of it. What an owner's superior approved in a letter (財政部核備,
稅捐稽徵法 §33: the agencies and persons that the Ministry approved, and no others, may be given tax data) is what is
shown of that owner's data and to whom. So the letter holds for a new version unless that version shows more of it
(放寬): more fields or data items, a milder appearance, more agencies, or without the consent that was demanded. A longer
term, another name or fewer fields need no new letter: the owner judges those by its own approval.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from govern.rules.difference import Difference
from govern.rules.separation import may_approve as is_no_own_proposal

WAITING: Final = "waiting"
APPROVED: Final = "approved"
RETURNED: Final = "returned"
REJECTED: Final = "rejected"

# What a data item's `approval` says when its owner needs a superior's letter.
MINISTRY_LETTER: Final = "ministry_letter"


def parts_needed(owners: Iterable[str]) -> tuple[str, ...]:
    """The owners whose yes a version needs: each once, in the order in which their data items are listed."""
    return tuple(dict.fromkeys(owners))


def may_approve(*, authors: Collection[UUID], approver: UUID) -> bool:
    """True if this person's word on a version counts: nobody judges what one drafted, changed or proposed."""
    return all(is_no_own_proposal(proposer=author, approver=approver) for author in authors)


def is_complete(needed: Collection[str], said: Mapping[str, str]) -> bool:
    """True if every owner needed has approved in this round; a version that needs nobody is never complete."""
    return bool(needed) and all(said.get(owner) == APPROVED for owner in needed)


def letter_carries_over(since: Difference, owner: str) -> bool:
    """True if a letter for the former version covers this owner's part of the new one: nothing of it is widened."""
    return not since.of_owner(owner).widens
