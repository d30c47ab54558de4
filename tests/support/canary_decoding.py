"""Every disguise that text takes in files and memory, taken off: compressed, packed, escaped, encoded; layer by layer.

A plain search found a planted number in 2 of 16 forms (SECURITY.md, trap 4). Each of `DECODERS` gives what lies one
layer below; the scanner walks down. Decoding is greedy on purpose: wherever bytes could be the start of something packed
it is tried, and what fails to unpack gives what came until then.
"""

import binascii
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

BETWEEN = b"|"  # stands between pieces that did not touch; no disguise is joined across it
_MOST = 64 << 20
_PIECE = 4096
_BESIDE = 100

_ZLIB = re.compile(rb"[\x48\x58\x68\x78][\x01\x5e\x9c\xda]")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZIP_MEMBER = re.compile(rb"PK\x03\x04.{4}\x08\x00.{16}", re.DOTALL)
_LZF = re.compile(rb"\xc3")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{14,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
_HEX = re.compile(rb"[0-9A-Fa-f]{18,}(?:\r?\n[0-9A-Fa-f]+)*")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_BYTE_ESCAPE = re.compile(rb"\\+x([0-9A-Fa-f]{2})")
_JSON_ESCAPE = re.compile(rb"(?:\\+u[0-9A-Fa-f]{4})+")
_ENTITY = re.compile(rb"&#(?:x([0-9A-Fa-f]{2,6})|([0-9]{2,7}));")
_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|&#[x0-9]")
_PDF = re.compile(rb"%PDF-.*%%EOF", re.DOTALL)
_STREAM = re.compile(rb"\bstream\r?\n(?=[\x48\x58\x68\x78][\x01\x5e\x9c\xda])")
_FONT_STARTS = (b"OTTO", b"\0\1\0\0")
_FONT_TABLES = frozenset(
    b"BASE CFF  GDEF GPOS GSUB OS/2 VORG cmap cvt  fpgm gasp glyf head hhea hmtx loca maxp name post prep vhea vmtx".split(
        b" "
    )
) | {b"CFF ", b"cvt "}


def inflated(data: bytes) -> list[bytes]:
    """Every zlib stream, as RQ writes it and as PDF's FlateDecode is."""
    return [_inflate(data, found.start(), zlib.MAX_WBITS) for found in _ZLIB.finditer(data)]


def gunzipped(data: bytes) -> list[bytes]:
    """Every gzip member."""
    return [_inflate(data, found.start(), zlib.MAX_WBITS | 16) for found in _GZIP.finditer(data)]


def unzipped(data: bytes) -> list[bytes]:
    """The deflated members of zip files, and so of XLSX, DOCX and ODS; found by their local headers, whole file or not."""
    found = []
    for member in _ZIP_MEMBER.finditer(data):
        lengths = int.from_bytes(data[member.start() + 26 : member.start() + 28], "little")
        lengths += int.from_bytes(data[member.start() + 28 : member.start() + 30], "little")
        found.append(_inflate(data, member.start() + 30 + lengths, -zlib.MAX_WBITS))
    return found


def _inflate(data: bytes, at: int, bits: int) -> bytes:
    """What the stream at a place gives until it ends or breaks, at most 64 MiB."""
    stream, out = zlib.decompressobj(bits), bytearray()
    try:
        while at < len(data) and not stream.eof and len(out) < _MOST:
            out += stream.decompress(data[at : at + _PIECE])
            at += _PIECE
    except zlib.error:
        pass
    return bytes(out)


def lzf_unpacked(data: bytes) -> list[bytes]:
    """Every string that Redis and Valkey have packed in a dump: 0xC3, packed length, full length, LZF."""
    found = []
    for start in _LZF.finditer(data):
        packed, at = _redis_length(data, start.end())
        full, at = _redis_length(data, at)
        if 4 <= packed < full <= _MOST and full <= packed * 300 and at + packed <= len(data):
            unpacked = _lzf(data[at : at + packed], full)
            if unpacked:
                found.append(unpacked)
    return found


def _redis_length(data: bytes, at: int) -> tuple[int, int]:
    """A length as RDB files write it, and where it ends; -1 for none."""
    first = data[at] if at < len(data) else 0xFF
    match first >> 6:
        case 0:
            return first & 0x3F, at + 1
        case 1 if at + 1 < len(data):
            return (first & 0x3F) << 8 | data[at + 1], at + 2
        case 2 if first == 0x80:
            return int.from_bytes(data[at + 1 : at + 5], "big"), at + 5
    return -1, at


def _lzf(packed: bytes, full: int) -> bytes:
    """LZF unpacked, if it comes to exactly the stated length; else nothing."""
    out, at, end = bytearray(), 0, len(packed)
    while at < end and len(out) < full:
        control = packed[at]
        at += 1
        if control < 32:
            out += packed[at : at + control + 1]
            at += control + 1
            continue
        length = control >> 5
        if length == 7:
            if at >= end:
                return b""
            length += packed[at]
            at += 1
        if at >= end:
            return b""
        source = len(out) - ((control & 0x1F) << 8) - packed[at] - 1
        at += 1
        if source < 0:
            return b""
        for place in range(source, source + length + 2):
            out.append(out[place])
    return bytes(out) if len(out) == full else b""


def unbase64ed(data: bytes) -> list[bytes]:
    """Runs of base64 letters, standard or for URLs, broken over lines or not, read from each of four starts."""
    runs = [run.translate(_STANDARD, b"\r\n") for run in _BASE64.findall(data)]
    return [BETWEEN.join([_unbase64(run, start) for run in runs]) for start in range(4)] if runs else []


_STANDARD = bytes.maketrans(b"-_", b"+/")


def _unbase64(run: bytes, start: int) -> bytes:
    """What a run says from a start on; a last letter that stands for no whole byte says nothing."""
    if (len(run) - start) % 4 == 1:
        return binascii.a2b_base64(run[start:-1])
    return binascii.a2b_base64(run[start:] + b"==")  # what is too much of it is passed over


def unhexed(data: bytes) -> list[bytes]:
    """Runs of hexadecimal digits, read from both starts."""
    runs = [run.translate(None, b"\r\n") for run in _HEX.findall(data)]
    starts = [[run[start : start + (len(run) - start) // 2 * 2] for run in runs] for start in range(2)]
    return [BETWEEN.join(map(binascii.unhexlify, run)) for run in starts] if runs else []


def unescaped(data: bytes) -> list[bytes]:
    r"""Without URL's %XX, C's \xXX, JSON's \uXXXX and HTML's &#...; one layer of each, with what stands beside them."""
    plain = BETWEEN.join(_around_escapes(data))
    for pattern, letter in (
        (_PERCENT, _one_byte),
        (_BYTE_ESCAPE, _one_byte),
        (_JSON_ESCAPE, _utf_16),
        (_ENTITY, _entity),
    ):
        plain = pattern.sub(letter, plain)
    return [plain]


def _around_escapes(data: bytes) -> list[bytes]:
    """The stretches that hold escapes: in binary data a chance one must not cost a second look at all of it."""
    stretches: list[list[int]] = []
    for found in _ESCAPE.finditer(data):
        start, end = max(0, found.start() - _BESIDE), found.end() + _BESIDE
        if stretches and start <= stretches[-1][1]:
            stretches[-1][1] = end
        else:
            stretches.append([start, end])
    return [data[start:end] for start, end in stretches]


def _one_byte(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def _utf_16(found: re.Match[bytes]) -> bytes:
    units = found[0].replace(b"\\", b"").split(b"u")[1:]
    return binascii.unhexlify(b"".join(units)).decode("utf-16-be", "replace").encode()


def _entity(found: re.Match[bytes]) -> bytes:
    point = int(found[1], 16) if found[1] else int(found[2])
    return chr(point).encode("utf-8", "replace") if point < 0x110000 else b""


def without_fonts(data: bytes) -> bytes:
    """A PDF without the programs of its fonts, which hold outlines of letters and make up nine tenths of it; names kept."""
    if not data.startswith(b"%PDF"):
        return data
    kept, at = [], 0
    for stream in _STREAM.finditer(data):
        end = data.find(b"endstream", stream.end())
        if (
            end < 0
            or zlib.decompressobj().decompress(data[stream.end() : stream.end() + _PIECE], 4) not in _FONT_STARTS
        ):
            continue
        names = _names_of(_inflate(data, stream.end(), zlib.MAX_WBITS))
        if names is not None:
            kept += [data[at : stream.end()], names]
            at = end
    return b"".join([*kept, data[at:]])


def _names_of(font: bytes) -> bytes | None:
    """The names in a font; nothing of what only begins like one: a font is its tables, to the last byte."""
    count = int.from_bytes(font[4:6], "big")
    tables = [font[start : start + 16] for start in range(12, 12 + 16 * count, 16)]
    spans = {table[:4]: (int.from_bytes(table[8:12], "big"), int.from_bytes(table[12:], "big")) for table in tables}
    if not spans or not spans.keys() <= _FONT_TABLES:
        return None
    at = 12 + 16 * count
    for start, length in sorted(spans.values()):
        if not at <= start < at + 4:
            return None
        at = start + length
    if not at <= len(font) < at + 4:
        return None
    start, length = spans.get(b"name", (0, 0))
    return font[start : start + length]


def pdf_text(data: bytes) -> list[bytes]:
    """What a reader of a PDF sees: fonts cut to the used letters number them anew, so that no stream holds the text."""
    found = _PDF.search(data)
    if found is None or len(found[0]) < 2000:
        return []
    program = shutil.which("pdftotext")
    if program is None:
        return []
    with tempfile.TemporaryDirectory(prefix="canary-pdf-") as folder:
        path = Path(folder) / "read.pdf"
        path.write_bytes(found[0])
        told = subprocess.run([program, "-raw", str(path), "-"], capture_output=True, timeout=60, check=False)
    return [told.stdout]


DECODERS: dict[str, Callable[[bytes], list[bytes]]] = {
    "zlib": inflated,
    "gzip": gunzipped,
    "zip": unzipped,
    "lzf": lzf_unpacked,
    "base64": unbase64ed,
    "hex": unhexed,
    "escapes": unescaped,
    "pdf": pdf_text,
}
