"""Copies of checkpoints outside the database: one file a size, written once.

Whoever can write to the database can cut the trail short and delete the checkpoints that say how long it was. They
cannot do so to these files, or to wherever an installation carries them on from here. `verify` holds the log against
them.
"""

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

NEWEST: Final = "newest"
_NAME: Final = re.compile(r"([0-9]{20})\.checkpoint")


class CopyDiffers(RuntimeError):
    """A copy of this size is already there and says something else: two histories meet, and nothing more is signed."""


def keep_copy(folder: Path, size: int, note: str) -> None:
    """The note is on disk in its file, or an exception says why not; a second time nothing happens.

    Written beside and linked into place, so that a crash leaves a whole file or none. A failed fsync raises and is not
    tried again here: what the disk then holds is unknown (SECURITY.md, PostgreSQL's rule).
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{size:020d}.checkpoint"
    if path.exists():
        if path.read_text(encoding="utf-8") != note:
            raise CopyDiffers(f"the copy of the checkpoint at {size} is another one")
        return
    own = f"{os.getpid()}.{threading.get_ident()}"  # two at once must not write into one file
    _write(folder / f".{path.name}.{own}", note, path, replace=False)
    if path.read_text(encoding="utf-8") != note:  # read again: another process may have been first
        raise CopyDiffers(f"the copy of the checkpoint at {size} is another one")
    if size > newest_copy(folder):
        _write(folder / f".{NEWEST}.{own}", f"{size}\n", folder / NEWEST, replace=True)


def copies_in(folder: Path) -> Iterator[tuple[int, str]]:
    """The copies, smallest size first, as (size that the name states, note)."""
    if not folder.is_dir():
        return
    for name in sorted(os.listdir(folder)):
        stated = _NAME.fullmatch(name)
        if stated:
            yield int(stated[1]), (folder / name).read_text(encoding="utf-8", errors="replace")


def newest_copy(folder: Path) -> int:
    """The largest size of which a copy was kept; 0 when there is none."""
    try:
        return int((folder / NEWEST).read_text(encoding="ascii"))
    except (OSError, ValueError):  # not there, or cut short by a crash: the copies themselves still say it
        return max((size for size, _ in copies_in(folder)), default=0)


def _write(beside: Path, text: str, path: Path, *, replace: bool) -> None:
    """The text is in `path` and on disk; without `replace`, what was there before stays."""
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(beside, path)
        else:
            with contextlib.suppress(FileExistsError):
                os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
