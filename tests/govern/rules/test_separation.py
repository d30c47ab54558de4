"""Who may not do what at once."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from govern.rules.actor import Role
from govern.rules.separation import CLASHES, clash, is_own, may_approve, may_judge, violation
from tests.support.judging import PERSON, RIGHT, TRIED, facts

ONE, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))
indexes = st.binary(min_size=32, max_size=32)


def test_nobody_looks_oneself_up() -> None:
    denial = violation(facts(subject_is_self=True))
    assert denial is not None
    assert denial.rule == "own_data"


def test_a_clerk_without_a_number_on_file_looks_nobody_up() -> None:
    denial = violation(facts(person=replace(PERSON, own_index=None)))
    assert denial is not None
    assert denial.rule == "own_number_missing"


def test_relatives_are_refused_as_declared() -> None:
    denial = violation(facts(subject_is_declared_relative=True))
    assert denial is not None
    assert denial.rule == "declared_relative"


def test_a_right_granted_to_oneself_is_none() -> None:
    denial = violation(facts(right=replace(RIGHT, granted_by_self=True)))
    assert denial is not None
    assert denial.rule == "right_granted_by_self"


@TRIED
@given(indexes, st.lists(indexes))
def test_own_data_is_found_among_any_number_of_keys(own: bytes, others: list[bytes]) -> None:
    assert is_own(own, [*others, own])
    assert is_own(own, others) == (own in others)
    assert not is_own(None, [*others, own])


def test_nobody_approves_the_own_proposal() -> None:
    assert may_approve(proposer=ONE, approver=OTHER)
    assert not may_approve(proposer=ONE, approver=ONE)


def test_an_auditor_judges_neither_the_own_look_ups_nor_those_of_an_account_managed() -> None:
    assert may_judge(asker=ONE, managers_of_asker={OTHER}, auditor=THIRD)
    assert may_judge(asker=ONE, managers_of_asker=(), auditor=OTHER)
    assert not may_judge(asker=ONE, managers_of_asker={OTHER}, auditor=ONE)
    assert not may_judge(asker=ONE, managers_of_asker={OTHER}, auditor=OTHER)


@TRIED
@given(st.sets(st.sampled_from(list(Role))))
def test_roles_fit_together_unless_two_of_them_clash(roles: set[Role]) -> None:
    found = clash(roles)
    if found is None:
        assert not any(pair <= roles for pair in CLASHES)
    else:
        assert frozenset(found) in CLASHES
        assert set(found) <= roles


def test_whoever_audits_is_neither_user_nor_manager_nor_operator() -> None:
    for role in (Role.CLERK, Role.SUPERVISOR, Role.OPERATOR):
        assert clash([role, Role.AUDITOR]) == (Role.AUDITOR, role)
    assert clash([Role.CLERK, Role.SUPERVISOR, Role.DRAFTER]) is None
