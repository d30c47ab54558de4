"""Files of rows as agencies exchange them: UTF-8 CSV with a header line and a trailer that counts the rows.

A request names each key by its place (`seq`, from 1); an answer repeats place and key on each line, so that a line about
somebody else shows. The trailer `#END,<rows>` is the last line: without it, or with another count, a file is not whole
and nothing of it is used. Pure: bytes in, records out.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from connectors.errors import Unreadable
from connectors.exchange import Query, Record
from connectors.mapping import LINES

TRAILER: Final = "#END"
_FIRST: Final = ("seq", "key", "found")

csv.field_size_limit(8_000_000)  # a field of type file may be large; the whole is bounded by the call


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A file of these rows, with header and trailer."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    writer.writerow((TRAILER, count))
    return out.getvalue().encode()


def is_whole(data: bytes) -> bool:
    """Whether the last line is a trailer: cheap, for a file that may still be growing."""
    last = data.rstrip(b"\r\n").rpartition(b"\n")[2]
    return data.endswith(b"\n") and last.startswith(TRAILER.encode() + b",")


def read(data: bytes, query: Query) -> tuple[Record, ...]:
    """A record for each asked key, in the order asked, its lines under the group `LINES` as the file names them.

    `Unreadable` when the file is not UTF-8 CSV, not whole, leaves a key out or is about another one.
    """
    header, rows = _rows(data)
    if tuple(header[:3]) != _FIRST or len(set(header)) != len(header) or "" in header:
        raise Unreadable("not_csv")
    lines: dict[int, list[dict[str, str]]] = {}
    found: dict[int, bool] = {}
    for row in rows:
        if len(row) != len(header):
            raise Unreadable("not_csv")
        place = _place(row[0], len(query.keys))
        if row[1] != query.keys[place].value:
            raise Unreadable("other_key")
        says = {"true": True, "false": False}.get(row[2])
        if says is None or found.setdefault(place, says) != says:
            raise Unreadable("not_csv")
        values = {name: value for name, value in zip(header[3:], row[3:], strict=True) if value != ""}
        kept = lines.setdefault(place, [])
        if values:
            kept.append(values)
    if len(lines) != len(query.keys):
        raise Unreadable("record_count")
    return tuple(Record(key, found[place], {}, {LINES: tuple(lines[place])}) for place, key in enumerate(query.keys))


def _rows(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a whole file."""
    if not is_whole(data):
        raise Unreadable("trailer")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("encoding") from None
    if text.startswith("\ufeff") or "\0" in text:
        raise Unreadable("encoding")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise Unreadable("not_csv") from None
    if len(rows) < 2 or len(rows[-1]) != 2 or rows[-1][0] != TRAILER:
        raise Unreadable("trailer")
    header, *body, trailer = rows
    if trailer[1] != str(len(body)):
        raise Unreadable("row_count")
    return header, body


def _place(text: str, count: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= count):
        raise Unreadable("record_count")
    return int(text) - 1
