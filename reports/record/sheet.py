"""What stands on the sheet: the words of a record in the order of the page, and from them the HTML.

Everything is derived from the `LookupRecord` alone, so that the page and the attached data cannot differ.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from govern.core.wording import Wording
from reports.paper import dates, page
from reports.record.content import LookupRecord, Named, Rule, Subject, Task

SUBJECTS_IN_FACTS: Final = 4  # more are listed after the course
SUBJECTS_PRINTED: Final = 480  # at most 500 rows a document (SECURITY.md, trap 14); the rest stands in the data alone
COURSE_PRINTED: Final = 120
_SUBJECTS_A_ROW: Final = 6
_WIDE: Final = 18  # a line of the list longer than this gets half as many beside it


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the head: its label in both languages and what it says."""

    zh: str
    en: str
    lines: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One row of the table: a task, or several of the same data item that ended alike."""

    item: Named
    owner: Named
    time: str
    state: Named
    times: int
    clear: str
    masked: str
    revealable: str
    not_fetched: int
    denied: Rule | None


def html(record: LookupRecord) -> str:
    """The page of a record as HTML."""
    rows, beyond = _subject_rows(record)
    course = record.course[:COURSE_PRINTED]
    return page.sheet(
        "record.html",
        r=record,
        facts=_facts(record),
        code=page.quick_code(record.check_address),
        tasks=_asked(record.tasks),
        sums=_sums(record.tasks),
        reveals=[
            {
                "time": dates.clock_time(one.at),
                "item": one.data_item,
                "field": one.field,
                "reason": one.reason,
                "entry": one.entry,
            }
            for one in record.reveals
        ],
        course=[
            {"time": dates.clock_time(step.at), "zh": step.zh, "en": step.en, "entry": step.entry} for step in course
        ],
        course_beyond=len(record.course) - len(course),
        laws=[basis for basis in record.legal_bases if basis.text_zh],
        subject_rows=rows,
        subjects_beyond=beyond,
        proof=_proof(record),
    )


def _facts(record: LookupRecord) -> tuple[Fact, ...]:
    item = record.case_item
    purpose = Wording(
        f"{item.purpose_zh}（案件項目第{item.version}版，{item.business_agency.zh}主管）",
        f"{item.purpose_en} ({item.code}, version {item.version})",
    )
    laws = Wording(
        "、".join(basis.zh for basis in record.legal_bases) or "無",
        "; ".join(basis.en for basis in record.legal_bases),
    )
    return (
        Fact("使用者", "Who asked", (_who(record),)),
        Fact("時間", "When", _when(record)),
        Fact("當事人", "Subject", _subject_lines(record.subjects)),
        Fact("查調依據", "Ground", _ground_lines(record.subjects)),
        Fact("查調目的", "Purpose", (purpose,)),
        Fact("法源依據", "Legal basis", (laws,)),
        Fact("准駁的規則", "Decision", (_decision(record),)),
    )


def _who(record: LookupRecord) -> Wording:
    who = record.who
    marked = f"{who.name}（虛構）" if who.invented and "虛構" not in who.name else who.name
    return Wording(
        f"{marked}，{who.agency.zh}{who.role.zh}，以{who.signed_in.zh}登入",
        f"{who.role.en[:1].upper()}{who.role.en[1:]}, {who.agency.en}; account {who.account}, signed in by {who.signed_in.en}",
    )


def _when(record: LookupRecord) -> tuple[Wording, ...]:
    """From submission to the end, the day said once; and which look-up this one asks again."""
    ended = ""
    if record.ended_at is not None:
        same_day = dates.taipei(record.ended_at).date() == dates.taipei(record.submitted_at).date()
        said = dates.clock_time(record.ended_at) if same_day else dates.roc_moment(record.ended_at)
        ended = f"，{said}結束"
    span = Wording(
        f"{dates.roc_moment(record.submitted_at)}送出{ended}，{record.state.zh}",
        f"{record.state.en}, {dates.iso_date(record.submitted_at)}",
    )
    if record.former is None:
        return (span,)
    return span, Wording(f"重查{record.former}", f"asks {record.former} again")


def _decision(record: LookupRecord) -> Wording:
    rule, term = record.rule, record.right_ends_on
    return Wording(
        rule.zh + ("" if term is None else f"查調權限至{dates.roc_date(term)}。"),
        rule.en + ("" if term is None else f" Right until {term}.") + f" [{rule.code}, version {rule.version}]",
    )


def _subject_lines(subjects: Sequence[Subject]) -> tuple[Wording, ...]:
    """Kind and masked key of each subject; of many only their number, since they are listed further down."""
    if len(subjects) > SUBJECTS_IN_FACTS:
        return (Wording(f"{len(subjects):,}筆，列於當事人清單", f"{len(subjects):,} subjects, listed below"),)
    return tuple(
        Wording(
            "；".join(f"{key.kind.zh} {key.masked}" for key in subject.keys),
            "; ".join(key.kind.en for key in subject.keys),
        )
        for subject in subjects
    )


def _ground_lines(subjects: Sequence[Subject]) -> tuple[Wording, ...]:
    """Each ground once, with how many subjects stand on it where they differ."""
    counted: dict[Wording, int] = {}
    for subject in subjects:
        ground = subject.ground
        signed = "" if ground.signed_on is None else f"，{dates.roc_date(ground.signed_on)}簽署"
        document = f"，{ground.document}" if ground.document else ""
        line = Wording(
            f"{ground.kind.zh}{document}{signed}",
            f"{ground.kind.en}{'' if ground.signed_on is None else f', signed {ground.signed_on}'}",
        )
        counted[line] = counted.get(line, 0) + 1
    if len(counted) == 1:
        return tuple(counted)
    shown = list(counted.items())[:SUBJECTS_IN_FACTS]
    lines = tuple(Wording(f"{line.zh}（{times:,}筆）", f"{line.en} ({times:,})") for line, times in shown)
    left = len(counted) - len(shown)
    return (*lines, Wording(f"其餘{left:,}種載於所附資料檔", f"{left:,} more in the attached data")) if left else lines


def _asked(tasks: Iterable[Task]) -> list[AskedRow]:
    """The table's rows: tasks that differ in nothing but subject and time share one."""

    def alike(task: Task) -> tuple[object, ...]:
        denied = None if task.denied is None else task.denied.code
        return (task.data_item.code, task.state.code, task.clear, task.masked, task.revealable, denied or "")

    rows = []
    first_seen: dict[tuple[object, ...], int] = {}
    ordered = sorted(tasks, key=lambda task: first_seen.setdefault(alike(task), len(first_seen)))
    for _, group in groupby(ordered, key=alike):
        members = list(group)
        first, times = members[0], sorted(task.at for task in members if task.at is not None)
        span = [dates.clock_time(times[0]), dates.clock_time(times[-1])] if times else ["無"]
        rows.append(
            AskedRow(
                item=first.data_item,
                owner=first.owner,
                time="至".join(dict.fromkeys(span)),
                state=first.state,
                times=len(members),
                clear=_names(first.clear),
                masked="無" if not first.masked and not first.revealable else "、".join(one.zh for one in first.masked),
                revealable="、".join(one.zh for one in first.revealable),
                not_fetched=first.not_fetched,
                denied=first.denied,
            )
        )
    return rows


