"""What stands on a period's sheet: its words in the order of the page, and from them the HTML, whole or in parts.

Everything is derived from the `PeriodRecord` alone, so that page and attached data cannot differ. Up to `IN_ONE` samples
are one flow, as on the picture; more are parted: the head, then pages of samples, the last with what follows them.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from govern.core.wording import Wording
from govern.rules.verdict import VERDICT_NAMES, Verdict
from reports.paper import dates, page
from reports.record.period.content import PeriodRecord, Split
from reports.record.period.rows import HEADS, WIDTHS_MM, Called, Row, pages_of, rows_of

IN_ONE: Final = 60
ROWS_A_PART: Final = 200  # at most 500 rows a document (SECURITY.md, trap 14): two at once stay below
_ITEMS_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the head: its label in both languages and what it says."""

    zh: str
    en: str
    lines: tuple[str, ...]
    is_hash: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart: a verdict, how many, and its length in per cent of the longest."""

    name: Wording
    count: int
    length: str
    sort: str


def parts(record: PeriodRecord, data: bytes) -> Iterator[str]:
    """The sheet as HTML documents, to be printed one by one and bound in this order; `data` is the record's JSON."""
    if len(record.samples) <= IN_ONE:
        yield whole(record, data)
        return
    called = Called.of(record)
    rows, values = rows_of(record, called), _values(record, called, data)
    yield _document(values, (), has_head=True, has_tail=False)
    portions = _portions(pages_of(rows))
    for at, portion in enumerate(portions, start=1):
        yield _document(values, portion, has_head=False, has_tail=at == len(portions))


def whole(record: PeriodRecord, data: bytes) -> str:
    """The sheet as one document, however long: for a small record, and to measure against."""
    called = Called.of(record)
    return _document(_values(record, called, data), rows_of(record, called), has_head=True, has_tail=True)


def numbers(count: int) -> str:
    """As many empty pages as a record has, each with its number at the foot: laid over the pages when all are known."""
    return page.sheet("numbers.html", pages=range(count))


def _document(values: dict[str, Any], rows: Sequence[Row], *, has_head: bool, has_tail: bool) -> str:
    is_first = bool(rows) and rows[0].seq == 1
    return page.sheet("period.html", **values, rows=rows, has_head=has_head, has_tail=has_tail, is_first=is_first)


