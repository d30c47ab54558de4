"""A source never has the last worker, and whoever waits for a place is woken when one is given back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from govern.catalogue.source import Source
from govern.core.clock import database_now
from govern.core.database import reading, transaction
from govern.core.ids import new_id
from govern.lookups import run as run_step
from govern.lookups.intent import write_intent
from govern.lookups.lookup import SourceSlot
from govern.lookups.pressure import free_slot, is_full, places_of, take_slot
from govern.queue.work import Work
from tests.support.houses import TestHouse, a_request

pytestmark = pytest.mark.slow

CASE_ITEM, ITEM, SOURCE = "disability_certificate", "hh_person_city", "ntpc-civil.soap"


@pytest.mark.parametrize(
    ("at_once", "workers", "places"), [(8, 3, 2), (8, 2, 1), (8, 1, 1), (2, 64, 2), (1, 3, 1), (8, 9, 8)]
)
def test_one_worker_is_left_to_the_other_sources(at_once: int, workers: int, places: int) -> None:
    assert places_of(Source(code="a", max_at_once=at_once), workers) == places


def test_places_are_taken_up_to_the_limit_and_given_back(house: TestHouse) -> None:
    first, second, third = new_id(), new_id(), new_id()

    def take(holder: object, seconds: float = 60) -> bool:
        with transaction() as session:
            source = session.scalars(select(Source).where(Source.max_at_once >= 3)).first()
            assert source is not None
            return take_slot(session, source, holder=holder, seconds=seconds, workers=3)  # type: ignore[arg-type]

    def full() -> bool:
        with transaction() as session:
            code = session.scalars(select(SourceSlot.source)).first()
            return is_full(session, code, 3)

    assert [take(first), take(first), full()] == [True, True, False], "whoever has a place has it still"
    assert [take(second), full(), take(third)] == [True, True, False]
    with transaction() as session:
        held = session.scalars(select(SourceSlot).where(SourceSlot.held_by == second)).one()
        held.held_until = database_now(session) - timedelta(seconds=1)
    assert [full(), take(third), full()] == [False, True, True], "a dead holder's place is free when its time is over"
    with transaction() as session:
        code = session.scalars(select(SourceSlot.source)).first()
        assert code is not None
        free_slot(session, code, first)
    assert not full()


def test_places_that_were_made_for_more_workers_are_not_taken_with_fewer(house: TestHouse) -> None:
    def take(workers: int) -> bool:
        with transaction() as session:
            source = session.scalars(select(Source).order_by(Source.code)).first()
            assert source is not None
            source.max_at_once = 8
            return take_slot(session, source, holder=new_id(), seconds=60, workers=workers)

    assert take(9)
    assert [take(3), take(3)] == [True, False], "of eight places two are there, and one of these is held"


def test_who_found_no_place_is_woken_by_the_next_that_is_given_back(house: TestHouse) -> None:
    """The second look-up finds the one place taken, and is due and offered again as soon as the first is answered."""
    settings = house.settings.model_copy(update={"workers": 2})
    clerk = house.a_clerk("ntpc-dist-banqiao", CASE_ITEM)
    lookups = [house.submit(clerk, a_request(CASE_ITEM, items=(ITEM,))) for _ in range(2)]
    first, second = _works()
    intent = write_intent(first, settings)
    assert intent is not None
    assert write_intent(second, settings) is None
    waiting = _work(second)
    assert (waiting.state, waiting.tries, waiting.offered_at) == ("due", 0, None)
    run_step.carry_out(intent, settings)
    woken = _work(second)
    assert woken.offered_at is not None
    assert woken.due_at <= waiting.due_at
    run_step.run(second, settings)
    assert [house.lookup(each).state for each in lookups] == ["answered", "answered"]


def _works() -> list:  # type: ignore[type-arg]
    with reading() as session:
        return list(session.scalars(select(Work.id).where(Work.kind == "task").order_by(Work.id)))


def _work(work_id: object) -> Work:
    with reading() as session:
        return session.get_one(Work, work_id)
