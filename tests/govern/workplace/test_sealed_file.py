"""A file sealed piece by piece: it opens as it was written, and not at all once a piece is changed, moved or missing."""

import secrets
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from govern.workplace import sealed_file
from govern.workplace.sealed_file import PIECE, Writer

SECRET = secrets.token_bytes(32)


def written(path: Path, clear: bytes) -> Path:
    with Writer(path, SECRET, about=b"one") as file:
        for at in range(0, len(clear), 1000):
            file.write(clear[at : at + 1000])
    return path


def opened(path: Path, about: bytes = b"one") -> bytes:
    return b"".join(sealed_file.pieces(path, SECRET, about=about))


@pytest.mark.parametrize("length", [0, 1, PIECE, PIECE + 1, 3 * PIECE])
def test_it_opens_as_it_was_written_and_holds_nothing_in_clear(tmp_path: Path, length: int) -> None:
    clear = b"A123456789\n" * (length // 11 + 1)
    path = written(tmp_path / "file.sealed", clear[:length])
    assert opened(path) == clear[:length]
    assert b"A123456789" not in path.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


def test_a_piece_left_out_at_the_end_a_swap_a_change_or_another_file_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "file.sealed", secrets.token_bytes(2 * PIECE))
    whole = path.read_bytes()
    one = 4 + int.from_bytes(whole[:4])
    for damaged in (whole[:one], whole[one:] + whole[:one], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        path.write_bytes(damaged)
        with pytest.raises(InvalidTag):
            opened(path)
    path.write_bytes(whole)
    with pytest.raises(InvalidTag):
        opened(path, about=b"another")


def test_what_broke_off_leaves_no_file(tmp_path: Path) -> None:
    def breaks_off() -> None:
        with Writer(tmp_path / "file.sealed", SECRET, about=b"one") as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks_off()
    assert list(tmp_path.iterdir()) == []
