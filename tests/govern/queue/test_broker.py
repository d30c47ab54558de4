"""The queue's Redis: notes that arrive, workers that are counted, and what is not handed to a child."""

import threading
from itertools import takewhile

import pytest

from govern.core.errors import WrongSetting
from govern.core.ids import new_id
from govern.queue.broker import Broker, Offer, connect
from tests.support.queues import Workshop, until

KEY = bytes(32)


def test_the_child_has_no_connection_to_the_queue(shop: Workshop) -> None:
    """Of all its sockets one is left: the one to its parent."""
    shop.worker()
    shop.wait_done(shop.plan("noop"))
    shop.wait_done(shop.plan("sockets"))
    assert len(shop.wait_line("open-sockets")) == 2


def test_a_note_wakes_who_watches_that_lookup_and_nobody_else(shop: Workshop) -> None:
    mine, other = new_id(), new_id()
    heard = shop.broker.subscribe(mine, beat_s=0.2)
    assert next(heard) is True
    shop.broker.publish(other)
    assert next(heard) is False
    shop.broker.publish(mine)
    shop.broker.publish(mine)
    woken = list(takewhile(bool, heard))  # until a beat brings nothing; two notes at once may be heard as one
    assert len(woken) in (1, 2)
    heard.close()


def test_who_watches_while_redis_is_away_looks_by_itself(shop: Workshop) -> None:
    lookup = new_id()
    shop.servers.stop()
    heard = Broker(f"unix://{shop.folder}/redis/queue.sock", KEY).subscribe(lookup, away_s=0.05)
    assert [next(heard), next(heard)] == [True, True]
    heard.close()


def test_a_broker_is_shared_by_threads(shop: Workshop) -> None:
    works = [new_id() for _ in range(40)]
    threads = [threading.Thread(target=shop.broker.push, args=([Offer(work, "normal")],)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.broker.waiting() == set(works)


def test_workers_are_counted_while_they_are_registered(shop: Workshop) -> None:
    shop.broker.register("one", 60)
    shop.broker.register("two", 0.02)
    until(lambda: shop.broker.workers() == 1, "the second is forgotten")
    shop.broker.unregister("one")
    assert shop.broker.workers() == 0


def test_a_wrong_address_is_named() -> None:
    with pytest.raises(WrongSetting) as wrong:
        connect("localhost:6379")
    assert "GOVERN_REDIS_URL" in wrong.value.wording.en
