"""A real queue for tests: the embedded servers, a database, keys, and workers in processes of their own."""

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from govern.core.clock import database_now
from govern.core.database import reading, transaction
from govern.core.ids import new_id
from govern.keys import ring
from govern.queue import broker, embedded
from govern.queue.broker import Broker
from govern.queue.offer import offer
from govern.queue.work import Work, plan_work
from tests.support import prepared
from tests.support.prepared import Prepared

Found = TypeVar("Found")


def until(look: Callable[[], Found | None], what: str, *, within_s: float = 20.0) -> Found:
    """The first value that is true; fails with `what` when none comes in time."""
    give_up_at = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > give_up_at:
            pytest.fail(f"not within {within_s} s: {what}")
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


@dataclass
class Workshop:
    """A data folder with its queue; what tests plan, start and look at."""

    folder: Path
    database_address: str
    servers: embedded.EmbeddedServers
    broker: Broker
    workers: list[Prepared] = field(default_factory=list)

    def worker(self, name: str = "one") -> Prepared:
        """A worker's process that has registered, so that it stands at its first pop or is about to."""
        before = self.broker.workers() if self.broker.is_alive() else None
        environment = os.environ | {"GOVERN_DATABASE_URL": self.database_address}
        process = prepared.start("tests.support.worker_process", [str(self.folder), name], environment)
        self.workers.append(process)
        if before is not None:
            until(lambda: self.broker.workers() > before, "the worker registered")
        return process

    def plan(self, kind: str, *, queue: str = "normal", offered: bool = True, due_in_s: float = 0.0) -> uuid.UUID:
        """A row of work, offered after its commit; its id."""
        with transaction() as session:
            due_at = database_now(session) + timedelta(seconds=due_in_s)
            work = plan_work(session, kind=kind, target_id=new_id(), queue=queue, due_at=due_at)
            if offered:
                offer(session, work)
            return work.id

    def row(self, work_id: uuid.UUID) -> Work | None:
        """The row as it is committed now."""
        with reading() as session:
            return session.get(Work, work_id)

    def lines(self, first: str, work_id: uuid.UUID | None = None) -> list[list[str]]:
        """The journal's lines with this first word (and this work), in their order."""
        try:
            written = (self.folder / "journal").read_text().splitlines()
        except FileNotFoundError:
            return []
        lines = [line.split() for line in written]
        return [line for line in lines if line[0] == first and work_id in (None, uuid.UUID(int=0), _id(line))]

    def wait_done(self, *works: uuid.UUID, within_s: float = 20.0) -> None:
        """Every row is gone."""
        for work_id in works:
            until(lambda work_id=work_id: self.row(work_id) is None, f"work {work_id} done", within_s=within_s)

    def wait_line(self, first: str, work_id: uuid.UUID | None = None) -> list[str]:
        """The journal's first line with this word (and this work)."""
        return until(lambda: self.lines(first, work_id), f"a line {first}")[0]

    def child_of(self, worker: Prepared) -> int:
        """The process id of a worker's prepared child."""
        return int(until(lambda: _children(worker.pid), "the worker has a child")[0])

    def release(self, work_id: uuid.UUID) -> None:
        """A `slow` work goes on."""
        (self.folder / f"go-{work_id}").touch()

    def diagnostics(self, name: str = "one") -> str:
        """What a worker has written down so far."""
        path = self.folder / f"{name}.diagnostics"
        return path.read_text() if path.exists() else ""


def _id(line: list[str]) -> uuid.UUID | None:
    try:
        return uuid.UUID(line[1])
    except (ValueError, IndexError):
        return None


def _children(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []


@contextmanager
def a_workshop(folder: Path, database_address: str) -> Iterator[Workshop]:
    """The servers run and the database is bound; at the end nothing of it is left running."""
    key = ring.make_keys(folder / "keys") or ring.bind(folder / "keys")
    servers = embedded.start(folder)
    made = Broker(embedded.queue_address(folder), key.job_key())
    broker.bind(made)
    shop = Workshop(folder, database_address, servers, made)
    try:
        yield shop
    finally:
        broker.bind(None)
        for worker in shop.workers:
            if worker.poll() is None:
                for pid in _children(worker.pid):
                    os.kill(int(pid), signal.SIGKILL)
                worker.kill()
            worker.wait()
        made.close()
        shop.servers.stop()  # not those of the beginning: a test may have started them anew
