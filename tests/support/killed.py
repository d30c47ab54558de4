"""Look-ups that are killed at a point of their road, and what is found of them once the house goes on.

A round stands a process at the point, kills it or another one there with SIGKILL, and leaves the look-up as it is; afterwards a
fresh worker and a keeper settle what many rounds have left, in their own time. What counts is what the sources saw: their
journals, laid beside the trail.
"""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, select, update

from connectors.simulated import faults, registers
from govern.catalogue.source import Source, SourceVersion
from govern.core.database import reading, transaction
from govern.lookups import answer as answers
from govern.lookups.lookup import Answer, Lookup, Task
from govern.queue import broker
from govern.queue.work import Work
from govern.trail.entry import Entry
from tests.support.houses import Clerk, TestHouse
from tests.support.journals import requests_seen
from tests.support.queues import is_running, until
from tests.support.stopping import a_form

ROOT: Final = Path(__file__).parent.parent.parent
ONCE: Final = ("disability_certificate", "ntpc-civil", "hh_person_city")  # must not be asked twice
AGAIN: Final = ("assistive_device_subsidy", "ntpc-social", "welfare_benefits")  # may be asked again
POINTS: Final = tuple(f"K{number}" for number in range(13))
AT_THE_CONSOLE: Final = ("K0", "K1", "K2", "K12")
FROM_THE_INTENT: Final = ("K5", "K6", "K7", "K8", "K9", "K10")  # asked or about to be, and no outcome kept
ENDED: Final = frozenset({"answered", "unknown", "failed", "expired", "cancelled", "denied"})
WITHIN_S: Final = 60.0
_DEADLINE_S: Final = 20.0
_PLACES: Final = 400


def targets(point: str) -> tuple[str, str, str]:
    """Whom a round kills: the worker's child, the worker, or both; where the console stands, it or the whole worker."""
    return ("console", "worker", "both") if point in AT_THE_CONSOLE else ("child", "parent", "both")


@dataclass(frozen=True, slots=True)
class Round:
    """One kill: where, whom, at which source; and the form that was, or was to be, submitted."""

    point: str
    target: str
    source: tuple[str, str, str]
    form: dict[str, Any]
    lookup: uuid.UUID | None
    """The look-up that the clerk was told of, or that was there when the kill came."""

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.point} {self.target} {self.source[2]}"


@dataclass(slots=True)
class Stage:
    """The process that forks the others, and the house they are forked for."""

    house: TestHouse
    clerk: Clerk
    folder: Path
    process: "subprocess.Popen[str]"
    plants: tuple[str, ...] = ()
    """What is broken on purpose in all that is started from now on."""
    seen: frozenset[str] = frozenset()
    """What the journals held before: other tests ask the same agencies."""
    made: int = 0
    alive: list[int] = field(default_factory=list)

    def a_form(self, source: tuple[str, str, str]) -> dict[str, Any]:
        """A form of its own for a data item, about one of the invented persons in turn."""
        self.made += 1
        keys = registers.example_keys(source[2])
        return {
            "case_item": source[0],
            "key": keys[self.made % len(keys)],
            "item": source[2],
            "intent_key": uuid.uuid4().hex,
        }

    def warm_up(self, source: tuple[str, str, str]) -> None:
        """The forking process has done one look-up itself, so that no fork does anything for the first time."""
        folder = self.folder / f"warm-{source[2]}"
        folder.mkdir()
        settings = self.house.settings.model_dump(mode="json")
        self._say(
            {
                "do": "warm_up",
                "folder": str(folder),
                "settings": settings,
                "secret": self.clerk.secret.hex(),
                "form": self.a_form(source),
            }
        )

    def start(self, role: str, folder: Path | None = None, **order: Any) -> tuple[int, Path]:
        """A worker, keeper or console, and the folder in which it stands and speaks."""
        if folder is None:
            self.made += 1
            folder = self.folder / f"{self.made:04d}-{role}"
            folder.mkdir()
        asked = {
            "do": role,
            "folder": str(folder),
            "settings": self.house.settings.model_dump(mode="json"),
            "plants": self.plants,
            **order,
        }
        pid = int(self._say(asked))
        self.alive.append(pid)
        return pid, folder

    def spent_s(self) -> float:
        """Processor seconds of everything that was forked and has ended."""
        return float(self._say({"do": "spent"}))

    def _say(self, order: dict[str, Any]) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        assert said, "the process that forks the others has ended"
        return said

    def end(self, *pids: int) -> None:
        """These are gone, with what they had forked."""
        for pid in pids:
            for each in (pid, *children(pid)):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
        for pid in pids:
            until(lambda pid=pid: not is_running(pid), "a process is gone")
            if pid in self.alive:
                self.alive.remove(pid)

    def begin_anew(self) -> None:
        """What earlier rounds have left, and what the sources saw of them, counts no more."""
        _flush()
        self.seen = frozenset(line["request_id"] for line in requests_seen(self.house.simulated()))
        with transaction() as session:
            session.execute(delete(Work))

    def said(self) -> str:
        """The last diagnostics: for the message of a test that fails."""
        return "".join(path.read_text() for path in sorted(self.folder.rglob("*.log"))[-6:])[-3000:]


