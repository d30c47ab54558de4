"""Offers follow the commit; what Redis lost is offered again, and what it has is not offered twice."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisAway

from govern.core.clock import database_now
from govern.core.database import transaction
from govern.core.ids import new_id
from govern.queue import broker, embedded, lease
from govern.queue.broker import Offer
from govern.queue.offer import due_count, offer, offer_due
from govern.queue.work import plan_work
from tests.support.queues import Workshop


class Away:
    """An outlet whose Redis is away."""

    def push(self, offers: Sequence[Offer]) -> None:
        raise RedisAway

    def publish(self, lookup_id: object) -> None:
        raise RedisAway


def test_nothing_is_offered_before_the_commit_nor_after_a_rollback(each_shop: Workshop) -> None:
    def plan_and_fail() -> None:
        with transaction() as session:
            work = plan_work(session, kind="noop", target_id=new_id(), queue="normal", due_at=database_now(session))
            offer(session, work)
            assert each_shop.broker.waiting() == set()
            raise KeyError

    with pytest.raises(KeyError):
        plan_and_fail()
    assert each_shop.broker.waiting() == set()


def test_offered_work_lies_in_its_queue(each_shop: Workshop) -> None:
    work = each_shop.plan("noop", queue="batch")
    assert each_shop.broker.waiting() == {work}
    assert each_shop.broker.queues["batch"].count == 1


def test_work_for_later_is_offered_when_it_is_due(each_shop: Workshop) -> None:
    work = each_shop.plan("noop", due_in_s=3600)
    assert each_shop.broker.waiting() == set()
    assert offer_due(each_shop.broker) == 0
    with transaction() as session:
        session.merge(each_shop.row(work)).due_at = database_now(session)
    assert offer_due(each_shop.broker) == 1
    assert each_shop.broker.waiting() == {work}


def test_an_absent_redis_spoils_no_transaction_and_the_reconciler_makes_it_good(each_shop: Workshop) -> None:
    broker.bind(Away())
    work = each_shop.plan("noop")
    broker.publish(work)
    assert each_shop.row(work) is not None
    assert offer_due(each_shop.broker, stale_s=3600) == 0  # as far as the row says, it lies in Redis
    assert offer_due(each_shop.broker, stale_s=0) == 1
    assert each_shop.broker.waiting() == {work}


def test_the_reconciler_bears_an_absent_redis(each_shop: Workshop) -> None:
    each_shop.plan("noop", offered=False)
    each_shop.servers.stop()
    assert offer_due(each_shop.broker) == 0
    each_shop.servers = embedded.start(each_shop.folder)
    assert offer_due(each_shop.broker) == 1


def test_what_lies_in_redis_is_not_offered_again(each_shop: Workshop) -> None:
    work = each_shop.plan("noop")
    for _ in range(3):
        assert offer_due(each_shop.broker, stale_s=0) == 0
    assert each_shop.broker.queues["normal"].job_ids == [str(work)]


def test_what_was_popped_and_lost_is_offered_again(each_shop: Workshop) -> None:
    work = each_shop.plan("noop")
    each_shop.broker.connection.lpop(each_shop.broker.queues["normal"].key)
    assert offer_due(each_shop.broker, stale_s=3600) == 0
    assert offer_due(each_shop.broker, stale_s=0) == 1
    assert each_shop.broker.waiting() == {work}


def test_work_that_is_held_is_not_offered_and_work_with_a_lease_that_ran_out_is(each_shop: Workshop) -> None:
    work = each_shop.plan("noop", offered=False)
    with transaction() as session:
        lease.take(session, work, "a", 60)
    assert offer_due(each_shop.broker, stale_s=0) == 0
    with transaction() as session:
        assert lease.lapse(session, work, "a")
    assert offer_due(each_shop.broker, stale_s=0) == 1


def test_urgent_work_is_offered_first_when_there_is_much(each_shop: Workshop) -> None:
    batch = [each_shop.plan("noop", queue="batch", offered=False, due_in_s=-60) for _ in range(2)]
    urgent = each_shop.plan("noop", queue="immediate", offered=False)
    assert offer_due(each_shop.broker, portion=2) == 2
    assert each_shop.broker.waiting() == {urgent, batch[0]}
    assert offer_due(each_shop.broker, portion=2) == 1
    assert each_shop.broker.waiting() == {urgent, *batch}


def test_due_work_is_counted_by_queue(each_shop: Workshop) -> None:
    each_shop.plan("noop")
    each_shop.plan("noop", queue="batch", offered=False)
    each_shop.plan("noop", queue="batch", due_in_s=60)
    assert due_count() == {"immediate": 0, "normal": 1, "scheduled": 0, "batch": 1}


def test_a_row_given_up_for_a_moment_ahead_is_seen_by_the_reconciler_alone(each_shop: Workshop) -> None:
    work = each_shop.plan("noop", offered=False)
    with transaction() as session:
        held = lease.take(session, work, "a", 60)
        assert held is not None
        offer(session, lease.give_up(session, held, database_now(session) + timedelta(hours=1)))
    assert each_shop.broker.waiting() == set()