def _portions(pages: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """Whole pages of rows, as many as a part may hold, in parts of one size; each begins a page."""
    every = sum(map(len, pages))
    most = -(-every // max(2, -(-every // ROWS_A_PART)))
    portions: list[list[Row]] = []
    for rows in pages:
        if not portions or len(portions[-1]) >= most:
            portions.append([])
        portions[-1] += rows
    return portions


def _values(record: PeriodRecord, called: Called, data: bytes) -> dict[str, Any]:
    """All that the template shows, but for the rows."""
    return {
        "r": record,
        "owner": called.agencies[record.period.owner],
        "agency": called.agencies[record.period.agency],
        "month": _month(record.period.month),
        "facts": _facts(record, called),
        "code": page.quick_code(record.check_address),
        "bars": _bars(record),
        "proper": _share(record),
        "heads": HEADS,
        "widths": WIDTHS_MM,
        "seals": [
            {"role": one.role.zh, "name": called.people[one.person].name, "at": _moment(one.at)}
            for one in record.sign_offs
            if one.voided_at is None
        ],
        "splits": (
            (Wording("依機關", "By agency"), _pairs(record.figures.by_agency, called.agencies)),
            (Wording("依案件項目", "By case item"), _pairs(record.figures.by_case_item, called.case_items)),
        ),
        "answers": _answers(record),
        "findings": _findings(record, called),
        "course": _course(record, called),
        "seed": _seed(record),
        "proof": _proof(record, data),
    }


def _month(month: str) -> Wording:
    year, number = (int(part) for part in month.split("-"))
    return Wording(f"{year - 1911}年{number}月", month)


def _facts(record: PeriodRecord, called: Called) -> tuple[Fact, ...]:
    plan, frozen = record.plan, record.frozen
    items = [called.data_items[code].zh for code in plan.items if code in called.data_items]
    named = "、".join(items[:_ITEMS_NAMED]) + (f"等{len(items)}項" if len(items) > _ITEMS_NAMED else "")
    covered = f"全部查調項目（{len(items)}項）" if plan.covers_all else named
    least = f"，至少{plan.floor:,}筆"
    size = f"{record.figures.population:,}筆查調對象，凍結於檢核點{frozen.to_size:,}（{_moment(frozen.at)}）"
    return (
        Fact("稽核機關", "Audited by", (called.agencies[record.period.agency],)),
        Fact("稽核計畫", "Plan", (f"{plan.zh}：{covered}", f"抽樣比率{_percent(plan.ratio)}{least}")),
        Fact("母體", "Population", (size,)),
        Fact("檢核點", "Checkpoint", (base64.b64decode(frozen.checkpoint.root).hex(),), is_hash=True),
        Fact("種子", "Seed", _source(record)),
        Fact("抽樣", "Sample", (_drawn(record),)),
    )


def _drawn(record: PeriodRecord) -> str:
    if record.drawn is None:
        return "母體為空，不抽樣"
    return f"{record.figures.population:,}筆取{record.drawn.n:,}筆，{_moment(record.drawn.at)}抽出"


def _source(record: PeriodRecord) -> tuple[str, ...]:
    """Where the seed comes from, in words: a public draw with its results, or who gave the two numbers."""
    source = record.draw["source"]
    if source is None:
        return ("無",)
    if source["kind"] == "public_draw":
        return (f"公開抽獎：{source['name']}", "開出" + "、".join(f"{one}" for one in source["results"]))
    parties = "、".join(one["party"] for one in source["numbers"])
    return (f"兩方亂數：{parties}，凍結前承諾、凍結後揭露",)


def _seed(record: PeriodRecord) -> list[Fact]:
    """The draw's own figures, for whoever draws again."""
    found = [
        Fact("期別", "Period", (record.period.id,)),
        Fact("母體樹根", "Population's root", (record.frozen.root,), is_hash=True),
    ]
    source = record.draw["source"]
    if source is not None and source["kind"] == "two_numbers":
        found += [Fact(one["party"], "Number", (one["number"],), is_hash=True) for one in source["numbers"]]
    if record.draw["seed"] is not None:
        found.append(Fact("種子", "Seed", (record.draw["seed"],), is_hash=True))
    signed = dict.fromkeys(one.content_sha256 for one in record.sign_offs if one.voided_at is None)
    return [*found, *(Fact("核章內容", "Content signed", (one,), is_hash=True) for one in signed)]


def _bars(record: PeriodRecord) -> list[Bar]:
    """The chart: each verdict's bar, the longest as long as the place is; one that counts something is never nothing."""
    most = max((one.count for one in record.figures.verdicts), default=0)
    return [
        Bar(
            VERDICT_NAMES[Verdict(one.code)],
            one.count,
            f"{max(100 * one.count / most, 1.2) if one.count else 0:.2f}%",
            "proper" if one.code == Verdict.PROPER else "lacking" if one.code == Verdict.NO_DOCUMENT else "wrong",
        )
        for one in record.figures.verdicts
    ]


def _share(record: PeriodRecord) -> str:
    """How many of a hundred samples are proper, to one place, rounded down: never 100 % with one that is not."""
    proper = sum(one.count for one in record.figures.verdicts if one.code == Verdict.PROPER)
    tenths = 1000 * proper // record.figures.samples if record.figures.samples else 0
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}%"


def _percent(ratio: str) -> str:
    """A plain decimal from 0 to 1 as a percentage, exactly."""
    whole, _, part = ratio.partition(".")
    digits = (part + "00").rstrip("0").ljust(2, "0")
    left, right = str(int(whole + digits[:2])), digits[2:]
    return f"{left}.{right}%" if right else f"{left}%"


def _pairs(splits: Sequence[Split], names: Any) -> list[list[Any]]:
    """Two lines of a figures' table beside each other, read downwards."""
    told = [
        {"name": names[one.code], "samples": one.samples, "proper": one.proper, "others": one.others} for one in splits
    ]
    half = (len(told) + 1) // 2
    return [[told[at], told[at + half] if at + half < len(told) else None] for at in range(half)]


def _answers(record: PeriodRecord) -> Wording:
    answers, figures = record.figures.answers, record.figures
    zh = f"請承辦人補件{answers.asked:,}筆，答覆{answers.answered:,}筆，逾期{answers.late:,}筆，收文件{answers.documents:,}件"
    en = f"{answers.asked:,} clerks asked, {answers.answered:,} answered, {answers.late:,} late"
    if answers.median_days is not None:
        zh += f"；答覆日數中位數{answers.median_days}日，最長{answers.longest_days}日"
        en += f"; median {answers.median_days} days, longest {answers.longest_days}"
    return Wording(f"{zh}。樣本中揭示欄位{figures.reveals:,}次。", f"{en}. {figures.reveals:,} fields revealed.")


def _findings(record: PeriodRecord, called: Called) -> list[dict[str, Any]]:
    verdicts = {sample.seq: VERDICT_NAMES[Verdict(sample.verdict)].zh for sample in record.samples}
    return [
        {
            "no": one.no,
            "sample": f"樣本{one.sample}",
            "verdict": verdicts[one.sample],
            "person": called.person(one.person),
            "agency": called.agencies[one.agency],
            "due_on": dates.roc_date(one.due_on),
            "state": one.state.zh,
            "closed": "無" if one.closed_at is None else date_of(one.closed_at),
            "entry": one.opened_entry,
        }
        for one in record.findings
    ]


def date_of(at: str) -> str:
    """民國115年12月15日 of an instant."""
    return dates.roc_moment(at)[:-8]


def _course(record: PeriodRecord, called: Called) -> list[dict[str, Any]]:
    """Freeze, draw, sign-offs and re-openings, in the order of their entries."""
    told = [(record.frozen.entry, record.frozen.at, f"凍結母體，{record.frozen.population:,}筆")]
    if record.drawn is not None:
        told.append((record.drawn.entry, record.drawn.at, f"抽出樣本{record.drawn.n:,}筆"))
    for sign in record.sign_offs:
        void = "" if sign.voided_at is None else "（因重開失效）"
        who = f"{called.agencies[sign.agency]}{sign.role.zh} {called.person(sign.person)}（{called.people[sign.person].account}）"
        told.append((sign.entry, sign.at, f"第{sign.round}輪核章：{who}{void}"))
    for again in record.reopenings:
        samples = "、".join(f"{seq}" for seq in again.samples)
        told.append((again.entry, again.at, f"{called.person(again.person)}重開本期，樣本{samples}重新判定"))
    return [{"at": _moment(at), "zh": zh, "entry": entry} for entry, at, zh in sorted(told)]


def _proof(record: PeriodRecord, data: bytes) -> dict[str, str]:
    entries, point, frozen = record.entries, record.checkpoint, record.frozen.checkpoint
    return {
        "zh": f"{len(entries):,}筆軌跡紀錄，編號{entries[0].number:,}至{entries[-1].number:,}，全部納入檢核點"
        f"{point.size:,}（{point.origin}），納入證明附於本檔；母體凍結於檢核點{frozen.size:,}。樹根：",
        "en": f"{len(entries):,} entries of the trail, all in checkpoint {point.size:,}; inclusion proofs attached. Root:",
        "root": base64.b64decode(point.root).hex(),
        "data": hashlib.sha256(data).hexdigest(),
    }


def _moment(at: str) -> str:
    return dates.roc_moment(at)
