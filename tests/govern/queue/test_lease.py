"""Leases: one holder, a fence that only rises, and the database's clock."""

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from govern.core.clock import clock_reads, database_now
from govern.core.database import reading, transaction
from govern.core.ids import new_id
from govern.queue import lease
from govern.queue.work import Work, plan_work

pytestmark = pytest.mark.usefixtures("database_address")


def a_work(*, due_in_s: float = 0.0) -> uuid.UUID:
    with transaction() as session:
        due_at = database_now(session) + timedelta(seconds=due_in_s)
        return plan_work(session, kind="noop", target_id=new_id(), queue="normal", due_at=due_at).id


def taken(work: uuid.UUID, by: str = "a", seconds: float = 60.0) -> lease.Lease | None:
    with transaction() as session:
        return lease.take(session, work, by, seconds)


def held(work: uuid.UUID, by: str = "a", seconds: float = 60.0) -> lease.Lease:
    found = taken(work, by, seconds)
    assert found is not None
    return found


def row(work: uuid.UUID) -> Work | None:
    with reading() as session:
        return session.get(Work, work)


def test_due_work_is_leased_to_one_holder_until_the_lease_is_over() -> None:
    work = a_work()
    assert held(work, "a").fence == 1
    assert taken(work, "b") is None


def test_work_not_yet_due_is_leased_to_nobody() -> None:
    assert taken(a_work(due_in_s=60)) is None


def test_work_that_is_gone_is_leased_to_nobody() -> None:
    assert taken(new_id()) is None


def test_a_lease_that_ran_out_is_taken_over_with_a_higher_fence() -> None:
    work = a_work()
    first = held(work, "a", seconds=-1)
    second = held(work, "b")
    assert not first.is_taken_over
    assert second.is_taken_over
    assert second.fence == first.fence + 1
    assert second.tries == 2


def test_the_former_holder_writes_nothing_any_more() -> None:
    work = a_work()
    first = held(work, "a", seconds=-1)
    held(work, "b")
    for act in (lease.hold, lease.done, lambda s, h: lease.renew(s, h, 60), lambda s, h: lease.give_up(s, h, h.until)):
        with pytest.raises(lease.LeaseLost), transaction() as session:
            act(session, first)
    found = row(work)
    assert found is not None
    assert found.fence == 2


def test_a_lease_that_ran_out_and_was_taken_by_nobody_still_holds() -> None:
    first = held(a_work(), seconds=-1)
    with transaction() as session:
        assert lease.hold(session, first).fence == 1


def test_done_work_is_gone() -> None:
    work = a_work()
    first = held(work)
    with transaction() as session:
        lease.done(session, first)
    assert row(work) is None
    with pytest.raises(lease.LeaseLost), transaction() as session:
        lease.done(session, first)


def test_work_given_up_is_due_for_anybody_and_its_fence_rises_on() -> None:
    work = a_work()
    first = held(work, "a")
    with transaction() as session:
        lease.give_up(session, first, database_now(session))
    second = held(work, "b")
    assert (second.fence, second.tries, second.is_taken_over) == (2, 2, False)


def test_work_given_up_for_later_is_not_due_before() -> None:
    work = a_work()
    first = held(work)
    with transaction() as session:
        lease.give_up(session, first, database_now(session) + timedelta(minutes=1))
    assert taken(work) is None


def test_what_was_given_up_untried_counts_as_no_try() -> None:
    work = a_work()
    first = held(work)
    with transaction() as session:
        lease.give_up(session, first, database_now(session), was_tried=False)
    assert held(work).tries == 1


def test_a_renewed_lease_runs_from_now() -> None:
    work = a_work()
    first = held(work, seconds=-1)
    with transaction() as session:
        lease.renew(session, first, 60)
    assert taken(work, "b") is None


def test_a_hosts_wrong_clock_neither_shortens_nor_lengthens_a_lease() -> None:
    work = a_work()
    held(work, "a")
    with clock_reads(lambda: datetime.now(UTC) + timedelta(hours=1)):
        assert taken(work, "b") is None
    late = a_work()
    with clock_reads(lambda: datetime.now(UTC) - timedelta(hours=1)):
        assert held(late, "a", seconds=-1).fence == 1
        assert held(late, "b").fence == 2


def test_the_lease_of_a_dead_holder_lapses_and_nobody_elses() -> None:
    work = a_work()
    held(work, "dead")
    with transaction() as session:
        assert not lease.lapse(session, work, "another")
    assert taken(work, "b") is None
    with transaction() as session:
        assert lease.lapse(session, work, "dead")
    assert held(work, "b").is_taken_over
    with transaction() as session:
        assert not lease.lapse(session, work, "dead")


def test_the_worker_of_a_lost_child_takes_over_at_once_and_nobody_else_does() -> None:
    work = a_work()
    first = held(work, "worker")
    with transaction() as session:
        assert lease.take_over(session, work, "another", 60) is None
        second = lease.take_over(session, work, "worker", 60)
    assert second is not None
    assert (second.fence, second.is_taken_over) == (first.fence + 1, True)
    with pytest.raises(lease.LeaseLost), transaction() as session:
        lease.hold(session, first)


def test_of_many_that_take_at_once_one_gets_it() -> None:
    work = a_work()
    found: list[lease.Lease | None] = []
    together = threading.Barrier(6)

    def take(name: str) -> None:
        together.wait()
        found.append(taken(work, name))

    threads = [threading.Thread(target=take, args=(f"holder {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.fence for each in found if each is not None] == [1]
