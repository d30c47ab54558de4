"""無軌跡即無資料：軌跡寫不進去或無人編號時，送出、介接、檢視、揭示一律停止並說明原因，沒有任何請求到達主政機關；恢復後立即可用。

Promise 1 (SECURITY.md, F4, I2, I4). The trail is taken away in several ways on both databases. What counts is what the
simulated agencies saw: their own journals. The same attempts reach them as soon as the trail is back, so that the
zeros before are not those of a broken test.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from admin.frame.opening import House, is_well
from connectors.simulated import faults
from govern.core import clock
from govern.core.database import reading, writer
from govern.core.errors import EvidenceUnavailable
from govern.core.settings import Settings
from govern.keys import ring
from govern.lookups import reveal, show
from govern.lookups import run as run_step
from govern.lookups.lookup import Lookup
from govern.lookups.request import LookupRequest
from govern.lookups.submit import submit
from govern.queue import embedded
from govern.queue.broker import Broker
from govern.queue.work import Work
from govern.trail.entry import Entry, EntryWaiting
from tests.support.houses import Clerk, TestHouse, a_request
from tests.support.journals import requests_seen
from tests.support.logs import attacker

pytestmark = pytest.mark.slow

CERTIFICATE = "disability_certificate"
WITH_REVEAL = "low_income_household"
REVEALABLE_ITEM = "tax_income_national"
ATTEMPTS = 12
LIMIT_S = 10.0
REFUSED_WITHIN_S = 3.0


@contextmanager
def entries_refused() -> Iterator[None]:
    """The database takes no entry, as when the role has lost its right."""
    with _refusing("entry"):
        yield


@contextmanager
def waiting_line_refused() -> Iterator[None]:
    """Entries could be written, and would never be numbered."""
    with _refusing("entry_waiting"):
        yield


@contextmanager
def table_taken_away() -> Iterator[None]:
    """There is no table of entries."""
    with attacker() as connection:
        connection.execute(text("ALTER TABLE entry RENAME TO entry_elsewhere"))
    try:
        yield
    finally:
        with attacker() as connection:
            connection.execute(text("ALTER TABLE entry_elsewhere RENAME TO entry"))


@contextmanager
def sequencer_stopped() -> Iterator[None]:
    """The oldest entry has waited longer than the limit for its number."""
    waited = clock.now() - timedelta(seconds=LIMIT_S + 1)
    with attacker() as connection:
        assert connection.execute(update(EntryWaiting).values(at=waited)).rowcount
    yield


@contextmanager
def _refusing(table: str) -> Iterator[None]:
    is_postgresql = writer().dialect.name == "postgresql"
    with attacker() as connection:
        if is_postgresql:
            connection.execute(
                text(
                    "CREATE OR REPLACE FUNCTION taken_away() RETURNS trigger LANGUAGE plpgsql"
                    " AS $$ BEGIN RAISE EXCEPTION 'taken away'; END $$"
                )
            )
            do = "FOR EACH ROW EXECUTE FUNCTION taken_away()"
        else:
            do = "BEGIN SELECT RAISE(ABORT, 'taken away'); END"
        connection.execute(text(f"CREATE TRIGGER taken_away BEFORE INSERT ON {table} {do}"))
    try:
        yield
    finally:
        with attacker() as connection:
            connection.execute(text("DROP TRIGGER IF EXISTS taken_away" + (f" ON {table}" if is_postgresql else "")))


TAKEN_AWAY = [entries_refused, waiting_line_refused, table_taken_away, sequencer_stopped]


@dataclass(frozen=True)
class Desk:
    """A clerk with an answer that is open, and with look-ups that wait to be asked."""

    clerk: Clerk
    answered: uuid.UUID
    answer: uuid.UUID
    place: str
    waiting: list[uuid.UUID]
    settings: Settings


@pytest.fixture
def desk(house: TestHouse) -> Desk:
    """Everything stands ready, and all entries so far have their numbers."""
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE, WITH_REVEAL)
    answered = house.submit(clerk, a_request(WITH_REVEAL, items=(REVEALABLE_ITEM,)))
    house.run_due()
    [shown] = show.show(clerk.actor, clerk.keys, answered, house.settings).answers
    house.verified()
    waiting = [house.submit(clerk, _certificate(number)) for number in range(ATTEMPTS)]
    settings = house.settings.model_copy(update={"unnumbered_limit_s": LIMIT_S})
    return Desk(clerk, answered, shown.answer_id, min(shown.revealable), waiting, settings)


def _certificate(number: int) -> LookupRequest:
    return a_request(CERTIFICATE, case_number=f"測試字第11500{number:05d}號")


def refused(act: Callable[[], object]) -> float:
    """The act is refused with a sentence in both languages; how long that took, in seconds."""
    began = time.monotonic()
    with pytest.raises(EvidenceUnavailable) as wrong:
        act()
    assert "沒有任何資料被查調" in wrong.value.wording.zh
    assert "Nothing was looked up" in wrong.value.wording.en
    return time.monotonic() - began


@pytest.mark.parametrize("taken_away", TAKEN_AWAY)
def test_without_the_trail_nothing_is_submitted_asked_shown_or_revealed(
    house: TestHouse, desk: Desk, taken_away: Callable[[], object]
) -> None:
    """軌跡中斷時：送出、介接、檢視、揭示各試多次，到達主政機關的請求為零；恢復後每一件都查得到。"""
    clerk, settings = desk.clerk, desk.settings
    before, lookups = len(requests_seen(house.simulated())), _count(Lookup)
    slowest = 0.0
    with taken_away():  # type: ignore[attr-defined]
        for number in range(ATTEMPTS):
            request = _certificate(1000 + number)
            slowest = max(slowest, refused(lambda: run_submit(clerk, request, settings)))  # noqa: B023
        for work_id in _due():
            slowest = max(slowest, refused(lambda: run_step.run(work_id, settings)))  # noqa: B023
        slowest = max(slowest, refused(lambda: show.show(clerk.actor, clerk.keys, desk.answered, settings)))
        slowest = max(slowest, refused(lambda: _reveal(desk)))
        assert len(requests_seen(house.simulated())) == before
        assert _count(Lookup) == lookups
    print(f"\nN: {2 * ATTEMPTS + 2} attempts, 0 requests reached a source, refused within {slowest:.2f} s")
    assert slowest <= REFUSED_WITHIN_S

    assert house.verified().ok  # the sequencer runs again
    assert run_submit(clerk, _certificate(9999), settings)
    for work_id in _due():
        run_step.run(work_id, settings)
    assert {house.lookup(lookup).state for lookup in desk.waiting} == {"answered"}
    assert len(requests_seen(house.simulated())) == before + ATTEMPTS + 1
    assert show.show(clerk.actor, clerk.keys, desk.answered, settings).answers
    assert _reveal(desk)
    assert house.verified().ok


def test_a_stopped_sequencer_turns_health_red_and_a_running_one_green(house: TestHouse, desk: Desk) -> None:
    """編號停擺超過10秒，健康檢查即轉紅；恢復後轉綠。"""
    opened = House(desk.settings, ring.bound(), Broker(embedded.queue_address(house.settings.folder), b"k" * 32))
    assert is_well(opened)["sequencer"]
    with sequencer_stopped():
        assert not is_well(opened)["sequencer"]
    house.verified()
    assert is_well(opened)["sequencer"]


def test_every_request_that_a_source_saw_has_an_intent_committed_before_it(house: TestHouse, desk: Desk) -> None:
    """主政機關看到的每一個請求，都有一筆先寫下的軌跡，一對一相符（含介接異常與重試）。"""
    seen_before = requests_seen(house.simulated())
    faults.set(house.simulated(), "ntpc-civil", "hh_person_city", "error")
    for work_id in _due():
        run_step.run(work_id, desk.settings)
    seen = requests_seen(house.simulated())[len(seen_before) :]
    with reading() as session:
        intents = {
            str(entry.id): entry.at for entry in session.scalars(select(Entry).where(Entry.kind == "about_to_ask"))
        }
    assert len(seen) == ATTEMPTS
    assert len({line["request_id"] for line in seen}) == len(seen), "no intent was used twice"
    for line in seen:
        assert intents[line["request_id"]].isoformat() <= line["at"]


def run_submit(clerk: Clerk, request: LookupRequest, settings: Settings) -> uuid.UUID:
    """A look-up submitted under these settings."""
    return submit(clerk.actor, request, settings).lookup_id


def _reveal(desk: Desk) -> object:
    return reveal.reveal(
        desk.clerk.actor,
        desk.clerk.keys,
        desk.answered,
        desk.answer,
        desk.place,
        "核對申請人所填資料",
        desk.settings,
    )


def _due() -> list[uuid.UUID]:
    with reading() as session:
        return list(session.scalars(select(Work.id).where(Work.kind == "task", Work.due_at <= clock.now())))


def _count(table: type) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()
