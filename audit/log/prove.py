"""Inclusion and consistency proofs for one entry or two checkpoints (RFC 9162 §2.1.3, §2.1.4).

A proof reads a handful of tiles, however large the log. Nothing is handed out that was not held against the signed root
first: a record with a proof that fails at a stranger's desk would be worse than none.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.log import tiles, tree
from audit.log.rows import rows_of
from audit.log.sequence import NOT_NUMBERED
from audit.log.store import StoredCheckpoint, newest_checkpoint, tile_reader
from govern.core.errors import EvidenceUnavailable, TryLater
from govern.trail.entry import EntryNumber

_IDS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry's place in the log: its number (from 0, the leaf's index), its leaf and the hashes up to the root."""

    entry_id: uuid.UUID
    number: int
    leaf: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Proven:
    """Entries, in the order of their numbers, and the signed checkpoint that their proofs lead to."""

    size: int
    root: bytes
    note: str
    entries: tuple[ProvenEntry, ...]


def prove(session: Session, entry_ids: Sequence[uuid.UUID], *, at: StoredCheckpoint | None = None) -> Proven:
    """Inclusion proofs for entries at a checkpoint: the newest unless another is given.

    Raises `TryLater` while one of them has no number or is not yet covered by that checkpoint
    (`sequence.bring_up_to_date` sees to it), and `EvidenceUnavailable` when an entry is not the leaf that the signed
    tree holds.
    """
    checkpoint = at if at is not None else newest_checkpoint(session)
    if checkpoint is None:
        raise TryLater(NOT_NUMBERED)
    numbers: dict[uuid.UUID, int] = {}
    leaves: dict[uuid.UUID, bytes | None] = {}
    ids = list(dict.fromkeys(entry_ids))
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        found = session.execute(select(EntryNumber.entry_id, EntryNumber.number).where(EntryNumber.entry_id.in_(some)))
        numbers.update((identity, number) for identity, number in found)
        leaves.update((row.id, row.leaf) for row in rows_of(session, some))
    if any(numbers.get(identity, checkpoint.size) >= checkpoint.size for identity in ids):
        raise TryLater(NOT_NUMBERED)
    read = tiles.node_reader(tile_reader(session))
    proven = [
        _proven(identity, numbers[identity], leaves.get(identity), checkpoint, read)
        for identity in sorted(ids, key=numbers.__getitem__)
    ]
    return Proven(checkpoint.size, checkpoint.root, checkpoint.note, tuple(proven))


def inclusion(session: Session, number: int, size: int) -> list[bytes]:
    """The inclusion proof of the entry under a number in the tree of `size`. Raises `ValueError` if there is none."""
    return tree.inclusion_proof(number, size, tiles.node_reader(tile_reader(session)))


def consistency(session: Session, old_size: int, size: int) -> list[bytes]:
    """The proof that the tree of `size` only appends to the one of `old_size`."""
    return tree.consistency_proof(old_size, size, tiles.node_reader(tile_reader(session)))


def _proven(
    identity: uuid.UUID, number: int, leaf: bytes | None, checkpoint: StoredCheckpoint, read: tree.NodeReader
) -> ProvenEntry:
    try:
        proof = tree.inclusion_proof(number, checkpoint.size, read)
    except tiles.MissingHash:
        raise EvidenceUnavailable from None
    if leaf is None or not tree.verify_inclusion(tree.leaf_hash(leaf), number, checkpoint.size, proof, checkpoint.root):
        raise EvidenceUnavailable
    return ProvenEntry(identity, number, leaf, tuple(proof))
