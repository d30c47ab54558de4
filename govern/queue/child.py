"""The prepared child: what it does between the fork and its end.

It is forked before there is work, with everything imported, so that no work pays for a fork; it does one piece of work
after the other, and dies with its parent. It has no connection to the queue: wake-ups and progress notes go to the
parent over the one socket between them. Assumes Linux (prctl, pidfd), and a parent with one thread: PR_SET_PDEATHSIG
follows the forking thread, and a lock held by another would stay locked here for ever.
"""

import ctypes
import json
import logging
import mmap
import os
import resource
import signal
import socket
import struct
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NoReturn

from sqlalchemy import bindparam, select

from govern.core import database
from govern.queue import broker, lease
from govern.queue.broker import Offer
from govern.queue.work import Work

MESSAGE_BYTES: Final = 65536
_OFFERS_A_MESSAGE: Final = 500
PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_CHILD_SUBREAPER: Final = 36

# Of the bare table: asked before each run, and half the price of the same through the mapper.
_KIND: Final = select(Work.__table__.c.kind).where(Work.__table__.c.id == bindparam("id"))
_libc = ctypes.CDLL(None, use_errno=True)
_diagnostics = logging.getLogger("govern.queue.child")


class Ending(StrEnum):
    """How one run ended, as its parent saw it. `is_loss`: it did not come to its own end."""

    DONE = "done"
    GONE = "gone"  # no such row of work, or no such kind: somebody else finished it
    RAISED = "raised"
    CRASHED = "crashed"
    TOO_LONG = "too_long"
    TOO_MUCH_MEMORY = "too_much_memory"
    STOPPED = "stopped"  # the worker was told twice to stop

    @property
    def is_loss(self) -> bool:
        return self not in (Ending.DONE, Ending.GONE)


@dataclass(frozen=True, slots=True)
class JobKind:
    """A sort of background work: what runs it, how long at most, and what settles it when its child was lost.

    `run` takes the lease itself, under the name `lease.this_worker()`, and does nothing when it gets none. `when_lost`
    is called in a fresh child, with the `Ending`, if the lost one held the lease: it may `lease.take_over` the work at
    once. What it leaves as it was has its lease ended, so that the reconciler offers it. It must bear running twice, or
    not at all.
    """

    name: str
    queue: str
    deadline_s: float
    """The longest that any run may take; the child is killed when it has passed."""
    run: Callable[[uuid.UUID], None]
    when_lost: Callable[[uuid.UUID, str], None]
    deadline_of: Callable[[uuid.UUID], float] | None = None
    """A shorter deadline of one piece of work, read from our own tables; never longer than `deadline_s`."""


def kind_of(work_id: uuid.UUID) -> str | None:
    """The kind of a row of work; `None` when there is no such row any more."""
    with database.reading() as session:
        kind: str | None = session.execute(_KIND, {"id": work_id}).scalar_one_or_none()
    return kind


class Begun:
    """What the child says as it begins a run, in memory that it shares with its parent: a message would cost a wake-up.

    Order's number, kind's place in the table of jobs, deadline in seconds. The number is written last: before it, the
    parent takes none of it.
    """

    _REST: Final = struct.Struct("=id")
    _NUMBER: Final = struct.Struct("=Q")

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)

    def tell(self, number: int, kind: int, deadline_s: float) -> None:
        """By the child, once a run."""
        self._REST.pack_into(self._memory, 8, kind, deadline_s)
        self._NUMBER.pack_into(self._memory, 0, number)

    def heard(self, number: int) -> tuple[int, float] | None:
        """By the parent: kind and deadline of the run with this number, if it has begun."""
        if self._NUMBER.unpack_from(self._memory, 0)[0] != number:
            return None
        kind, deadline_s = self._REST.unpack_from(self._memory, 8)
        return kind, deadline_s


@dataclass(frozen=True, slots=True)
class Duties:
    """What a child is made for."""

    jobs: Mapping[str, JobKind]
    prepare: Callable[[], None]
    """Runs once after the fork: connections of the child's own, in the place of the parent's."""
    memory_bytes: int
    kind_of: Callable[[uuid.UUID], str | None] = kind_of
    when_refused: Callable[[str, int], None] = lambda _queue, _number: None
    """Told how many jobs of a queue were none of ours: it needs the database, which the parent does not have."""
    begun: Begun = field(default_factory=Begun)


