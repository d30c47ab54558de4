"""A prepared process that forks for each call, as a worker does: what a call came to, how long it took, how much memory.

`python -m tests.connectors.misbehaving.caller SOCKET WSDL`: whoever connects sends a `Call` and reads a `Came`. The child that
calls has nothing warm but what was imported and the WSDL, so that its peak is what one look-up's child would have. What it
said anywhere (errors, logs, its own output, libxml2's included) is searched in place for values of persons.
"""

import contextlib
import ctypes
import logging
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any, Final

from connectors import call as calls
from connectors import guard, sandbox
from connectors.errors import SourceError
from connectors.exchange import Query, Reply, Source
from connectors.protocols.wsdl import service
from tests.connectors.misbehaving import caller

ROOT: Final = Path(__file__).parent.parent.parent.parent
PATIENCE_S: Final = 240.0
_TOO_LONG_S: Final = 4.5


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to ask what, how often one after the other, which values must show nowhere, and what is broken on purpose."""

    source: Source
    query: Query
    marks: tuple[str, ...]
    times: int = 1
    plants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Came:
    """What became of it. `code` is the error's, or `answer`; of several calls it is the last one's."""

    code: str
    detail: str = ""
    never_left: bool = False
    reply: Reply | None = None
    seconds: float = 0.0
    """As a clock saw it, without the time that the child was ready to go on and other processes had the processor."""
    peak_bytes: int = 0
    cpu_s: float = 0.0
    shown: tuple[str, ...] = field(default=())
    """Values of persons that stood in an error, a log or on a terminal."""
    hangs_on: str = ""
    """A foreign exception that the error still carries."""


@contextlib.contextmanager
def a_caller(folder: Path, wsdl: Path) -> "Iterator[Caller]":
    """The prepared process, which ends with the test."""
    place = folder / "calls"
    process = subprocess.Popen([sys.executable, "-m", __spec__.name, str(place), str(wsdl)], cwd=ROOT)
    try:
        until = time.monotonic() + PATIENCE_S
        while not place.exists():
            assert process.poll() is None, "the process that calls has ended"
            assert time.monotonic() < until, "the process that calls does not come up"
            time.sleep(0.02)
        yield Caller(place)
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True, slots=True)
class Caller:
    """Where the prepared process listens. Safe for many threads: each call has a connection and a child of its own."""

    place: Path

    def ask(self, call: Call) -> Came:
        """What the call comes to in a fresh child; `lost` when the child dies of it."""
        with Client(str(self.place)) as to:
            to.send(call)
            try:
                came = to.recv() if to.poll(PATIENCE_S) else Came("lost")
            except EOFError:
                came = Came("lost")
        assert isinstance(came, Came)
        return came


def serve(place: Path, wsdl: str) -> None:
    """A child for each call, for ever."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it is gone when the test is
    service(wsdl)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with Listener(f"{place}.part", backlog=64) as listener:
        os.rename(f"{place}.part", place)  # there once it listens
        while True:
            with listener.accept() as connection:
                if os.fork() == 0:
                    connection.send(_made(connection.recv()))
                    os._exit(0)


def _made(call: Call) -> Came:
    for plant in call.plants:
        PLANTS[plant](call)
    output = os.memfd_create("output")
    for each in (1, 2):
        os.dup2(output, each)
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage() + (record.exc_text or ""))  # type: ignore[method-assign]
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    came, seconds, error = Came("lost"), 0.0, None
    for _ in range(call.times):
        began, queued_s = time.monotonic(), _queued_s()
        try:
            reply = sandbox.ask(call.source, call.query)
            came = Came("answer", reply=reply)
        except SourceError as known:
            error, came = known, Came(known.code, known.detail, known.never_left)
        except BaseException as foreign:
            error, came = foreign, Came("foreign", type(foreign).__name__)
        seconds = max(seconds, time.monotonic() - began - (_queued_s() - queued_s))
    if error is not None:
        said += [repr(error), str(error), repr(error.args), repr(getattr(error, "__dict__", ""))]
        said += traceback.format_exception(error)
    said.append(os.pread(output, 1 << 20, 0).decode("utf-8", "replace"))
    hangs_on = "" if error is None else f"{error.__cause__ or ''}{error.__context__ or ''}"
    shown = tuple(mark for mark in call.marks if any(mark in text for text in said))
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak, cpu_s = used.ru_maxrss * 1024, used.ru_utime + used.ru_stime
    return Came(came.code, came.detail, came.never_left, came.reply, seconds, peak, cpu_s, shown, hangs_on)


def _queued_s() -> float:
    """How long this process has waited for a processor so far, as the kernel counts it; 0 where it does not."""
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


# What is broken on purpose, so that each measure has something to find.


def _no_deadline(call: Call) -> None:
    calls.Call.remaining = lambda self: _TOO_LONG_S  # type: ignore[method-assign]


def _any_subject(call: Call) -> None:
    sandbox.verify_reply = lambda query, reply: reply  # type: ignore[attr-defined]


def _talks(call: Call) -> None:
    _any_subject(call)
    guard.send = _loud(guard.send, call)


def _loud(send: Callable[..., guard.HttpReply], call: Call) -> Callable[..., guard.HttpReply]:
    def loud(*args: Any, **named: Any) -> guard.HttpReply:
        logging.getLogger("connectors").debug("asking about %s", call.query.keys[0].value)
        return send(*args, **named)

    return loud


def _hoards(call: Call) -> None:
    _kept.append(b"x" * (600 << 20))


_kept: Final[list[bytes]] = []
PLANTS: Final[Mapping[str, Callable[[Call], None]]] = {
    "no deadline": _no_deadline,
    "any subject": _any_subject,
    "talks": _talks,
    "hoards": _hoards,
}


if __name__ == "__main__":
    caller.serve(Path(sys.argv[1]), sys.argv[2])  # not as `__main__`: both sides know the classes by one name
