"""Plans fall due once, however many timetables run, and what was missed is made good by its latest occurrence."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from govern.core.clock import database_now
from govern.core.database import reading, transaction
from govern.queue.timetable import Plan, PlanOccurrence, daily, every, keep, monthly, plan_due, target_of, tick
from govern.queue.work import Work
from tests.support.queues import Workshop, until


def a_plan(latest: datetime, name: str = "sweep") -> Plan:
    return Plan(name, "noop", "scheduled", lambda now: latest)


def planned(*plans: Plan) -> int:
    with transaction() as session:
        return len(plan_due(session, plans))


def count(table: type[Work] | type[PlanOccurrence]) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(table)).scalar_one()


NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.mark.usefixtures("database_address")
class TestOccurrences:
    def test_a_plan_seen_for_the_first_time_starts_with_its_next_due_time(self) -> None:
        assert planned(a_plan(NOW)) == 0
        assert planned(a_plan(NOW)) == 0
        assert planned(a_plan(NOW + timedelta(minutes=1))) == 1
        assert count(Work) == 1

    def test_an_occurrence_is_planned_once(self) -> None:
        planned(a_plan(NOW))
        assert [planned(a_plan(NOW + timedelta(minutes=1))) for _ in range(3)] == [1, 0, 0]
        with reading() as session:
            work = session.scalars(select(Work)).one()
        assert work.target_id == target_of("sweep", NOW + timedelta(minutes=1))
        assert work.queue == "scheduled"

    def test_after_a_sleep_over_three_due_times_the_latest_alone_is_planned(self) -> None:
        planned(a_plan(NOW))
        assert planned(a_plan(NOW + timedelta(minutes=3))) == 1
        assert count(PlanOccurrence) == 2

    def test_plans_do_not_disturb_each_other(self) -> None:
        one, two = a_plan(NOW, "one"), a_plan(NOW, "two")
        planned(one, two)
        assert planned(a_plan(NOW + timedelta(minutes=1), "one"), two) == 1

    def test_many_timetables_plan_an_occurrence_once_between_them(self) -> None:
        planned(a_plan(NOW))
        found: list[int] = []
        together = threading.Barrier(5)

        def one() -> None:
            together.wait()
            found.append(planned(a_plan(NOW + timedelta(minutes=1))))

        threads = [threading.Thread(target=one) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == [0, 0, 0, 0, 1]
        assert count(Work) == 1

    def test_old_occurrences_are_forgotten(self) -> None:
        planned(a_plan(NOW - timedelta(days=100)))
        planned(a_plan(NOW))
        assert count(PlanOccurrence) == 1


def test_times_are_counted_from_the_epoch_and_from_taipeis_midnight() -> None:
    assert every(60)(NOW + timedelta(seconds=59)) == NOW
    assert daily(time(2, 30))(NOW) == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
    assert daily(time(12, 0))(NOW) == datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    assert monthly(1, time(1, 0))(NOW) == datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
    assert monthly(28, time(1, 0))(NOW) == datetime(2026, 10, 27, 17, 0, tzinfo=UTC)
    assert monthly(1, time(1, 0))(datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == datetime(
        2026, 12, 31, 17, 0, tzinfo=UTC
    )
    with pytest.raises(ValueError, match="31"):
        monthly(31, time(0, 0))


def test_a_round_plans_and_offers(each_shop: Workshop) -> None:
    left = each_shop.plan("noop", offered=False)
    with reading() as session:
        now = database_now(session)
    assert tick(each_shop.broker, [a_plan(now - timedelta(hours=1))]) == 1
    assert tick(each_shop.broker, [a_plan(now)]) == 1
    assert len(each_shop.broker.waiting()) == 2
    assert left in each_shop.broker.waiting()


def test_a_timetable_goes_on_until_it_is_told_to_end(each_shop: Workshop) -> None:
    is_over = threading.Event()
    keeper = threading.Thread(
        target=keep,
        args=(each_shop.broker, [Plan("often", "noop", "normal", every(1))]),
        kwargs={"every_s": 0.05, "is_over": is_over},
    )
    keeper.start()
    try:
        until(lambda: len(each_shop.broker.waiting()) >= 1, "an occurrence was planned")
    finally:
        is_over.set()
        keeper.join(5)
    assert not keeper.is_alive()
