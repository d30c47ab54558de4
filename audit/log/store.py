"""Tiles, segments and checkpoints in the database.

A *segment* holds the leaves of one batch as the sequencer numbered them, whole, each with its length before it; it is
written once. A *tile* holds up to 256 hashes of one level (C2SP tlog-tiles); only the tile at the right edge of a
level is ever written again. A *checkpoint* is the signed root at a size. So the log stands beside the entries, and
each can be held against the other (`verify.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, Text, func, insert, select, type_coerce, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import NullType

from audit.log.tiles import TileReader
from govern.core.database import Base, BigNumber

_LENGTH_BYTES: Final = 4
_ROWS_AT_ONCE: Final = 200


class Tile(Base):
    """Up to 256 hashes of one level, one after the other."""

    __tablename__ = "tile"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary(8192))


class Segment(Base):
    """The leaves of the entries numbered in one batch, from `first_number` on."""

    __tablename__ = "segment"

    first_number: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    leaves: Mapped[bytes]


class StoredCheckpoint(Base):
    """A signed checkpoint: the root of the tree at a size, and the note as text (檢核點)."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(BigNumber, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(Text)


class BadSegment(ValueError):
    """A segment's bytes do not come apart into leaves."""


def raw(column: Any) -> ColumnElement[Any]:
    """A column as the driver gives it: a verifier must not fail where somebody put text in place of bytes."""
    return type_coerce(column, NullType())


def as_bytes(value: object) -> bytes:
    """What `raw` gave, as bytes; anything else counts as nothing."""
    return value if isinstance(value, bytes) else b""


def pack_leaves(leaves: Sequence[bytes]) -> bytes:
    """The leaves as a segment keeps them: each after its length in four bytes, big-endian."""
    return b"".join(part for leaf in leaves for part in (len(leaf).to_bytes(_LENGTH_BYTES, "big"), leaf))


def unpack_leaves(packed: bytes) -> list[bytes]:
    """The leaves of a segment. Raises `BadSegment` when lengths and bytes do not fit, or there is no leaf."""
    leaves, at, end = [], 0, len(packed)
    while at < end:
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(packed[at:start], "big")
        leaves.append(packed[start:at])
    if at != end or not leaves:
        raise BadSegment("a segment does not come apart into leaves")
    return leaves


def tile_reader(session: Session) -> TileReader:
    """A reader of tiles for `audit.log.tiles`; a tile that is not there raises `KeyError`."""

    def read(level: int, index: int) -> bytes:
        query = select(raw(Tile.hashes)).where(Tile.level == level, Tile.index == index)
        hashes = session.execute(query).scalar_one_or_none()
        if hashes is None:
            raise KeyError((level, index))
        return as_bytes(hashes)

    return read


def write_tiles(session: Session, tiles: Mapping[tuple[int, int], bytes]) -> None:
    """Tiles as `tiles.grow` gave them: the one at a level's edge is replaced, the others are new."""
    for level in sorted({level for level, _ in tiles}):
        indexes = sorted(index for at, index in tiles if at == level)
        edge = indexes[0]  # only the first of a level can be there already
        done = session.execute(
            update(Tile).where(Tile.level == level, Tile.index == edge).values(hashes=tiles[level, edge])
        )
        new = indexes[1:] if done.rowcount else indexes  # type: ignore[attr-defined]
        if new:
            session.execute(
                insert(Tile), [{"level": level, "index": index, "hashes": tiles[level, index]} for index in new]
            )


def newest_checkpoint(session: Session) -> StoredCheckpoint | None:
    """The checkpoint of the largest size, or `None` before the first."""
    return session.scalars(select(StoredCheckpoint).order_by(StoredCheckpoint.size.desc()).limit(1)).first()


def first_checkpoint_since(session: Session, at: datetime, *, beyond: int = 0) -> StoredCheckpoint | None:
    """The first checkpoint of more than `beyond` entries signed at or after an instant: a month's is the first after it."""
    return session.scalars(
        select(StoredCheckpoint)
        .where(StoredCheckpoint.at >= at, StoredCheckpoint.size > beyond)
        .order_by(StoredCheckpoint.at, StoredCheckpoint.size)
        .limit(1)
    ).first()


def segments_from(session: Session, number: int) -> Iterator[tuple[int, bytes]]:
    """The segments from the one that holds `number` on, as (first number, packed leaves), read page by page."""
    start = session.execute(select(func.max(Segment.first_number)).where(Segment.first_number <= number)).scalar_one()
    at = -1 if start is None else start - 1
    while True:
        page = session.execute(
            select(Segment.first_number, raw(Segment.leaves))
            .where(Segment.first_number > at)
            .order_by(Segment.first_number)
            .limit(_ROWS_AT_ONCE)
        ).all()
        if not page:
            return
        yield from ((first_number, as_bytes(leaves)) for first_number, leaves in page)
        at = page[-1][0]
