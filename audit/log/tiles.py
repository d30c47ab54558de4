"""C2SP tlog-tiles: where a hash of the tree lies, and how tiles grow.

A tile is up to 256 consecutive hashes of one tree level: tile (level, index) holds, at place i, the hash of the perfect
subtree over the leaves [(index * 256 + i) * 256**level, ... + 256**level). Level 0 holds leaf hashes; a hash above is
made of a *full* tile below. The tree levels between two tile levels are hashed again when wanted, 255 hashes at most.
What is stored of a tree is thus fixed by its size alone, and any proof reads a handful of tiles, however large the
tree.

Here are the sums only; where tiles are kept is told by a function that reads one.
"""

from collections.abc import Callable, Iterable
from typing import Final

from audit.log.tree import HASH_BYTES, NodeReader, nodes_of, root

WIDTH: Final = 256
HEIGHT: Final = 8  # tree levels in one tile: 2**8 == WIDTH

# (tile level, index) -> the tile's hashes, one after the other; raises KeyError or returns too few when there are none.
TileReader = Callable[[int, int], bytes]


class MissingHash(LookupError):
    """A tile is not there or too short: the tree as stored is smaller than was said."""


def place_of(level: int, index: int) -> tuple[int, int, int, int]:
    """Where the hash of the perfect subtree (tree level, index) lies: tile level, tile index, first place, how many.

    When more than one, the subtree's hash is the root over that many hashes of the tile.
    """
    tile_level, within = divmod(level, HEIGHT)
    first = index << within
    return tile_level, first // WIDTH, first % WIDTH, 1 << within


def hashes_in(tile_level: int, size: int) -> int:
    """How many hashes the tiles of a level hold together, for a tree of `size`."""
    return size >> (HEIGHT * tile_level)


def tiles_of(size: int) -> Iterable[tuple[int, int, int]]:
    """Every tile that a tree of `size` has: level, index, and how many hashes it holds."""
    level = 0
    while (count := hashes_in(level, size)) > 0:
        for index in range(-(-count // WIDTH)):
            yield level, index, min(WIDTH, count - index * WIDTH)
        level += 1


def node_reader(read_tile: TileReader) -> NodeReader:
    """A reader of tree nodes over tiles; each tile is read once for as long as the reader lives."""
    seen: dict[tuple[int, int], bytes] = {}
    inner: dict[tuple[int, int], NodeReader] = {}

    def read(level: int, index: int) -> bytes:
        tile_level, tile_index, first, count = place_of(level, index)
        key = (tile_level, tile_index)
        if key not in seen:
            try:
                seen[key] = read_tile(*key)
            except KeyError:
                raise MissingHash(f"tile {tile_level}/{tile_index}") from None
        tile = seen[key]
        if len(tile) < (first + count) * HASH_BYTES:
            raise MissingHash(f"tile {tile_level}/{tile_index} ends before place {first + count}")
        if count == 1:
            return hash_at(tile, first)
        if len(tile) == WIDTH * HASH_BYTES:  # a full tile answers many questions: hash it once
            if key not in inner:
                inner[key] = nodes_of(split(tile))
            return inner[key](level % HEIGHT, first // count)
        return root(split(tile[first * HASH_BYTES : (first + count) * HASH_BYTES]))

    return read


def hash_at(tile: bytes, place: int) -> bytes:
    """The hash at a place of a tile."""
    return tile[place * HASH_BYTES : (place + 1) * HASH_BYTES]


def split(tile: bytes) -> list[bytes]:
    """The hashes of a tile, one by one."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def grow(size: int, hashes_of_leaves: list[bytes], read_tile: TileReader) -> dict[tuple[int, int], bytes]:
    """The tiles that change when leaves are appended to a tree of `size`, each whole, as (level, index) -> hashes.

    Only the partial tile at the right edge of each level is read. Raises `MissingHash` when that tile does not hold
    what a tree of `size` must have there: the stored tree and the stored size then contradict each other, and nothing
    may be built on it.
    """
    changed: dict[tuple[int, int], bytes] = {}
    new, level = hashes_of_leaves, 0
    while new:
        have = hashes_in(level, size)
        index, in_edge = divmod(have, WIDTH)
        edge = _edge(level, index, in_edge, read_tile)
        row = edge + b"".join(new)
        full = []
        for at in range(0, len(row), WIDTH * HASH_BYTES):
            tile = row[at : at + WIDTH * HASH_BYTES]
            changed[level, index + at // (WIDTH * HASH_BYTES)] = tile
            if len(tile) == WIDTH * HASH_BYTES:
                full.append(root(split(tile)))
        new, level = full, level + 1
    return changed


def _edge(level: int, index: int, in_edge: int, read_tile: TileReader) -> bytes:
    if not in_edge:
        return b""
    try:
        edge = read_tile(level, index)
    except KeyError:
        raise MissingHash(f"tile {level}/{index}") from None
    if len(edge) != in_edge * HASH_BYTES:
        raise MissingHash(f"tile {level}/{index} holds {len(edge) // HASH_BYTES} hashes, not {in_edge}")
    return edge


def path_of(level: int, index: int, width: int = WIDTH) -> str:
    """The path under which a tile is published: `tile/0/x001/x234/067`, or with `.p/<width>` (tlog-tiles)."""
    if not 0 <= level < 64 or index < 0 or not 1 <= width <= WIDTH:
        raise ValueError("no such tile")
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    return f"tile/{level}/{'/'.join(reversed(parts))}" + ("" if width == WIDTH else f".p/{width}")
