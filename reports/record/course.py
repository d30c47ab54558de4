"""The course of a look-up in words: its entries, in order, folded so that a reader sees what happened at a glance.

A look-up over seven data items has about thirty entries; what the page's table already says (when each data item was
asked and answered) becomes one line, and so do neighbours of one kind. Each line names the number of the entry that
says so, so that nothing is told without its evidence.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from govern.catalogue.source import FAILURES
from govern.core.wording import Wording
from reports.record.content import Event

WHOLE: Final = frozenset({"about_to_ask", "answered", "attempt_failed", "failed", "unknown"})  # one line a cause
FOLDED: Final = WHOLE | {"destroyed", "denied", "shown", "expired", "cancelled"}  # the others join a neighbour
_NAMED: Final = 3  # so many data items are named in one line, more are counted

_CAUSES: Final[Mapping[str, Wording]] = {
    **FAILURES,
    "session_ended": Wording("登入結束", "the log-in ended"),
    "time": Wording("保存時間屆滿", "its time was over"),
    "by_clerk": Wording("承辦人銷毀", "by the clerk"),
    "lost": Wording("暫存服務中斷", "the store was lost"),
    "called_back": Wording("承辦人取消", "called back by the clerk"),
    "answers_away": Wording("暫存服務中斷", "the store was away"),
    "worker_lost": Wording("背景工作中斷", "the worker was lost"),
    "denied": Wording("重新判斷後不准許", "denied when decided again"),
}
_DURING: Final[Mapping[str, Wording]] = {
    "submit": Wording("送出時", "at submission"),
    "run": Wording("查調前", "before asking"),
    "show": Wording("顯示前", "before showing"),
    "reveal": Wording("揭示前", "before revealing"),
}
_SENTENCES: Final[Mapping[str, Wording]] = {
    "about_to_ask": Wording("向主政機關查調{items}", "Asked the owners: {items}"),
    "answered": Wording("主政機關回覆{items}", "Answered: {items}"),
    "shown": Wording("顯示{items}", "Shown: {items}"),
    "revealed": Wording("揭示{items}的一個欄位", "One field revealed: {items}"),
    "destroyed": Wording("查調結果銷毀（{cause}）：{items}", "Answers destroyed ({cause}): {items}"),
    "denied": Wording("{during}不准許{items}", "Denied {during}: {items}"),
    "attempt_failed": Wording("{items}查調未成，將再試：{cause}", "Attempt failed, to be made again: {items}: {cause}"),
    "failed": Wording("{items}查調失敗：{cause}", "Failed: {items}: {cause}"),
    "unknown": Wording("{items}結果不明，不再查調：{cause}", "Outcome unknown, not asked again: {items}: {cause}"),
    "expired": Wording("{items}未查調（{cause}）", "Never asked ({cause}): {items}"),
    "cancelled": Wording("{items}取消", "Cancelled: {items}"),
    "record_asked": Wording("申請稽核紀錄", "Record asked for"),
    "record_issued": Wording("核發稽核紀錄 {about}", "Record {about} issued"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """An entry as the course needs it: what, when, its number, and what it speaks of."""

    kind: str
    at: datetime
    number: int
    data_item: str | None = None
    cause: str | None = None
    about: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Line:
    """One line of the course while it is gathered."""

    kind: str
    cause: str
    during: str
    first: Happened
    items: dict[str, None]
    times: int = 1


def course(entries: Sequence[Happened], names: Mapping[str, Wording]) -> tuple[Event, ...]:
    """The lines of the page, in the order of their first entries; `names` says data items by code."""
    lines: list[_Line] = []
    for entry in entries:
        items, during = _items(entry), str(entry.details.get("during", ""))
        line = _line_for(lines, entry, during)
        if line is None:
            lines.append(_Line(entry.kind, entry.cause or "", during, entry, dict.fromkeys(items)))
        else:
            line.items.update(dict.fromkeys(items))
            line.times += 1
    return tuple(_event(line, names) for line in lines)


def happened(columns: Mapping[str, Any], number: int) -> Happened:
    """An entry's row as the course needs it; `details` is the entry's canonical JSON."""
    return Happened(
        kind=columns["kind"],
        at=columns["at"],
        number=number,
        data_item=columns["data_item"],
        cause=columns["cause"],
        about=columns["about_id"],
        details=json.loads(columns["details"]),
    )


def _line_for(lines: Sequence[_Line], entry: Happened, during: str) -> _Line | None:
    """The line that an entry joins: what tasks came to has one for the whole look-up, the rest joins a neighbour."""
    if entry.kind not in FOLDED:
        return None
    if entry.kind in WHOLE:
        alike = (line for line in lines if (line.kind, line.cause) == (entry.kind, entry.cause or ""))
        return next(alike, None)
    last = lines[-1] if lines else None
    same = last is not None and (last.kind, last.cause, last.during) == (entry.kind, entry.cause or "", during)
    return last if same else None


def _items(entry: Happened) -> Iterable[str]:
    """The data items that an entry speaks of: its own, or those that "shown" lists."""
    if entry.data_item is not None:
        return (entry.data_item,)
    return [str(one["item"]) for one in entry.details.get("answers", ()) if "item" in one]


def _event(line: _Line, names: Mapping[str, Wording]) -> Event:
    first = line.first
    said = _asked(first) if first.kind == "asked" else _said(line, names)
    return Event(instant(first.at), said.zh, said.en, first.number)


def _asked(entry: Happened) -> Wording:
    tasks = entry.details.get("tasks", [])
    denied = sum(1 for task in tasks if task.get("rule"))
    wrong = int(entry.details.get("wrong_rows", 0))
    zh = f"送出，{len(tasks)}件查調工作，准許{len(tasks) - denied}件"
    en = f"Submitted: {len(tasks)} tasks, {len(tasks) - denied} permitted"
    if wrong:
        return Wording(f"{zh}；{wrong}列有誤，未送出", f"{en}; {wrong} rows wrong and sent nowhere")
    return Wording(zh, en)


def _said(line: _Line, names: Mapping[str, Wording]) -> Wording:
    sentence = _SENTENCES.get(line.kind)
    if sentence is None:
        return Wording(line.kind, line.kind)
    codes = list(line.items)
    known = [names.get(code, Wording(code, code)) for code in codes]
    if len(codes) > _NAMED:
        items = Wording(f"{known[0].zh}等{len(codes)}個項目", f"{known[0].en} and {len(codes) - 1} more")
    else:
        items = Wording("、".join(one.zh for one in known), ", ".join(one.en for one in known))
    if line.times > len(codes) > 0:
        items = Wording(f"{items.zh}，共{line.times}次", f"{items.en}, {line.times} times")
    cause = _CAUSES.get(line.cause, Wording(line.cause, line.cause))
    during = _DURING.get(line.during, Wording(line.during, line.during))
    about = line.first.about or ""
    return Wording(
        sentence.zh.format(items=items.zh, cause=cause.zh.rstrip("。"), during=during.zh, about=about),
        sentence.en.format(items=items.en, cause=cause.en.rstrip("."), during=during.en, about=about),
    )


def instant(at: datetime) -> str:
    """An instant as records write it: ISO 8601 in UTC, to the microsecond, with `Z`."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
