"""The seed: of everything that decides it, in one spelling, and not there before it may be."""

import hashlib
import itertools
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.draw.seed import DisclosedNumber, PublicDraw, SeedError, TwoNumbers, commitment, must_have_waited, seed
from audit.log.checkpoint import Checkpoint
from tests.audit.review.accounts import AUDITOR, FROZEN, HEAD, MONTH, PERIOD, a_number, a_public_draw, two_numbers

numbers = st.binary(min_size=32, max_size=32)


def test_the_seed_of_a_public_draw_is_the_hash_of_exactly_these_bytes() -> None:
    spelled = (
        b"govern seed 1\n\x00\x00\x00\x46"  # 18 of the origin, 5 of the size, 44 of the root, 3 line ends
        + FROZEN.text().encode()
        + bytes.fromhex("01939f00 0000 7000 8000 00000000000a".replace(" ", ""))
        + b"\x01\x00\x00\x00\x19"
        + "今彩539 第115000296期".encode()
        + b"\x00\x00\x00\x05"
        + b"".join(b"\x00" * 7 + bytes([result]) for result in (3, 8, 17, 22, 39))
    )
    assert seed(FROZEN, PERIOD, a_public_draw()) == hashlib.sha256(spelled).digest()


def test_the_seed_of_two_numbers_is_the_hash_of_exactly_these_bytes() -> None:
    source = two_numbers()
    spelled = (
        b"govern seed 1\n\x00\x00\x00\x46"
        + FROZEN.text().encode()
        + PERIOD.bytes
        + b"\x02\x00\x00\x00\x12auditor:ntpc-civil"
        + source.one.number
        + b"\x00\x00\x00\x0bhead:tw-fia"
        + source.other.number
    )
    assert seed(FROZEN, PERIOD, source) == hashlib.sha256(spelled).digest()


def test_a_commitment_is_the_hash_of_exactly_these_bytes() -> None:
    spelled = b"govern number 1\n\x00\x00\x00\x0bhead:tw-fia\x00\x00\x00\x072026-11" + b"\x07" * 32
    assert commitment(HEAD, MONTH, b"\x07" * 32) == hashlib.sha256(spelled).digest()


def test_another_checkpoint_period_draw_or_number_is_another_seed() -> None:
    another_root = Checkpoint(FROZEN.origin, FROZEN.size, hashlib.sha256(b"another").digest())
    made = [
        seed(FROZEN, PERIOD, two_numbers()),
        seed(another_root, PERIOD, two_numbers()),
        seed(Checkpoint(FROZEN.origin, FROZEN.size + 1, FROZEN.root), PERIOD, two_numbers()),
        seed(Checkpoint("other.example/log", FROZEN.size, FROZEN.root), PERIOD, two_numbers()),
        seed(FROZEN, UUID(int=PERIOD.int + 1), two_numbers()),
        seed(FROZEN, PERIOD, TwoNumbers(a_number(AUDITOR, "other"), a_number(HEAD))),
        seed(FROZEN, PERIOD, TwoNumbers(a_number(AUDITOR), a_number(HEAD, "other"))),
        seed(FROZEN, PERIOD, TwoNumbers(a_number(AUDITOR), a_number("head:ntpc-civil"))),
        seed(FROZEN, PERIOD, a_public_draw()),
        seed(FROZEN, PERIOD, PublicDraw(a_public_draw().name, 5, (38, 3, 22, 17, 8))),
        seed(FROZEN, PERIOD, PublicDraw(a_public_draw().name, 6, (39, 3, 22, 17, 8, 0))),
        seed(FROZEN, PERIOD, PublicDraw("今彩539 第115000297期", 5, a_public_draw().results)),
    ]
    assert len(set(made)) == len(made)


def test_one_spelling_of_a_result_so_that_whoever_enters_it_cannot_choose() -> None:
    made = {
        seed(FROZEN, PERIOD, PublicDraw("今彩539", 4, results)) for results in itertools.permutations((39, 3, 3, 17))
    }
    assert len(made) == 1


def test_who_discloses_first_does_not_matter() -> None:
    auditor, head = a_number(AUDITOR), a_number(HEAD)
    assert seed(FROZEN, PERIOD, TwoNumbers(auditor, head)) == seed(FROZEN, PERIOD, TwoNumbers(head, auditor))


