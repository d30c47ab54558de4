"""A database's files as the canary scanner reads them: raw pages, and of SQLite every cell, since pages cut values.

A signed record is half a megabyte in one cell, spread over pages that each hold a stretch of it: the cell is searched whole, and
of the raw pages those that are no stretch of such a cell: trees, free pages, what was deleted, what the write-ahead log keeps.
"""

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

LARGE = 1 << 16
_SMALL = 1024
_MAGIC = b"SQLite format 3\x00"
_LOGS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_HEAD = 32


def is_database(path: Path) -> bool:
    """Whether it is a SQLite file, or the write-ahead log of one that lies beside it."""
    with path.open("rb") as file:
        start = file.read(16)
    return start == _MAGIC or (start[:4] in _LOGS and path.with_name(path.name.removesuffix("-wal")).is_file())


def sqlite_cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every table's values, small ones together, large ones alone."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            rows = connection.execute(f'SELECT * FROM "{name}"')
            yield from ((name, piece) for piece in pieces_of(rows))
    finally:
        connection.close()


def pieces_of(rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """The values of rows: large ones alone, small ones together."""
    small = []
    for value in itertools.chain.from_iterable(rows):
        data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        if len(data) > _SMALL:
            yield data
        else:
            small.append(data)
    yield b"|".join(small)


def raw_pages(data: bytes, large: Sequence[bytes] = ()) -> Iterator[bytes]:
    """Each page of a SQLite file, or each frame of a write-ahead log, that is not a stretch of one of the large values."""
    start, step, size = _layout(data)
    heads = b"".join(value[: 2 * size] for value in large)
    stretches: dict[bytes, tuple[bytes, int]] = {}
    for body in (data[at + 4 : at + size] for at in range(start, len(data), step)):
        found = heads.find(body[:_HEAD]) if large else -1
        if found >= 0 and body[:_HEAD] not in stretches:
            value, first = large[found // (2 * size)], found % (2 * size)
            for at in range(first, len(value), size - 4):
                stretches.setdefault(value[at : at + _HEAD], (value, at))
    for at in range(start, len(data), step):
        page = data[at : at + size]
        value, place = stretches.get(page[4 : 4 + _HEAD], (b"", 0))
        if value[place : place + size - 4] != page[4:]:
            yield page


def _layout(data: bytes) -> tuple[int, int, int]:
    """Where the first page begins, how far it is from one to the next, and how large a page is."""
    if data.startswith(_MAGIC):
        size = int.from_bytes(data[16:18], "big")
        size = 65536 if size == 1 else size
        return 0, size, size
    size = int.from_bytes(data[8:12], "big")
    return 32 + 24, size + 24, size
