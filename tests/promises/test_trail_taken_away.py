"""軌跡被奪走：帳號失去寫入權、資料表遭鎖、磁碟全滿、資料庫唯讀時，沒有任何請求到達主政機關；3秒內以一句話拒絕，10秒內健康檢查轉紅，恢復後30秒內自動復原。

Promise 1 (SECURITY.md, F4, I4), as a clerk meets it: through the installed console, with /health beside it. The trail is taken
away on each database in the ways that it knows. Each measure is itself checked: with a fault planted it must find it.
"""

import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import create_engine, func, select

from admin.frame import opening
from admin.grants import grant_all
from connectors.simulated import faults
from govern.core import clock, database
from govern.core.database import reading
from govern.core.settings import Settings
from govern.lookups import run as run_step
from govern.lookups.intent import write_intent
from govern.trail import append, probe
from govern.trail.entry import EntryWaiting
from tests.support.house_processes import processes_of
from tests.support.houses import TestHouse, _apart, sqlite_house_in
from tests.support.pool import Pool
from tests.support.proofs import counted, record, said
from tests.support.queues import until
from tests.support.redis_outages import seen_by
from tests.support.trail_outages import (
    Borne,
    Desk,
    Outage,
    a_small_disk,
    bear,
    desk_of,
    disk_full,
    during,
    held_by_another,
    hung,
    locked,
    read_only,
    role_refused,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

REFUSED_WITHIN_S, RED_WITHIN_S, BACK_WITHIN_S = 3.0, 10.0, 30.0
FEW, MANY = 1, 25


@dataclass(frozen=True, slots=True)
class Place:
    """A desk, and the ways in which its trail can be taken away here."""

    desk: Desk
    outages: dict[str, Outage]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, land: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A desk on each database: SQLite on a small disk of its own where one can be mounted, PostgreSQL under a plain role."""
    faults.clear(land.folder / "simulated")
    if request.param == "sqlite":
        disk = tmp_path_factory.mktemp("disk")
        with a_small_disk(disk) as is_mounted:
            desk = desk_of(sqlite_house_in(land, disk))
            ways = {"file held": held_by_another(desk), "file read-only": read_only(desk)}
            yield Place(desk, ways | ({"disk full": disk_full(desk)} if is_mounted else {}))
            database.release()
        return
    pool: Pool | None = request.getfixturevalue("postgresql_with_catalogue")
    if pool is None:
        pytest.skip("no PostgreSQL server can be started here; the same promise was tried on SQLite")
    name = pool.borrow()
    owner = pool.address(name)
    with _a_plain_role(pool, owner) as address:
        settings = _apart(land.model_copy(update={"database_url": address}), tmp_path_factory.mktemp("house"))
        opening.open_house(settings)
        desk = desk_of(TestHouse(settings), owner)
        ways = {"role refused": role_refused(desk), "entries hang": hung(desk)}
        yield Place(desk, ways | {f"{table} locked": locked(desk, table) for table in ("entry", "entry_waiting")})
        database.release()
    pool.give_back(name)


@contextmanager
def _a_plain_role(pool: Pool, owner: str) -> Iterator[str]:
    """The database's address for a role that owns nothing: an owner cannot be refused."""
    role = f"govern_plain_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(pool.server, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN".encode())
    engine = create_engine(owner.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection_of_owner:
        grant_all(connection_of_owner, role, role)
    engine.dispose()
    yield owner.replace("govern@", f"{role}@")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {role}".encode())
        connection.execute(f"DROP ROLE {role}".encode())


def _faults_of(name: str, found: Borne) -> list[str]:
    """What an outage shows to be wrong; nothing when the promise holds."""
    wrong = []
    if found.reached:
        wrong.append(f"{name}: {found.reached} requests reached a source")
    if found.taken_in or found.unsaid:
        wrong.append(f"{name}: {found.taken_in} taken in, refused without a sentence: {found.unsaid}")
    if found.slowest_s > REFUSED_WITHIN_S:
        wrong.append(f"{name}: refused after {found.slowest_s:.1f} s")
    if found.red_after_s is None:
        wrong.append(f"{name}: health stayed green")
    return wrong


def _tried(place: Place, attempts: int) -> tuple[list[str], list[Borne]]:
    borne = {name: bear(place.desk, outage, attempts) for name, outage in place.outages.items()}
    for name, found in borne.items():
        print(
            f"\n{name}: N = {found.attempts}, {found.reached} reached a source, refused within {found.slowest_s:.2f} s, "
            f"red after {found.red_after_s if found.red_after_s is None else round(found.red_after_s, 2)} s, "
            f"back within {found.back_after_s:.2f} s"
        )
    return [wrong for name, found in borne.items() for wrong in _faults_of(name, found)], list(borne.values())


def test_without_the_trail_the_clerk_is_refused_in_words_and_no_source_is_asked(place: Place) -> None:
    """軌跡以各種方式中斷：送出一律在3秒內得到說明，到達主政機關的請求為零，健康檢查轉紅；恢復後等候中的查調全部完成。"""
    wrong, _ = _tried(place, FEW)
    assert wrong == []
    assert place.desk.house.verified().ok


def test_each_measure_finds_the_fault_that_is_planted_for_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """檢核此檢核：若仍有人介接、健康檢查未實際試寫、或拒絕得太慢，每一項都量得出來。"""
    desk, ways = place.desk, place.outages
    if "file held" not in ways:
        pytest.skip("the measures are the same; they were tried on SQLite")
    database.bind(desk.house.settings.database_address(), patience_s=REFUSED_WITHIN_S + 0.5)
    slow = during(desk, ways["file held"], 1)
    database.bind(desk.house.settings.database_address())
    assert ["refused after" in wrong for wrong in _faults_of("slow", slow)] == [True]

    monkeypatch.setattr(probe, "_is_taken", lambda: True)
    monkeypatch.setattr(probe, "_has_room", lambda folder: True)
    until(desk.is_well, "what was tried before is forgotten")
    blind = during(desk, ways["file read-only"], 1, red_within_s=opening.TRIED_EVERY_S + 0.5)
    assert ["green" in wrong for wrong in _faults_of("blind", blind)] == [True]

    desk.looks_up()
    intent = write_intent(desk.due()[-1], desk.house.settings)
    monkeypatch.setattr(run_step, "write_intent", lambda *_: intent)
    behind = during(desk, ways["file read-only"], 1, red_within_s=0.0)
    assert behind.reached >= 1
    assert any("reached a source" in wrong for wrong in _faults_of("behind", behind))


@pytest.mark.faults
def test_many_times(place: Place) -> None:
    """同上，每種中斷各試多次，並留下紀錄。"""
    wrong, borne = _tried(place, MANY)
    attempts = sum(found.attempts for found in borne)
    rows = [
        counted("requests without a record", sum(found.reached for found in borne), "requests", rounds=attempts),
        counted("refused within", max(found.slowest_s for found in borne), "s", target="<= 3", rounds=attempts),
        counted(
            "health red after", max(found.red_after_s or 99 for found in borne), "s", target="<= 10", rounds=len(borne)
        ),
        counted("back after", max(found.back_after_s for found in borne), "s", target="<= 30", rounds=len(borne)),
    ]
    record(f"trail taken away, {database.writer().dialect.name}", rows)
    print(said(rows))
    assert wrong == []
    assert append.was_refused() is False


@pytest.mark.faults
def test_a_frozen_sequencer_stops_look_ups_when_the_oldest_entry_is_ten_seconds_old(place: Place) -> None:
    """編號程式凍結：自最早未編號的軌跡滿10秒起，到達主政機關的請求為零、送出一律被拒；解凍後30秒內自動復原。"""
    settings = place.desk.house.settings.model_copy(update={"unnumbered_limit_s": 10.0})
    desk = desk_of(TestHouse(settings), place.desk.owner)
    with processes_of(settings) as processes:
        keeper = processes.start("keeper")
        processes.start("worker")
        until(desk.is_well, "everything is numbered", within_s=30)
        os.kill(keeper.pid, signal.SIGSTOP)
        began, sent, red_at = clock.now(), [], None
        while clock.now() - began < timedelta(seconds=25):
            at = clock.now()
            status, _, seconds = desk.posts()
            sent.append((at, status, seconds))
            red_at = red_at or (None if desk.is_well() else clock.now())
        with reading() as session:
            oldest = session.execute(select(func.min(EntryWaiting.at))).scalar_one()
        # Nothing waits where it froze with SQLite's one lock in hand: then nobody can write anything at all.
        moment = (oldest or began) + timedelta(seconds=10)
        late = [line for line in seen_by(desk) if line["at"] > (moment + timedelta(seconds=1)).isoformat()]
        refused = [(status, seconds) for at, status, seconds in sent if at > moment]
        os.kill(keeper.pid, signal.SIGCONT)
        back = time.monotonic()
        until(desk.is_well, "health is green again", within_s=30)
        lookup = desk.looks_up()
        until(lambda: desk.house.lookup(lookup).state == "answered", "look-ups go on", within_s=30)
        back_after_s = time.monotonic() - back
    assert red_at is not None, "health stayed green"
    rows = [
        counted("requests to a source from the moment on", len(late), "requests", rounds=len(refused)),
        counted(
            "taken in from the moment on", sum(status != 503 for status, _ in refused), "forms", rounds=len(refused)
        ),
        counted("refused within", max(s for _, s in refused), "s", target="<= 3", rounds=len(refused)),
        counted("health red after", (red_at - moment).total_seconds(), "s", target="<= 10", rounds=1),
        counted("back after", back_after_s, "s", target="<= 30", rounds=1),
    ]
    record(f"sequencer stopped, {database.writer().dialect.name}", rows)
    print(said(rows))
    assert all(row["met"] for row in rows), rows
    assert oldest is None or any(status == 303 for at, status, _ in sent if at < moment), "before it, look-ups went on"
