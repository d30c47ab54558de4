"""Why looking a subject up is allowed: consent or statutory duty, and which document each needs.

- Consent (同意): the collecting agency must be able to prove it (個人資料保護法 §7), so that it stands on a signed form with
  its number and its date, and the date is not after the look-up. Data of the special categories need it in writing (§6).
- Statutory duty (法定職務): needs no consent, but still the number of the document under which the duty is done.

Where a case item demands consent, duty does not stand in for it; where it does not, either ground will do. A row per
subject: the applicant's consent covers nobody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from govern.core.wording import Wording
from govern.rules.denial import Deny, deny
from govern.rules.facts import CaseItemFacts, DataItemFacts, GroundFacts


class GroundKind(StrEnum):
    """The two lawful grounds of a look-up."""

    CONSENT = "consent"
    STATUTORY_DUTY = "statutory_duty"


@dataclass(frozen=True, slots=True)
class GroundRule:
    """What a kind of ground is called, which document proves it, and whether that document carries a signature's date."""

    name: Wording
    document: Wording
    is_dated: bool


GROUNDS: Final[Mapping[str, GroundRule]] = {
    GroundKind.CONSENT: GroundRule(
        Wording("同意", "Consent"), Wording("同意書編號", "Number of the consent form"), is_dated=True
    ),
    GroundKind.STATUTORY_DUTY: GroundRule(
        Wording("法定職務", "Statutory duty"), Wording("公文文號", "Document number"), is_dated=False
    ),
}

_CONSENT: Final = (
    GroundKind.CONSENT.value
)  # a plain text: this is read at every decision, an enumeration's member is slower


def insufficiency(*, ground: GroundFacts, case_item: CaseItemFacts, data_item: DataItemFacts, on: date) -> Deny | None:
    """Why the ground does not carry a look-up on that day, or None if it does."""
    kind = ground.kind
    if case_item.consent_required and kind != _CONSENT:
        return deny("consent_missing")
    if kind is None:
        return deny("ground_missing")
    rule = GROUNDS.get(kind)
    if rule is None:
        return deny("ground_unknown")
    if not ground.has_document:
        is_special = data_item.is_special_category and kind == _CONSENT
        return (
            deny("written_consent_missing", data_item=data_item.code) if is_special else deny("ground_document_missing")
        )
    if rule.is_dated:
        if ground.signed_on is None:
            return deny("consent_not_signed")
        if ground.signed_on > on:
            return deny("consent_signed_later", signed_on=ground.signed_on.isoformat())
    return None
