"""Tiles: where each hash lies, and that growing piece by piece gives the same tiles as building them whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.log.tiles import (
    MissingHash,
    grow,
    hashes_in,
    node_reader,
    path_of,
    place_of,
    split,
    tiles_of,
)
from audit.log.tree import consistency_proof, inclusion_proof, leaf_hash, nodes_of, root, root_of

HASHES = [leaf_hash(number.to_bytes(4)) for number in range(70_000)]

# As a tlog-tiles reader would expect them: the specification's own example, a tree of 70,000.
SPECIFIED = {0: [256] * 273 + [112], 1: [256, 17], 2: [1]}


def built(size: int, *, step: int) -> dict[tuple[int, int], bytes]:
    stored: dict[tuple[int, int], bytes] = {}
    for at in range(0, size, step):
        stored.update(grow(at, HASHES[at : min(size, at + step)], lambda level, index: stored[level, index]))
    return stored


def test_a_tree_of_70000_has_the_tiles_of_the_specifications_example() -> None:
    stored = built(70_000, step=10_000)
    widths: dict[int, list[int]] = {}
    for level, index in sorted(stored):
        assert index == len(widths.setdefault(level, []))
        widths[level].append(len(stored[level, index]) // 32)
    assert widths == SPECIFIED
    assert list(tiles_of(70_000)) == [
        (level, index, len(stored[level, index]) // 32) for level, index in sorted(stored)
    ]


@given(st.integers(0, 1200), st.sampled_from([1, 7, 255, 256, 257, 600]))
def test_growing_by_any_step_gives_the_same_tiles(size: int, step: int) -> None:
    if step == 1:
        size %= 300
    stored = built(size, step=step)
    assert stored == built(size, step=2000)
    assert [(level, index, len(stored[level, index]) // 32) for level, index in sorted(stored)] == list(tiles_of(size))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 513, 65_535, 65_536, 65_537, 70_000])
def test_proofs_from_tiles_are_those_from_the_whole_list(size: int) -> None:
    stored = built(size, step=20_000)
    read, whole = node_reader(lambda level, index: stored[level, index]), nodes_of(HASHES[:size])
    assert root_of(size, read) == root(HASHES[:size])
    for index in {0, size // 3, size // 2, size - 1}:
        assert inclusion_proof(index, size, read) == inclusion_proof(index, size, whole)
    for old_size in {1, size // 2 or 1, size - 1 or 1, size}:
        assert consistency_proof(old_size, size, read) == consistency_proof(old_size, size, whole)


@given(st.integers(1, 69_999), st.integers(0, 69_998))
def test_a_proof_at_an_older_size_reads_the_tiles_of_today(size: int, index: int) -> None:
    read = node_reader(lambda level, at: TODAY[level, at])
    index %= size
    assert inclusion_proof(index, size, read) == inclusion_proof(index, size, WHOLE)


TODAY = built(70_000, step=70_000)
WHOLE = nodes_of(HASHES)


def test_a_hash_lies_where_the_definition_says() -> None:
    assert place_of(0, 1000) == (0, 3, 232, 1)
    assert place_of(8, 300) == (1, 1, 44, 1)
    assert place_of(9, 3) == (1, 0, 6, 2)
    assert hashes_in(1, 70_000) == 273


def test_a_tree_stored_smaller_than_said_is_noticed() -> None:
    stored = built(300, step=300)
    read = node_reader(lambda level, index: stored[level, index])
    with pytest.raises(MissingHash):
        root_of(301, read)
    with pytest.raises(MissingHash):
        root_of(70_000, read)
    with pytest.raises(MissingHash):
        grow(301, HASHES[:1], lambda level, index: stored[level, index])
    with pytest.raises(MissingHash):
        grow(299, HASHES[:1], lambda level, index: stored[level, index])


def test_a_tile_is_split_into_its_hashes() -> None:
    assert split(b"".join(HASHES[:3])) == HASHES[:3]


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (2, 1000, 17, "tile/2/x001/000.p/17"),
    ],
)
def test_the_path_is_the_specifications(level: int, index: int, width: int, path: str) -> None:
    assert path_of(level, index, width) == path


@pytest.mark.parametrize(("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_there_is_no_path_to_what_is_no_tile(level: int, index: int, width: int) -> None:
    with pytest.raises(ValueError):
        path_of(level, index, width)
