"""A holder that is gone is known as gone, and whoever cannot be judged from here is not."""

import os
import subprocess
import sys

import pytest

from govern.core.database import transaction
from govern.queue import holder, lease
from govern.queue.timetable import tick
from tests.support.queues import a_workshop, until


def test_a_process_that_runs_is_not_gone_and_one_that_ended_is() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = holder.name_of(process.pid)
    assert not holder.is_gone(name)
    process.kill()
    until(lambda: holder.is_gone(name), "a zombie is gone")
    process.wait()
    assert holder.is_gone(name)
    assert not holder.is_gone(holder.name_of(os.getpid()))
    assert not holder.is_gone(holder.name_of(1)), "another user's process, or one that /proc hides"


def test_a_number_that_another_process_has_by_now_is_no_holder() -> None:
    host, here, number, began = holder.name_of(os.getpid()).split(":")
    assert holder.is_gone(f"{host}:{here}:{number}:{int(began) - 1}")


@pytest.mark.parametrize("name", ["", "host", "host:4194304", "host:elsewhere:4194304:1", "host:{}:none:1"])
def test_another_machine_or_container_or_boot_is_never_judged(name: str) -> None:
    here = holder.name_of(1).split(":")[1]
    assert not holder.is_gone(name.format(here))


def test_a_name_fits_its_column() -> None:
    assert len(holder.name_of(os.getpid())) <= 80


def test_what_a_gone_worker_held_is_offered_in_the_next_round_and_what_others_hold_is_not(
    tmp_path_factory: pytest.TempPathFactory, database_address: str
) -> None:
    with a_workshop(tmp_path_factory.mktemp("shop"), database_address) as shop:
        left, held, elsewhere = (shop.plan("noop", offered=False) for _ in range(3))
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        for work, by in (
            (left, holder.name_of(process.pid)),
            (held, lease.this_worker()),
            (elsewhere, "elsewhere:0123456789ab:4194304:1"),
        ):
            with transaction() as session:
                assert lease.take(session, work, by, 3600)
        assert tick(shop.broker, ()) == 0
        process.kill()
        process.wait()
        assert tick(shop.broker, ()) == 1
        assert shop.broker.waiting() == {left}
        with transaction() as session:
            taken = lease.take(session, left, "another", 60)
        assert taken is not None
        assert taken.is_taken_over
