"""Ways in which Redis is taken away (SECURITY.md, F3), and look-ups that come in meanwhile, five a second, as clerks' forms.

A `Server` is the embedded Valkey's, which the house's own keeper revives, or the system's redis-server, which its service
manager would start again: here the outage does, a moment later.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from govern.core.database import reading
from govern.lookups.lookup import Lookup
from govern.rules.lives import is_ended
from govern.trail.entry import Entry
from tests.support.journals import requests_seen
from tests.support.queues import is_running, until
from tests.support.trail_outages import Desk

Outage = Callable[["Server", float], None]


@dataclass(slots=True)
class Server:
    """One Redis of a house: where it is reached, and its program where nobody else would start it again."""

    address: str
    program: Path | None = None
    process: "subprocess.Popen[bytes] | None" = None

    def client(self) -> "Redis":
        """A client that is closed by whoever asks."""
        return Redis.from_url(self.address, socket_timeout=5)

    def pid(self) -> int:
        """The process that answers now."""
        with self.client() as client:
            return int(client.info("server")["process_id"])

    def answers(self) -> bool:
        """Whether it does."""
        try:
            with self.client() as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False

    def start(self) -> None:
        """The system's server runs; the embedded one is its keeper's to start."""
        if self.program is None:
            return
        place = Path(self.address.removeprefix("unix://"))
        options = ["--port", "0", "--unixsocket", str(place), "--dir", str(place.parent), "--save", ""]
        kept = "yes" if place.stem == "queue" else "no"
        self.process = subprocess.Popen(
            [self.program, *options, "--appendonly", kept, "--maxmemory-policy", "noeviction"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self.answers, "redis-server answers")

    def end(self) -> None:
        """Nothing of the system's server is left."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def system_server(folder: Path, name: str) -> Server | None:
    """The system's redis-server below a folder; nothing where it is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(f"unix://{folder / name}.sock", Path(program))
    server.start()
    return server


def killed(server: Server, seconds: float) -> None:
    """`kill -9`; whoever supervises it starts it again."""
    _ended_by(server, signal.SIGKILL, seconds)


def restarted(server: Server, seconds: float) -> None:
    """Stopped in order, and started again."""
    _ended_by(server, signal.SIGTERM, seconds)


def flushed(server: Server, seconds: float) -> None:
    """Everything in it is gone."""
    with server.client() as client:
        client.flushall()
    Event().wait(seconds)


def frozen(server: Server, seconds: float) -> None:
    """It takes connections, and answers nothing."""
    pid = server.pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        Event().wait(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)


def full(server: Server, seconds: float) -> None:
    """Its memory is full: it answers, and takes nothing more."""
    with server.client() as client:
        former = client.config_get("maxmemory")["maxmemory"]
        client.config_set("maxmemory", 1)
        Event().wait(seconds)
        client.config_set("maxmemory", former)


def _ended_by(server: Server, number: int, seconds: float) -> None:
    pid = server.pid()
    os.kill(pid, number)
    if server.process is not None:
        server.process.wait()
    until(lambda: not is_running(pid), "the server is gone")
    Event().wait(seconds)
    server.start()
    until(server.answers, "the server is back", within_s=30)


OUTAGES: dict[str, Outage] = {
    "killed": killed,
    "restarted": restarted,
    "flushed": flushed,
    "frozen": frozen,
    "memory full": full,
}


@dataclass(slots=True)
class Load:
    """Forms sent five a second by several clerks at once, and what became of them."""

    desk: Desk
    sent: list[uuid.UUID] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    stop: Event = field(default_factory=Event)

    @contextmanager
    def coming_in(self, clerks: int = 5) -> Iterator[None]:
        """Within the block each clerk sends a form a second, and looks at the page that it leads to."""
        desks = [self.desk.another() for _ in range(clerks)]
        threads = [threading.Thread(target=self._run, args=(desk, at / clerks)) for at, desk in enumerate(desks)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def _run(self, desk: Desk, after_s: float) -> None:
        due = time.monotonic() + after_s
        while not self.stop.wait(max(0.0, due - time.monotonic())):
            due += 1.0
            self._one(desk)

    def _one(self, desk: Desk) -> None:
        status, says, seconds = desk.posts()
        if status == 303:
            self.sent.append(uuid.UUID(says.rsplit("/", 1)[1]))
            began = time.monotonic()
            page = desk.client.get(says)
            seconds = max(seconds, time.monotonic() - began)
            status, says = page.status_code, page.text
        if status != 200:
            self.failing.append(f"{status} {says[:100]}")
        self.slowest_s = max(self.slowest_s, seconds)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of look-ups: how many did not end, were asked more than once, and how many ended in which state."""

    lost: int
    twice: int
    unseen: int  # answered without a request that the source saw
    states: dict[str, int]


def fate_of(lookups: Sequence[uuid.UUID], seen: Sequence[dict[str, str]]) -> Fate:
    """Held against the sources' own journals: each request is an intent's, and no look-up has two."""
    with reading() as session:
        states = Counter(session.scalars(select(Lookup.state).where(Lookup.id.in_(lookups))))
        rows = session.execute(
            select(Entry.id, Entry.lookup).where(Entry.lookup.in_(lookups), Entry.kind == "about_to_ask")
        )
        lookup_of = {str(intent): lookup for intent, lookup in rows}
    asked = Counter(lookup_of[line["request_id"]] for line in seen if line["request_id"] in lookup_of)
    return Fate(
        lost=len(lookups) - sum(number for state, number in states.items() if is_ended(state)),
        twice=sum(times > 1 for times in asked.values()),
        unseen=max(0, states["answered"] - len(asked)),
        states=dict(states),
    )


def seconds_until_ended(lookups: Sequence[uuid.UUID], within_s: float) -> float:
    """How long it takes from now until every look-up has ended; `within_s` when some have not by then."""
    began = time.monotonic()
    while _open(lookups) and time.monotonic() - began < within_s:
        Event().wait(0.1)
    return time.monotonic() - began


def _open(lookups: Sequence[uuid.UUID]) -> int:
    with reading() as session:
        states = session.scalars(select(Lookup.state).where(Lookup.id.in_(lookups)))
        return sum(not is_ended(state) for state in states)


def seen_by(desk: Desk) -> list[dict[str, str]]:
    """What all sources saw."""
    return requests_seen(desk.house.simulated())
