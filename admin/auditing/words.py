"""How kinds of entry and verdicts are marked on screen, and what months and parties of a draw are called there."""

from collections.abc import Mapping
from typing import Final

from admin.frame.display import MONTHS, State
from admin.frame.names import Names
from govern.core.wording import Wording
from govern.rules.actor import ROLE_NAMES, Role
from govern.rules.calendar import ROC_OFFSET
from govern.rules.verdict import VERDICT_NAMES, Verdict

KIND_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "asked": ("to", ""),
    "denied": ("denied", "bad"),
    "about_to_ask": ("to", ""),
    "answered": ("done", ""),
    "attempt_failed": ("again", "wait"),
    "failed": ("warning", "bad"),
    "unknown": ("unknown", "wait"),
    "expired": ("dash", ""),
    "cancelled": ("cross", ""),
    "shown": ("eye", ""),
    "revealed": ("eye", ""),
    "destroyed": ("cross", ""),
    "signed_on": ("person", ""),
    "sign_on_failed": ("warning", "bad"),
    "session_ended": ("out", ""),
    "person_made": ("person", ""),
    "password_changed": ("lock", ""),
    "granted": ("check", ""),
    "right_ended": ("dash", ""),
    "role_given": ("check", ""),
    "role_taken": ("dash", ""),
    "refused_request": ("denied", "bad"),
    "trail_searched": ("search", ""),
    "suspended": ("paused", "wait"),
    "resumed": ("check", ""),
    "set_up": ("mark", ""),
    "plan_ended": ("dash", ""),
    "month_closed": ("lock", ""),
    "frozen": ("lock", ""),
    "number_committed": ("lock", ""),
    "number_disclosed": ("eye", ""),
    "drawn": ("done", ""),
    "document_asked": ("to", ""),
    "clerk_answered": ("returned", ""),
    "document_opened": ("eye", ""),
    "judged": ("check", ""),
    "finding_opened": ("flag", "wait"),
    "finding_answered": ("returned", ""),
    "finding_sent_back": ("again", "wait"),
    "finding_closed": ("done", ""),
    "signed_off": ("done", ""),
    "reopened": ("again", "wait"),
}

VERDICT_STATES: Final[Mapping[str, State]] = {
    Verdict.PROPER: State("done", VERDICT_NAMES[Verdict.PROPER], "ok"),
    Verdict.IMPROPER_PURPOSE: State("flag", VERDICT_NAMES[Verdict.IMPROPER_PURPOSE], "bad"),
    Verdict.NO_DOCUMENT: State("flag", VERDICT_NAMES[Verdict.NO_DOCUMENT], "wait"),
    Verdict.WRONG_SUBJECT: State("flag", VERDICT_NAMES[Verdict.WRONG_SUBJECT], "bad"),
    Verdict.EXCESSIVE: State("flag", VERDICT_NAMES[Verdict.EXCESSIVE], "bad"),
    Verdict.TO_BE_CLARIFIED: State("unknown", VERDICT_NAMES[Verdict.TO_BE_CLARIFIED], "wait"),
}


# What each verdict says of a look-up, under its name where one is chosen.
VERDICT_MEANINGS: Final[Mapping[str, Wording]] = {
    Verdict.PROPER: Wording("目的、對象、範圍與文件都相符", "Purpose, subject, extent and document fit"),
    Verdict.IMPROPER_PURPOSE: Wording("不是為了辦這個案件項目而查", "Not for the business of its case item"),
    Verdict.NO_DOCUMENT: Wording("提不出同意書或公文", "No consent form or document is there"),
    Verdict.WRONG_SUBJECT: Wording("查的不是這件案件的當事人", "Not the subject of its case"),
    Verdict.EXCESSIVE: Wording("查調或揭示超過辦案所需", "More was asked or revealed than needed"),
    Verdict.TO_BE_CLARIFIED: Wording("還不能判定，先請承辦人說明", "Not yet; the clerk is asked first"),
}


def month_name(month: str) -> Wording:
    """A month such as `2026-10` in words: 115年10月, Oct 2026 (ROC 115)."""
    year, number = (int(part) for part in month.split("-"))
    return Wording(f"{year - ROC_OFFSET}年{number}月", f"{MONTHS[number - 1]} {year} (ROC {year - ROC_OFFSET})")


def party_name(party: str, names: Names) -> Wording:
    """Who gives a number, such as `head@tw-fia`, in words: 財政資訊中心的機關首長."""
    role, _, agency = party.partition("@")
    its, who = names.get(agency, Wording(agency, agency)), ROLE_NAMES[Role(role)]
    return Wording(f"{its.zh}{who.zh}", f"{who.en}, {its.en}")
