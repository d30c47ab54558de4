"""Who may not do what at once: own data, declared relatives, proposer and approver, auditor and user.

One never looks oneself up, never grants oneself a right, never approves what one proposed and never judges what one
looked up. Own data is found by the keyed index of the person's own national ID, which every clerk must have on file;
relatives only as declared. The auditor is neither the user, nor the manager of the user's account, nor the operator
(戶政機關應用法務部刑事資料注意事項).
"""

import hmac
from collections.abc import Collection, Iterable
from itertools import combinations
from typing import Final
from uuid import UUID

from govern.rules.actor import Role
from govern.rules.denial import Deny, deny
from govern.rules.facts import Facts

# Roles that one person may not hold at the same agency: whoever audits there may not use, manage accounts or operate.
CLASHES: Final[frozenset[frozenset[Role]]] = frozenset(
    {
        frozenset({Role.AUDITOR, Role.CLERK}),
        frozenset({Role.AUDITOR, Role.SUPERVISOR}),
        frozenset({Role.AUDITOR, Role.OPERATOR}),
    }
)


def clash(roles: Iterable[Role]) -> tuple[Role, Role] | None:
    """The first two of these roles that one person may not hold at one agency, in alphabetical order; None if all fit."""
    for first, second in combinations(sorted(set(roles)), 2):
        if frozenset({first, second}) in CLASHES:
            return first, second
    return None


def is_own(own_index: bytes | None, subject_indexes: Collection[bytes]) -> bool:
    """True if one of the subject's keyed indexes is the person's own."""
    if own_index is None:
        return False
    return any(hmac.compare_digest(own_index, index) for index in subject_indexes)


def may_approve(*, proposer: UUID, approver: UUID) -> bool:
    """True if the approval of a case item counts: nobody approves the own proposal."""
    return proposer != approver


def may_judge(*, asker: UUID, managers_of_asker: Collection[UUID], auditor: UUID) -> bool:
    """True if an auditor may give a verdict on a look-up: neither the own nor one of an account the auditor manages."""
    return auditor != asker and auditor not in managers_of_asker


def violation(facts: Facts) -> Deny | None:
    """Why the person who asks must not be the one who looks this subject up, or None."""
    if facts.right is not None and facts.right.granted_by_self:
        return deny("right_granted_by_self")
    if facts.person.own_index is None:
        return deny("own_number_missing")
    if facts.subject_is_self:
        return deny("own_data")
    if facts.subject_is_declared_relative:
        return deny("declared_relative")
    return None
