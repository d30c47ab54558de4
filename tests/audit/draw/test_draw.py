"""The draw: as many as demanded, each as likely as any other, the same for everybody, at a cost of its own size."""

import hashlib
import hmac
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.draw.draw import (
    KINSHIP_RATIO,
    LARGEST_POPULATION,
    USUAL_FLOOR,
    USUAL_RATIO,
    DrawError,
    draw,
    sample_size,
)

MONTH_OF_A_CITY = 11_260_000
SEEDS = 4_000
# Of this size only two and two thirds fit into what an HMAC gives: unfair reducing would show in any sample.
AWKWARD = 3 * 2**61

seeds = st.binary(min_size=32, max_size=32)
sizes = st.one_of(st.integers(0, 60), st.integers(0, LARGEST_POPULATION))


def seed_of(number: int) -> bytes:
    """One of many seeds, the same at each run: the tests of likelihood are then free of luck."""
    return hashlib.sha256(b"a seed" + number.to_bytes(4, "big")).digest()


def by_the_page(seed: bytes, size: int, n: int) -> list[int]:
    """The rules of docs/draw.md, Which, written out naively."""
    found: list[int] = []
    i = 0
    while len(found) < n:
        digest = hmac.new(key=seed, msg=bytes.fromhex(f"{i:016x}"), digestmod=hashlib.sha256).hexdigest()
        value = int(digest[:16], 16)
        if value < (2**64 // size) * size and value % size not in found:
            found.append(value % size)
        i += 1
    return found


def chi_square(counts: Iterable[int], expected: float) -> float:
    return sum((count - expected) ** 2 / expected for count in counts)


def limit(freedom: int) -> float:
    """What chi-square passes by chance once in a thousand times (Wilson and Hilferty's approximation)."""
    ninth = 2 / (9 * freedom)
    return float(freedom * (1 - ninth + 3.0902 * ninth**0.5) ** 3)


@given(seeds, sizes, st.integers(0, 40))
def test_a_draw_is_distinct_in_range_of_exact_size_and_the_same_again(seed: bytes, size: int, wanted: int) -> None:
    n = min(size, wanted)
    drawn = draw(seed, size, n)
    assert len(drawn.ordinals) == len(set(drawn.ordinals)) == n
    assert all(0 <= ordinal < size for ordinal in drawn.ordinals)
    assert drawn == draw(seed, size, n)
    assert list(drawn.ordinals) == by_the_page(seed, size, n)


@given(seeds, st.integers(1, LARGEST_POPULATION), st.integers(0, 40), st.integers(0, 40))
def test_a_larger_sample_begins_with_the_smaller_one(seed: bytes, size: int, one: int, other: int) -> None:
    smaller, larger = sorted((min(size, one), min(size, other)))
    assert draw(seed, size, larger).ordinals[:smaller] == draw(seed, size, smaller).ordinals


def test_over_thousands_of_seeds_each_unit_is_drawn_as_often_as_any_other() -> None:
    size, n = 50, 7
    counts = Counter(ordinal for number in range(SEEDS) for ordinal in draw(seed_of(number), size, n).ordinals)
    # drawn without putting back, counts scatter less by (N - n) / (N - 1)
    statistic = chi_square((counts[unit] for unit in range(size)), SEEDS * n / size) * (size - 1) / (size - n)
    assert statistic < limit(size - 1)


@pytest.mark.parametrize("place", [0, 3, 6])
def test_over_thousands_of_seeds_each_place_of_the_sample_falls_on_each_unit_alike(place: int) -> None:
    counts = Counter(draw(seed_of(number), 20, 7).ordinals[place] for number in range(SEEDS))
    assert chi_square((counts[unit] for unit in range(20)), SEEDS / 20) < limit(19)


def test_over_thousands_of_seeds_each_pair_is_drawn_as_often_as_any_other() -> None:
    pairs = list(combinations(range(8), 2))
    counts = Counter(tuple(sorted(draw(seed_of(number), 8, 2).ordinals)) for number in range(SEEDS))
    assert chi_square((counts[pair] for pair in pairs), SEEDS / len(pairs)) < limit(len(pairs) - 1)


def test_reducing_prefers_no_third_of_an_awkward_population_as_a_bare_remainder_would() -> None:
    third = AWKWARD // 3
    fair = Counter(draw(seed_of(number), AWKWARD, 1).ordinals[0] // third for number in range(SEEDS))
    bare = Counter(
        int.from_bytes(hmac.digest(seed_of(number), bytes(8), "sha256")[:8], "big") % AWKWARD // third
        for number in range(SEEDS)
    )
    assert chi_square((fair[part] for part in range(3)), SEEDS / 3) < limit(2)
    assert chi_square((bare[part] for part in range(3)), SEEDS / 3) > limit(2)


def test_what_is_too_far_is_passed_over_and_counted() -> None:
    assert any(draw(seed_of(number), AWKWARD, 1).tries > 1 for number in range(40))
    assert all(draw(seed_of(number), 2**62, 1).tries == 1 for number in range(40))  # a power of two divides evenly


def test_four_hundred_of_a_months_millions_cost_hardly_more_hmacs_than_four_hundred_and_list_nothing() -> None:
    calls = 0

    def note(_: FrameType, event: str, called: Any) -> None:
        nonlocal calls
        calls += event == "c_call" and called.__name__ == "hmac_digest"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        drawn = draw(seed_of(1), MONTH_OF_A_CITY, 400)
    finally:
        sys.setprofile(before)
    assert len(drawn.ordinals) == 400
    assert 400 <= drawn.tries == calls < 410
    tracemalloc.start()
    try:
        draw(seed_of(1), MONTH_OF_A_CITY, 400)
        assert tracemalloc.get_traced_memory()[1] < 300_000  # bytes; the population's ordinals would be 90 MB
    finally:
        tracemalloc.stop()


def test_the_cost_is_the_same_from_any_population() -> None:
    assert max(draw(seed_of(1), 10**power, 400).tries for power in range(6, 19)) < 420


def test_all_are_drawn_when_all_are_wanted() -> None:
    assert sorted(draw(seed_of(1), 500, 500).ordinals) == list(range(500))


def test_of_none_none_are_drawn_and_of_one_the_one() -> None:
    assert draw(seed_of(1), 0, 0).ordinals == ()
    assert draw(seed_of(1), 0, 0).tries == 0
    assert draw(seed_of(1), 1, 1).ordinals == (0,)


@pytest.mark.parametrize(
    ("seed", "size", "n"),
    [(seed_of(1), 3, 4), (seed_of(1), 0, 1), (seed_of(1), 3, -1), (seed_of(1), -1, 0), (seed_of(1), 2**63, 1)],
)
def test_more_than_there_are_cannot_be_drawn(seed: bytes, size: int, n: int) -> None:
    with pytest.raises(DrawError):
        draw(seed, size, n)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_of_another_length_draws_nothing(length: int) -> None:
    with pytest.raises(DrawError):
        draw(bytes(length), 10, 1)


@pytest.mark.parametrize(
    ("size", "ratio", "floor", "n"),
    [
        (0, "0.01", 1, 0),  # nothing_to_draw
        (0, "1", 50, 0),
        (1, "0.01", 1, 1),
        (100, "0.01", 1, 1),
        (101, "0.01", 1, 2),
        (100, "0.07", 1, 7),  # 8 if reckoned in binary fractions
        (100, "0.29", 1, 29),
        (1_000, "0.01", 30, 30),
        (20, "0.01", 30, 20),
        (10, "0.7", 1, 7),
        (11, "0.7", 1, 8),
        (7, "1", 1, 7),
        (7, "0", 2, 2),
        (MONTH_OF_A_CITY, "0.01", 1, 112_600),
    ],
)
def test_as_many_are_drawn_as_ratio_and_floor_demand(size: int, ratio: str, floor: int, n: int) -> None:
    assert sample_size(size, ratio=Decimal(ratio), floor=floor) == n


@given(st.integers(1, LARGEST_POPULATION), st.decimals(0, 1, places=6), st.integers(1, 1_000))
def test_a_sample_is_the_smallest_that_reaches_the_ratio(size: int, ratio: Decimal, floor: int) -> None:
    n = sample_size(size, ratio=ratio, floor=floor)
    millionths = int(ratio * 1_000_000)
    assert 1 <= n <= size
    assert n * 1_000_000 >= millionths * size
    assert n <= floor or (n - 1) * 1_000_000 < millionths * size
    assert n >= min(size, floor)


def test_the_usual_plan_draws_one_in_a_hundred_and_kinship_like_data_seven_in_ten() -> None:
    assert sample_size(90_000, ratio=USUAL_RATIO, floor=USUAL_FLOOR) == 900
    assert sample_size(90_000, ratio=KINSHIP_RATIO, floor=USUAL_FLOOR) == 63_000


@pytest.mark.parametrize("ratio", ["-0.01", "1.01", "NaN", "Infinity"])
def test_a_ratio_beyond_none_and_all_is_no_ratio(ratio: str) -> None:
    with pytest.raises(DrawError):
        sample_size(10, ratio=Decimal(ratio), floor=1)


def test_a_floor_is_at_least_one_and_a_population_at_least_empty() -> None:
    with pytest.raises(DrawError):
        sample_size(10, ratio=USUAL_RATIO, floor=0)
    with pytest.raises(DrawError):
        sample_size(-1, ratio=USUAL_RATIO, floor=1)
