"""A worker's process with jobs that misbehave, for the tests of `govern/queue`.

Forked by `tests.support.prepared`: serves the queue of the data folder, whose database is named by
`GOVERN_DATABASE_URL`. Each run appends a line `kind work pid` to FOLDER/journal before it does anything else, each loss
a line `lost work why`.
"""

import ctypes
import logging
import mmap
import os
import resource
import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from govern.core import database
from govern.core.clock import database_now
from govern.core.settings import load_settings
from govern.queue import broker, lease
from govern.queue.child import Relay
from govern.queue.offer import offer
from govern.queue.worker import JobKind, run_worker

DEADLINE_S = 30.0
SHORT_S = 0.6
AGAIN = object()
kept: list[bytes] = []


def journal(folder: Path, *words: object) -> None:
    """One line, whole or not at all: O_APPEND and one write."""
    handle = os.open(folder / "journal", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, (" ".join(map(str, words)) + "\n").encode())
    os.close(handle)


def jobs_of(folder: Path) -> dict[str, JobKind]:
    """Every kind takes the lease, journals, does what its name says and deletes its row."""

    def kind(
        name: str,
        act: Callable[[uuid.UUID], object],
        *,
        deadline_s: float = DEADLINE_S,
        deadline_of: Callable[[uuid.UUID], float] | None = None,
    ) -> JobKind:
        def run(work_id: uuid.UUID) -> None:
            with database.transaction() as session:
                held = lease.take(session, work_id, lease.this_worker(), 120)
            if held is None:
                return
            journal(folder, name, work_id, os.getpid())
            with_again = act(work_id) is AGAIN
            with database.transaction() as session:
                if with_again:
                    offer(session, lease.give_up(session, held, database_now(session)))
                else:
                    lease.done(session, held)

        def when_lost(work_id: uuid.UUID, why: str) -> None:
            with database.transaction() as session:
                held = lease.take_over(session, work_id, lease.this_worker(), 60)
                if held is None:
                    raise AssertionError("the lost child held no lease")
                lease.done(session, held)
            journal(folder, "lost", work_id, why)

        return JobKind(name, "normal", deadline_s, run, when_lost, deadline_of)

    def again(work_id: uuid.UUID) -> object:
        """The first time it is given up, due at once; offered through the parent, since a child has no queue."""
        if len((folder / "journal").read_text().split(str(work_id))) > 2:
            return None
        return AGAIN

    kinds = [
        kind("noop", lambda work_id: None),
        kind("slow", lambda work_id: _wait_for(folder / f"go-{work_id}")),
        kind("crash", lambda work_id: os._exit(3)),
        kind("segfault", lambda work_id: os.kill(os.getpid(), signal.SIGSEGV)),
        kind("hang", _hang_in_c, deadline_s=SHORT_S),
        kind("hurried", _hang_in_c, deadline_of=lambda work_id: SHORT_S),
        kind("boasting", _hang_in_c, deadline_s=SHORT_S, deadline_of=lambda work_id: 3600.0),
        kind("hog", _hog),
        kind("fat", _keep_much),
        kind("garbling", lambda work_id: _say(b"no words of a child")),
        kind("lying", lambda work_id: _say(b'{"number": 0, "is_": "done"}')),
        kind("limits", lambda work_id: journal(folder, "limits-are", *_limits())),
        kind("greedy", _one_large_piece),
        kind("raising", _raise),
        kind("orphan", lambda work_id: _leave_an_orphan(folder), deadline_s=SHORT_S),
        kind("parent", lambda work_id: journal(folder, "parent-is", os.getppid())),
        kind("noting", broker.publish),
        kind("again", again),
        kind("sockets", lambda work_id: journal(folder, "open-sockets", *_sockets())),
    ]
    return {each.name: each for each in kinds}


def _wait_for(path: Path) -> None:
    until = time.monotonic() + DEADLINE_S
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.01)


def _hang_in_c(work_id: uuid.UUID) -> None:
    """Blocks every signal that can be blocked, then waits in C for ever."""
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
    libc = ctypes.CDLL(None)
    while True:
        libc.pause()


def _hog(work_id: uuid.UUID) -> None:
    """Takes memory that RLIMIT_DATA does not count (shared pages), until somebody from outside ends it."""
    pieces = []
    while True:
        piece = mmap.mmap(-1, 16 << 20)  # MAP_SHARED
        for start in range(0, len(piece), 4096):
            piece[start] = 1
        pieces.append(piece)


def _keep_much(work_id: uuid.UUID) -> None:
    """More than three quarters of its memory stay in use after the work, whatever else of it is resident."""
    kept.append(b"x" * (170 << 20))


def _say(words: bytes) -> None:
    """Something on the socket to the parent that no child says, then nothing more."""
    relay = broker.outlet()
    assert isinstance(relay, Relay)
    relay._to_parent.send(words)
    time.sleep(DEADLINE_S)


def _limits() -> tuple[int, int, int]:
    """Whether this process can be dumped, and the largest core and data it may have."""
    prctl_get_dumpable = 3
    core, data = (resource.getrlimit(each)[0] for each in (resource.RLIMIT_CORE, resource.RLIMIT_DATA))
    return ctypes.CDLL(None).prctl(prctl_get_dumpable, 0, 0, 0, 0), core, data


def _one_large_piece(work_id: uuid.UUID) -> None:
    bytearray(8 << 30)


def _raise(work_id: uuid.UUID) -> None:
    raise ValueError("A123456789 must not be seen")


def _leave_an_orphan(folder: Path) -> None:
    """A grandchild in a session of its own, which `killpg` misses; then hangs until the deadline."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            journal(folder, "orphan-is", os.getpid())
            time.sleep(300)
        os._exit(0)
    time.sleep(300)


def _sockets() -> list[str]:
    """Every socket that this process has open, by what it is connected to."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if target.startswith("socket:"):
            found.append(target)
    return found


def main(folder: str, name: str) -> int:
    """Serve the queue of a data folder until a signal says stop; the exit code."""
    data_folder = Path(folder)
    logging.basicConfig(filename=data_folder / f"{name}.diagnostics", level=logging.INFO, format="%(name)s %(message)s")
    settings = load_settings(data_dir=data_folder, worker_memory_mb=256)
    return run_worker(settings, jobs_of(data_folder), name)
