"""Small drawings that stand for a register's maps, plans and scanned pages: PNG in base64, the same bytes everywhere.

They show lines and no text: nothing in them could be taken for a real parcel or page.
"""

import base64
import struct
import zlib
from typing import Final

from connectors.simulated.town import chance

_WIDTH: Final = 160
_HEIGHT: Final = 112


def drawing(*about: object) -> str:
    """A frame with a few lines across, drawn for what it is about; about 3,200 characters."""
    rows = [bytearray(b"\xff" * (_WIDTH // 8)) for _ in range(_HEIGHT)]
    for place in range(_WIDTH):
        _dot(rows, place, 0)
        _dot(rows, place, _HEIGHT - 1)
    for place in range(_HEIGHT):
        _dot(rows, 0, place)
        _dot(rows, _WIDTH - 1, place)
    for line in range(4):
        left, right = (chance.between(4, _HEIGHT - 5, "line", line, end, *about) for end in ("left", "right"))
        for place in range(_WIDTH):
            _dot(rows, place, left + (right - left) * place // _WIDTH)
    return base64.b64encode(_png(rows)).decode()


def _dot(rows: list[bytearray], across: int, down: int) -> None:
    rows[down][across // 8] &= ~(0x80 >> across % 8) & 0xFF


def _png(rows: list[bytearray]) -> bytes:
    """PNG of one bit a pixel. Level 0: how well zlib packs differs from machine to machine, how it stores does not."""
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 1, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
