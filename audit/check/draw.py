"""drawn: the sample is the one that nobody chose, recomputed from the documented encoding alone (docs/draw.md).

Follows that page with nothing but the standard library and shares no code with what draws, so that the two can be held
against each other. Nothing that a record says of its draw is believed:

1. the source of the seed is a public draw, or two parties' numbers that each fit the commitment stated
2. the seed is the hash of the frozen checkpoint, the period's id and that source
3. as many are drawn as ratio and floor demand, no more and no less
4. the ordinals are those that the seed draws, in that order
5. each drawn unit stood at its ordinal under the population's root
6. what the seed is made of was bound before the checkpoint, and told only after the freeze (`waited`)

That root, size, ratio, commitments and results are those of the log's entries is for whoever holds the entries to compare;
what they are compared with is what `recompute` returns.
"""

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Final

_RATIO: Final = re.compile(r"0(\.[0-9]{1,18})?|1(\.0{1,18})?")
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_CHECKPOINT: Final = re.compile(r"[^\n]+\n(0|[1-9][0-9]{0,18})\n[A-Za-z0-9+/]{43}=\n")
_HEXADECIMAL: Final = re.compile(r"([0-9a-f]{2})*")
_LARGEST: Final = 2**63 - 1

# Why a draw is not believed: every code that `NotThisDraw` carries.
CODES: Final = (
    "draw_unreadable",  # the account of the draw is not as docs/draw.md has it
    "number_not_committed",  # a disclosed number does not fit its commitment
    "not_two_parties",  # the numbers are not of two parties for one month
    "seed_is_another",  # checkpoint, period and source give another seed
    "sample_of_another_size",  # ratio and floor demand another number
    "sample_is_another",  # the seed draws other ordinals
    "unit_not_in_population",  # a unit did not stand at its ordinal
    "seed_known_too_soon",  # the seed, or a part that decides it, was there before the freeze
)


