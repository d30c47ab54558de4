"""不遺失、不重複：佇列被清空、多個背景程式同時搶工作，每件查調都有唯一結局；不得重問的來源絕不被問第二次。

Promise 2 (SECURITY.md, F3; I1, I3). What counts is the agencies' own journals beside the trail. Workers that are killed, at
every step of their road, stand in `test_killed_at_every_step.py`.
"""

import uuid
from collections import Counter
from collections.abc import Iterator

import pytest
from redis import Redis
from sqlalchemy import select, update

from connectors.simulated import faults, registers
from govern.catalogue.source import SourceVersion
from govern.core.database import reading, transaction
from govern.lookups.lookup import Lookup
from govern.queue import broker
from govern.queue.broker import Offer
from govern.queue.work import Work
from govern.trail.entry import Entry
from tests.support.house_processes import HouseProcesses, processes_of
from tests.support.houses import Clerk, TestHouse, a_request
from tests.support.journals import requests_seen
from tests.support.queues import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ONCE = ("disability_certificate", "ntpc-civil", "hh_person_city")  # must not be asked twice
BOUND_S = 60.0
DEADLINE_S = 3.0
LEASE_S = 5
LOOKUPS = 20


@pytest.fixture
def processes(house: TestHouse) -> Iterator[HouseProcesses]:
    """An empty queue, sources with a short deadline, and nothing running yet."""
    house.settings = house.settings.model_copy(update={"lease_s": LEASE_S})
    _queue(house).flushall()
    with transaction() as session:
        session.execute(update(SourceVersion).values(deadline_s=DEADLINE_S))
    with processes_of(house.settings) as made:
        yield made


@pytest.fixture
def clerk(house: TestHouse) -> Clerk:
    """A clerk with a right to the case item."""
    return house.a_clerk("ntpc-dist-banqiao", ONCE[0])


def test_a_flushed_queue_loses_nothing_and_repeats_nothing(
    house: TestHouse, processes: HouseProcesses, clerk: Clerk
) -> None:
    """佇列整個清空（FLUSHALL）：等候中的20件全部得到結果，沒有一件被問兩次。"""
    lookups = [_submit(house, clerk, ONCE[0], ONCE[2], number) for number in range(LOOKUPS)]
    faults.set(house.simulated(), ONCE[1], ONCE[2], "slow", seconds=0.3)  # so that most still wait
    processes.start("worker")
    until(lambda: "answered" in _states(lookups), "the first is answered", within_s=BOUND_S)
    assert _queue(house).dbsize() > 0
    _queue(house).flushall()
    assert _states(lookups).count("waiting") >= LOOKUPS // 2
    faults.clear(house.simulated())
    processes.start("keeper")
    _each_once(house, processes, lookups)


def test_two_workers_at_once_with_every_job_offered_three_times_ask_each_once(
    house: TestHouse, processes: HouseProcesses, clerk: Clerk
) -> None:
    """兩個背景程式同時搶、每件工作重複通知三次：每件只問一次。"""
    lookups = [_submit(house, clerk, ONCE[0], ONCE[2], number) for number in range(LOOKUPS)]
    with reading() as session:
        offers = [Offer(work.id, work.queue) for work in session.scalars(select(Work).where(Work.kind == "task"))]
    assert len(offers) == LOOKUPS
    for worker in (processes.start("worker"), processes.start("worker")):
        assert worker.poll() is None
    for _ in range(2):
        broker.outlet().push(offers)
    until(lambda: set(_states(lookups)) - {"waiting"}, "the first is asked", within_s=BOUND_S)
    broker.outlet().push(offers)
    processes.start("keeper")
    _each_once(house, processes, lookups)


def _each_once(house: TestHouse, processes: HouseProcesses, lookups: list[uuid.UUID]) -> None:
    _wait_ended(processes, lookups)
    states = _states(lookups)
    asked = _asked(house, lookups)
    print(f"\nN: {len(lookups)} look-ups, {states.count('answered')} answered, {sum(asked)} requests")
    assert states == ["answered"] * len(lookups)
    assert asked == [1] * len(lookups)
    assert all(_road(house, one) == ["asked", "about_to_ask", "answered"] for one in lookups)
    assert house.verified().ok


def _submit(house: TestHouse, clerk: Clerk, case_item: str, item: str, number: int = 0) -> uuid.UUID:
    keys = registers.example_keys(item)
    key = keys[number % len(keys)]
    return house.submit(
        clerk, a_request(case_item, keys=(key,), items=(item,), case_number=f"測試字第1150{number:05d}號")
    )


def _road(house: TestHouse, lookup: uuid.UUID) -> list[str]:
    """The look-up's entries until it ended; what it left in the answers' store is destroyed at its own time."""
    return [kind for kind in house.kinds(lookup) if kind != "destroyed"]


def _asked(house: TestHouse, lookups: list[uuid.UUID]) -> list[int]:
    """How often the agencies saw each look-up: the requests under its intents' ids."""
    with reading() as session:
        intents = {
            str(entry): lookup
            for entry, lookup in session.execute(select(Entry.id, Entry.lookup).where(Entry.kind == "about_to_ask"))
        }
    seen = Counter(intents.get(line["request_id"]) for line in requests_seen(house.simulated()))
    return [seen[one] for one in lookups]


def _states(lookups: list[uuid.UUID], *, ended: bool = False) -> list[str]:
    """Their states, or of those alone that have ended; in one question, since it is asked a hundred times a second."""
    with reading() as session:
        rows = session.execute(select(Lookup.id, Lookup.state, Lookup.ended_at).where(Lookup.id.in_(lookups)))
        found = {identity: state for identity, state, ended_at in rows if not ended or ended_at is not None}
    return [found[one] for one in lookups if one in found]


def _wait_ended(processes: HouseProcesses, lookups: list[uuid.UUID]) -> None:
    """Every look-up has come to an end within the bound."""
    try:
        until(lambda: len(_states(lookups, ended=True)) == len(lookups), "every look-up has one end", within_s=BOUND_S)
    except pytest.fail.Exception:
        pytest.fail(f"{_states(lookups)}\n{processes.said()}")


def _queue(house: TestHouse) -> Redis:
    return Redis.from_url(house.settings.redis_url, socket_timeout=5)
