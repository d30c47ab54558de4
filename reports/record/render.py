"""Content to PDF/A-3, in a child, nothing fetched.

The child (`press.py`) is started once and kept warm; it is ended when a sheet passes its deadline, and started anew
after `SHEETS_A_PRESS` sheets, so that what it gathers in memory goes with it. The same record gives the same bytes.
"""

import atexit
import base64
import contextlib
import hashlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

from govern.core.errors import GovernError
from govern.core.wording import Wording
from reports.paper import page
from reports.record import sheet
from reports.record.content import LookupRecord

ATTACHMENT: Final = "record.json"
DEADLINE_S: Final = 60.0  # for one sheet, the start of the press (about a second) included
SHEETS_A_PRESS: Final = 200
MEMORY_BYTES: Final = 1_536 * 1024 * 1024  # address space; 500 rows take a fifth of it, the fonts' mappings included
_PROGRAM: Final = Path(__file__).with_name("press.py")
_KEPT_ENVIRONMENT: Final = ("PATH", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "TMPDIR")
_MOST_BYTES: Final = 64 * 1024 * 1024


class NotPrinted(GovernError):
    """The record was not printed and nothing was issued; `code` says why (`missing_glyph:U+…`, `too_slow` ...)."""

    code = "not_printed"

    def __init__(self, reason: str) -> None:
        glyph = reason.partition("missing_glyph:")[2]
        super().__init__(
            Wording(
                f"紀錄含有字型沒有的字（{glyph}），因此未製作。請安裝罕用字字型後再試。",
                f"The record was not made: no font has the character {glyph}. Install a font for rare characters.",
            )
            if glyph
            else Wording("紀錄無法製作，沒有產生任何檔案。", "The record could not be made; no file was issued."),
            code=f"not_printed:{reason}",
        )


def render(record: LookupRecord) -> bytes:
    """The record as PDF/A-3a with its JSON attached, unsigned; raises `NotPrinted`."""
    data = record.to_json()
    return _press.print_sheet(
        {
            "html": sheet.html(record),
            "css": page.style() + page.style("record.css"),
            "name": ATTACHMENT,
            "description": "查調稽核紀錄的資料 Data of the record",
            "attachment": base64.b64encode(data).decode(),
            "created": record.made_at,
            "identifier": hashlib.sha256(data).hexdigest()[:32],
        }
    )


def warm() -> None:
    """Start the press ahead of the first sheet; a worker does this before it waits for work."""
    _press.start()


def shared_press() -> "Press":
    """The press that all sheets of this process share."""
    return _press


class Press:
    """One child that prints, shared by the threads of a process; one sheet at a time."""

    def __init__(self, deadline_s: float = DEADLINE_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self.deadline_s = deadline_s
        self.memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0  # the process that started it: a forked copy must not write into its parent's pipe
        self._printed = 0

    def print_sheet(self, asked: dict[str, str], deadline_s: float | None = None) -> bytes:
        """The PDF of one sheet, or `NotPrinted`; after a deadline passed or a crash the next sheet gets a new child."""
        frame = json.dumps(asked).encode()
        with self._lock:
            until = time.monotonic() + (self.deadline_s if deadline_s is None else deadline_s)
            was_there = self._child is not None
            answer = self._answer(frame, until)
            if answer is None and was_there:  # it may have ended itself, idle, at this very moment
                answer = self._answer(frame, until)
            if answer is None:
                raise NotPrinted("press_died")
            if self._printed >= SHEETS_A_PRESS or answer == b"Etoo_large":  # what filled its memory stays in it
                self._end()
        if answer[:1] != b"P":
            raise NotPrinted(answer[1:].decode("ascii", "replace"))
        return answer[1:]

    def _answer(self, frame: bytes, until: float) -> bytes | None:
        """What the child answers; nothing when it died over it. `NotPrinted` when it takes too long."""
        child = self._running()
        self._printed += 1
        try:
            return _converse(child, frame, until)
        except TimeoutError:
            self._end()
            raise NotPrinted("too_slow") from None
        except (OSError, EOFError):
            self._end()
            return None

    def start(self) -> None:
        """Have a child running."""
        with self._lock:
            self._running()

    def stop(self) -> None:
        """End the child, if any."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._owner == os.getpid() and self._child.poll() is None:
            return self._child
        self._end()
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        self._child = subprocess.Popen(
            [sys.executable, "-P", str(_PROGRAM), str(self.memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a foreign message could carry content
            env={**environment, "LANG": "C.UTF-8"},
            cwd="/",
        )
        self._owner, self._printed = os.getpid(), 0
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # a half-written frame cannot be flushed into a dead child
                    pipe.close()
        if self._owner == os.getpid():
            child.kill()
            child.wait()


def _converse(child: subprocess.Popen[bytes], frame: bytes, until: float) -> bytes:
    """Hand one frame over and read the answer, both by the deadline."""
    assert child.stdin is not None
    assert child.stdout is not None
    into, out = child.stdin.fileno(), child.stdout.fileno()
    os.set_blocking(into, False)
    left = memoryview(struct.pack(">I", len(frame)) + frame)
    while left:
        _wait((), (into,), until)
        left = left[os.write(into, left) :]
    size = struct.unpack(">I", _read(out, 4, until))[0]
    if not 1 <= size <= _MOST_BYTES:
        raise EOFError
    return _read(out, size, until)


def _read(out: int, size: int, until: float) -> bytes:
    got = bytearray()
    while len(got) < size:
        _wait((out,), (), until)
        part = os.read(out, min(size - len(got), 1 << 20))
        if not part:
            raise EOFError
        got += part
    return bytes(got)


def _wait(reading: tuple[int, ...], writing: tuple[int, ...], until: float) -> None:
    ready_in, ready_out, _ = select.select(reading, writing, (), max(0.0, until - time.monotonic()))
    if not ready_in and not ready_out:
        raise TimeoutError


_press = Press()
atexit.register(_press.stop)
