"""The worker, broken on purpose: nothing is lost, nothing runs twice, and nobody restarts anything."""

import os
import signal
import time
import uuid

import pytest
from rq.worker import BaseWorker
from sqlalchemy import text

from govern.core import database
from govern.core.database import transaction
from govern.queue import embedded
from govern.queue.broker import Offer
from govern.queue.lease import lapse
from govern.queue.offer import offer_due
from tests.support.queues import Workshop, is_running, until


def test_work_offered_after_its_commit_is_done(each_shop: Workshop) -> None:
    each_shop.worker()
    work = each_shop.plan("noop")
    each_shop.wait_done(work)
    assert len(each_shop.lines("noop", work)) == 1


def test_one_child_does_many_works(shop: Workshop) -> None:
    shop.worker()
    works = [shop.plan("noop") for _ in range(20)]
    shop.wait_done(*works)
    assert len({line[2] for line in shop.lines("noop")}) == 1


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("crash", "crashed"),
        ("segfault", "crashed"),
        ("hang", "too_long"),
        ("hurried", "too_long"),
        ("boasting", "too_long"),
        ("hog", "too_much_memory"),
        ("greedy", "raised"),
        ("raising", "raised"),
        ("garbling", "crashed"),
        ("lying", "crashed"),
    ],
)
def test_a_lost_child_is_settled_and_the_next_work_done(shop: Workshop, kind: str, why: str) -> None:
    shop.worker()
    bad, good = shop.plan(kind), shop.plan("noop")
    shop.wait_done(bad, good)
    assert shop.wait_line("lost", bad) == ["lost", str(bad), why]
    assert len(shop.lines("noop", good)) == 1
    assert shop.workers[0].poll() is None
    assert "A123456789" not in shop.diagnostics()


def test_a_memory_error_does_not_cost_the_child(shop: Workshop) -> None:
    shop.worker()
    bad, good = shop.plan("greedy"), shop.plan("noop")
    shop.wait_done(bad, good)
    assert shop.lines("greedy")[0][2] == shop.lines("noop")[0][2]


def test_a_child_that_grew_fat_is_replaced_without_a_loss(shop: Workshop) -> None:
    shop.worker()
    fat, good = shop.plan("fat"), shop.plan("noop")
    shop.wait_done(fat, good)
    assert shop.lines("fat")[0][2] != shop.lines("noop")[0][2]
    assert shop.lines("lost") == []


def test_a_child_leaves_no_core_and_has_a_limit_of_its_own(shop: Workshop) -> None:
    shop.worker()
    shop.wait_done(shop.plan("limits"))
    assert shop.wait_line("limits-are")[1:] == ["0", "0", str(256 << 20)]


def test_a_database_that_is_away_costs_a_try_and_no_worker(each_shop: Workshop) -> None:
    worker = each_shop.worker()
    work = each_shop.plan("noop", offered=False)
    with database.transaction() as session:
        session.execute(text("ALTER TABLE work RENAME TO work_away"))
    each_shop.broker.push([Offer(work, "normal")])
    until(lambda: f"work {work} not settled" in each_shop.diagnostics(), "the worker has met it")
    with database.transaction() as session:
        session.execute(text("ALTER TABLE work_away RENAME TO work"))
    assert offer_due(each_shop.broker) == 1
    each_shop.wait_done(work)
    assert worker.poll() is None


def test_an_orphan_in_its_own_session_is_swept_away(shop: Workshop) -> None:
    shop.worker()
    shop.wait_done(shop.plan("orphan"))
    orphan = int(shop.lines("orphan-is")[0][1])
    until(lambda: not is_running(orphan), "the orphan is gone")


def test_a_child_that_dies_idle_is_replaced(shop: Workshop) -> None:
    worker = shop.worker()
    child = shop.child_of(worker)
    os.kill(child, signal.SIGKILL)
    work = shop.plan("noop")
    shop.wait_done(work)
    assert shop.lines("lost") == []


@pytest.mark.parametrize("kind", [None, "slow"])
def test_the_child_dies_with_its_parent(shop: Workshop, kind: str | None) -> None:
    worker = shop.worker()
    child = shop.child_of(worker)
    if kind is not None:
        shop.wait_line(kind, shop.plan(kind))
    worker.kill()
    worker.wait()
    until(lambda: not is_running(child), "the child is gone")


