"""Local accounts' passwords."""

import statistics
import time
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.people import password as passwords
from tests.support.sparing import real_passwords


@pytest.fixture(autouse=True, scope="module")
def _as_the_house_hashes() -> Iterator[None]:
    with real_passwords():
        yield


def test_a_password_opens_its_own_hash_and_no_other():
    hashed = passwords.hash_password("a long enough password")
    assert hashed.startswith("$argon2id$")
    assert passwords.verify(hashed, "a long enough password")
    assert not passwords.verify(hashed, "a long enough passwore")
    assert not passwords.verify(passwords.hash_password("another long password"), "a long enough password")


def test_full_width_letters_of_an_input_method_are_the_plain_ones():
    hashed = passwords.hash_password("ａ ｌｏｎｇ enough password")
    assert passwords.verify(hashed, "a long enough password")


def test_nobody_has_the_password_of_an_account_that_is_not_there():
    assert not passwords.verify(None, "")
    assert not passwords.verify(None, "a long enough password")


def test_a_damaged_hash_opens_nothing():
    assert not passwords.verify("not a hash", "a long enough password")
    assert not passwords.verify("", "a long enough password")


def test_more_than_the_longest_password_is_never_one_by_being_cut():
    longest = "x1y2" * 32
    hashed = passwords.hash_password(longest)
    assert passwords.verify(hashed, longest)
    assert not passwords.verify(hashed, longest + "z")


def test_an_account_that_is_not_there_costs_what_one_costs():
    hashed = passwords.hash_password("a long enough password")

    def cost(of: str | None) -> float:
        begun = time.thread_time()  # of this thread alone: what else the machine does is no cost of ours
        passwords.verify(of, "a wrong password")
        return time.thread_time() - begun

    known, unknown = zip(*((cost(hashed), cost(None)) for _ in range(25)), strict=True)
    assert abs(statistics.median(known) - statistics.median(unknown)) < 0.005  # SECURITY.md, A3


def test_a_hash_of_other_costs_is_made_anew_once():
    old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash("a long enough password")
    new = passwords.renewed(old, "a long enough password")
    assert new is not None
    assert passwords.verify(new, "a long enough password")
    assert passwords.renewed(new, "a long enough password") is None
    assert passwords.renewed(None, "a long enough password") is None


def test_length_is_asked_of_a_new_password_and_kinds_of_characters_are_not():
    assert passwords.faults("correct horse battery staple", account_name="chen") == ()
    assert passwords.faults("這是一個夠長的密碼不含任何拉丁字母", account_name="chen") == ()
    assert len(passwords.faults("fourteen chars", account_name="chen")) == 1
    assert len(passwords.faults("x" * 200, account_name="chen")) == 2
    assert len(passwords.faults("ababababababababab", account_name="chen")) == 1
    for guessed in ("passwordpassword", "123456789012345", "Qwertyuiopasdfgh", "zyxwvutsrqponmlkj"):
        assert len(passwords.faults(guessed, account_name="chen")) == 1
    assert len(passwords.faults("my name is CHEN, truly", account_name="chen")) == 1


def test_first_passwords_obey_the_rule_and_differ():
    made = {passwords.new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.faults(one, account_name="chen") == () for one in made)


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=200))
def test_whatever_is_typed_is_verified_without_an_error(typed):
    assert passwords.verify(passwords._NOBODY, typed) is False
