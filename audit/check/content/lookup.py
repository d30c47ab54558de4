"""A look-up's record: what the log's entries and the page must say for its data to be believed.

The data is the JSON attached to the PDF (docs/record.md). It is held against the log on one side, entry for entry, and
against the printed text on the other; a signer who prints one thing and proves another is found here.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from audit.check import log
from audit.check.claim import ClaimFailed, Finding, found
from audit.check.content import page_text
from audit.check.log import Proven, proven_entries
from audit.check.moments import clock_time, english_day, instant, roc_day, roc_moment
from audit.check.trust import Trust

FORMAT: Final = "govern.record.lookup"
VERSION: Final = 1
SUBJECTS_PRINTED: Final = 480  # what more there is stands in the data alone (docs/record.md)
SUBJECTS_WITH_KIND: Final = 4
COURSE_PRINTED: Final = 120
_SUBMISSION_TAKES: Final = timedelta(minutes=1)


def content(data: Mapping[str, Any], raw: bytes, text: str, trust: Trust) -> list[Finding]:
    """How the claims `in_log` and `text_is_data` of a look-up's record came out."""

    def in_log() -> tuple[str, str]:
        entries = proven_entries(data, trust)
        must_agree_with_log(data, entries)
        return log.seen(entries, data)

    def text_is_data() -> tuple[str, str]:
        return page_text.seen(page_text.must_say(text, literals(data, raw)))

    return [found("in_log", in_log), found("text_is_data", text_is_data)]


def must_agree_with_log(data: Mapping[str, Any], entries: Sequence[Proven]) -> None:
    """The entries are this look-up's, and "asked" says who, when, for what and which fields, as the record does.

    Raises `ClaimFailed`.
    """
    for entry in entries:
        if str(entry.columns["lookup"]) != data["lookup"]:
            raise ClaimFailed("entry_is_another", str(entry.number))
    asked = [entry for entry in entries if entry.columns["kind"] == "asked"]
    if len(asked) != 1:
        raise ClaimFailed("entries_incomplete")
    columns, details = asked[0].columns, asked[0].details
    case_item, who = data["case_item"], data["who"]
    stated = {
        "reference": (details["reference"], data["reference"]),
        "account": (columns["account"], who["account"]),
        "agency": (columns["agency"], who["agency"]["code"]),
        "role": (columns["role"], who["role"]["code"]),
        "case_item": (columns["case_item"], case_item["code"]),
        "case_item_version": (columns["case_item_version"], case_item["version"]),
        "subjects": (columns["subjects"], len(data["subjects"])),
        "data_items": (
            {task["item"] for task in details["tasks"]},
            {task["data_item"]["code"] for task in data["tasks"]},
        ),
    }
    for what, (log_says, record_says) in stated.items():
        if log_says != record_says:
            raise ClaimFailed("log_says_otherwise", what)
    if abs(instant(data["submitted_at"]) - columns["at"]) > _SUBMISSION_TAKES:
        raise ClaimFailed("log_says_otherwise", "submitted_at")
    _fields_must_be_permitted(data["tasks"], details["tasks"])
    _steps_must_be_entries(data, entries)


def about(data: Mapping[str, Any]) -> tuple[str, str]:
    """What the record is of, in both languages."""
    who, case_item = data["who"], data["case_item"]
    at = instant(data["submitted_at"])
    return (
        f"{who['agency']['zh']}{roc_day(at)}的查調{data['reference']}，用途為{case_item['zh']}",
        f"Look-up {data['reference']} of {who['agency']['en']}, {english_day(at)}, for {case_item['en']}",
    )


def _fields_must_be_permitted(tasks: Sequence[Mapping[str, Any]], asked: Sequence[Mapping[str, Any]]) -> None:
    permitted: dict[str, set[str]] = {}
    for task in asked:
        permitted.setdefault(task["item"], set()).update(task["permitted"])
    for task in tasks:
        named = {field["code"] for part in ("clear", "masked", "revealable") for field in task[part]}
        if not named <= permitted[task["data_item"]["code"]]:
            raise ClaimFailed("log_says_otherwise", "fields")