def _names(named: Sequence[Named]) -> str:
    return "、".join(one.zh for one in named) or "無"


def _sums(tasks: Sequence[Task]) -> Wording:
    """How many data items and fields, over the data items asked (each counted once)."""
    items = {task.data_item.code: task for task in tasks if task.denied is None}
    clear = sum(len(task.clear) for task in items.values())
    masked = sum(len(task.masked) + len(task.revealable) for task in items.values())
    every = clear + masked + sum(task.not_fetched for task in items.values())
    denied = len({task.data_item.code for task in tasks} - items.keys())
    refused_zh, refused_en = (f"不准{denied}個項目。", f" {_counted(denied)} denied.") if denied else ("", "")
    if not items:
        return Wording(refused_zh, refused_en)
    return Wording(
        f"{len(items)}個項目{every}個欄位，取得{clear + masked}個，其中{masked}個遮蔽。{refused_zh}",
        f"{_counted(len(items))}, {every} fields: {clear + masked} fetched, {masked} of them masked.{refused_en}",
    )


def _counted(items: int) -> str:
    return "1 data item" if items == 1 else f"{items} data items"


def _subject_rows(record: LookupRecord) -> tuple[list[list[str]], int]:
    """The list of many subjects, a few to a line, and how many are left to the attached data."""
    if len(record.subjects) <= SUBJECTS_IN_FACTS:
        return [], 0
    shown = [
        f"{subject.ordinal}　" + "；".join(f"{key.masked}" for key in subject.keys)
        for subject in record.subjects[:SUBJECTS_PRINTED]
    ]
    beside = _SUBJECTS_A_ROW if max(map(len, shown)) <= _WIDE else _SUBJECTS_A_ROW // 2
    shown += [""] * (-len(shown) % beside)
    rows = [shown[start : start + beside] for start in range(0, len(shown), beside)]
    return rows, max(0, len(record.subjects) - SUBJECTS_PRINTED)


def _proof(record: LookupRecord) -> dict[str, str]:
    numbers = [entry.number for entry in record.entries]
    count, size, origin = len(numbers), record.checkpoint.size, record.checkpoint.origin
    span = f"編號{min(numbers):,}至{max(numbers):,}，" if count > 1 else f"編號{numbers[0]:,}，"
    return {
        "zh": f"{count:,}筆軌跡紀錄，{span}全部納入檢核點{size:,}（{origin}），納入證明附於本檔。樹根：",
        "en": f"{count:,} entries of the trail, all in checkpoint {size:,}; inclusion proofs attached. Root:",
        "root": base64.b64decode(record.checkpoint.root).hex(),
        "data": hashlib.sha256(record.to_json()).hexdigest(),
    }
