"""The population's units, byte by byte: a leaf each, in one order, under one Merkle root.

A unit is a subject of a look-up whose ending entry the period covers (DESIGN.md, Draw). The freeze states how many there
are and the root over them; from then on no unit can be changed, dropped, added or moved without the root changing, and a
drawn unit is shown to have stood at its ordinal by an inclusion proof, without the others.

    leaf of a unit = "govern unit 1\n", number of the ending entry (8 bytes), subject's ordinal (8 bytes), that subject's
                     commitment from "asked" (32 bytes); numbers big-endian
    order          = by the ending entry's number, then by the subject's ordinal; no two units have both alike
    root, proofs   = RFC 9162 §2.1.1 and §2.1.3 over these leaves, as in the log (`audit.log.tree`)
    ordinal        = a unit's place in that order, from 0: what the draw gives

Units come as a stream and are let go one by one. What a month of 11.26 million keeps in memory is the right edge of the
tree, and for each drawn unit the two dozen hashes of its proof.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from audit.log import tree

COMMITMENT_BYTES: Final = 32
_UNIT: Final = b"govern unit 1\n"
_LARGEST: Final = 2**63 - 1


class UnitsError(ValueError):
    """What was given is no population, or not the one that was frozen. The message says which rule is broken."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A subject of a look-up: the number of the entry that ended it, the subject's ordinal in it, and its commitment."""

    number: int
    subject_ordinal: int
    commitment: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.number <= _LARGEST or not 1 <= self.subject_ordinal <= _LARGEST:
            raise UnitsError("a unit has an entry's number from 0 and a subject's ordinal from 1")
        if len(self.commitment) != COMMITMENT_BYTES:
            raise UnitsError(f"a subject's commitment has {COMMITMENT_BYTES} bytes")


@dataclass(frozen=True, slots=True)
class Population:
    """What a freeze states: how many units there are, and the root over them."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class ProvenUnit:
    """A drawn unit, its place in the population, and the hashes from its leaf up to the root."""

    ordinal: int
    unit: Unit
    proof: tuple[bytes, ...]

    def as_json(self) -> dict[str, object]:
        """The unit as a record carries it."""
        return {
            "ordinal": self.ordinal,
            "number": self.unit.number,
            "subject_ordinal": self.unit.subject_ordinal,
            "commitment": self.unit.commitment.hex(),
            "proof": [each.hex() for each in self.proof],
        }


def unit_leaf(unit: Unit) -> bytes:
    """The bytes of a unit in the population's tree."""
    return _UNIT + unit.number.to_bytes(8, "big") + unit.subject_ordinal.to_bytes(8, "big") + unit.commitment


def population(units: Iterable[Unit]) -> Population:
    """The population of these units, which come in their order. Raises `UnitsError` when they do not.

    The units are read once, one at a time. No units are a population too: of size 0, its root the hash of nothing.
    """
    frontier = tree.Frontier()
    frontier.extend(tree.leaf_hash(unit_leaf(unit)) for unit in _in_order(units))
    return Population(frontier.size, frontier.root())


def prove(units: Iterable[Unit], frozen: Population, ordinals: Collection[int]) -> tuple[ProvenUnit, ...]:
    """The units at these ordinals with their inclusion proofs, in the order in which the ordinals were drawn.

    The units are read once more and must be the frozen ones: `UnitsError` when size or root come out differently, so that
    no record carries a proof that fails at a stranger's desk. Raises it too for an ordinal that the population has not.
    """
    if not all(0 <= ordinal < frozen.size for ordinal in ordinals):
        raise UnitsError("an ordinal lies outside the population")
    wanted = set(ordinals)
    kept = dict.fromkeys(_nodes_of_proofs(wanted, frozen.size), b"")
    found: dict[int, Unit] = {}
    frontier = tree.Frontier()
    for ordinal, unit in enumerate(_in_order(units)):
        if ordinal in wanted:
            found[ordinal] = unit
        for level, index, value in frontier.append(tree.leaf_hash(unit_leaf(unit))):
            if (level, index) in kept:
                kept[level, index] = value
    if Population(frontier.size, frontier.root()) != frozen:
        raise UnitsError("the units are not those that were frozen")
    read: tree.NodeReader = lambda level, index: kept[level, index]  # noqa: E731 a reader is a function of two numbers
    return tuple(
        ProvenUnit(ordinal, found[ordinal], tuple(tree.inclusion_proof(ordinal, frozen.size, read)))
        for ordinal in ordinals
    )


def verify(proven: ProvenUnit, frozen: Population) -> bool:
    """Whether the unit stood at its ordinal when the population was frozen (RFC 9162 §2.1.3.2)."""
    leaf = tree.leaf_hash(unit_leaf(proven.unit))
    return tree.verify_inclusion(leaf, proven.ordinal, frozen.size, proven.proof, frozen.root)


def _in_order(units: Iterable[Unit]) -> Iterator[Unit]:
    """The same units, once it is sure of each that it comes after the one before."""
    last = (-1, 0)
    for unit in units:
        place = (unit.number, unit.subject_ordinal)
        if place <= last:
            raise UnitsError("units are ordered by ending entry, then by subject, each once")
        last = place
        yield unit


def _nodes_of_proofs(ordinals: Iterable[int], size: int) -> set[tuple[int, int]]:
    """Which perfect subtrees the proofs of these ordinals are made of: the proofs are asked, with nothing to read yet."""
    asked: set[tuple[int, int]] = set()

    def note(level: int, index: int) -> bytes:
        asked.add((level, index))
        return tree.EMPTY_ROOT

    for ordinal in ordinals:
        tree.inclusion_proof(ordinal, size, note)
    return asked
