"""The parent's eye on its prepared child: starts it, hands work over, and ends it when a limit is passed.

Deadline and memory are watched from outside, so that a child that hangs in C with all signals blocked is killed as
surely as one in a loop. Nothing in here waits for Redis longer than the outlet's own short time limit, or for the
database at all: a limit that waits for something else is none.
"""

import gc
import json
import logging
import os
import select
import signal
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from redis.exceptions import RedisError

from govern.queue.broker import Offer, Outlet
from govern.queue.child import MESSAGE_BYTES, Duties, Ending, adopt_orphans, live, send
from govern.queue.work import QUEUES

BEGIN_S: Final = 30.0  # until the child has read what kind of work it is; longer than a database's lock time-out
LOST_S: Final = 30.0  # for settling what a lost child left
TICK_S: Final = 0.1  # how often memory is read while a child works
_KILL_S: Final = 5.0
_OUTLET_REST_S: Final = 5.0  # after Redis failed, notes are dropped for so long, so that the watch is not held up
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")

_diagnostics = logging.getLogger("govern.queue.watch")


class PreparedChild:
    """One child at a time, forked anew when the last one is gone. To be used by the main thread only."""

    def __init__(self, duties: Duties, outlet: Outlet, leave_to_parent: Callable[[], None]) -> None:
        """`leave_to_parent` runs first in each child and closes what only the parent may have (its Redis sockets)."""
        self._duties = duties
        self._outlet = outlet
        self._leave_to_parent = leave_to_parent
        self._outlet_rests_until = 0.0
        self._number = 0
        self.pid = 0
        self._pidfd = self._statm = -1
        self._channel: socket.socket | None = None
        self._poll = select.poll()
        self._spared = frozenset(_children())
        adopt_orphans()

    def start(self) -> None:
        """A child stands ready; what is left of a former one is gone. Raises `OSError` when it cannot be forked."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("a child must be forked by the main thread: it dies with the thread that forked it")
        self.end()
        gc.collect()
        gc.freeze()  # else the child's first collection would copy every page it shares with us
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self._leave_to_parent()
            live(parent, theirs, self._duties)
        theirs.close()
        with suppress(OSError):  # the child does it too: whoever comes first
            os.setpgid(pid, pid)
        self.pid, self._channel, self._pidfd = pid, ours, os.pidfd_open(pid)
        self._statm = os.open(f"/proc/{pid}/statm", os.O_RDONLY)
        self._poll = select.poll()
        self._poll.register(ours, select.POLLIN)
        self._poll.register(self._pidfd, select.POLLIN)

    def is_alive(self) -> bool:
        """Whether a child stands ready. Assumes that none is at work: an idle child has nothing to say."""
        return self._channel is not None and not self._poll.poll(0)

    def run(self, work_id: uuid.UUID, is_to_stop: Callable[[], bool]) -> Ending:
        """One piece of work, from hand-over to its end; after a loss the child is gone (but after `RAISED`).

        A child that dies idle may still look alive when it is handed the work: what it had not begun is handed over anew.
        """
        order = {"do": "run", "work": str(work_id)}
        ending = self._order(order, BEGIN_S, is_to_stop)
        if ending is Ending.CRASHED and self._duties.begun.heard(self._number) is None:
            return self._order(order, BEGIN_S, is_to_stop)
        return ending

    def settle(self, work_id: uuid.UUID, why: Ending, is_to_stop: Callable[[], bool]) -> Ending:
        """A child calls the work's `when_lost`, if the lost one held its lease; how that ended."""
        return self._order({"do": "lost", "work": str(work_id), "why": str(why)}, LOST_S, is_to_stop)

    def tell_refused(self, queue: str, jobs: int, is_to_stop: Callable[[], bool]) -> Ending:
        """A child writes down how many jobs of a queue were none of ours; how that ended."""
        return self._order({"do": "refused", "queue": queue, "jobs": jobs}, LOST_S, is_to_stop)

    def end(self) -> None:
        """The child, its process group and every orphan that this process inherited are gone."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            os.close(self._pidfd)
            os.close(self._statm)
            _reap(self.pid)
        self.pid = 0
        self.sweep()

    def sweep(self) -> None:
        """Every child of this process that is not the prepared one is killed and reaped.

        They are descendants of a child that left its process group; `killpg` misses those (WORKER.md, trap 5). Spares
        children that this process had before; assumes that it starts no others later.
        """
        for _ in range(10):  # an orphan's own children come to us only when it is gone
            strangers = [pid for pid in _children() if pid != self.pid and pid not in self._spared]
            if not strangers:
                return
            for pid in strangers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                _reap(pid)
            _diagnostics.warning("%d left-over processes ended", len(strangers))

    def _order(self, order: Mapping[str, Any], limit_s: float, is_to_stop: Callable[[], bool]) -> Ending:
        if not self.is_alive():
            self.start()
        assert self._channel is not None
        self._number += 1
        try:
            send(self._channel, number=self._number, **order)
            ending = self._watch(self._channel, limit_s, is_to_stop)
        except OSError:
            ending = Ending.CRASHED
        if ending not in (Ending.DONE, Ending.GONE, Ending.RAISED):
            self.end()
        elif self.resident_bytes() > self._duties.memory_bytes * 3 // 4:
            self.end()  # the next work gets a child that has all its memory before it
        return ending

    def _watch(self, channel: socket.socket, limit_s: float, is_to_stop: Callable[[], bool]) -> Ending:
        """How the present order ends. An answer that lies ready counts, even if its deadline has just passed."""
        began = now = time.monotonic()
        deadline, next_look, has_begun = began + limit_s, began + TICK_S, False
        while True:
            ready = self._poll.poll(max(0.0, min(deadline, next_look) - now) * 1000)
            now = time.monotonic()
            if any(descriptor == channel.fileno() for descriptor, _event in ready):
                message = _received(channel)
                match message.get("is_"):
                    case "push" | "note":
                        self._hand_on(message)
                    case Ending.DONE | Ending.GONE | Ending.RAISED as word if message.get("number") == self._number:
                        return Ending(word)
                    case _:  # the socket's end, or words that no child of ours says now
                        return Ending.CRASHED
            elif ready:
                return Ending.CRASHED
            if not has_begun and (begun := self._duties.begun.heard(self._number)) is not None:
                has_begun, deadline = True, began + self._deadline_s(*begun)
            if now >= deadline:
                return Ending.TOO_LONG
            if now >= next_look:
                next_look = now + TICK_S
                if is_to_stop():
                    return Ending.STOPPED
                if self.resident_bytes() > self._duties.memory_bytes:
                    return Ending.TOO_MUCH_MEMORY

    def _deadline_s(self, kind: int, deadline_s: float) -> float:
        """The time that a run has: our own table's, or less where the child read so from a source's row."""
        longest = [each.deadline_s for each in self._duties.jobs.values()]
        return min(deadline_s, longest[kind]) if 0 <= kind < len(longest) else 0.0

    def resident_bytes(self) -> int:
        """The child's resident memory; its subprocesses are not counted, and have to limit themselves."""
        try:
            return int(os.pread(self._statm, 64, 0).split()[1]) * _PAGE_BYTES
        except (OSError, IndexError):  # it is gone
            return 0

    def _hand_on(self, message: Mapping[str, Any]) -> None:
        """A wake-up or note of the child goes out; dropped while Redis is away. Raises nothing."""
        if time.monotonic() < self._outlet_rests_until:
            return
        try:
            if message["is_"] == "note":
                self._outlet.publish(uuid.UUID(message["lookup"]))
            else:
                offers = [Offer(uuid.UUID(work_id), queue) for work_id, queue in message["offers"] if queue in QUEUES]
                self._outlet.push(offers)
        except (RedisError, OSError, ValueError, KeyError, TypeError) as error:
            self._outlet_rests_until = time.monotonic() + _OUTLET_REST_S
            _diagnostics.warning("not handed on: %s", type(error).__name__)


def _received(channel: socket.socket) -> dict[str, Any]:
    """The next message; an empty one at the socket's end and for what is no message."""
    try:
        message = json.loads(channel.recv(MESSAGE_BYTES, socket.MSG_DONTWAIT))
    except (OSError, ValueError):
        return {}
    return message if isinstance(message, dict) else {}


def _reap(pid: int) -> None:
    """A killed child leaves no zombie; one in an uninterruptible wait is left to a later sweep after a while."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    gone = select.poll()
    gone.register(pidfd, select.POLLIN)
    gone.poll(_KILL_S * 1000)
    os.close(pidfd)
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _children() -> list[int]:
    """The children of this process' main thread, adopted ones included; none where the kernel does not tell."""
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []
