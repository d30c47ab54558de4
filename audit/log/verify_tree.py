"""The log against itself: segments against tiles, tiles against every checkpoint that was ever signed.

Two walks over the whole log, in the order of the numbers. The first hashes each leaf of the segments and compares it
with its tile (this is where the time goes, and what can be shared among processes). The second builds the tree from the
tiles and compares its root with each checkpoint, in the database and kept outside it; so a log that was cut, restored
from a back-up or written anew with the right keys is found, as far back as a checkpoint reaches. `verify.py` says what
the findings of all walks mean together.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit.log.checkpoint import CheckpointError, read_checkpoint
from audit.log.note import NoteKey
from audit.log.store import (
    BadSegment,
    Segment,
    StoredCheckpoint,
    Tile,
    as_bytes,
    raw,
    segments_from,
    tile_reader,
    unpack_leaves,
)
from audit.log.tiles import HEIGHT, WIDTH, hashes_in, node_reader, split
from audit.log.tree import HASH_BYTES, Frontier, NodeReader, fold, nodes_of, perfect_subtrees

_TILES_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a number; or, when only a root is wrong, somewhere in [number, before)."""

    number: int
    why: str
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Grown:
    """What the second walk found: the root at the end (None where a hash is missing) and the first wrong thing."""

    root: bytes | None
    finding: Finding | None


@dataclass(slots=True)
class _Tiles:
    """The tiles of level 0 read in order, a page at a time: hashes from one number to another."""

    session: Session
    page: dict[int, bytes] = field(default_factory=dict)

    def hashes(self, first: int, end: int) -> bytes:
        """The leaf hashes in [first, end), as far as they are there."""
        parts = []
        while first < end:
            tile, place = divmod(first, WIDTH)
            upto = min(end, (tile + 1) * WIDTH)
            part = self.tile(tile)[place * HASH_BYTES : (place + upto - first) * HASH_BYTES]
            parts.append(part)
            if len(part) < (upto - first) * HASH_BYTES:
                break
            first = upto
        return b"".join(parts)

    def tile(self, index: int) -> bytes:
        """One tile of level 0; empty when it is not there."""
        if index not in self.page:
            query = select(Tile.index, raw(Tile.hashes)).where(
                Tile.level == 0, Tile.index >= index, Tile.index < index + _TILES_AT_ONCE
            )
            self.page = {index: b""} | {at: as_bytes(hashes) for at, hashes in self.session.execute(query)}
        return self.page[index]


def leaves_fit(session: Session, first: int, end: int) -> Finding | None:
    """Each leaf in [first, end) of the segments hashes to what its tile says, and the segments leave no gap.

    `None` when all is so, else the first number that does not. Both must be where a segment starts, or the log ends.
    """
    sha256, tiles, at = hashlib.sha256, _Tiles(session), first
    for first_number, packed in segments_from(session, first):
        if at >= end:
            break
        if first_number != at:
            return Finding(min(at, first_number), "segment_missing_or_twice")
        try:
            leaves = unpack_leaves(packed)
        except BadSegment:
            return Finding(at, "segment_unreadable")
        made = b"".join([sha256(b"\x00" + leaf).digest() for leaf in leaves])
        kept = tiles.hashes(at, at + len(leaves))
        if made != kept:
            return Finding(at + _first_difference(made, kept), "leaf_differs_from_tile")
        at += len(leaves)
    return None if at == end else Finding(min(at, end), "segment_missing_or_twice")


def tree_grows(
    session: Session,
    first: int,
    end: int,
    *,
    copies: Mapping[int, str],
    origin: str,
    trusted: Sequence[NoteKey],
) -> Grown:
    """The tree of the tiles has, at each size in (first, end] that was signed, the root that was signed.

    `first` must be a multiple of 256 at which the tiles are believed (0: nothing is). The walk goes on after a wrong
    root, so that the root at the end can be told, and stops where a hash is missing.
    """
    tiles, finding, good = _Tiles(session), None, first
    full = Frontier(first // WIDTH, Frontier.of(first, node_reader(tile_reader(session))).subtrees)
    signed, above, root = _signed_sizes(session, first, copies), _Above(session), full.root()
    due = next(signed, None)
    for index in range(first // WIDTH, -(-end // WIDTH)):
        width = min(WIDTH, end - index * WIDTH)
        tile = tiles.tile(index)
        if len(tile) != width * HASH_BYTES:
            missing = Finding(index * WIDTH + min(len(tile) // HASH_BYTES, width), "tile_too_short_or_long")
            return Grown(None, finding or missing)
        read = nodes_of(split(tile))
        while due is not None and due[0] <= index * WIDTH + width:
            size, notes = due
            root = _root_at(full, size, read)
            if finding is None:
                why = _why_not(size, root, notes, origin, trusted)
                finding = Finding(good, why, before=size) if why else None
            good, due = size, next(signed, None)
        root = _root_at(full, index * WIDTH + width, read)
        if width == WIDTH:
            full.append(read(HEIGHT, 0))
            wrong = above.wrong_at(1, index, read(HEIGHT, 0))
            finding = finding or (Finding(wrong, "tile_differs_from_the_one_below") if wrong is not None else None)
    if finding is None and due is not None:
        finding = Finding(end, "checkpoint_beyond_size")
    if finding is None and _is_longer_than(session, end):
        finding = Finding(end, "segment_or_tile_beyond_size")
    return Grown(root, finding)


@dataclass(slots=True)
class _Above:
    """The tiles above level 0, held against the hashes that the level below gives."""

    session: Session
    cache: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    def wrong_at(self, level: int, index: int, made: bytes) -> int | None:
        """The first leaf below a wrong hash at (level, index) or above it; `None` when all fit."""
        tile_index, place = divmod(index, WIDTH)
        tile = self._tile(level, tile_index)
        if tile[place * HASH_BYTES : (place + 1) * HASH_BYTES] != made:
            return index * int(WIDTH**level)
        if place == WIDTH - 1:
            return self.wrong_at(level + 1, tile_index, nodes_of(split(tile))(HEIGHT, 0))
        return None

    def _tile(self, level: int, index: int) -> bytes:
        held = self.cache.get(level)
        if held is None or held[0] != index:
            query = select(raw(Tile.hashes)).where(Tile.level == level, Tile.index == index)
            held = self.cache[level] = (index, as_bytes(self.session.execute(query).scalar_one_or_none()))
        return held[1]


def _is_longer_than(session: Session, size: int) -> bool:
    """Whether a segment begins beyond this size, or the last tile of a level ends elsewhere than in such a tree."""
    last_segment = session.execute(select(func.max(Segment.first_number))).scalar()
    if last_segment is not None and last_segment >= size:
        return True
    last = session.execute(select(Tile.level, func.max(Tile.index)).group_by(Tile.level)).all()
    for level, index in last:
        query = select(raw(Tile.hashes)).where(Tile.level == level, Tile.index == index)
        if index * WIDTH + len(as_bytes(session.execute(query).scalar_one())) // HASH_BYTES != hashes_in(level, size):
            return True
    return False


def _signed_sizes(
    session: Session, first: int, copies: Mapping[int, str]
) -> Iterator[tuple[int, tuple[bytes | None, str | None, str | None]]]:
    """Every size above `first` that was signed, in order, with the stored root, the stored note and the copy."""
    query = select(StoredCheckpoint.size, raw(StoredCheckpoint.root), raw(StoredCheckpoint.note))
    rows = session.execute(query.where(StoredCheckpoint.size > first))
    stored = {size: (as_bytes(root), note if isinstance(note, str) else "") for size, root, note in rows}
    for size in sorted(stored.keys() | {size for size in copies if size > first}):
        root, note = stored.get(size, (None, None))
        yield size, (root, note, copies.get(size))


def _why_not(
    size: int,
    root: bytes,
    notes: tuple[bytes | None, str | None, str | None],
    origin: str,
    trusted: Sequence[NoteKey],
) -> str | None:
    """Why the root at this size is not the one that was signed; `None` when it is."""
    stored_root, note, copy = notes
    for text, where in ((copy, "kept_checkpoint"), (note, "checkpoint")):
        if text is None:
            continue
        try:
            signed = read_checkpoint(text, origin=origin, trusted=trusted)
        except CheckpointError:
            return f"{where}_is_not_signed"
        if (signed.size, signed.root) != (size, root):
            return f"root_differs_from_{where}"
    if note is None or stored_root != root:
        return "checkpoint_missing" if note is None else "root_differs_from_checkpoint"
    return None


def _root_at(full: Frontier, size: int, read: NodeReader) -> bytes:
    """The root at a size that ends within the tile after the full ones, or at its end."""
    within = perfect_subtrees(0, size - full.size * WIDTH)
    return fold([*full.subtrees, *(read(level, index) for level, index in within)])


def _first_difference(made: bytes, kept: bytes) -> int:
    for at in range(0, len(made), HASH_BYTES):
        if made[at : at + HASH_BYTES] != kept[at : at + HASH_BYTES]:
            return at // HASH_BYTES
    return len(made) // HASH_BYTES
