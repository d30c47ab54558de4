"""The tables of states: each is whole, and a look-up's state follows its tasks'."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.rules.lives import (
    ANSWER,
    ENDED_ORDER,
    LIVES,
    LOOKUP,
    NEW,
    OPEN_STATES,
    STATE_NAMES,
    TASK,
    WORK,
    Life,
    NoSuchStep,
    TaskState,
    is_ended,
    state_of_lookup,
    step,
    steps_from,
)
from govern.trail.kinds import catalogue, kind, lookups, people, review, system
from tests.support.judging import TRIED

states = st.sampled_from(list(TaskState))
# Importing a module of events puts its kinds into the trail's table.
EVENTS = (catalogue, lookups, people, review, system)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.thing)
def test_every_state_is_reached_from_nothing_and_no_event_is_ambiguous(life: Life) -> None:
    reached, waiting = {NEW}, [NEW]
    while waiting:
        for each in steps_from(life, waiting.pop()):
            if each.next_state not in reached:
                reached.add(each.next_state)
                waiting.append(each.next_state)
    assert reached - {NEW} == set(life.states)
    pairs = [(each.state, each.event) for each in life.steps]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.thing)
def test_every_step_writes_an_entry_of_a_kind_that_the_trail_knows(life: Life) -> None:
    for each in life.steps:
        assert each.entry is None or each.entry in kind.KINDS


def test_a_task_ends_in_one_of_six_states_and_stays_there() -> None:
    assert TASK.final == set(ENDED_ORDER)
    assert set(TASK.states) == set(TaskState)
    assert set(STATE_NAMES) == set(TaskState)
    assert LOOKUP.final == TASK.final


def test_a_source_is_asked_only_after_its_intent_is_an_entry() -> None:
    assert [(each.state, each.entry) for each in TASK.steps if each.next_state == TaskState.RUNNING] == [
        (TaskState.WAITING, "about_to_ask")
    ]


def test_every_way_in_which_an_answer_goes_is_an_entry() -> None:
    assert {each.entry for each in ANSWER.steps if each.next_state == "destroyed"} == {"destroyed"}
    assert ANSWER.final == {"destroyed", "none"}


def test_work_that_was_leased_is_done_or_comes_back() -> None:
    assert {each.next_state for each in steps_from(WORK, "leased")} == {"gone", "due"}


def test_a_step_that_the_table_does_not_have_is_refused() -> None:
    assert step(TASK, "waiting", "permit").next_state == TaskState.RUNNING
    with pytest.raises(NoSuchStep) as caught:
        step(TASK, "answered", "permit")
    assert caught.value.status == 409
    assert caught.value.wording.zh


@TRIED
@given(st.lists(states, min_size=1))
def test_a_look_up_is_open_while_a_task_is_and_then_the_first_in_order(tasks: list[TaskState]) -> None:
    state = state_of_lookup(tasks)
    assert state in tasks
    if OPEN_STATES & set(tasks):
        assert state in OPEN_STATES
        assert not is_ended(state)
    else:
        assert state == next(ended for ended in ENDED_ORDER if ended in tasks)
        assert is_ended(state)


@TRIED
@given(st.lists(states, min_size=1), st.randoms(use_true_random=False))
def test_the_order_of_the_tasks_makes_no_difference(tasks: list[TaskState], chance: object) -> None:
    shuffled = sorted(tasks, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert state_of_lookup(shuffled) == state_of_lookup(tasks)


@TRIED
@given(st.lists(states, min_size=1), st.lists(st.sampled_from(ENDED_ORDER), min_size=1))
def test_one_more_ended_task_never_moves_an_open_look_up(tasks: list[TaskState], more: list[TaskState]) -> None:
    before = state_of_lookup(tasks)
    after = state_of_lookup([*tasks, *more])
    if not is_ended(before):
        assert after == before
    else:
        assert ENDED_ORDER.index(after) <= ENDED_ORDER.index(before)


def test_plain_words_from_a_database_are_states_and_others_are_not() -> None:
    assert state_of_lookup(["answered", "failed"]) == "answered"
    with pytest.raises(ValueError, match="gone"):
        state_of_lookup(["gone"])
    with pytest.raises(ValueError, match="at least one"):
        state_of_lookup([])