class Relay:
    """The outlet of a child: wake-ups and notes go to the parent, which has the connection."""

    def __init__(self, to_parent: socket.socket) -> None:
        self._to_parent = to_parent

    def push(self, offers: Sequence[Offer]) -> None:
        """Handed to the parent; what Redis then refuses, the reconciler offers again."""
        for start in range(0, len(offers), _OFFERS_A_MESSAGE):
            portion = offers[start : start + _OFFERS_A_MESSAGE]
            send(self._to_parent, is_="push", offers=[[str(offer.work_id), offer.queue] for offer in portion])

    def publish(self, lookup_id: uuid.UUID) -> None:
        """Handed to the parent."""
        send(self._to_parent, is_="note", lookup=str(lookup_id))


def send(to: socket.socket, **message: Any) -> None:
    """One message between parent and child: JSON in one packet."""
    to.send(json.dumps(message).encode())


def live(parent: int, channel: socket.socket, duties: Duties) -> NoReturn:
    """The child's whole life: never returns, and runs no exit handler of the parent's."""
    status = 1
    try:
        _settle(parent, duties.memory_bytes)
        duties.prepare()
        broker.bind(Relay(channel))
        while order := channel.recv(MESSAGE_BYTES):
            _obey(json.loads(order), channel, duties)
        status = 0
    except BaseException as error:
        _diagnostics.error("child ends: %s", where(error))
    finally:
        os._exit(status)


def _settle(parent: int, memory_bytes: int) -> None:
    """Dies with its parent, in a process group of its own, within its memory, and leaves no core dump behind.

    A core dump would be a reply on disk (nothing landed); an RLIMIT_CORE of 0 does not bind a piping core pattern,
    so the process is made undumpable as well. Signals meant for the worker do nothing here: the parent decides.
    """
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died between the fork and the line above
        os._exit(1)
    os.setpgid(0, 0)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # not SIG_IGN, which a program started from here would inherit
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl(_PR_SET_DUMPABLE, 0)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))


def _obey(order: Mapping[str, Any], channel: socket.socket, duties: Duties) -> None:
    """One order of the parent, and one answer with the order's number, whatever happens in between."""
    number = order["number"]
    try:
        if order["do"] == "refused":
            duties.when_refused(order["queue"], order["jobs"])
            ending = Ending.DONE
        else:
            ending = _work(order, uuid.UUID(order["work"]), duties)
    except Exception as error:  # MemoryError included: the limit struck, and the child lives on
        _diagnostics.error("work %s raised: %s", order.get("work"), where(error))
        ending = Ending.RAISED
    send(channel, number=number, is_=ending)


def _work(order: Mapping[str, Any], work_id: uuid.UUID, duties: Duties) -> Ending:
    kind = duties.jobs.get(duties.kind_of(work_id) or "")
    if kind is None:
        return Ending.GONE
    if order["do"] == "lost":
        _settle_lost(kind, work_id, order["why"])
    else:
        deadline_s = kind.deadline_s if kind.deadline_of is None else kind.deadline_of(work_id)
        duties.begun.tell(order["number"], list(duties.jobs).index(kind.name), deadline_s)
        kind.run(work_id)
    return Ending.DONE


def _settle_lost(kind: JobKind, work_id: uuid.UUID, why: str) -> None:
    """A lost child that never held the lease left nothing; the work is then somebody else's, or still due."""
    with database.reading() as session:
        was_held = lease.is_held_by(session, work_id, lease.this_worker())
    if was_held:
        kind.when_lost(work_id, why)
        with database.transaction() as session:
            lease.lapse(session, work_id, lease.this_worker())


def where(error: BaseException) -> str:
    """An error's type and the place it came from: never its text, which could hold a value of a person."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno} {frames[-1].name}" if frames else ""
    return f"{type(error).__name__}{place}"


def adopt_orphans() -> None:
    """From now on orphaned descendants of this process become its children, so that a sweep can end them."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def prctl(option: int, value: int) -> None:
    """Linux' prctl(2) with one number; raises `OSError`."""
    if _libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