def _steps_must_be_entries(data: Mapping[str, Any], entries: Sequence[Proven]) -> None:
    """A step of the course, or a reveal, that names an entry names one that is attached; no reveal is left out."""
    kinds = {entry.number: entry.columns["kind"] for entry in entries}
    steps = [step["entry"] for step in data["course"] if step["entry"] is not None]
    if not kinds.keys() >= set(steps):
        raise ClaimFailed("entries_incomplete", "course")
    for reveal in data["reveals"]:
        if reveal["entry"] is not None and kinds.get(reveal["entry"]) != "revealed":
            raise ClaimFailed("entry_is_another", "reveal")
    told = [reveal["entry"] for reveal in data["reveals"]]
    if None not in told and {number for number, kind in kinds.items() if kind == "revealed"} - set(told):
        raise ClaimFailed("log_says_otherwise", "reveals")


def literals(data: Mapping[str, Any], raw: bytes) -> Iterable[str]:
    """What the page must say (docs/record.md, What the page says of the data), in no particular order."""
    who, case_item, rule = data["who"], data["case_item"], data["rule"]
    yield from (data["number"], data["reference"], data["case_number"], data["signed_by"], data["check_address"])
    yield from (who["name"], who["account"], who["agency"]["zh"], who["role"]["zh"], who["signed_in"]["zh"])
    yield from (case_item["zh"], case_item["purpose_zh"], case_item["business_agency"]["zh"])
    yield f"第{case_item['version']}版"
    yield from (rule["zh"], rule["code"])
    yield f"{roc_moment(instant(data['submitted_at']))}送出"
    yield data["state"]["zh"]
    yield from (basis["zh"] for basis in data["legal_bases"])
    yield from _subjects(data["subjects"])
    yield from _tasks(data["tasks"])
    for reveal in data["reveals"]:
        yield from (
            clock_time(instant(reveal["at"])),
            reveal["data_item"]["zh"],
            reveal["field"]["zh"],
            reveal["reason"],
        )
        yield _number(reveal["entry"])
    for step in data["course"][:COURSE_PRINTED]:
        yield from (f"{clock_time(instant(step['at']))}{step['zh']}", _number(step["entry"]))
    yield f"檢核點{data['checkpoint']['size']:,}（{data['checkpoint']['origin']}）"
    yield base64.b64decode(data["checkpoint"]["root"]).hex()
    yield hashlib.sha256(raw).hexdigest()


def _subjects(subjects: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield from (key["masked"] for subject in subjects[:SUBJECTS_PRINTED] for key in subject["keys"])
    if len(subjects) <= SUBJECTS_WITH_KIND:
        yield from (key["kind"]["zh"] for subject in subjects for key in subject["keys"])
    grounds = {(each["ground"]["kind"]["zh"], each["ground"]["document"]) for each in subjects}
    if len(grounds) == 1:
        yield from grounds.pop()


def _tasks(tasks: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    items: dict[str, tuple[int, int, int]] = {}
    for task in tasks:
        yield from (task["data_item"]["zh"], task["owner"]["zh"], task["state"]["zh"])
        if task["denied"] is not None:
            yield from (task["denied"]["zh"], task["denied"]["code"])
            continue
        yield from (_fields(task[part]) for part in ("clear", "masked", "revealable"))
        yield f"{task['not_fetched']:,}"
        hidden = len(task["masked"]) + len(task["revealable"])
        items[task["data_item"]["code"]] = (len(task["clear"]), hidden, task["not_fetched"])
    if items:
        clear, masked, left = (sum(counts) for counts in zip(*items.values(), strict=True))
        yield f"{len(items)}個項目{clear + masked + left}個欄位"
        yield f"{clear + masked}個，其中{masked}個遮蔽"


def _fields(named: Sequence[Mapping[str, Any]]) -> str:
    return "、".join(field["zh"] for field in named)


def _number(entry: int | None) -> str:
    return "" if entry is None else f"{entry:,}"