@given(numbers, st.lists(numbers, min_size=2, max_size=20, unique=True))
def test_one_partys_number_alone_says_nothing_of_the_seed(mine: bytes, theirs: list[bytes]) -> None:
    own = DisclosedNumber(AUDITOR, MONTH, commitment(AUDITOR, MONTH, mine), mine)
    possible = {
        seed(FROZEN, PERIOD, TwoNumbers(own, DisclosedNumber(HEAD, MONTH, commitment(HEAD, MONTH, number), number)))
        for number in theirs
    }
    assert len(possible) == len(theirs)


def test_there_is_no_seed_of_one_partys_numbers() -> None:
    with pytest.raises(SeedError):
        TwoNumbers(a_number(AUDITOR), a_number(AUDITOR, "another of the same"))


def test_there_is_no_seed_of_two_months() -> None:
    with pytest.raises(SeedError):
        TwoNumbers(a_number(AUDITOR), a_number(HEAD, month="2026-10"))


@given(numbers, numbers)
def test_a_number_that_was_not_committed_to_is_no_number(committed: bytes, disclosed: bytes) -> None:
    bound = commitment(AUDITOR, MONTH, committed)
    if committed == disclosed:
        assert DisclosedNumber(AUDITOR, MONTH, bound, disclosed).number == committed
    else:
        with pytest.raises(SeedError) as raised:
            DisclosedNumber(AUDITOR, MONTH, bound, disclosed)
        assert disclosed.hex() not in str(raised.value)


def test_nobody_hands_in_anothers_commitment_nor_one_of_another_month_as_the_own() -> None:
    theirs = a_number(HEAD)
    for party, month in ((AUDITOR, MONTH), (HEAD, "2026-12")):
        with pytest.raises(SeedError):
            DisclosedNumber(party, month, theirs.commitment, theirs.number)


@pytest.mark.parametrize(
    ("party", "month", "number"),
    [
        ("", MONTH, bytes(32)),
        ("\ud800", MONTH, bytes(32)),
        (AUDITOR, "2026-13", bytes(32)),
        (AUDITOR, "2026-1", bytes(32)),
        (AUDITOR, "11511", bytes(32)),
        (AUDITOR, MONTH, bytes(31)),  # shorter ones could be tried out
        (AUDITOR, MONTH, b""),
    ],
)
def test_what_is_not_a_partys_number_for_a_month_cannot_be_committed_to(party: str, month: str, number: bytes) -> None:
    with pytest.raises(SeedError):
        commitment(party, month, number)


@pytest.mark.parametrize(
    ("name", "count", "results"),
    [
        ("", 1, (1,)),
        ("draw", 0, ()),
        ("draw", 5, (1, 2, 3, 4)),
        ("draw", 1, (1, 2)),
        ("draw", 1, (-1,)),
        ("draw", 1, (2**53,)),
    ],
)
def test_a_public_draw_has_exactly_what_was_named(name: str, count: int, results: tuple[int, ...]) -> None:
    with pytest.raises(SeedError):
        PublicDraw(name, count, results)


def test_what_was_bound_before_and_told_after_has_waited() -> None:
    must_have_waited(FROZEN, before=[17, FROZEN.size - 1], freeze=FROZEN.size, after=[FROZEN.size + 1, FROZEN.size + 9])


@pytest.mark.parametrize(
    ("before", "freeze", "after"),
    [
        ([17, FROZEN.size], FROZEN.size + 1, [FROZEN.size + 2]),  # the last commitment came after the checkpoint
        ([17], FROZEN.size - 1, [FROZEN.size + 2]),  # the population was frozen too soon
        ([17], FROZEN.size + 3, [FROZEN.size + 2, FROZEN.size + 4]),  # a number was known at the freeze
        ([17], FROZEN.size, [FROZEN.size]),
        ([], FROZEN.size, [FROZEN.size + 1]),
        ([17], FROZEN.size, []),
        ([-1], FROZEN.size, [FROZEN.size + 1]),
    ],
)
def test_what_was_bound_too_late_or_told_too_soon_has_not(before: list[int], freeze: int, after: list[int]) -> None:
    with pytest.raises(SeedError):
        must_have_waited(FROZEN, before=before, freeze=freeze, after=after)
