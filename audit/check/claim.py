"""The claims that a record makes, and how each can fail, in words.

    signed         a record authority in the trust list certified this file, "no changes allowed"
    stamped        a time stamp authority in the trust list says when
    whole          the signature covers the file from the first to the last byte, and nothing in it can act
    signed_off     the levels of a period have closed it (null for a look-up)
    in_log         every entry named stands in the log, under a checkpoint that the log signed, and is about this record
    drawn          the sample is the one that nobody chose (null for a look-up)
    text_is_data   what people read is what the attached data says

A claim holds, and says what was looked at; or it fails with a reason; or it does not apply. A record is valid when no
claim fails and those that every record must make hold. What cannot be read, for whatever reason, has failed: an error
is never in a record's favour.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from audit.check.words import REASONS

CLAIMS: Final = ("signed", "stamped", "whole", "signed_off", "in_log", "drawn", "text_is_data")
EVERY_RECORD: Final = frozenset({"signed", "stamped", "whole", "in_log", "text_is_data"})


class ClaimFailed(Exception):
    """A claim does not hold; `code` says why and `detail` where, never with a value of a person."""

    def __init__(self, code: str, detail: str = "") -> None:
        if code not in REASONS:
            raise KeyError(code)
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Finding:
    """How one claim came out: it holds, it fails with a reason, or (`None`) it does not apply.

    `seen` says in both languages what was looked at, when it holds; `detail` where it fails.
    """

    claim: str
    holds: bool | None
    code: str = ""
    detail: str = ""
    seen: tuple[str, str] = ("", "")

    @property
    def zh(self) -> str:
        """Why it fails, in Chinese; empty when it does not."""
        return REASONS[self.code][0] if self.code else ""

    @property
    def en(self) -> str:
        """Why it fails, in English; empty when it does not."""
        return REASONS[self.code][1] if self.code else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a file found: each claim, and who signed what when, as far as that could be learned."""

    findings: tuple[Finding, ...]
    number: str | None = None
    signer: str | None = None
    stamped_at: str | None = None
    checkpoint_size: int | None = None
    about: tuple[str, str] | None = None  # what the record is of, in both languages

    @property
    def valid(self) -> bool:
        """Whether the record is to be believed: nothing fails, and what every record claims holds."""
        held = {finding.claim for finding in self.findings if finding.holds}
        return held >= EVERY_RECORD and not any(finding.holds is False for finding in self.findings)

    def to_json(self) -> dict[str, object]:
        """The verdict as one JSON object: `valid`, `claims` (true, false or null each), `reasons` in words.

        What the record is about is said of a valid one alone: another's word is worth nothing.
        """
        about = self.about if self.valid else None
        return {
            "valid": self.valid,
            "record": self.number,
            "claims": {finding.claim: finding.holds for finding in self.findings},
            "reasons": [
                {"claim": each.claim, "code": each.code, "zh": each.zh, "en": each.en, "detail": each.detail}
                for each in self.findings
                if each.holds is False
            ],
            "checked": [
                {"claim": each.claim, "zh": each.seen[0], "en": each.seen[1]} for each in self.findings if each.holds
            ],
            "about": None if about is None else {"zh": about[0], "en": about[1]},
            "signer": self.signer,
            "stamped_at": self.stamped_at,
            "checkpoint_size": self.checkpoint_size,
        }


def holds(claim: str, seen: tuple[str, str] = ("", "")) -> Finding:
    """The claim holds; `seen` says what was looked at."""
    return Finding(claim, True, seen=seen)


def fails(claim: str, failed: ClaimFailed) -> Finding:
    """The claim fails, for the reason that was raised."""
    return Finding(claim, False, failed.code, failed.detail)


def found(claim: str, must_hold: Callable[[], tuple[str, str]]) -> Finding:
    """How a claim of a record's content came out. Data of another shape than documented makes it fail, as all unreadable does."""
    try:
        return holds(claim, must_hold())
    except ClaimFailed as failed:
        return fails(claim, failed)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        return fails(claim, ClaimFailed("data_unreadable"))


def refused(code: str) -> Verdict:
    """The verdict on a file that could not be looked at for one reason."""
    looked = ClaimFailed("not_looked_at")
    first = ("signed", "stamped", "whole")
    found = {claim: fails(claim, ClaimFailed(code) if claim in first else looked) for claim in EVERY_RECORD}
    return Verdict(tuple(found.get(claim, does_not_apply(claim)) for claim in CLAIMS))


def does_not_apply(claim: str) -> Finding:
    """The claim is not made by a record of this sort."""
    return Finding(claim, None)
