"""RFC 9162: leaf and node hashes, roots, inclusion and consistency proofs.

The mathematics of the log, and nothing else: no input, no output, no table. A tree is given by its size and by a
function that reads the hash of a perfect subtree, so that the same proofs come out of a list of hashes in memory and
out of tiles in a database. Verifying needs no tree at all.

    leaf_hash, node_hash             RFC 9162 §2.1.1
    root, Frontier                   RFC 9162 §2.1.1, whole and piece by piece
    inclusion_proof                  RFC 9162 §2.1.3.1
    verify_inclusion                 RFC 9162 §2.1.3.2
    consistency_proof                RFC 9162 §2.1.4.1
    verify_consistency               RFC 9162 §2.1.4.2

Leaves are numbered from 0; a tree of size n holds the leaves 0 to n-1. Hashes are 32 bytes of SHA-256. Verifying
returns a truth value for any input, however mangled; it never raises for what a stranger handed in.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Self

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256().digest()

# (level, index) -> hash of the perfect subtree over the leaves [index * 2**level, (index + 1) * 2**level).
NodeReader = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf: SHA-256 over 00 and the leaf's bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 over 01 and the hashes of its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the roots of its perfect subtrees, from left to right.

    It is all that is needed to append and to know the root: at most one hash for each bit of the size.
    """

    __slots__ = ("_size", "_subtrees")

    def __init__(self, size: int = 0, subtrees: Iterable[bytes] = ()) -> None:
        """A frontier as it was; `subtrees` must be one hash for each one-bit of `size`, the largest first."""
        self._size = size
        self._subtrees = list(subtrees)
        if size < 0 or len(self._subtrees) != size.bit_count():
            raise ValueError("a frontier has one hash for each one-bit of its size")

    @classmethod
    def of(cls, size: int, read: NodeReader) -> Self:
        """The frontier of a tree of `size` leaves whose nodes `read` gives."""
        return cls(size, [read(level, index) for level, index in perfect_subtrees(0, size)])

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    @property
    def subtrees(self) -> tuple[bytes, ...]:
        """The roots of the perfect subtrees, the largest first."""
        return tuple(self._subtrees)

    def append(self, hash_of_leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Take one more leaf. Returns the perfect subtrees that it completed, as (level, index, hash), lowest first."""
        level, index, right = 0, self._size, hash_of_leaf
        made = [(level, index, right)]
        while index & 1:
            right = node_hash(self._subtrees.pop(), right)
            level, index = level + 1, index >> 1
            made.append((level, index, right))
        self._subtrees.append(right)
        self._size += 1
        return made

    def extend(self, hashes_of_leaves: Iterable[bytes]) -> None:
        """Take many leaves when the nodes that they complete are not wanted."""
        sha256, subtrees, size = hashlib.sha256, self._subtrees, self._size
        for right in hashes_of_leaves:
            index = size
            while index & 1:
                right = sha256(b"\x01" + subtrees.pop() + right).digest()
                index >>= 1
            subtrees.append(right)
            size += 1
        self._size = size

    def root(self) -> bytes:
        """The root of the tree as it stands; of the empty tree, the hash of nothing."""
        return fold(self._subtrees)


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over a list of leaf hashes."""
    frontier = Frontier()
    frontier.extend(hashes)
    return frontier.root()


def nodes_of(hashes: Sequence[bytes]) -> NodeReader:
    """A reader over leaf hashes in memory; each perfect subtree is hashed once."""
    levels: list[list[bytes]] = [list(hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return lambda level, index: levels[level][index]


def fold(subtrees: Sequence[bytes]) -> bytes:
    """The root over the roots of perfect subtrees that stand side by side, from left to right, heights never rising."""
    if not subtrees:
        return EMPTY_ROOT
    whole = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        whole = node_hash(left, whole)
    return whole


def perfect_subtrees(first: int, end: int) -> list[tuple[int, int]]:
    """The perfect subtrees that a subtree over [first, end) of a tree splits into, from left to right."""
    found = []
    while first < end:
        level = (end - first).bit_length() - 1
        if first:  # a perfect subtree starts at a multiple of its width
            level = min(level, (first & -first).bit_length() - 1)
        found.append((level, first >> level))
        first += 1 << level
    return found


def root_of(size: int, read: NodeReader) -> bytes:
    """The root of a tree of `size` leaves whose nodes `read` gives."""
    return _subtree(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the tree of `size`, from the leaf upwards (§2.1.3.1).

    Raises `ValueError` when there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    proof: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            proof.append(_subtree(middle, end, read))
            end = middle
        else:
            proof.append(_subtree(first, middle, read))
            first = middle
    proof.reverse()
    return proof


def verify_inclusion(hash_of_leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes) -> bool:
    """Whether the proof shows that the leaf stands at `index` in the tree of `size` with this root (§2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes([hash_of_leaf, root_hash, *proof]):
        return False  # step 1
    number, last, result = index, size - 1, hash_of_leaf  # steps 2 and 3
    for sibling in proof:  # step 4
        if last == 0:
            return False
        if number & 1 or number == last:
            result = node_hash(sibling, result)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and result == root_hash  # step 5


def consistency_proof(old_size: int, size: int, read: NodeReader) -> list[bytes]:
    """The hashes that show that the tree of `size` only appends to the one of `old_size` (§2.1.4.1).

    Empty for equal sizes and for an empty old tree. Raises `ValueError` when the old tree is the larger one.
    """
    if not 0 <= old_size <= size:
        raise ValueError("a tree cannot grow from a larger one")
    if old_size in (0, size):
        return []
    proof: list[bytes] = []
    first, end, is_whole = 0, size, True
    while old_size != end:
        middle = first + _split(end - first)
        if old_size <= middle:
            proof.append(_subtree(middle, end, read))
            end = middle
        else:
            proof.append(_subtree(first, middle, read))
            first, is_whole = middle, False
    if not is_whole:  # the old tree's root is known to the reader only if it is itself a subtree
        proof.append(_subtree(first, end, read))
    proof.reverse()
    return proof


def verify_consistency(old_size: int, size: int, old_root: bytes, root_hash: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `size` only appends to the one of `old_size` (§2.1.4.2)."""
    if not 0 <= old_size <= size or not _are_hashes([old_root, root_hash, *proof]):
        return False
    if old_size == size:
        return not proof and old_root == root_hash
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old_size.bit_count() == 1:  # step 2: a power of two is a subtree, whose root need not be sent
        path.insert(0, old_root)
    if not path:
        return False  # step 1
    number, last = old_size - 1, size - 1  # step 3
    while number & 1:  # step 4
        number, last = number >> 1, last >> 1
    old = new = path[0]  # step 5
    for sibling in path[1:]:  # step 6
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and old == old_root and new == root_hash  # step 7


def _split(size: int) -> int:
    """The largest power of two below `size` (§2.1.1: k)."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(first: int, end: int, read: NodeReader) -> bytes:
    """The hash of the subtree over the leaves [first, end) of a tree."""
    return fold([read(level, index) for level, index in perfect_subtrees(first, end)])


def _are_hashes(values: Sequence[bytes]) -> bool:
    return all(isinstance(value, bytes) and len(value) == HASH_BYTES for value in values)
