"""Quota: per agency, data owner and day, counted in subjects, taken at submission and never twice."""

import threading

from govern.access import quota
from govern.core import clock
from govern.core.database import reading, transaction
from tests.support.houses import TestHouse, a_request

CERTIFICATE = "disability_certificate"


def test_what_is_used_up_denies_the_next_lookup_with_its_own_rule(house: TestHouse) -> None:
    house.settings = house.settings.model_copy(update={"quota_per_day": 1})
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    first = house.submit(clerk, a_request(CERTIFICATE))
    second = house.submit(clerk, a_request(CERTIFICATE))
    assert house.lookup(first).state == "waiting"
    assert house.lookup(second).state == "denied"
    assert [task.deny_rule for task in house.tasks(second)] == ["quota_used_up"]


def test_the_same_form_twice_takes_quota_once(house: TestHouse) -> None:
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    request = a_request(CERTIFICATE)
    for _ in range(3):
        house.submit(clerk, request)
    house.run_due()
    with reading() as session:
        assert quota.used(session, "ntpc-dist-banqiao", "ntpc-civil", clock.today()) == 1


def test_two_that_take_at_once_do_not_both_take_the_last_one(house: TestHouse) -> None:
    """Who looks how much is left, to take it, waits for whoever looked before and has not taken yet."""
    seen, second_has_looked, first_has_looked = [], threading.Event(), threading.Event()

    def look_and_take(at_leisure: bool) -> None:
        with transaction() as session:
            seen.append(quota.used(session, "ntpc", "ntpc-civil", clock.today(), to_take=True))
            (first_has_looked if at_leisure else second_has_looked).set()
            if at_leisure:
                second_has_looked.wait(0.5)  # in vain: the other one has to wait
            quota.take(session, "ntpc", "ntpc-civil", clock.today(), 1)

    first, second = (threading.Thread(target=look_and_take, args=(at_leisure,)) for at_leisure in (True, False))
    first.start()
    assert first_has_looked.wait(10)
    second.start()
    first.join()
    second.join()
    assert seen == [0, 1]


def test_takers_at_once_are_all_counted(house: TestHouse) -> None:
    def take() -> None:
        for _ in range(5):
            with transaction() as session:
                quota.take(session, "ntpc", "ntpc-civil", clock.today(), 2)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading() as session:
        assert quota.used(session, "ntpc", "ntpc-civil", clock.today()) == 40