@contextmanager
def staged(house: TestHouse, folder: Path) -> Iterator[Stage]:
    """Sources that take as many calls at once as rounds leave behind, a clerk, and nothing running at the end."""
    with transaction() as session:
        session.execute(update(SourceVersion).values(deadline_s=_DEADLINE_S))
        session.execute(update(Source).where(Source.owner.in_([ONCE[1], AGAIN[1]])).values(max_at_once=_PLACES))
    house.settings = house.settings.model_copy(update={"reconcile_every_s": 0.5, "workers": _PLACES + 1})
    _flush()
    folder.mkdir(parents=True)
    clerk = house.a_clerk("ntpc-dist-banqiao", ONCE[0], AGAIN[0])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.stopping"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    seen = frozenset(line["request_id"] for line in requests_seen(house.simulated()))
    stage = Stage(house, clerk, folder, process, seen=seen)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for source in (ONCE, AGAIN):
            stage.warm_up(source)
        yield stage
    finally:
        faults.clear(house.simulated())
        for pid in list(stage.alive):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with suppress(OSError):
                stream.close()


def kill_at(stage: Stage, point: str, target: str, source: tuple[str, str, str]) -> Round:
    """One round: something stands at the point, is killed there, and what it left is left."""
    form = stage.a_form(source)
    by = _at_the_console if point in AT_THE_CONSOLE else _at_the_worker
    return Round(point, target, source, form, by(stage, point, target, source, form))


def _at_the_console(
    stage: Stage, point: str, target: str, source: tuple[str, str, str], form: dict[str, Any]
) -> uuid.UUID | None:
    """A console stands at the point beside a worker that is frozen, so that nobody takes what it offers meanwhile."""
    lookup: uuid.UUID | None = None
    asked: dict[str, Any] = {"form": form}
    if point == "K12":
        lookup = stage.house.submit(stage.clerk, a_form({"form": form}))
        stage.house.run_due()
        assert stage.house.lookup(lookup).state == "answered"
        asked = {"lookup": str(lookup)}
    worker, _ = stage.start("worker")
    until(lambda: children(worker), "the worker has a child")
    os.kill(worker, signal.SIGSTOP)
    console, folder = stage.start("console", stand_at=point, secret=stage.clerk.secret.hex(), **asked)
    until(lambda: (folder / "standing").exists(), f"the console stands at {point}", within_s=30)
    killed = {"console": (console,), "worker": (worker,), "both": (console, worker)}[target]
    stage.end(*killed)
    (folder / "go").touch()
    if console not in killed:
        until(lambda: not is_running(console), "the console has replied", within_s=30)
        stage.alive.remove(console)
        told = (folder / "replied").read_text()
        lookup = lookup or uuid.UUID(told)
    lookup = lookup or _of_form(form)
    if worker not in killed:
        os.kill(worker, signal.SIGCONT)
        _retire(stage, worker)
    return lookup


