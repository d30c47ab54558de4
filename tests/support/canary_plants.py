"""What is planted for the canary scanner to find: a value in every disguise, and every kind of place to hide it in."""

import base64
import gzip
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from redis import Redis

from tests.support.canary_databases import raw_pages, sqlite_cells
from tests.support.canary_scanner import process_contents, valkey_contents

NUMBER: Final = "F131234561"
NAME: Final = "歐陽測試甄"
HOME: Final = "新北市虛構區測試路三段7巷9號二樓"


def _xlsx(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/sharedStrings.xml", f"<sst><si><t>{text}</t></si></sst>" + "<si/>" * 200)
    return out.getvalue()


def _pdf_stream(text: str) -> bytes:
    packed = zlib.compress(b"BT /F1 12 Tf (" + text.encode() + b") Tj ET" * 20)
    head = f"%PDF-1.7\n1 0 obj\n<</Length {len(packed)}/Filter/FlateDecode>>\nstream\n".encode()
    return head + packed + b"\nendstream\nendobj\n%%EOF"


def _lzf(text: str) -> bytes:
    """As Redis writes a packed string: the value is not whole in it, its beginning is a reference backwards."""
    whole = text.encode()
    start, rest = whole[:5], whole[5:]
    packed = bytes([6]) + start + b"##" + bytes([(5 - 2) << 5, 6])  # seven letters, then five of them again
    for at in range(0, len(rest), 32):
        packed += bytes([len(rest[at : at + 32]) - 1]) + rest[at : at + 32]
    packed += bytes([7 << 5, 11, 0])  # twenty of the last byte, so that it pays as it must
    full = 7 + 5 + len(rest) + 20
    return b"\xc3" + _redis_length(len(packed)) + _redis_length(full) + packed


def _redis_length(length: int) -> bytes:
    return bytes([length]) if length < 64 else bytes([0x40 | length >> 8, length & 0xFF])


def _hashed(name: str, *, as_text: bool) -> Callable[[str], bytes]:
    def hashed(text: str) -> bytes:
        made = hashlib.new(name, text.encode(), usedforsecurity=False)
        return made.hexdigest().encode() if as_text else made.digest()

    return hashed


def _base64(before: int) -> Callable[[str], bytes]:
    return lambda text: base64.b64encode(b"x" * before + text.encode() + b" and more of the same")


# Forms of any text.
ENCODINGS: Final[dict[str, Callable[[str], bytes]]] = {
    "plain": lambda text: text.encode(),
    "utf-16 little": lambda text: b"<" + text.encode("utf-16-le"),
    "utf-16 big": lambda text: text.encode("utf-16-be"),
    "base64 at 0": _base64(0),
    "base64 at 1": _base64(1),
    "base64 at 2": _base64(2),
    "base64 for urls, in lines": lambda text: base64.encodebytes(text.encode() * 9).translate(
        bytes.maketrans(b"+/", b"-_")
    ),
    "hex": lambda text: text.encode().hex().encode(),
    "url": lambda text: b"".join(b"%%%02X" % byte for byte in text.encode()),
    "url of what must": lambda text: b"GET /find?key=" + urllib.parse.quote(text).encode(),
    "json escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text).encode(),
    "json in json": lambda text: json.dumps(json.dumps({"v": text})).encode(),
    "zlib": lambda text: zlib.compress(b'["' + text.encode() + b'"]'),
    "gzip": lambda text: gzip.compress(text.encode() * 3),
    "lzf": _lzf,
    "xlsx": _xlsx,
    "pdf stream": _pdf_stream,
    "broken over lines": lambda text: "\n  ".join((text[:3], text[3:6], text[6:])).encode(),
    "base64 of gzip of utf-16": lambda text: base64.b64encode(gzip.compress(text.encode("utf-16-le"))),
}
# Forms of a person's number alone.
OF_NUMBERS: Final[dict[str, Callable[[str], bytes]]] = {
    "lower case": lambda text: text.lower().encode(),
    "with dashes": lambda text: f"{text[:4]}-{text[4:7]}-{text[7:]}".encode(),
    "full width": lambda text: "".join(chr(ord(letter) + 0xFEE0) for letter in text).encode(),
    "sha-256": _hashed("sha256", as_text=False),
    "sha-256 in hex": _hashed("sha256", as_text=True),
    "md5": _hashed("md5", as_text=False),
    "md5 in hex": _hashed("md5", as_text=True),
}


def plants() -> Iterator[tuple[str, str, bytes]]:
    """Every value in every form: the value, the form's name, the bytes; among other bytes, as it would lie."""
    for value in (NUMBER, NAME, HOME):
        for name, encode in (ENCODINGS | (OF_NUMBERS if value == NUMBER else {})).items():
            yield value, name, b"at 12:00 {" + encode(value) + b"} and so on"


def a_font(name: bytes) -> bytes:
    """A font of two tables, outlines and names, to the last byte as long as its directory says; outlines that hold NUMBER."""
    outlines = NUMBER.encode() * 8
    at = 12 + 2 * 16
    directory = b"".join(
        tag + bytes(4) + start.to_bytes(4, "big") + length.to_bytes(4, "big")
        for tag, start, length in ((b"CFF ", at, len(outlines)), (b"name", at + len(outlines), len(name)))
    )
    return b"OTTO" + (2).to_bytes(2, "big") + bytes(6) + directory + outlines + name


Pieces = list[tuple[str, bytes]]


def in_a_file(planted: bytes, folder: Path) -> Pieces:
    """A diagnostics file."""
    path = folder / "diagnostics.log"
    path.write_bytes(b"INFO started\n" * 50 + planted)
    return [("file", path.read_bytes())]


def in_a_cell(planted: bytes, folder: Path) -> Pieces:
    """A cell so large that its pages lie apart: raw they do not hold it whole, the cells do."""
    path = folder / "cell.sqlite3"
    with _table(path, page=512) as connection:
        connection.execute(
            "INSERT INTO kept VALUES (?)", (os.urandom(505 - len(planted) // 2) + planted + bytes(2000),)
        )
    return list(sqlite_cells(path))


def in_a_free_page(planted: bytes, folder: Path) -> Pieces:
    """A row that was deleted: no cell holds it, the file does."""
    path = folder / "free.sqlite3"
    with _table(path, page=8192) as connection:
        connection.execute("INSERT INTO kept VALUES (?)", (planted,))
    with _table(path) as connection:
        connection.execute("DELETE FROM kept")
    assert planted not in b"".join(cells for _, cells in sqlite_cells(path))
    return [("page", page) for page in raw_pages(path.read_bytes())]


def in_the_wal(planted: bytes, folder: Path) -> Pieces:
    """What a database has not yet moved from its write-ahead log into its file."""
    path = folder / "wal.sqlite3"
    with _table(path, page=8192) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("INSERT INTO kept VALUES (?)", (planted,))
        connection.commit()
        assert planted not in path.read_bytes()
        return [("frame", page) for page in raw_pages(Path(f"{path}-wal").read_bytes())]


@contextmanager
def _table(path: Path, page: int = 4096) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        connection.execute(f"PRAGMA page_size={page}")
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value)")
        connection.commit()
        yield connection
        connection.commit()
    finally:
        connection.close()


def in_valkey(planted: bytes, client: Redis, kind: str) -> Pieces:
    """A key of each type, read through its values and its dump; or the key's own name."""
    client.flushall()
    match kind:
        case "name":
            client.set(planted, 1)
        case "string":
            client.set("k", planted)
        case "hash":
            client.hset("k", mapping={planted: b"1", b"v": b"2"})
        case "list":
            client.rpush("k", planted)
        case "set":
            client.sadd("k", planted)
        case "zset":
            client.zadd("k", {planted: 1})
        case "stream":
            client.xadd("k", {b"f": planted})
        case "slow log":
            return _in_the_slow_log(planted, client)
    return list(valkey_contents(client))


def _in_the_slow_log(planted: bytes, client: Redis) -> Pieces:
    """A command that took long: the house's servers keep no such log, somebody else's may."""
    client.config_set("slowlog-max-len", 8)
    client.config_set("slowlog-log-slower-than", 0)
    client.slowlog_reset()
    client.echo(planted)
    client.config_set("slowlog-log-slower-than", 10_000)
    found = [(name, piece) for name, piece in valkey_contents(client) if name == "slowlog"]
    client.config_set("slowlog-max-len", 0)
    return found


def in_the_queues_files(planted: bytes, client: Redis, kept: Path) -> Pieces:
    """The append-only file, and after a rewrite the base file, which packs what it can."""
    client.flushall()
    client.set("k", planted)
    log = max(kept.glob("appendonlydir/*.incr.aof"), key=lambda path: path.stat().st_mtime).read_bytes()
    client.execute_command("SAVE")
    return [("log", log), ("dump file", (kept / "dump.rdb").read_bytes())]


def in_postgresql(connection: "psycopg.Connection[Any]", all_planted: list[bytes]) -> tuple[list[bytes], bytes]:
    """Heap pages, one for each planted value in its order, and the write-ahead log in which all of them were written."""
    connection.execute("CREATE TABLE planted (value bytea)")
    connection.execute("ALTER TABLE planted ALTER COLUMN value SET STORAGE PLAIN")
    connection.execute("CREATE INDEX ON planted (left(encode(value, 'escape'), 40))")
    for planted in all_planted:  # more than half a page, so that each has one of its own
        connection.execute("INSERT INTO planted VALUES (%s)", (planted + bytes(4500),))
    connection.execute("CHECKPOINT")
    row = connection.execute("SELECT current_setting('data_directory'), pg_relation_filepath('planted')").fetchone()
    assert row is not None
    heap = Path(row[0], row[1]).read_bytes()
    written = b"".join(path.read_bytes() for path in sorted(Path(row[0], "pg_wal").glob("0*")))
    return [heap[at : at + 8192] for at in range(0, len(heap), 8192)], written


def in_a_process(planted: bytes, where: str) -> Pieces:
    """A process' title or environment (which hold no zero byte), or a file that it has open and that has no name."""
    command = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    environment, open_file = {b"PATH": b"/bin"}, subprocess.DEVNULL
    with tempfile.TemporaryFile(dir="/tmp") as hidden:
        hidden.write(planted)
        hidden.flush()
        match where:
            case "title":
                command = [*command, planted]  # type: ignore[list-item]
            case "environment":
                environment[b"NOTE"] = planted
            case "open file":
                open_file = hidden.fileno()
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open_file
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdout.readline()  # it runs under its own title now
        return list(process_contents(process.pid, Path("/nowhere")))
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()
