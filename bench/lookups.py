"""Look-ups from submission to sealed answer, beside the same steps called bare; and what a look-up adds to asking directly.

The house runs as `make run` starts it: keeper, two workers, queue, answers' store, simulated agencies. Its peers have the
same two processes' worth of hands:

- *bare*: two processes that each call `submit` and then `run` themselves, with no queue and no worker between: the same
  three transactions, two decisions, the same call, masking and sealing;
- *ask*: two processes that only ask the same source the same question, so that the source's time can be taken off both;
- *no-op*: jobs of the same two workers that find nothing to do (pop, hand-over to the child, one reading of the row).

The ratio is (house - ask) / (bare - ask + no-op), each as milliseconds a look-up of one round.
"""

import statistics
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import monotonic, perf_counter, sleep
from typing import Final

from sqlalchemy import select

from admin.frame.opening import open_house
from bench.house import ITEM, WORKERS, Measured
from bench.row import Row, row, time_ms
from bench.source import question
from govern.core import database
from govern.core.database import reading
from govern.lookups.lookup import Lookup, Task
from govern.lookups.run import run
from govern.lookups.submit import submit
from govern.queue import broker
from govern.queue.broker import Broker, Offer
from govern.queue.work import Work

WITHIN_S: Final = 120.0
_processes = get_context("fork")


def rows(house: Measured, rounds: int = 9, lookups: int = 40) -> list[Row]:
    """Throughput with two workers, one look-up at a time, and what a look-up adds to asking directly."""
    taken: dict[str, list[float]] = {
        name: [] for name in ("house", "bare", "ask", "no-op", "one", "one bare", "one ask")
    }
    with _hands(house) as hands:
        waker = broker.outlet()
        assert isinstance(waker, Broker)
        ask = question(house.settings, ITEM, house.key)
        acts: dict[str, Callable[[], float]] = {
            "house": lambda: _through_the_house(house, lookups),
            "bare": lambda: hands.do("bare", lookups),
            "ask": lambda: hands.do("ask", lookups),
            "no-op": lambda: _noops(waker, lookups * 4),
            "one": lambda: time_ms(lambda: _one(house, waker), max(1, lookups // 2)),
            "one bare": lambda: time_ms(lambda: _bare(house), max(1, lookups // 2)),
            "one ask": lambda: time_ms(ask, max(1, lookups // 2)),
        }
        for number in range(rounds + 1):  # the first round warms up
            for name, act in acts.items():
                milliseconds = act()
                if number:
                    taken[name].append(milliseconds)
    return _rows(taken)


def _rows(taken: dict[str, list[float]]) -> list[Row]:
    def without_source(times: str, source: str, more: list[float]) -> list[float]:
        return [each - off + on for each, off, on in zip(taken[times], taken[source], more, strict=True)]

    nothing, noop = [0.0] * len(taken["house"]), taken["no-op"]
    one_noop = [each * WORKERS for each in noop]  # two workers at once: one job takes twice as long as a job's share
    return [
        row(
            "look-ups, two workers",
            without_source("house", "ask", nothing),
            without_source("bare", "ask", noop),
            against="the same steps bare in two processes, and a no-op job",
            target="<= 1.3",
            unit="look-ups a second, source included",
            value=1000 / statistics.median(taken["house"]),
        ),
        row(
            "look-up, one at a time",
            without_source("one", "one ask", nothing),
            without_source("one bare", "one ask", one_noop),
            against="the same steps bare in one process, and a no-op job",
            target="<= 1.3",
        ),
        row(
            "look-up, added to the source's time",
            taken["one"],
            taken["one ask"],
            against="asking the source directly",
            unit="ms added",
            value=statistics.median(without_source("one", "one ask", nothing)),
        ),
    ]


def _through_the_house(house: Measured, lookups: int) -> float:
    """Submitted one after the other while two workers run them; milliseconds a look-up until the last has ended."""
    before, answered, began = house.ended(), house.answered(), perf_counter()
    for _ in range(lookups):
        submit(house.clerk, house.request(), house.settings)
    until = monotonic() + WITHIN_S
    while house.ended() < before + lookups:
        if monotonic() > until:
            raise TimeoutError("look-ups did not end")
        sleep(0.003)
    milliseconds = (perf_counter() - began) * 1000 / lookups
    if house.answered() != answered + lookups:
        raise RuntimeError("not every look-up was answered, so that there is nothing to compare")
    return milliseconds


def _one(house: Measured, waker: Broker) -> None:
    """One look-up, from its submission until the desk's note says that its state has changed to an end."""
    lookup = submit(house.clerk, house.request(), house.settings).lookup_id
    notes = waker.subscribe(lookup)
    for _changed in notes:
        with reading() as session:
            state = session.execute(select(Lookup.state).where(Lookup.id == lookup)).scalar_one()
        if state not in ("waiting", "running"):
            break
    notes.close()
    if state != "answered":
        raise RuntimeError(state)


def _bare(house: Measured) -> None:
    """The same steps called here: nobody is woken, because no queue is bound meanwhile."""
    waker = broker.outlet()
    broker.bind(None)
    try:
        lookup = submit(house.clerk, house.request(), house.settings).lookup_id
        with reading() as session:
            works = session.scalars(
                select(Work.id).join(Task, Task.id == Work.target_id).where(Task.lookup == lookup)
            ).all()
        for work in works:
            run(work, house.settings)
    finally:
        broker.bind(waker)


def _noops(waker: Broker, jobs: int) -> float:
    """Milliseconds a job of two workers that find no row of work; until both queues are empty again."""
    began = perf_counter()
    waker.push([Offer(uuid.uuid4(), "normal") for _ in range(jobs)])
    until = monotonic() + WITHIN_S
    while waker.waiting():
        if monotonic() > until:
            raise TimeoutError("jobs did not end")
        sleep(0.003)
    return (perf_counter() - began) * 1000 / jobs


class _Hands:
    """Two processes that wait for a word and a number, and do the named thing so often between them."""

    def __init__(self, channels: list["Connection[tuple[str, int] | None, None]"]) -> None:
        self._channels = channels

    def do(self, what: str, times: int) -> float:
        """Milliseconds a time."""
        began = perf_counter()
        for channel in self._channels:
            channel.send((what, times // len(self._channels)))
        for channel in self._channels:
            if not channel.poll(WITHIN_S):
                raise TimeoutError(what)
            channel.recv()
        return (perf_counter() - began) * 1000 / (times // len(self._channels) * len(self._channels))


@contextmanager
def _hands(house: Measured) -> Iterator[_Hands]:
    channels, processes = [], []
    for _ in range(WORKERS):
        ours, theirs = _processes.Pipe()
        process = _processes.Process(target=_obey, args=(house, theirs), daemon=True)
        process.start()
        channels.append(ours)
        processes.append(process)
    try:
        yield _Hands(channels)
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _obey(house: Measured, channel: "Connection[None, tuple[str, int]]") -> None:
    database.release(close=False)
    open_house(house.settings)
    broker.bind(None)
    acts = {"bare": lambda: _bare(house), "ask": question(house.settings, ITEM, house.key)}
    while True:
        what, times = channel.recv()
        for _ in range(times):
            acts[what]()
        channel.send(None)
