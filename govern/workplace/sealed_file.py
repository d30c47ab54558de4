"""A file that is sealed piece by piece, so that a long one is written and read in little memory: AES-256-GCM.

Each piece is bound to the file it is of, to its place in it, and to whether it is the last; a piece that is changed, left
out, put elsewhere or missing at the end makes reading raise `InvalidTag`. Nonces are random: a file that is begun anew
uses none of them again.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE: Final = 64 * 1024
NONCE_BYTES: Final = 12
_LENGTH_BYTES: Final = 4


def seal(secret: bytes, clear: bytes, *, about: bytes) -> bytes:
    """A short text, sealed as one."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(secret).encrypt(nonce, clear, b"text" + about)


def open_sealed(secret: bytes, sealed: bytes, *, about: bytes) -> bytes:
    """What `seal` sealed; a changed one raises `InvalidTag`."""
    return AESGCM(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], b"text" + about)


class Writer:
    """A sealed file while it is written: under its own name only once it is whole."""

    def __init__(self, path: Path, secret: bytes, *, about: bytes) -> None:
        self._path, self._part, self._about = path, path.with_suffix(".part"), about
        self._aead, self._held, self._place = AESGCM(secret), bytearray(), 0
        self._file = os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if kind is None:
            self._put(bytes(self._held), is_last=True)
            self._file.flush()
            os.fsync(self._file.fileno())
        self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)

    def write(self, clear: bytes) -> None:
        """More of it."""
        self._held += clear
        while len(self._held) > PIECE:
            self._put(bytes(self._held[:PIECE]), is_last=False)
            del self._held[:PIECE]

    def _put(self, clear: bytes, *, is_last: bool) -> None:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._aead.encrypt(nonce, clear, _bound(self._about, self._place, is_last))
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES) + sealed)
        self._place += 1


def pieces(path: Path, secret: bytes, *, about: bytes) -> Iterator[bytes]:
    """The clear text of a sealed file, a piece at a time."""
    aead, place = AESGCM(secret), 0
    with path.open("rb") as file:
        sealed = _next(file)
        while sealed:
            after = _next(file)
            nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
            yield aead.decrypt(nonce, rest, _bound(about, place, not after))
            sealed, place = after, place + 1
    if place == 0:
        raise InvalidTag


def _next(file: BinaryIO) -> bytes:
    length = int.from_bytes(file.read(_LENGTH_BYTES))
    return file.read(length) if length else b""


def _bound(about: bytes, place: int, is_last: bool) -> bytes:
    return b"file" + about + place.to_bytes(8) + bytes([is_last])
