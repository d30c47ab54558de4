"""The worker's no-op beside RQ's own workers and a bare blocking pop, interleaved in one run.

Every contestant is a process of its own that waits all the time. In each round each in turn is stopped (SIGSTOP), given
its jobs, let go, and timed from there to the last job's word on a socket: so the time is that of popping and running, not
of offering. The prepared worker is measured twice: as its peers are, which read no database, and as it is used, with the
row of work read before each run.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rq import Queue, SimpleWorker, Worker

from bench.row import Row, met, rounded, row
from govern.core import database
from govern.core.clock import now
from govern.queue import embedded
from govern.queue.broker import Broker, Offer, connect
from govern.queue.child import Duties, JobKind, kind_of
from govern.queue.work import Work, plan_work
from govern.queue.worker import PreparedWorker, rebind

KEY: Final = bytes(32)
LAST: Final = uuid.UUID(int=1)
MEMORY: Final = 1 << 30
WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who is measured: its name, how many jobs a round, and how they are put into its queue, the telling one last."""

    name: str
    jobs: int
    offer: Callable[["Place", int], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with its servers, and the socket on which a round's last job says that it ran."""

    folder: Path
    broker: Broker
    heard: socket.socket


def rows(rounds: int = 7) -> list[Row]:
    """Each figure beside its peer: milliseconds a job, the median of so many rounds, and commands of Redis a job."""
    with _a_place() as place, _all_running(place) as processes:
        times: dict[str, list[float]] = {each.name: [] for each in CONTESTANTS}
        commands: dict[str, float] = {}
        for each in CONTESTANTS:  # the first round warms up and counts commands
            commands[each.name] = _commands_of(place, processes[each.name], each)
        for _ in range(rounds):
            for each in CONTESTANTS:
                times[each.name].append(_round(place, processes[each.name], each) * 1000 / each.jobs)
    ours, read, fork, simple, pop = (each.name for each in CONTESTANTS)
    fewer = rounded(commands[ours] / commands[fork])
    return [
        row("worker, no-op", times[ours], times[fork], against=fork, target=">= 25", is_speed=True),
        row("worker, no-op", times[ours], times[pop], against=pop, target="<= 4"),
        row("worker, no-op", times[ours], times[simple], against=simple, is_speed=True),
        row("worker, no-op, its row read", times[read], times[fork], against=fork, is_speed=True),
        row("worker, no-op, its row read", times[read], times[pop], against=pop),
        row("worker, no-op, its row read", times[read], times[ours], against=ours),
        {
            "name": "worker, commands of Redis",
            "value": rounded(commands[ours]),
            "unit": "commands a job",
            "against": f"{fork}: {rounded(commands[fork]):g}",
            "ratio": fewer,
            "target": "<= 0.06",
            "met": met(fewer, "<= 0.06"),
            "rounds": 1,
        },
    ]


def _offer_prepared(place: Place, count: int) -> None:
    place.broker.push([Offer(uuid.uuid4(), "normal") for _ in range(count - 1)] + [Offer(LAST, "batch")])


def _offer_rows(place: Place, count: int) -> None:
    with database.transaction() as session:
        session.query(Work).delete()
        planned = [
            plan_work(session, kind="noop", target_id=uuid.uuid4(), queue="normal", due_at=now())
            for _ in range(count - 1)
        ]
        last = plan_work(session, kind="noop", target_id=LAST, queue="batch", due_at=now())
        last.id = LAST
        offers = [Offer(work.id, work.queue) for work in (*planned, last)]
    Broker(f"{_address(place.folder)}?db=1", KEY).push(offers)


def _offer_to_rq(name: str) -> Callable[[Place, int], None]:
    def offer(place: Place, count: int) -> None:
        queue = Queue(name, connection=place.broker.connection)
        for _ in range(count - 1):
            queue.enqueue(noop, result_ttl=0)
        queue.enqueue(tell, str(place.folder), result_ttl=0)

    return offer


def _offer_words(place: Place, count: int) -> None:
    place.broker.connection.rpush("words", *[b"word"] * (count - 1), b"last")


CONTESTANTS: Final = (
    Contestant("prepared", 300, _offer_prepared),
    Contestant("prepared, row read", 300, _offer_rows),
    Contestant("RQ fork worker", 20, _offer_to_rq("fork")),
    Contestant("RQ simple worker", 60, _offer_to_rq("simple")),
    Contestant("bare blocking pop", 1000, _offer_words),
)


def noop() -> None:
    """What RQ's workers run."""


def tell(folder: str) -> None:
    """The last job of a round: says that it ran."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(b"done", f"{folder}/heard")


def _address(folder: Path) -> str:
    return embedded.queue_address(folder)


@contextmanager
def _a_place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="govern-bench-"))
    try:
        with embedded.start(folder), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
            heard.bind(str(folder / "heard"))
            heard.settimeout(WITHIN_S)
            engine = database.bind(f"sqlite:///{folder / 'bench.sqlite3'}")
            database.Base.metadata.create_all(engine, [database.Base.metadata.tables["work"]])
            yield Place(folder, Broker(_address(folder), KEY), heard)
            database.release()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _all_running(place: Place) -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    processes = {
        each.name: subprocess.Popen([sys.executable, "-m", "bench.worker", str(place.folder), each.name])
        for each in CONTESTANTS
    }
    try:
        for each in CONTESTANTS:  # a first small round: it ends when the process stands
            each.offer(place, 2)
            place.heard.recv(16)
        yield processes
    finally:
        for process in processes.values():
            process.kill()
            process.wait()


def _round(place: Place, process: "subprocess.Popen[bytes]", contestant: Contestant) -> float:
    """Seconds from letting go to the last job's word."""
    os.kill(process.pid, signal.SIGSTOP)
    contestant.offer(place, contestant.jobs)
    began = time.perf_counter()
    os.kill(process.pid, signal.SIGCONT)
    place.heard.recv(16)
    return time.perf_counter() - began


def _commands_of(place: Place, process: "subprocess.Popen[bytes]", contestant: Contestant) -> float:
    os.kill(process.pid, signal.SIGSTOP)
    contestant.offer(place, contestant.jobs)
    place.broker.connection.config_resetstat()
    os.kill(process.pid, signal.SIGCONT)
    place.heard.recv(16)
    used: dict[str, Any] = place.broker.connection.info("commandstats")
    calls = {name: stats["calls"] for name, stats in used.items() if "config" not in name and "info" not in name}
    return float(sum(calls.values())) / contestant.jobs


def _serve(folder: Path, name: str) -> None:
    """The main function of a contestant's process."""
    connection = connect(_address(folder), timeout_s=30)
    match name:
        case "prepared" | "prepared, row read":
            reads = name != "prepared"

            def run(work_id: uuid.UUID) -> None:
                if work_id == LAST:
                    tell(str(folder))

            job = JobKind("noop", "normal", 30.0, run, lambda work_id, why: None)
            duties = Duties(
                jobs={"noop": job},
                prepare=lambda: rebind(f"sqlite:///{folder / 'bench.sqlite3'}"),
                memory_bytes=MEMORY,
                kind_of=kind_of if reads else lambda work_id: "noop",
            )
            address = f"{_address(folder)}?db=1" if reads else _address(folder)
            PreparedWorker(address, KEY, duties, "bench").work()
        case "RQ fork worker":
            Worker(["fork"], connection=connection, log_job_description=False).work(logging_level="ERROR")
        case "RQ simple worker":
            SimpleWorker(["simple"], connection=connection, log_job_description=False).work(logging_level="ERROR")
        case _:
            while True:
                popped: Any = connection.blpop(["words", "other words"], 10)
                if popped is not None and popped[1] == b"last":
                    tell(str(folder))


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), sys.argv[2])
