"""佇列被奪走：Redis 遭強制終止、重啟、清空、凍結或記憶體用盡時，查調照收，頁面說明「延遲」；不遺失、不重複，恢復後30秒內復原。

Promise 2 (SECURITY.md, F3; I1, I3). On SQLite with the embedded Valkey, which the house revives by itself, and on PostgreSQL
with the system's redis-server. A real worker and a real keeper; what counts is the sources' own journals.
"""

import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from admin.desk import followed
from admin.frame.opening import open_house
from connectors.simulated import faults
from govern.core import database
from govern.core.settings import Settings
from govern.queue import embedded
from tests.support.house_processes import HouseProcesses, processes_of
from tests.support.houses import TestHouse, _apart, sqlite_house_in
from tests.support.pool import Pool
from tests.support.proofs import counted, record, said
from tests.support.redis_outages import (
    OUTAGES,
    Fate,
    Load,
    Server,
    fate_of,
    full,
    seconds_until_ended,
    seen_by,
    system_server,
)
from tests.support.trail_outages import Desk, desk_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

BACK_WITHIN_S = 30.0
PAGE_WITHIN_S = 5.0
BRIEFLY_S, LONG_S = 1.5, 30.0


@dataclass(frozen=True, slots=True)
class Place:
    """A desk with its two servers of Redis, and the house's processes beside it."""

    desk: Desk
    queue: Server
    answers: Server
    processes: HouseProcesses
    name: str