def _at_the_worker(
    stage: Stage, point: str, target: str, source: tuple[str, str, str], form: dict[str, Any]
) -> uuid.UUID:
    """A worker or its child stands at the point, or the child waits for a source that took its request (K6)."""
    standing = point != "K6"
    if not standing:
        faults.set(stage.house.simulated(), source[1], source[2], "hang", seconds=_DEADLINE_S)
    worker, folder = stage.start("worker", **({"stand_at": point} if standing else {}))
    held = _journal_bytes(stage.house, source[1])
    lookup = stage.house.submit(stage.clerk, a_form({"form": form}))
    if standing:
        until(lambda: (folder / "standing").exists(), f"a process stands at {point}", within_s=30)
    else:
        until(lambda: _journal_bytes(stage.house, source[1]) > held, "the source has the request", within_s=30)
    child = children(worker)
    assert len(child) == 1
    if target in ("child", "both"):
        os.kill(child[0], signal.SIGKILL)
    if target in ("parent", "both"):
        stage.end(worker)
    until(lambda: not is_running(child[0]), "the child is gone")
    (folder / "go").touch()
    if not standing:
        faults.clear(stage.house.simulated())
    if target == "child":
        _retire(stage, worker)
    return lookup


def drain(stage: Stage) -> None:
    """A fresh worker takes what lies in the queue's Redis, and ends."""
    held = broker.outlet()
    assert isinstance(held, broker.Broker)
    if not held.waiting():
        return
    worker, _ = stage.start("worker")
    until(lambda: not held.waiting(), "nothing lies in Redis")
    _retire(stage, worker)


def _retire(stage: Stage, worker: int) -> None:
    """A worker that lives on finishes what it has, and ends as it was told to."""
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGTERM)
    until(lambda: not is_running(worker), "the worker has ended", within_s=30)
    stage.alive.remove(worker)


@dataclass(slots=True)
class Found:
    """What a set of rounds came to. Every count but the first two is of what must not be."""

    rounds: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    """Look-ups that are not there, or have no end."""
    twice: list[str] = field(default_factory=list)
    """Second requests to a source that must not be asked twice."""
    several_ends: list[str] = field(default_factory=list)
    unforeseen: list[str] = field(default_factory=list)
    """Ends other than the one that the point leaves, and requests other than it allows."""
    unproven: list[str] = field(default_factory=list)
    """Requests of which the trail has no intent."""
    left_in_store: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    broken_trail: str = ""

    @property
    def faults(self) -> list[str]:
        """Everything that must not be."""
        every = ("lost", "twice", "several_ends", "unforeseen", "unproven", "left_in_store")
        found = [f"{name}: {each}" for name in every for each in getattr(self, name)]
        found += [f"settled only after {self.slowest_s:.0f} s"] if self.slowest_s > WITHIN_S else []
        return found + ([self.broken_trail] if self.broken_trail else [])


def go_on(stage: Stage, rounds: Sequence[Round], *, within_s: float = WITHIN_S) -> Found:
    """A fresh worker and a keeper settle what the rounds left; then everything is counted."""
    began = time.monotonic()
    running = [stage.start(role)[0] for role in ("keeper", "worker", "worker")]
    lookups = {each.lookup for each in rounds if each.lookup is not None}
    with suppress(BaseException):  # what has no end by then is counted below
        until(lambda: _settled(lookups), "every look-up has an end", within_s=within_s)
    slowest_s = time.monotonic() - began
    with suppress(BaseException):
        until(_nothing_to_destroy, "what was lost is destroyed", within_s=20)
    found = _counted(stage, rounds)
    found.slowest_s = slowest_s
    stage.end(*running)
    verdict = stage.house.verified()
    found.broken_trail = "" if verdict.ok else f"the trail is not whole: {verdict}"
    return found


def _settled(lookups: Iterable[uuid.UUID]) -> bool:
    time.sleep(0.2)  # a look costs the workers their processor
    with reading() as session:
        open_ones = session.scalars(select(Lookup.id).where(Lookup.ended_at.is_(None))).all()
    return not set(open_ones) & set(lookups)


