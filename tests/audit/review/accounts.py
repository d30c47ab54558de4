"""Accounts of draws as a record carries them (docs/draw.md), made by the house's own code for invented populations."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from audit.draw.draw import draw, sample_size
from audit.draw.seed import DisclosedNumber, PublicDraw, TwoNumbers, commitment, seed
from audit.draw.units import Unit, population, prove
from audit.log.checkpoint import Checkpoint

PERIOD = UUID("01939f00-0000-7000-8000-00000000000a")
FROZEN = Checkpoint("govern.example/log", 10_000, hashlib.sha256(b"the log at the month's end").digest())
AUDITOR, HEAD = "auditor:ntpc-civil", "head:tw-fia"
MONTH = "2026-11"


def some_units(count: int) -> list[Unit]:
    """Invented units in order: look-ups of one subject, and each fifth of three."""
    units: list[Unit] = []
    number = 0
    while len(units) < count:
        number += 3
        subjects = 3 if number % 5 == 0 else 1
        units += [
            Unit(number, ordinal, hashlib.sha256(f"{number}/{ordinal}".encode()).digest())
            for ordinal in range(1, subjects + 1)
        ]
    return units[:count]


def a_number(party: str, said: str = "chance", *, month: str = MONTH) -> DisclosedNumber:
    """A number that fits its commitment."""
    number = hashlib.sha256(f"{party}:{said}".encode()).digest()
    return DisclosedNumber(party, month, commitment(party, month, number), number)


def two_numbers() -> TwoNumbers:
    """The auditor's and the head's."""
    return TwoNumbers(a_number(AUDITOR), a_number(HEAD))


def a_public_draw() -> PublicDraw:
    """Five numbers of an invented draw."""
    return PublicDraw("今彩539 第115000296期", 5, (39, 3, 22, 17, 8))


def an_account(
    units: Sequence[Unit],
    *,
    ratio: str = "0.1",
    floor: int = 1,
    source: PublicDraw | TwoNumbers | None = None,
    frozen: Checkpoint = FROZEN,
    period: UUID = PERIOD,
) -> dict[str, Any]:
    """The account of the draw from these units."""
    counted = population(units)
    n = sample_size(counted.size, ratio=Decimal(ratio), floor=floor)
    chosen = source or two_numbers()
    made = seed(frozen, period, chosen)
    drawn = draw(made, counted.size, n).ordinals
    return {
        "period": str(period),
        "checkpoint": frozen.text(),
        "population": {"size": counted.size, "root": counted.root.hex()},
        "plan": {"ratio": ratio, "floor": floor},
        "source": chosen.as_json() if n else None,
        "seed": made.hex() if n else None,
        "units": [proven.as_json() for proven in prove(units, counted, drawn)],
    }
