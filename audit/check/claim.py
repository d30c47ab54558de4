"""The claims that a record makes, and how each can fail, in words.

    signed         a record authority in the trust list certified this file, "no changes allowed"
    stamped        a time stamp authority in the trust list says when
    whole          the signature covers the file from the first to the last byte, and nothing in it can act
    signed_off     the levels of a period have closed it (null for a look-up)
    in_log         every entry named stands in the log, under a checkpoint that the log signed, and is about this record
    drawn          the sample is the one that nobody chose (null for a look-up)
    text_is_data   what people read is what the attached data says

A claim holds, fails with a reason, or does not apply. A record is valid when no claim fails and those that every record
must make hold. What cannot be read, for whatever reason, has failed: an error is never in a record's favour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

CLAIMS: Final = ("signed", "stamped", "whole", "signed_off", "in_log", "drawn", "text_is_data")
EVERY_RECORD: Final = frozenset({"signed", "stamped", "whole", "in_log", "text_is_data"})

# Why a claim fails: a code, and the sentence in both languages.
REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "not_a_pdf": ("這不是 PDF 檔。", "This is not a PDF file."),
        "too_large": ("檔案太大，不予查驗。", "The file is too large to be checked."),
        "unreadable": ("檔案結構損壞，無法讀取。", "The file's structure is damaged and cannot be read."),
        "no_signature": (
            "檔案沒有簽章，可能被移除或截去。",
            "The file carries no signature; it may have been stripped or cut off.",
        ),
        "several_signatures": (
            "檔案有一個以上的簽章；紀錄只有一個。",
            "The file carries more than one signature; a record has one.",
        ),
        "not_certified": (
            "簽章不是禁止變更的認證簽章。",
            "The signature does not certify the file against every change.",
        ),
        "altered": ("檔案內容在簽章後被更動。", "The content was altered after it was signed."),
        "signature_wrong": ("簽章不成立。", "The signature does not hold."),
        "signer_not_trusted": (
            "簽章者的憑證不是信任清單中的機構所發。",
            "The signer's certificate was not issued by an authority in the trust list.",
        ),
        "signer_is_another": (
            "簽章者與紀錄所載的不同。",
            "The signer is not the one that the record names.",
        ),
        "no_time_stamp": ("簽章沒有時戳。", "The signature carries no time stamp."),
        "time_stamp_wrong": ("時戳不成立。", "The time stamp does not hold."),
        "time_stamp_not_trusted": (
            "時戳不是信任清單中的機構所發。",
            "The time stamp was not issued by an authority in the trust list.",
        ),
        "bytes_appended": (
            "檔案結尾後被附加了資料。",
            "Bytes were appended after the end of the signed file.",
        ),
        "updated_after_signing": (
            "檔案在簽章後被增補更新。",
            "The file was updated after it was signed.",
        ),
        "not_covered": ("簽章沒有涵蓋整個檔案。", "The signature does not cover the whole file."),
        "can_act": (
            "檔案含有程式、動作或紀錄以外的附件。",
            "The file holds a script, an action or an attachment that is not the record's.",
        ),
        "no_data": ("檔案沒有附上紀錄的資料。", "The record's data is not attached to the file."),
        "data_unreadable": (
            "附上的資料不是本程式認得的紀錄。",
            "The attached data is not a record that this checker knows.",
        ),
        "checkpoint_wrong": (
            "檢核點不是信任清單中的日誌所簽。",
            "The checkpoint was not signed by the log in the trust list.",
        ),
        "checkpoint_is_another": (
            "檢核點與紀錄所載的大小或樹根不同。",
            "The checkpoint states another size or root than the record.",
        ),
        "entry_not_in_log": ("有軌跡紀錄不在日誌中。", "An entry is not in the log."),
        "entry_unreadable": ("有軌跡紀錄無法解讀。", "An entry cannot be decoded."),
        "entry_is_another": (
            "有軌跡紀錄與所載的編號或種類不同。",
            "An entry is another one than the record says.",
        ),
        "entries_incomplete": (
            "軌跡紀錄不完整，缺少送出查調的那一筆。",
            "The entries are incomplete: the one that the look-up was asked by is missing.",
        ),
        "log_says_otherwise": (
            "紀錄的內容與日誌中的軌跡不同。",
            "The record says otherwise than the log's entries.",
        ),
        "text_differs": (
            "頁面上的文字與所附資料不同。",
            "The text on the page differs from the attached data.",
        ),
        "not_looked_at": (
            "檔案不可信，未再查驗內容。",
            "The file cannot be trusted, so its content was not looked at.",
        ),
    }
)


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
    """How one claim came out: it holds, it fails with a reason, or (`None`) it does not apply."""

    claim: str
    holds: bool | None
    code: str = ""
    detail: str = ""

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

    @property
    def valid(self) -> bool:
        """Whether the record is to be believed: nothing fails, and what every record claims holds."""
        held = {finding.claim for finding in self.findings if finding.holds}
        return held >= EVERY_RECORD and not any(finding.holds is False for finding in self.findings)

    def to_json(self) -> dict[str, object]:
        """The verdict as one JSON object: `valid`, `claims` (true, false or null each), `reasons` in words."""
        return {
            "valid": self.valid,
            "record": self.number,
            "claims": {finding.claim: finding.holds for finding in self.findings},
            "reasons": [
                {"claim": each.claim, "code": each.code, "zh": each.zh, "en": each.en}
                for each in self.findings
                if each.holds is False
            ],
            "signer": self.signer,
            "stamped_at": self.stamped_at,
            "checkpoint_size": self.checkpoint_size,
        }


def holds(claim: str) -> Finding:
    """The claim holds."""
    return Finding(claim, True)


def fails(claim: str, failed: ClaimFailed) -> Finding:
    """The claim fails, for the reason that was raised."""
    return Finding(claim, False, failed.code, failed.detail)


def does_not_apply(claim: str) -> Finding:
    """The claim is not made by a record of this sort."""
    return Finding(claim, None)