def _nothing_to_destroy() -> bool:
    time.sleep(0.1)
    with reading() as session:
        lost = select(Answer.id).join(Task, Task.intent_entry != Answer.id).where(Task.id == Answer.task)
        unknown = select(Answer.id).join(Task, Task.id == Answer.task).where(Task.state == "unknown")
        left = session.scalars(
            select(Work.id).where(Work.kind == "destroy", Work.target_id.in_(lost.union(unknown)))
        ).first()
    return left is None


def _counted(stage: Stage, rounds: Sequence[Round]) -> Found:
    found = Found(rounds=len(rounds))
    with reading() as session:
        lookups = {each.id: each for each in session.scalars(select(Lookup))}
        tasks = {each.lookup: each for each in session.scalars(select(Task))}
        kinds: dict[uuid.UUID, list[tuple[str, uuid.UUID, bool]]] = {}
        for lookup, kind, identity, ends in session.execute(
            select(Entry.lookup, Entry.kind, Entry.id, Entry.ends_lookup).where(Entry.lookup.is_not(None))
        ):
            kinds.setdefault(lookup, []).append((kind, identity, ends))
        by_form = {each.intent_key: each for each in lookups.values()}
        answers_of = [(each.id, tasks_id) for each, tasks_id in session.execute(select(Answer, Answer.task))]
    asked = Counter(line["request_id"] for line in requests_seen(stage.house.simulated()))
    intents = {identity for each in kinds.values() for kind, identity, _ in each if kind == "about_to_ask"}
    for each in rounds:
        lookup = by_form.get(each.form["intent_key"])
        if lookup is None:
            if each.lookup is not None or (each.point, each.target) not in (("K0", "console"), ("K0", "both")):
                found.lost.append(each.name)
            continue
        entries = kinds[lookup.id]
        requests = sum(asked[str(identity)] for kind, identity, _ in entries if kind == "about_to_ask")
        ends = sum(ended for _, _, ended in entries)
        found.ends[lookup.state] += 1
        if lookup.state not in ENDED or lookup.ended_at is None:
            found.lost.append(f"{each.name}: {lookup.state}")
            continue
        if ends != 1 or tasks[lookup.id].ended_at is None:
            found.several_ends.append(f"{each.name}: {ends}")
        if each.source is ONCE and requests > 1:
            found.twice.append(f"{each.name}: {requests} requests")
        if (lookup.state, requests) != foreseen(each):
            found.unforeseen.append(f"{each.name}: {lookup.state} after {requests} requests, {foreseen(each)} foreseen")
    known = {str(identity) for identity in intents}
    found.unproven += [request for request in asked if request not in known | stage.seen]
    forms = {each.form["intent_key"] for each in rounds}
    of_task = {each.id: each for each in tasks.values() if lookups[each.lookup].intent_key in forms}
    for identity, task in answers_of:
        if task not in of_task:
            continue
        its = of_task[task]
        is_dead = its.state == "unknown" or its.intent_entry != identity
        if is_dead and not answers.store().is_gone(identity):
            found.left_in_store.append(str(identity))
    return found


def foreseen(each: Round) -> tuple[str, int]:
    """How a look-up ends that was killed at a point, and how often its source was asked."""
    if each.point not in FROM_THE_INTENT:
        return "answered", 1
    before = 0 if each.point == "K5" else 1
    return ("unknown", before) if each.source is ONCE else ("answered", before + 1)


def children(pid: int) -> list[int]:
    """The children of a process' main thread."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _of_form(form: dict[str, Any]) -> uuid.UUID | None:
    with reading() as session:
        return session.scalars(select(Lookup.id).where(Lookup.intent_key == form["intent_key"])).first()


def _journal_bytes(house: TestHouse, owner: str) -> int:
    path = house.simulated() / "journal" / f"{owner}.jsonl"
    return path.stat().st_size if path.exists() else 0


def _flush() -> None:
    held = broker.outlet()
    assert isinstance(held, broker.Broker)
    held.connection.flushall()
