"""Who acts: the seven roles, and what an actor is told apart by."""

from uuid import UUID

from govern.rules.actor import ROLE_NAMES, Actor, Reach, Role

CLERK = Actor(UUID(int=7), "chen", "ntpc-social", frozenset({Role.CLERK, Role.DRAFTER}), session_hash=b"h" * 32)


def test_an_actor_holds_a_role_if_one_of_those_asked_for_is_held() -> None:
    assert CLERK.holds(Role.CLERK)
    assert CLERK.holds(Role.AUDITOR, Role.DRAFTER)
    assert not CLERK.holds(Role.AUDITOR, Role.OPERATOR)
    assert not CLERK.holds()


def test_an_actor_reaches_nothing_beyond_the_own_unless_told() -> None:
    assert CLERK.reach == Reach()
    assert not CLERK.reach.agencies
    assert not CLERK.reach.is_operator


def test_every_role_has_a_name_in_both_languages() -> None:
    assert set(ROLE_NAMES) == set(Role)
    assert all(name.zh and name.en for name in ROLE_NAMES.values())


def test_a_printed_actor_says_nothing_of_the_session() -> None:
    assert "hhhh" not in repr(CLERK)
