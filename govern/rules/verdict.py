"""The auditor's word on a sampled look-up: codes, and what each is called (查核結果)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from govern.core.wording import Wording


class Verdict(StrEnum):
    """Was the look-up proper, legitimate and reasonable (適切性、正當性、合理性)? In the order of their keys on screen."""

    PROPER = "proper"
    IMPROPER_PURPOSE = "improper_purpose"
    NO_DOCUMENT = "no_document"
    WRONG_SUBJECT = "wrong_subject"
    EXCESSIVE = "excessive"
    TO_BE_CLARIFIED = "to_be_clarified"  # no end: the clerk is asked again


VERDICT_NAMES: Final[Mapping[Verdict, Wording]] = {
    Verdict.PROPER: Wording("適當", "Proper"),
    Verdict.IMPROPER_PURPOSE: Wording("目的不符", "Improper purpose"),
    Verdict.NO_DOCUMENT: Wording("無佐證文件", "No document"),
    Verdict.WRONG_SUBJECT: Wording("對象錯誤", "Wrong subject"),
    Verdict.EXCESSIVE: Wording("逾越必要範圍", "Excessive"),
    Verdict.TO_BE_CLARIFIED: Wording("待釐清", "To be clarified"),
}
FINAL: Final = frozenset(Verdict) - {Verdict.TO_BE_CLARIFIED}
