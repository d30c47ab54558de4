"""signed_off, of a period: levels 1 and 2 of its round, two persons, over the hash made again from the data (docs/record.md)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from audit.check.claim import ClaimFailed
from audit.check.content.period_log import Ledger, must_be_at, must_equal

_ROLES: Final = {1: "auditor", 2: "head"}


def must_be_signed_off(data: Mapping[str, Any], ledger: Ledger) -> tuple[str, str]:
    """Both levels signed this very content, and nothing was re-opened since; who did. Raises `ClaimFailed`."""
    period, samples = data["period"], data["samples"]
    if not samples:
        if data["sign_offs"] or period["state"]["code"] != "nothing_to_draw":
            raise ClaimFailed("not_signed_off")
        return ("", "")
    signs = sorted(
        (each for each in data["sign_offs"] if each["voided_at"] is None), key=lambda each: int(each["level"])
    )
    stated = [(each["level"], each["round"], each["role"]["code"], each["agency"]) for each in signs]
    wanted = [(level, period["round"], role, period["agency"]) for level, role in _ROLES.items()]
    if period["state"]["code"] != "signed" or stated != wanted:
        raise ClaimFailed("not_signed_off")
    if signs[0]["person"] == signs[1]["person"] or {sample["clerk"] for sample in samples} & {
        each["person"] for each in signs
    }:
        raise ClaimFailed("signed_off_by_one")
    content = _content_sha256(data)
    for sign in data["sign_offs"]:
        _must_be_entered(data, sign, ledger)
        if sign["voided_at"] is None and sign["content_sha256"] != content:
            raise ClaimFailed("signed_off_content_is_another", str(sign["level"]))
    first, last = (sign["entry"] for sign in signs)
    if first >= last or any(sample["judged_entry"] >= first for sample in samples):
        raise ClaimFailed("signed_off_content_is_another", "order")
    reopened = ledger.about("reopened", period["id"])
    if any(entry.number > first or entry.details["round"] > period["round"] for entry in reopened):
        raise ClaimFailed("reopened")
    if len(reopened) != period["round"] - 1:
        raise ClaimFailed("entries_incomplete", "reopened")
    people = {each["id"]: each["name"] for each in data["people"]}
    auditor, head = (people[sign["person"]] for sign in signs)
    count = len(samples)
    return (
        f"稽核人員{auditor}、機關首長{head}，不是同一人；兩人所簽的正是這{count:,}筆的查核結果",
        f"Auditor {auditor} and head {head}, two persons; what both signed are exactly these {count:,} verdicts",
    )


def _must_be_entered(data: Mapping[str, Any], sign: Mapping[str, Any], ledger: Ledger) -> None:
    entry = ledger.entry(sign["entry"], "signed_off")
    said = (entry.details["level"], entry.details["round"], entry.columns["about_id"])
    must_equal("sign_offs", said, (sign["level"], sign["round"], data["period"]["id"]))
    who = (str(entry.columns["person"]), entry.columns["role"], entry.columns["agency"])
    must_equal("sign_offs", who, (sign["person"], sign["role"]["code"], sign["agency"]))
    must_be_at("sign_offs", entry.columns["at"], sign["at"])
    if entry.details["content_sha256"] != sign["content_sha256"]:
        raise ClaimFailed("signed_off_content_is_another", str(sign["level"]))


def _content_sha256(data: Mapping[str, Any]) -> str:
    """The hash over what both levels sign, made again from the record."""
    period, frozen = data["period"], data["frozen"]
    units = data["draw"]["units"]
    content = {
        "format": "govern.period.content",
        "version": 1,
        "period": period["id"],
        "plan": data["plan"]["id"],
        "month": period["month"],
        "agency": period["agency"],
        "owner": period["owner"],
        "population": frozen["population"],
        "root": frozen["root"],
        "seed": data["draw"]["seed"],
        "round": period["round"],
        "samples": [
            [sample["seq"], unit["ordinal"], sample["verdict"]]
            for sample, unit in zip(data["samples"], units, strict=True)
        ],
    }
    spelled = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()
