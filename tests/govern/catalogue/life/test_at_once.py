"""Two at the same moment: one completion, one version in work, one stop; who comes second hears a sentence."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from govern.catalogue.life.approve import approve, send_back
from govern.catalogue.life.draft import amend, draft_change_of, withdraw
from govern.catalogue.life.in_force import bring_in_force
from govern.catalogue.life.propose import propose
from govern.catalogue.life.suspend import suspend
from govern.core import clock
from govern.core.errors import Conflict
from govern.rules.actor import Role
from tests.support.drafts import BUSINESS, YOUTH, Cast, a_draft, entries_of, proposed, says, state_of, steps, the_cast
from tests.support.houses import TestHouse

TIMES = 5


@pytest.fixture
def cast(house: TestHouse) -> Cast:
    return the_cast(house)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Each act in a thread of its own, all started together: what each returned or raised."""
    found: list[object] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            found[place] = act()
        except Exception as raised:
            found[place] = raised

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


def test_two_owners_who_approve_at_once_complete_the_version_exactly_once(cast: Cast) -> None:
    for _ in range(TIMES):
        number = proposed(cast)
        said = at_once(
            lambda number=number: approve(cast.civil, YOUTH, number, round=1),
            lambda number=number: approve(cast.tax, YOUTH, number, round=1),
        )
        assert said == [None, None]
        assert state_of(YOUTH, number) == "waiting_for_letter"
        complete = [b'"is_complete":true' in one.details for one in entries_of(YOUTH, number) if one.kind == "approved"]
        assert sorted(complete) == [False, True]
        withdraw(cast.drafter, YOUTH, number)


def test_the_same_yes_pressed_twice_at_once_counts_once(cast: Cast) -> None:
    number = proposed(cast)
    said = at_once(*[lambda: approve(cast.tax, YOUTH, number, round=1)] * 3)
    assert [type(one) for one in said if one is not None] == [Conflict, Conflict]
    assert steps(YOUTH, number).count("approved") == 1
    assert state_of(YOUTH, number) == "proposed"


def test_a_yes_and_a_return_at_once_leave_one_whole_story(cast: Cast) -> None:
    number = proposed(cast)
    approve(cast.civil, YOUTH, number, round=1)
    said = at_once(
        lambda: approve(cast.tax, YOUTH, number, round=1),
        lambda: send_back(cast.tax, YOUTH, number, round=1, reason="請補充。"),
    )
    assert len([one for one in said if isinstance(one, Conflict)]) == 1
    last = steps(YOUTH, number)[-1]
    assert state_of(YOUTH, number) == {"approved": "waiting_for_letter", "returned": "draft"}[last]


def test_two_drafters_at_once_make_one_draft_and_one_proposal(house: TestHouse, cast: Cast) -> None:
    colleague = house.an_actor(BUSINESS, Role.DRAFTER)
    made = at_once(lambda: draft_change_of(cast.drafter, YOUTH), lambda: draft_change_of(colleague, YOUTH))
    assert sorted(type(one).__name__ for one in made) == ["Conflict", "int"]
    content = says(YOUTH, 2)
    saved = at_once(*[lambda who=who: amend(who, YOUTH, 2, content, edition=0) for who in (cast.drafter, colleague)])
    assert sorted(type(one).__name__ for one in saved) == ["Conflict", "int"]


def test_two_calendars_bring_a_version_in_force_once(cast: Cast) -> None:
    code = a_draft(cast, valid_from=clock.today() + timedelta(days=1))
    propose(cast.drafter, code, 1, edition=0)
    approve(cast.civil, code, 1, round=1)
    said = at_once(*[lambda: bring_in_force(clock.now() + timedelta(days=1))] * 3)
    assert sorted(said) == [0, 0, 1]
    assert steps(code, 1).count("came_in_force") == 1


def test_two_stops_of_one_part_at_once_are_one(house: TestHouse, cast: Cast) -> None:
    colleague = house.an_actor(cast.tax.agency, Role.APPROVER)
    said = at_once(
        *[lambda who=who: suspend(who, YOUTH, part="owner", reason="暫停。") for who in (cast.tax, colleague)]
    )
    assert [type(one) for one in said if one is not None] == [Conflict]
    assert [entry.kind for entry in entries_of(YOUTH)] == ["suspended"]
