"""The draw itself: seed and sizes in, ordinals out, by anyone again (docs/draw.md).

A sample is worth as much as the certainty that nobody picked it. So the draw is a function: of a seed that nobody could
choose (`seed.py`), of how many units the population has, and of how many are to be drawn. It reads nothing else, and
whoever has these three gets the same ordinals in the same order.

    value   = the first 8 bytes of HMAC-SHA256(seed, i), i in 8 bytes, as a big-endian number;   i = 0, 1, 2, ...
    too far   when value >= 2**64 - 2**64 mod N: passed over, because the first ordinals would else be likelier
    ordinal = value mod N, from 0; passed over when it was drawn before
    end       when n ordinals are distinct

Nothing is listed, shuffled or sorted over the population: 400 of 11.26 million cost 400 and a few HMACs. The ordinals of
a larger sample begin with those of a smaller one, so that a sample can be widened without being drawn anew.
"""

import hmac
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

SEED_BYTES: Final = 32
LARGEST_POPULATION: Final = 2**63 - 1  # as many as a database counts
_VALUES: Final = 2**64

# What a plan says unless its owner says otherwise (RULES.md, Auditing): settings of a plan, never used here.
USUAL_RATIO: Final = Decimal("0.01")  # Taipei land office seal rule FL083378 (2023)
USUAL_FLOOR: Final = 1  # the same
KINSHIP_RATIO: Final = Decimal(
    "0.7"
)  # 各機關申請提供戶籍資料及親等關聯資料辦法 §9(3)8: at least 70 % of the month's look-ups


class DrawError(ValueError):
    """The draw was asked for something that no plan can mean. The message says which rule is broken."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn: the ordinals in the order of the draw, each from 0 to N-1, and how many HMACs it took."""

    ordinals: tuple[int, ...]
    tries: int


def sample_size(population: int, *, ratio: Decimal, floor: int) -> int:
    """How many units of a population are to be drawn: the ratio, rounded up; at least the floor; at most all.

    `ratio` is a decimal from 0 to 1, reckoned exactly: as binary fractions, 7 % of 100 would be 8. `floor` is at least 1.
    0 comes out for an empty population alone: its period ends as *nothing_to_draw*. Raises `DrawError`.
    """
    _must_be_a_population(population)
    if not isinstance(ratio, Decimal) or not ratio.is_finite() or not 0 <= ratio <= 1:
        raise DrawError("a ratio is a decimal from 0 to 1")
    if floor < 1:
        raise DrawError("a floor is at least 1")
    return min(population, max(floor, ceil(Fraction(ratio) * population)))


def draw(seed: bytes, population: int, n: int) -> Draw:
    """The `n` distinct ordinals that this seed draws from a population of `population` units.

    The cost grows with `n`: with `n` HMACs for a small part of the population, about 1.2 N for 70 % of it, N ln N for all.
    None are drawn from none. Raises `DrawError` when more are wanted than there are, or the seed is not one of 32 bytes.
    """
    _must_be_a_population(population)
    if len(seed) != SEED_BYTES:
        raise DrawError(f"a seed has {SEED_BYTES} bytes")
    if not 0 <= n <= population:
        raise DrawError("no more can be drawn than there are")
    found: dict[int, None] = {}  # in the order of the draw; a repeat keeps its first place
    tries = 0
    while len(found) < n:
        ordinal = _pointed_at(seed, tries, population)
        tries += 1
        if ordinal is not None:
            found[ordinal] = None
    return Draw(tuple(found), tries)


def _pointed_at(seed: bytes, i: int, population: int) -> int | None:
    """The ordinal that `i` points at, or None where its value must be passed over for all ordinals to be as likely."""
    value = int.from_bytes(hmac.digest(seed, i.to_bytes(8, "big"), "sha256")[:8], "big")
    if value >= _VALUES - _VALUES % population:
        return None
    return value % population


def _must_be_a_population(population: int) -> None:
    if not 0 <= population <= LARGEST_POPULATION:
        raise DrawError("a population is counted from 0 in 63 bits")