def test_work_of_a_killed_worker_is_taken_over_with_a_higher_fence(each_shop: Workshop) -> None:
    worker = each_shop.worker()
    work = each_shop.plan("slow")
    each_shop.wait_line("slow", work)
    before = each_shop.row(work)
    assert before is not None
    worker.kill()
    worker.wait()
    let_the_lease_lapse(each_shop, work)
    each_shop.worker("two")
    each_shop.broker.push([Offer(work, "normal")])
    until(lambda: len(each_shop.lines("slow", work)) == 2, "the work runs again")
    after = each_shop.row(work)
    assert after is not None
    assert after.fence == before.fence + 1
    each_shop.release(work)
    each_shop.wait_done(work)


def test_work_popped_by_a_worker_that_died_before_its_lease_is_offered_again(shop: Workshop) -> None:
    worker = shop.worker()
    os.kill(shop.child_of(worker), signal.SIGSTOP)
    work = shop.plan("noop")
    until(lambda: not shop.broker.waiting(), "the work is popped")
    worker.kill()
    worker.wait()
    assert offer_due(shop.broker, stale_s=0) == 1
    shop.worker("two")
    shop.wait_done(work)
    assert len(shop.lines("noop", work)) == 1


def let_the_lease_lapse(shop: Workshop, work: uuid.UUID) -> None:
    row = shop.row(work)
    assert row is not None
    assert row.leased_by is not None
    with transaction() as session:
        assert lapse(session, work, row.leased_by)


def test_two_workers_offered_the_same_row_run_it_once(each_shop: Workshop) -> None:
    each_shop.worker("one")
    each_shop.worker("two")
    work = each_shop.plan("slow")
    for _ in range(5):
        each_shop.broker.push([Offer(work, "normal")])
    each_shop.wait_line("slow", work)
    others = [each_shop.plan("noop") for _ in range(5)]
    each_shop.wait_done(*others)
    each_shop.release(work)
    each_shop.wait_done(work)
    assert len(each_shop.lines("slow", work)) == 1


def test_urgent_work_overtakes_what_waits(shop: Workshop) -> None:
    worker = shop.worker()
    holding_up = shop.plan("slow")
    shop.wait_line("slow", holding_up)
    works = {queue: shop.plan("noop", queue=queue) for queue in ("batch", "scheduled", "normal", "immediate")}
    shop.release(holding_up)
    shop.wait_done(*works.values())
    order = [uuid.UUID(line[1]) for line in shop.lines("noop")]
    assert order == [works[queue] for queue in ("immediate", "normal", "scheduled", "batch")]
    assert worker.poll() is None


def test_work_given_up_and_due_at_once_runs_again_at_once(each_shop: Workshop) -> None:
    each_shop.worker()
    work = each_shop.plan("again")
    each_shop.wait_done(work)
    assert len(each_shop.lines("again", work)) == 2
    assert each_shop.lines("lost") == []


def test_a_note_of_the_child_reaches_whoever_watches(shop: Workshop) -> None:
    shop.worker()
    work = shop.plan("noting", offered=False)
    heard = shop.broker.subscribe(work, beat_s=20)
    assert next(heard) is True
    shop.broker.push([Offer(work, "normal")])
    assert next(heard) is True
    heard.close()
    shop.wait_done(work)


def test_three_commands_of_redis_do_a_job(shop: Workshop) -> None:
    shop.worker()
    shop.wait_done(shop.plan("noop"))
    holding_up = shop.plan("slow")
    shop.wait_line("slow", holding_up)
    works = [shop.plan("noop") for _ in range(50)]
    shop.broker.connection.config_resetstat()
    shop.release(holding_up)
    shop.wait_done(*works)
    used = shop.broker.connection.info("commandstats")
    counts = {name.removeprefix("cmdstat_"): used[name]["calls"] for name in used}
    assert counts.get("hget") == 50
    assert counts.get("unlink") in (50, 51)  # the held-up one may be forgotten late
    assert counts.get("blpop", 0) <= 50 + 10
    assert sum(counts.values()) <= 3 * 50 + 30


