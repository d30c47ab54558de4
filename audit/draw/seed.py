"""A seed nobody could choose (DESIGN.md, Draw), and every byte that it hashes (docs/draw.md).

The population is frozen at a checkpoint; only then does the last thing come into the world on which the draw depends:

- the result of a *public draw* that an entry named before the checkpoint and an entry tells after the freeze, or
- *two numbers* of two parties, the auditor and the data owner's head: each committed to by an entry before the checkpoint
  and disclosed by an entry after the freeze. Who gave one number knows nothing of the seed without the other.

    part(x)    = length of x in 4 bytes, x (text as UTF-8, exactly as the entry has it, no normalisation)
    commitment = SHA-256("govern number 1\n", part(party), part(month), number)             number: 32 random bytes
    source     = 01, part(name), how many in 4 bytes, each result in 8 bytes, the smallest first     a public draw
               | 02, part(party), number, part(party), number, by the parties' bytes                 two numbers
    seed       = SHA-256("govern seed 1\n", part(text of the checkpoint), period's id in 16 bytes, source)

Numbers are big-endian. Nothing in it has two spellings, because whoever could choose between two could choose between two
samples: hence whole numbers in one order instead of a result as somebody typed it, and parties in the order of their names
instead of that of disclosing. A commitment binds its party and month, so that nobody can hand in another's as the own.
Committing hides, because a number is 32 bytes of chance: shorter ones could be tried out.

A number that does not fit its commitment, or comes too soon, is a crash and not a value: no such seed exists.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from audit.log.checkpoint import Checkpoint

NUMBER_BYTES: Final = 32
LARGEST_RESULT: Final = 2**53 - 1  # beyond this, readers of JSON in other languages would see another number

_NUMBER: Final = b"govern number 1\n"
_SEED: Final = b"govern seed 1\n"
_PUBLIC_DRAW, _TWO_NUMBERS = b"\x01", b"\x02"
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class SeedError(ValueError):
    """There is no seed: something was not committed, not in time, or not in its one spelling. Never says a number."""


@dataclass(frozen=True, slots=True)
class PublicDraw:
    """A public draw and its result: the name that says which one, and the whole numbers that were drawn.

    `name` is the naming entry's, with the occasion in it (今彩539 第115000296期); `count` is how many numbers that entry
    said will be taken. `results` come in any order: their order is not part of the seed.
    """

    name: str
    count: int
    results: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.name:
            raise SeedError("a public draw has a name")
        if self.count < 1 or len(self.results) != self.count:
            raise SeedError("a public draw has as many results as were named before it")
        if not all(0 <= result <= LARGEST_RESULT for result in self.results):
            raise SeedError("a public draw's results are whole numbers of at most 53 bits")

    def encoded(self) -> bytes:
        """The source's bytes in the seed."""
        results = b"".join(result.to_bytes(8, "big") for result in sorted(self.results))
        return _PUBLIC_DRAW + _part(self.name) + self.count.to_bytes(4, "big") + results

    def as_json(self) -> dict[str, object]:
        """The source as a record carries it."""
        return {"kind": "public_draw", "name": self.name, "results": sorted(self.results)}


@dataclass(frozen=True, slots=True)
class DisclosedNumber:
    """A party's number for a month, held against the commitment that came before it. One that does not fit raises."""

    party: str
    month: str
    commitment: bytes
    number: bytes

    def __post_init__(self) -> None:
        if not hmac.compare_digest(commitment(self.party, self.month, self.number), self.commitment):
            raise SeedError("the number disclosed is not the one committed to")

    def as_json(self) -> dict[str, object]:
        """The number as a record carries it."""
        return {
            "party": self.party,
            "month": self.month,
            "commitment": self.commitment.hex(),
            "number": self.number.hex(),
        }


@dataclass(frozen=True, slots=True)
class TwoNumbers:
    """The numbers of two parties for one month. There is no seed of one, nor of two of the same party."""

    one: DisclosedNumber
    other: DisclosedNumber

    def __post_init__(self) -> None:
        if self.one.party == self.other.party:
            raise SeedError("two numbers are of two parties")
        if self.one.month != self.other.month:
            raise SeedError("two numbers are of one month")

    def encoded(self) -> bytes:
        """The source's bytes in the seed."""
        return _TWO_NUMBERS + b"".join(_part(each.party) + each.number for each in self._in_order())

    def as_json(self) -> dict[str, object]:
        """The source as a record carries it."""
        return {"kind": "two_numbers", "numbers": [each.as_json() for each in self._in_order()]}

    def _in_order(self) -> list[DisclosedNumber]:
        return sorted((self.one, self.other), key=lambda each: each.party.encode())


def commitment(party: str, month: str, number: bytes) -> bytes:
    """What a party hands in before the freeze to be bound to a number that it keeps to itself.

    `party` is who is bound, in the words of the entry; `month` the one that closes (`2026-11`); `number` 32 random bytes.
    Raises `SeedError` for anything else.
    """
    if not party:
        raise SeedError("a number is of a party")
    if not _MONTH.fullmatch(month):
        raise SeedError("a month is written 2026-11")
    if len(number) != NUMBER_BYTES:
        raise SeedError(f"a number has {NUMBER_BYTES} bytes")
    return hashlib.sha256(_NUMBER + _part(party) + _part(month) + number).digest()


def seed(frozen: Checkpoint, period: UUID, source: PublicDraw | TwoNumbers) -> bytes:
    """The seed of a period's draw, 32 bytes.

    One source serves all periods of a month: each has a seed of its own, because its id is hashed in. The checkpoint's
    signature is not: a witness that adds its own would change the seed.
    """
    text = _part(frozen.text()) + period.bytes + source.encoded()
    return hashlib.sha256(_SEED + text).digest()


def must_have_waited(frozen: Checkpoint, *, before: Iterable[int], freeze: int, after: Iterable[int]) -> None:
    """The seed did not exist when the population was frozen, by the numbers of the entries.

    `before` are the entries that name the draw or commit to the numbers: the frozen checkpoint covers them. `freeze` is the
    entry that states the population's size and root: it comes after the checkpoint. `after` are the entries that tell the
    result or disclose the numbers: each comes after the freeze. Raises `SeedError`.
    """
    befores, afters = list(before), list(after)
    if not befores or not all(0 <= number < frozen.size for number in befores):
        raise SeedError("what the seed is made of was not bound before the checkpoint")
    if freeze < frozen.size:
        raise SeedError("the population was frozen before its checkpoint")
    if not afters or not all(number > freeze for number in afters):
        raise SeedError("what the seed is made of was told before the population was frozen")


def _part(text: str) -> bytes:
    try:
        value = text.encode("utf-8")
    except UnicodeEncodeError:
        raise SeedError("a text is not Unicode") from None
    return len(value).to_bytes(4, "big") + value
