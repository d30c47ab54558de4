"""decide(): Permit with obligations, or Deny with rule and reason; stricter(): the same decision taken again.

`Permit` is constructed in this file and nowhere else (a test finds every other call): what asks a source, cuts a reply or
opens an answer takes a permit as an argument, so that a wrong call cannot be written (HOUSE.md, device 2).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from govern.core.wording import Wording
from govern.rules.conditions import first_failing
from govern.rules.denial import Deny, deny
from govern.rules.facts import Appearance, Facts, PermittedField
from govern.rules.masking import stricter_mask

__all__ = ["PERMITTED", "Appearance", "Deny", "Permit", "PermittedField", "decide", "stricter"]

PERMITTED: Final = "all_conditions_hold"
PERMITTED_VERSION: Final = 1
ALL_HOLD: Final = Wording("各項條件全部符合，准許查調。", "All conditions hold; the look-up is permitted.")


@dataclass(frozen=True, slots=True)
class Permit:
    """A decision (准駁) that permits one data item, with its obligations: the fields and how each appears."""

    data_item: str
    case_item: str
    version: int
    rule: str
    rule_version: int
    fields: tuple[PermittedField, ...]
    right_id: UUID

    @property
    def shown(self) -> tuple[str, ...]:
        """Codes of all permitted fields, in the case item's order."""
        return tuple(field.code for field in self.fields)

    @property
    def masked(self) -> tuple[str, ...]:
        """Codes of those whose appearance a mask changes, openable ones included; a mask `none` is clear."""
        return tuple(field.code for field in self.fields if field.effective_mask != "none")

    @property
    def revealable(self) -> tuple[str, ...]:
        """Codes of those that can be opened one by one, with a reason."""
        return tuple(
            field.code
            for field in self.fields
            if field.appearance == Appearance.REVEALABLE and field.effective_mask != "none"
        )


def decide(facts: Facts) -> Permit | Deny:
    """Permit the fields that the case item lists for the data item, or deny by the first condition that fails.

    Depends on its facts alone: the same facts give the same decision, today and in ten years.
    """
    if (denial := first_failing(facts)) is not None:
        return denial
    item, right = facts.case_item.item, facts.right
    if item is None or right is None:  # the conditions have seen to it; said again so that no change can lose it
        return deny("no_longer_permitted")
    return Permit(
        data_item=facts.data_item.code,
        case_item=facts.case_item.code,
        version=facts.case_item.version,
        rule=PERMITTED,
        rule_version=PERMITTED_VERSION,
        fields=item.fields,
        right_id=right.id,
    )


def stricter(permit_then: Permit | Iterable[PermittedField], permit_now: Permit | Deny) -> Permit | Deny:
    """A repeated decision (in run, show and reveal): the version now in force, cut to what was permitted at submission.

    A field stays only if both permit it, and appears as the stricter of the two says, under a mask that hides what either
    mask hides. A denial now denies; so does a cut that leaves no field. `permit_then` may be the fields as the task's row
    keeps them. Taken again with the same arguments the result is the same.
    """
    if isinstance(permit_now, Deny):
        return permit_now
    fields_then = permit_then.fields if isinstance(permit_then, Permit) else permit_then
    if isinstance(permit_then, Permit) and permit_then.data_item != permit_now.data_item:
        return deny("no_longer_permitted")
    then = {field.code: field for field in fields_then}
    fields = tuple(_stricter_field(then[field.code], field) for field in permit_now.fields if field.code in then)
    return replace(permit_now, fields=fields) if fields else deny("no_longer_permitted")


_OPENNESS: Final = (Appearance.CLEAR, Appearance.REVEALABLE, Appearance.MASKED)


def _stricter_field(then: PermittedField, now: PermittedField) -> PermittedField:
    appearance = max(then.appearance, now.appearance, key=_OPENNESS.index)
    if appearance == Appearance.CLEAR:
        return now
    return PermittedField(now.code, appearance, stricter_mask(then.effective_mask, now.effective_mask))
