"""The figures of a period, counted again from samples and findings (docs/record.md, `figures`)."""

from collections.abc import Mapping
from typing import Any, Final

from audit.check.claim import ClaimFailed
from audit.check.moments import TAIPEI, instant

VERDICTS: Final[Mapping[str, str]] = {
    "proper": "適當",
    "improper_purpose": "目的不符",
    "no_document": "無佐證文件",
    "wrong_subject": "對象錯誤",
    "excessive": "逾越必要範圍",
}


def must_follow(data: Mapping[str, Any]) -> None:
    """Every count that the record states follows from its samples and findings. Raises `ClaimFailed`."""
    counted = _counted(data)
    if data["figures"].keys() != counted.keys():
        raise ClaimFailed("data_unreadable")
    for name, value in counted.items():
        if data["figures"][name] != value:
            raise ClaimFailed("figures_wrong", name)


def _counted(data: Mapping[str, Any]) -> Mapping[str, Any]:
    samples, findings = data["samples"], data["findings"]
    if any(sample["verdict"] not in VERDICTS for sample in samples):
        raise ClaimFailed("data_unreadable")
    return {
        "population": data["frozen"]["population"],
        "samples": len(samples),
        "verdicts": [
            {"code": code, "count": sum(sample["verdict"] == code for sample in samples)} for code in VERDICTS
        ],
        "by_agency": _split(samples, "agency"),
        "by_case_item": _split(samples, "case_item"),
        "answers": _answers(samples),
        "reveals": sum(len(sample["reveals"]) for sample in samples),
        "findings": len(findings),
        "findings_closed": sum(finding["state"]["code"] == "closed" for finding in findings),
    }


def _split(samples: list[Mapping[str, Any]], by: str) -> list[Mapping[str, Any]]:
    counts: dict[str, list[int]] = {}
    for sample in samples:
        count = counts.setdefault(sample[by], [0, 0])
        count[0] += 1
        count[1] += sample["verdict"] == "proper"
    return [
        {"code": code, "samples": number, "proper": proper, "others": number - proper}
        for code, (number, proper) in sorted(counts.items(), key=lambda each: (-each[1][0], each[0]))
    ]


def _answers(samples: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    asked = [sample["asked_clerk"] for sample in samples if sample["asked_clerk"] is not None]
    answered = [each for each in asked if each["answered_at"] is not None]
    days = sorted(_days(each["asked_at"], each["answered_at"]) for each in answered)
    return {
        "asked": len(asked),
        "answered": len(answered),
        "late": sum(each["is_late"] for each in asked),
        "documents": sum(len(each["documents"]) for each in asked),
        "median_days": days[(len(days) - 1) // 2] if days else None,
        "longest_days": days[-1] if days else None,
    }


def _days(begin: str, end: str) -> int:
    """Whole days of Taipei between two instants."""
    return (instant(end).astimezone(TAIPEI).date() - instant(begin).astimezone(TAIPEI).date()).days
