"""Request and answer files as agencies exchange them: UTF-8 CSV, header line, a trailer `#END,<rows>` that counts the rows."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.simulated import agency, faults, journal
from connectors.simulated.agency import Question, Reply
from connectors.simulated.answers import file_match
from connectors.simulated.faults import Fault
from connectors.simulated.items import Item

TRAILER: Final = "#END"
_KEY_KIND: Final = "national_id"  # what a file's numbers are unless a column says otherwise


class NoFile(Exception):
    """What came is no whole request file; the agency answers nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a request file."""

    seq: str
    item: str
    kind: str
    value: str
    narrowing: Mapping[str, str]


def read(data: bytes, item: str = "") -> list[Asked]:
    """The lines of a request file; `item` stands for a column that is missing. `NoFile` when it is not whole."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise NoFile from None
    if len(rows) < 2 or len(rows[-1]) != 2 or rows[-1] != [TRAILER, str(len(rows) - 2)]:
        raise NoFile
    columns = rows[0]
    if not {"seq", "key"} <= set(columns) or any(len(row) != len(columns) for row in rows[1:-1]):
        raise NoFile
    return [_asked(dict(zip(columns, row, strict=True)), item) for row in rows[1:-1]]


def _asked(line: Mapping[str, str], item: str) -> Asked:
    narrowing = {name.partition(".")[2]: text for name, text in line.items() if name.startswith("narrowing.") and text}
    return Asked(line["seq"], line.get("item") or item, line.get("key_kind") or _KEY_KIND, line["key"], narrowing)


def answer(folder: Path, item: Item, request_id: str, asked: Sequence[Asked]) -> bytes | None:
    """The answer file to a request file, journalled first; None when the agency is told to give none."""
    journal.write(folder, item.owner, request_id, item.code, [(line.kind, line.value) for line in asked])
    fault = faults.find(folder, item.owner, item.code)
    name = fault.name if fault else ""
    if name in ("error", "dead", "hang"):
        return None
    more = fault and name == "extra_fields"
    extra = (
        [f"internal_remark_{place}" for place in range(1, int(fault.amount("count", 1)) + 1)] if more and fault else []
    )
    columns = ["seq", "key", "found", *(field.code for field in item.spec.fields), *extra]
    questions = [Question(item.owner, item.code, request_id, line.kind, line.value, line.narrowing) for line in asked]
    replies = [agency.said(question, fault) for question in questions]
    whole = _of_file(request_id, replies) if "file_name" in columns else {}
    rows: list[list[str]] = []
    for line, said in zip(asked, replies, strict=True):
        rows += _lines(columns, line.seq, said, whole)
    return _spoilt(written(columns, rows), name, fault)


def _of_file(request_id: str, replies: Sequence[Reply]) -> dict[str, str]:
    """What is said of a file as a whole, on each of its lines: its name and counts."""
    rows = [row for said in replies if said.answer for row in said.answer.rows]
    return {"file_name": f"{request_id}.csv", **file_match.counts(rows)}


def _lines(columns: Sequence[str], seq: str, said: Reply, whole: Mapping[str, str]) -> Iterable[list[str]]:
    first = {"seq": seq, "key": said.value, "found": "true" if said.answer else "false"}
    if said.answer is None:
        yield [first.get(column, "") for column in columns]
        return
    place = {"line_no": seq} if whole else {}
    for row in said.answer.rows or ({},):
        values = {**said.answer.header, **row, **whole, **place, **first}
        yield [values.get(column, "") for column in columns]


def written(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A whole file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    writer.writerow((TRAILER, len(rows)))
    return out.getvalue().encode()


def _spoilt(whole: bytes, name: str, fault: Fault | None) -> bytes:
    match name:
        case "cut_short":
            return whole[: len(whole) * 2 // 3]
        case "no_trailer":
            return whole[: whole.rindex(TRAILER.encode())]
        case "garbage":
            return b"\x00\xff\xfe<<<" + b"\x9c" * 200
        case "wrong_encoding":
            return whole.decode("utf-8").encode("big5", "replace")
        case "too_much" if fault and "rows" not in fault.options:
            return whole + b" " * int(fault.amount("bytes", 20_000_000))
    return whole