@pytest.fixture(scope="module", params=["embedded", "redis-server"])
def place(request: pytest.FixtureRequest, land: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A house whose Redis nobody else uses, at work."""
    faults.clear(land.folder / "simulated")
    folder = tmp_path_factory.mktemp("redis-away")
    with ExitStack() as stack:
        if request.param == "embedded":
            settings = sqlite_house_in(land, folder).settings.model_copy(update={"redis_url": "", "answers_url": ""})
            stack.enter_context(embedded.start(settings.folder))
            queue = Server(embedded.queue_address(settings.folder))
            answers = Server(embedded.answers_address(settings.folder))
        else:
            pool: Pool | None = request.getfixturevalue("postgresql_with_catalogue")
            found = [system_server(folder / name, name) for name in ("queue", "answers")]
            if pool is None or found[0] is None or found[1] is None:
                pytest.skip("no PostgreSQL or no redis-server here; the same promise was tried on the embedded Valkey")
            queue, answers = found[0], found[1]
            stack.callback(queue.end)
            stack.callback(answers.end)
            name = pool.borrow()
            stack.callback(pool.give_back, name)
            stack.callback(database.release)
            update = {"database_url": pool.address(name)}
            settings = _apart(land.model_copy(update=update), folder).model_copy(
                update={"redis_url": queue.address, "answers_url": answers.address}
            )
        settings = settings.model_copy(update={"unnumbered_limit_s": 120.0})
        open_house(settings)
        desk = desk_of(TestHouse(settings))
        desk.house.verified()  # what was written when the land was made, perhaps long ago, has its number
        processes = stack.enter_context(processes_of(settings))
        processes.start("worker")
        processes.start("keeper")
        yield Place(desk, queue, answers, processes, request.param)
        database.release()


@dataclass(frozen=True, slots=True)
class Survived:
    """What an outage under load left."""

    fate: Fate
    sent: int
    failing: list[str]
    slowest_s: float
    back_after_s: float


def _survived(place: Place, outages: list[tuple[Server, str]], seconds: float) -> Survived:
    """One outage after the other while five forms a second come in; then everything has its end."""
    load = Load(place.desk)
    with load.coming_in():
        for server, name in outages:
            OUTAGES[name](server, seconds)
    took = seconds_until_ended(load.sent, BACK_WITHIN_S * 2)
    return Survived(fate_of(load.sent, seen_by(place.desk)), len(load.sent), load.failing, load.slowest_s, took)


def _say(place: Place, what: str, found: Survived) -> None:
    print(
        f"\n{place.name}, {what}: N = {found.sent} look-ups, lost {found.fate.lost}, twice {found.fate.twice}, "
        f"{found.fate.states}, pages failing {len(found.failing)}, slowest page {found.slowest_s:.1f} s, "
        f"back within {found.back_after_s:.1f} s"
    )


def _holds(found: Survived) -> bool:
    return (
        found.sent > 0
        and (found.fate.lost, found.fate.twice, found.fate.unseen, found.failing) == (0, 0, 0, [])
        and found.back_after_s <= BACK_WITHIN_S
        and found.slowest_s <= PAGE_WITHIN_S
    )


@pytest.mark.faults
def test_look_ups_come_in_while_the_queue_is_taken_away_in_every_way(place: Place) -> None:
    """佇列依序被終止、重啟、清空、凍結、塞滿：收下的查調全部有結果，沒有一件被問兩次，沒有一頁出錯。"""
    found = _survived(place, [(place.queue, name) for name in OUTAGES], BRIEFLY_S)
    _say(place, "queue", found)
    assert _holds(found), place.processes.said()
    assert set(found.fate.states) == {"answered"}


def test_a_page_says_that_it_is_delayed_and_health_that_the_queue_takes_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """佇列塞滿時頁面說明「延遲」、健康檢查轉紅；恢復後自動完成。"""
    monkeypatch.setattr(followed, "DELAYED_AFTER", followed.DELAYED_AFTER / 20)
    told: list[str] = []

    def look() -> None:
        lookup = place.desk.looks_up()
        told.append(str(lookup))
        threading.Event().wait(1.0)
        told.append(place.desk.client.get(f"/desk/lookups/{lookup}").text)
        told.append(str(place.desk.client.get("/health").get_json()["parts"]["queue"]))

    clerk = threading.Timer(0.2, look)
    clerk.start()
    full(place.queue, 2.5)
    clerk.join()
    lookup, page, queue_is_well = told
    assert "延遲" in page
    assert queue_is_well == "False"
    assert seconds_until_ended([uuid.UUID(lookup)], BACK_WITHIN_S) < BACK_WITHIN_S
    assert "延遲" not in place.desk.client.get(f"/desk/lookups/{lookup}").text


def test_no_source_is_asked_for_an_answer_that_could_not_be_kept(place: Place) -> None:
    """結果暫存區塞滿或凍結時不去介接；恢復後每件只問一次並得到結果。"""
    found = _survived(place, [(place.answers, "memory full"), (place.answers, "frozen")], BRIEFLY_S)
    _say(place, "answers", found)
    assert _holds(found), place.processes.said()


def test_each_measure_finds_the_fault_that_is_planted_for_it(place: Place) -> None:
    """檢核此檢核：遺失、重複、未經介接的「有結果」，量得出來。"""
    lookup = place.desk.looks_up()
    seconds_until_ended([lookup], BACK_WITHIN_S)
    seen = seen_by(place.desk)
    assert fate_of([lookup], seen) == Fate(0, 0, 0, {"answered": 1})
    assert fate_of([lookup], seen * 2).twice == 1
    assert fate_of([lookup], []).unseen == 1
    assert fate_of([lookup, uuid.uuid4()], seen).lost == 1


@pytest.mark.faults
@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize("which", ["queue", "answers"])
def test_for_a_long_time(place: Place, which: str, outage: str) -> None:
    """同上，每種中斷單獨持續30秒，佇列與結果暫存區各一次，並留下紀錄。"""
    server = place.queue if which == "queue" else place.answers
    found = _survived(place, [(server, outage)], LONG_S)
    _say(place, f"{which} {outage}", found)
    rows = [
        counted("look-ups lost", found.fate.lost, "look-ups", rounds=found.sent),
        counted("asked twice", found.fate.twice, "look-ups", rounds=found.sent),
        counted("pages failing", len(found.failing), "pages", rounds=found.sent),
        counted("slowest page", found.slowest_s, "s", target="<= 5", rounds=found.sent),
        counted("back after", found.back_after_s, "s", target="<= 30", rounds=1),
    ]
    record(f"redis taken away, {place.name}, {which} {outage}", rows)
    print(said(rows))
    assert _holds(found), found
