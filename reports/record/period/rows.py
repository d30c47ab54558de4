"""The samples of a period's record as rows: their lines, how high each is, and which stand on a page together.

Lines are broken here (`paper.wrap`) and printed as they are, so that a row's height is its number of lines and pages are
known before anything is laid out. So the sheet can be printed in parts, by two presses at once, without a gap where the
parts meet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from govern.core.wording import Wording
from govern.rules.verdict import VERDICT_NAMES, Verdict
from reports.paper import dates, page, wrap
from reports.record.period.content import DataItemNames, PeriodRecord, Person, Sample, SampleTask

SIZE_PT: Final = 8.0
LINE_PT: Final = 11.4
PADDING_PT: Final = 3.0  # above and below a row's lines each
BORDER_PT: Final = 0.3
HEAD_PT: Final = 20.0  # the table's own head, on every page
HEADING_PT: Final = 32.0  # what stands above the table on its first page
PAGE_PT: Final = 725.0  # A4 without its margins (sheet.css), a hair less
WIDTHS_MM: Final = (9.0, 29.0, 33.0, 36.5, 49.5, 20.0)  # of the six columns; together 177
_GAP_MM: Final = 2.6
_PT: Final = 72 / 25.4
_WIDTHS: Final = tuple((width - _GAP_MM) * _PT / SIZE_PT for width in WIDTHS_MM)


@dataclass(frozen=True, slots=True)
class Row:
    """A sample's cells, each as its lines, and the row's height in points."""

    seq: int
    cells: tuple[tuple[str, ...], ...]
    height: float
    is_proper: bool


@dataclass(frozen=True, slots=True)
class Called:
    """What codes and ids of a record are called."""

    agencies: Mapping[str, str]
    case_items: Mapping[str, str]
    data_items: Mapping[str, DataItemNames]
    fields: Mapping[tuple[str, str], str]
    people: Mapping[str, Person]

    @classmethod
    def of(cls, record: PeriodRecord) -> "Called":
        """Those of one record."""
        return cls(
            agencies={one.code: one.zh for one in record.names.agencies},
            case_items={one.code: one.zh for one in record.names.case_items},
            data_items={one.code: one for one in record.names.data_items},
            fields={(item.code, one.code): one.zh for item in record.names.data_items for one in item.fields},
            people={one.id: one for one in record.people},
        )

    def person(self, identity: str) -> str:
        """A person's name, marked where it is an invented one."""
        who = self.people[identity]
        return f"{who.name}（虛構）" if who.invented and "虛構" not in who.name else who.name

    def field(self, item: str, code: str) -> str:
        """A field's name."""
        return self.fields.get((item, code), code)


def rows_of(record: PeriodRecord, called: Called) -> list[Row]:
    """A row for each sample, in the order of the draw."""
    return [_row(sample, called) for sample in record.samples]


def pages_of(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows as they fill pages: as many on each as its height takes, at least one."""
    pages: list[list[Row]] = []
    left = 0.0
    for row in rows:
        if not pages or row.height > left:
            left = PAGE_PT - HEAD_PT - (0 if pages else HEADING_PT)
            pages.append([])
        pages[-1].append(row)
        left -= row.height
    return pages


def date_and_time(at: str) -> str:
    """115.10.01 09:12:33, as columns show a moment."""
    local = dates.taipei(at)
    return f"{local.year - 1911}.{local:%m.%d %H:%M:%S}"


def _row(sample: Sample, called: Called) -> Row:
    who = called.people[sample.clerk]
    columns = (
        [str(sample.seq)],
        [sample.reference, f"軌跡{sample.number:,}", date_and_time(sample.submitted_at)],
        [called.agencies[sample.agency], called.person(sample.clerk), who.account],
        [
            called.case_items[sample.case_item],
            *(f"{key.kind.zh} {key.masked}" for key in sample.subject),
            "．".join((sample.ground.zh, *_evidence(sample))),
        ],
        list(_came(sample, called)),
        [VERDICT_NAMES[Verdict(sample.verdict)].zh, *_former(sample)],
    )
    broken = [
        [line for text in column for line in wrap.lines(page.visible(text), width)]
        for column, width in zip(columns, _WIDTHS, strict=True)
    ]
    height = max(map(len, broken)) * LINE_PT + 2 * PADDING_PT + BORDER_PT
    return Row(sample.seq, tuple(map(tuple, broken)), height, sample.verdict == Verdict.PROPER)


def _came(sample: Sample, called: Called) -> Iterator[str]:
    """What came of each data item, by name, and what was opened of it."""
    for task in sample.tasks:
        yield from _task(task, called)
    for reveal in sample.reveals:
        yield f"揭示：{called.field(reveal.data_item, reveal.field)}（{dates.clock_time(reveal.at)}）"


def _task(task: SampleTask, called: Called) -> Iterator[str]:
    def named(codes: Sequence[str]) -> str:
        return "、".join(called.field(task.data_item, code) for code in codes)

    item = called.data_items[task.data_item].zh
    came = [("", task.clear), ("遮蔽：", task.masked), ("可揭示：", task.revealable)]
    told = [f"{sign}{named(codes)}" for sign, codes in came if codes]
    yield f"【{item}】{'；'.join(told) if told else task.state.zh}"


def _evidence(sample: Sample) -> Iterator[str]:
    asked = sample.asked_clerk
    if asked is not None and asked.documents:
        yield f"文件{len(asked.documents)}件"
    elif asked is not None:
        yield "未附文件" if asked.answered_at else "未答覆"
    if sample.note_commitment is not None:
        yield "有說明"


def _former(sample: Sample) -> Iterator[str]:
    if sample.former_verdicts:
        yield f"第{len(sample.former_verdicts) + 1}次判定"


HEADS: Final = (
    Wording("樣本", "No."),
    Wording("查調、軌跡編號、時間", "Look-up, entry, time"),
    Wording("機關與承辦人", "Agency, clerk"),
    Wording("案件項目、當事人、依據", "Case item, subject, ground, evidence"),
    Wording("取得的欄位（只列名稱）", "Fields, by name only"),
    Wording("查核結果", "Verdict"),
)