class TestWhenRedisIs:
    def test_flushed_the_reconciler_offers_again(self, shop: Workshop) -> None:
        worker = shop.worker()
        holding_up = shop.plan("slow")
        shop.wait_line("slow", holding_up)
        works = [shop.plan("noop") for _ in range(3)]
        shop.broker.connection.flushall()
        assert offer_due(shop.broker, stale_s=0) == 3
        shop.release(holding_up)
        shop.wait_done(holding_up, *works)
        assert worker.poll() is None
        assert len(shop.lines("noop")) == 3

    @pytest.mark.parametrize("is_busy", [False, True])
    def test_restarted_the_worker_goes_on(self, shop: Workshop, is_busy: bool) -> None:
        worker = shop.worker()
        held = shop.plan("slow") if is_busy else None
        if held is not None:
            shop.wait_line("slow", held)
        restart(shop)
        if held is not None:
            shop.release(held)
            shop.wait_done(held)
        work = shop.plan("noop")
        shop.wait_done(work)
        assert worker.poll() is None
        assert len(shop.lines("noop", work)) == 1

    def test_away_when_the_worker_starts_it_waits(self, shop: Workshop) -> None:
        shop.servers.stop()
        worker = shop.worker()
        until(lambda: "queue away" in shop.diagnostics(), "the worker has seen that Redis is away")
        work = shop.plan("noop")
        restart(shop)
        assert offer_due(shop.broker, stale_s=0) == 1
        shop.wait_done(work)
        assert worker.poll() is None

    def test_frozen_a_deadline_still_holds(self, shop: Workshop) -> None:
        worker = shop.worker()
        child = shop.child_of(worker)
        server = shop.broker.connection.info("server")["process_id"]
        work = shop.plan("hang")
        shop.wait_line("hang", work)
        os.kill(server, signal.SIGSTOP)
        try:
            until(lambda: not is_running(child), "the hanging child is gone", within_s=15)
            shop.wait_done(work)
        finally:
            os.kill(server, signal.SIGCONT)
        shop.wait_done(shop.plan("noop"))
        assert worker.poll() is None


def restart(shop: Workshop) -> None:
    shop.servers.stop()
    shop.servers = embedded.start(shop.folder)


class TestStopping:
    def test_an_idle_worker_ends_at_once(self, shop: Workshop) -> None:
        worker = shop.worker()
        child = shop.child_of(worker)
        worker.terminate()
        assert worker.wait(20) == 0
        assert not is_running(child)
        assert shop.broker.workers() == 0

    def test_running_work_is_finished_first(self, shop: Workshop) -> None:
        worker = shop.worker()
        work = shop.plan("slow")
        shop.wait_line("slow", work)
        left = shop.plan("noop")
        worker.terminate()
        shop.release(work)
        assert worker.wait(20) == 0
        assert shop.row(work) is None
        assert shop.row(left) is not None

    def test_told_twice_it_kills_its_child(self, shop: Workshop) -> None:
        worker = shop.worker()
        child = shop.child_of(worker)
        work = shop.plan("slow")
        shop.wait_line("slow", work)
        began = time.monotonic()
        worker.terminate()
        until(
            lambda: worker.send_signal(signal.SIGTERM) or worker.poll() is not None, "the worker has ended", within_s=5
        )
        assert time.monotonic() - began >= 1.0  # a terminal and a supervisor that send one stop twice kill nothing
        assert not is_running(child)
        assert shop.row(work) is not None
        assert shop.lines("lost") == []


def test_what_is_overridden_in_rq_exists_there() -> None:
    assert {"_stop_requested", "_state"} <= set(BaseWorker.__init__.__code__.co_names)
    for name in (
        "bootstrap",
        "subscribe",
        "unsubscribe",
        "check_for_suspension",
        "should_run_maintenance_tasks",
        "set_shutdown_requested_date",
        "set_state",
        "connection_timeout",
        "heartbeat",
        "request_stop",
        "request_force_stop",
        "_install_signal_handlers",
        "teardown",
        "dequeue_job_and_maintain_ttl",
        "execute_job",
    ):
        assert hasattr(BaseWorker, name), name