class NotThisDraw(ValueError):
    """What is stated is not what was drawn; `code` is one of `CODES`, `detail` the ordinal or part, never a person's value."""

    def __init__(self, code: str, detail: str = "") -> None:
        if code not in CODES:
            raise KeyError(code)
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A draw that holds: its seed, its ordinals in the order of the draw, and what they were drawn from."""

    seed: bytes
    ordinals: tuple[int, ...]
    population: int
    root: bytes
    checkpoint_size: int


def recompute(stated: Mapping[str, Any]) -> Recomputed:
    """The draw that a record states (docs/draw.md, The account), recomputed: rules 1 to 5.

    An empty population has an empty draw, whose seed and source are null. Raises `NotThisDraw` for the first rule that is
    broken, and nothing else whatever is handed in; its cost is bounded by the number of units stated.
    """
    size, root = _count(stated, "population", "size"), _bytes(_of(stated, "population", "root"), 32)
    checkpoint = _matching(_of(stated, "checkpoint"), _CHECKPOINT)
    frozen_size = int(checkpoint.split("\n")[1])
    units = _sequence(_of(stated, "units"))
    ratio = Fraction(_matching(_of(stated, "plan", "ratio"), _RATIO))
    floor = _count(stated, "plan", "floor", least=1)
    if len(units) != min(
        size, max(floor, ceil(ratio * size))
    ):  # before drawing: no record makes a checker draw for ever
        raise NotThisDraw("sample_of_another_size")
    if size == 0:
        if root != hashlib.sha256().digest() or _of(stated, "seed") is not None or _of(stated, "source") is not None:
            raise NotThisDraw("draw_unreadable", "population")
        return Recomputed(b"", (), 0, root, frozen_size)
    hashed = b"govern seed 1\n" + _part(checkpoint) + _period(_of(stated, "period")) + _source(_of(stated, "source"))
    seed = hashlib.sha256(hashed).digest()
    if seed != _bytes(_of(stated, "seed"), 32):
        raise NotThisDraw("seed_is_another")
    ordinals = _drawn(seed, size, len(units))
    if [_count(unit, "ordinal") for unit in units] != ordinals:
        raise NotThisDraw("sample_is_another")
    for unit in units:
        _stood_there(unit, size, root)
    return Recomputed(seed, tuple(ordinals), size, root, frozen_size)


def waited(*, before: Sequence[int], checkpoint_size: int, freeze: int, after: Sequence[int]) -> None:
    """Rule 6, by the numbers of the entries: those that bind, the one that freezes, those that tell. Raises `NotThisDraw`."""
    if not before or not after or max(before) >= checkpoint_size or freeze < checkpoint_size or min(after) <= freeze:
        raise NotThisDraw("seed_known_too_soon")


def _drawn(seed: bytes, size: int, n: int) -> list[int]:
    """Rule 4."""
    seen: set[int] = set()
    drawn: list[int] = []
    counter = 0
    while len(drawn) != n:
        value = int.from_bytes(hmac.new(seed, counter.to_bytes(8, "big"), hashlib.sha256).digest()[:8], "big")
        counter += 1
        turns, ordinal = divmod(value, size)
        if turns == 2**64 // size or ordinal in seen:  # the last turn is not a whole one
            continue
        seen.add(ordinal)
        drawn.append(ordinal)
    return drawn


def _source(stated: Any) -> bytes:
    """Rule 1: the bytes of the source in the seed."""
    if _of(stated, "kind") == "public_draw":
        results = [_number(one) for one in _sequence(_of(stated, "results"))]
        if not results or results != sorted(results) or results[-1] >= 2**53:
            raise NotThisDraw("draw_unreadable", "results")
        told = b"".join(one.to_bytes(8, "big") for one in results)
        return b"\x01" + _part(_text(_of(stated, "name"))) + len(results).to_bytes(4, "big") + told
    if _of(stated, "kind") != "two_numbers":
        raise NotThisDraw("draw_unreadable", "kind")
    given = sorted(_party_and_number(one) for one in _sequence(_of(stated, "numbers")))
    if len(given) != 2 or given[0][0] == given[1][0] or given[0][2] != given[1][2]:
        raise NotThisDraw("not_two_parties")
    return b"\x02" + b"".join(len(party).to_bytes(4, "big") + party + number for party, number, _ in given)


def _party_and_number(stated: Any) -> tuple[bytes, bytes, str]:
    party = _text(_of(stated, "party"))
    month = _matching(_of(stated, "month"), _MONTH)
    number = _bytes(_of(stated, "number"), 32)
    committed = hashlib.sha256(b"govern number 1\n" + _part(party) + _part(month) + number).digest()
    if committed != _bytes(_of(stated, "commitment"), 32):
        raise NotThisDraw("number_not_committed")
    return party.encode("utf-8"), number, month


def _stood_there(unit: Any, size: int, root: bytes) -> None:
    """Rule 5: the unit's leaf leads by its proof to the root (RFC 9162 §2.1.3.2)."""
    ordinal = _count(unit, "ordinal")
    place = _count(unit, "number").to_bytes(8, "big") + _count(unit, "subject_ordinal", least=1).to_bytes(8, "big")
    leaf = b"govern unit 1\n" + place + _bytes(_of(unit, "commitment"), 32)
    found, index, last = hashlib.sha256(b"\x00" + leaf).digest(), ordinal, size - 1
    for sibling in (_bytes(one, 32) for one in _sequence(_of(unit, "proof"))):
        if last == 0:
            raise NotThisDraw("unit_not_in_population", str(ordinal))
        if index % 2 or index == last:
            found = hashlib.sha256(b"\x01" + sibling + found).digest()
            while index and index % 2 == 0:
                index, last = index // 2, last // 2
        else:
            found = hashlib.sha256(b"\x01" + found + sibling).digest()
        index, last = index // 2, last // 2
    if last or found != root:
        raise NotThisDraw("unit_not_in_population", str(ordinal))


def _of(stated: Any, *names: str) -> Any:
    for name in names:
        if not isinstance(stated, Mapping) or name not in stated:
            raise NotThisDraw("draw_unreadable", name)
        stated = stated[name]
    return stated


def _count(stated: Any, *names: str, least: int = 0) -> int:
    return _number(_of(stated, *names), least)


def _number(value: Any, least: int = 0) -> int:
    if type(value) is not int or not least <= value <= _LARGEST:  # a truth value is no number
        raise NotThisDraw("draw_unreadable", "number")
    return value


def _sequence(value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise NotThisDraw("draw_unreadable", "list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or any(0xD800 <= ord(one) <= 0xDFFF for one in value):
        raise NotThisDraw("draw_unreadable", "text")
    return value


def _matching(value: Any, form: re.Pattern[str]) -> str:
    if not form.fullmatch(_text(value)):
        raise NotThisDraw("draw_unreadable", "text")
    return str(value)


def _bytes(value: Any, length: int) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * length or not _HEXADECIMAL.fullmatch(value):
        raise NotThisDraw("draw_unreadable", "bytes")
    return bytes.fromhex(value)


def _period(value: Any) -> bytes:
    try:
        period = uuid.UUID(_text(value))
    except ValueError:
        raise NotThisDraw("draw_unreadable", "period") from None
    if str(period) != value:
        raise NotThisDraw("draw_unreadable", "period")
    return period.bytes


def _part(text: str) -> bytes:
    value = text.encode("utf-8")
    return len(value).to_bytes(4, "big") + value
