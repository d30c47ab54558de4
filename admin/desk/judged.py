"""A look-up that was not permitted: the conditions in the order judged, the one that failed, and what can be done.

The order is the rulebook's (`govern.rules.conditions`); each condition stands here with the sentence that a clerk reads and
with the codes by which it denies. A test holds both lists against the rulebook.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from govern.core.wording import Wording
from govern.rules.denial import Deny

MET: Final = "met"
FAILED: Final = "failed"
NOT_JUDGED: Final = "not_judged"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as a clerk reads it, and the codes of the rules by which it denies."""

    name: str
    says: Wording
    rules: frozenset[str]


def _condition(name: str, zh: str, en: str, *rules: str) -> Condition:
    return Condition(name, Wording(zh, en), frozenset(rules))


CONDITIONS: Final[tuple[Condition, ...]] = (
    _condition("person_is_active", "您的帳號啟用中", "Your account is active", "person_not_active"),
    _condition("person_is_at_agency", "您是本機關的承辦人", "You are a clerk of this agency", "not_at_agency"),
    _condition(
        "right_is_in_force",
        "您有這個案件項目的查調權限，且在有效期間內",
        "You hold a right to use this case item, and it is in force",
        "right_missing",
        "right_not_yet",
        "right_ended",
    ),
    _condition(
        "case_item_is_in_force",
        "案件項目生效中，並列有這個查調項目",
        "The case item is in force and lists this data item",
        "case_item_pending_letter",
        "case_item_not_in_force",
        "case_item_not_yet",
        "case_item_ended",
        "data_item_not_listed",
        "no_longer_permitted",
    ),
    _condition(
        "agency_is_authorised", "本機關是可查調機關", "This agency may use the case item", "agency_not_authorised"
    ),
    _condition("legal_basis_is_in_force", "法源依據有效", "The legal basis is in force", "legal_basis_ended"),
    _condition(
        "ground_is_sufficient",
        "查調依據與文件充分",
        "The ground and its document are sufficient",
        "consent_missing",
        "ground_missing",
        "ground_unknown",
        "consent_not_signed",
        "consent_signed_later",
        "ground_document_missing",
        "written_consent_missing",
    ),
    _condition(
        "nobody_has_suspended",
        "主政機關、業務主管機關與平臺都未暫停",
        "Neither owner, business agency nor platform has suspended it",
        "suspended_by_owner",
        "suspended_by_business_agency",
        "suspended_by_platform",
    ),
    _condition(
        "source_is_open", "介接來源開放中", "The source is connected and open", "source_unknown", "source_closed"
    ),
    _condition("quota_is_left", "今日查調次數尚有餘額", "Quota is left for today", "quota_used_up"),
    _condition(
        "duties_are_separate",
        "不是查本人或親屬，權限也不是自己核給的",
        "Not about yourself or a relative, and not by a right that you granted yourself",
        "right_granted_by_self",
        "own_number_missing",
        "own_data",
        "declared_relative",
    ),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition and what became of it: met, failed, or not judged since an earlier one failed."""

    says: Wording
    outcome: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a look-up was denied, for its page: the sentence, the step that mends it, and every condition.

    `mends` names what the step's action is: `ground` fills the form in again, `right` asks the supervisor, `case_item` reads
    the case item, `later` submits again, `other_clerk` hands the case over.
    """

    rule: str
    why: Wording
    next_step: Wording
    mends: str
    judged: tuple[Judged, ...]


MENDS: Final[Mapping[str, str]] = {
    "person_is_active": "right",
    "person_is_at_agency": "right",
    "right_is_in_force": "right",
    "case_item_is_in_force": "case_item",
    "agency_is_authorised": "case_item",
    "legal_basis_is_in_force": "case_item",
    "ground_is_sufficient": "ground",
    "nobody_has_suspended": "case_item",
    "source_is_open": "later",
    "quota_is_left": "later",
    "duties_are_separate": "other_clerk",
}


def refusal_of(deny: Deny, names: Mapping[str, Wording]) -> Refusal:
    """What the page says of a denial. A rule that the program no longer knows has no place in the order: none is shown."""
    place = next((index for index, each in enumerate(CONDITIONS) if deny.rule in each.rules), None)
    judged = (
        ()
        if place is None
        else tuple(
            Judged(each.says, MET if index < place else FAILED if index == place else NOT_JUDGED)
            for index, each in enumerate(CONDITIONS)
        )
    )
    return Refusal(
        rule=deny.rule,
        why=deny.worded(names),
        next_step=deny.next_step_worded(names),
        mends="later" if place is None else MENDS[CONDITIONS[place].name],
        judged=judged,
    )
