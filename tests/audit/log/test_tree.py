"""The tree's mathematics, held against the definitions of RFC 9162 written out naively and against known roots."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.log.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_of,
    root,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The leaves and roots that the Certificate Transparency implementations test with.
KNOWN_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
KNOWN_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}

leaves = st.lists(st.binary(max_size=8), max_size=70)


def naive_root(entries: list[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, as it is written there."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = largest_power_of_two_below(len(entries))
    return hashlib.sha256(b"\x01" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


def naive_path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162 §2.1.3.1."""
    if len(entries) == 1:
        return []
    k = largest_power_of_two_below(len(entries))
    if m < k:
        return [*naive_path(m, entries[:k]), naive_root(entries[k:])]
    return [*naive_path(m - k, entries[k:]), naive_root(entries[:k])]


def naive_subproof(m: int, entries: list[bytes], is_whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162 §2.1.4.1."""
    if m == len(entries):
        return [] if is_whole else [naive_root(entries)]
    k = largest_power_of_two_below(len(entries))
    if m <= k:
        return [*naive_subproof(m, entries[:k], is_whole), naive_root(entries[k:])]
    return [*naive_subproof(m - k, entries[k:], False), naive_root(entries[:k])]


def largest_power_of_two_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@pytest.mark.parametrize("size", sorted(KNOWN_ROOTS))
def test_known_roots_come_out(size: int) -> None:
    assert root([leaf_hash(leaf) for leaf in KNOWN_LEAVES[:size]]).hex() == KNOWN_ROOTS[size]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root([]) == EMPTY_ROOT == Frontier().root()


@given(leaves)
def test_every_way_to_a_root_agrees_with_the_definition(entries: list[bytes]) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    step_by_step = Frontier()
    for hash_of_leaf in hashes:
        step_by_step.append(hash_of_leaf)
    expected = naive_root(entries)
    assert root(hashes) == step_by_step.root() == root_of(len(hashes), nodes_of(hashes)) == expected


@given(leaves, st.data())
def test_a_frontier_taken_up_again_grows_to_the_same_root(entries: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    cut = data.draw(st.integers(0, len(hashes)))
    again = Frontier.of(cut, nodes_of(hashes))
    assert again.subtrees == grown(hashes[:cut]).subtrees
    again.extend(hashes[cut:])
    assert (again.size, again.root()) == (len(hashes), root(hashes))


def grown(hashes: list[bytes]) -> Frontier:
    frontier = Frontier()
    frontier.extend(hashes)
    return frontier


def test_appending_names_every_node_that_it_completes() -> None:
    hashes = [leaf_hash(bytes([i])) for i in range(40)]
    frontier, made = Frontier(), {}
    for hash_of_leaf in hashes:
        made.update({(level, index): value for level, index, value in frontier.append(hash_of_leaf)})
    read = nodes_of(hashes)
    expected = {(level, index): read(level, index) for level in range(6) for index in range(40 >> level)}
    assert made == expected


@given(leaves.filter(bool), st.data())
def test_an_inclusion_proof_is_the_definitions_and_is_accepted(entries: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    index = data.draw(st.integers(0, len(entries) - 1))
    proof = inclusion_proof(index, len(entries), nodes_of(hashes))
    assert proof == naive_path(index, entries)
    assert verify_inclusion(hashes[index], index, len(entries), proof, root(hashes))


@given(leaves.filter(bool), st.data())
def test_a_consistency_proof_is_the_definitions_and_is_accepted(entries: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    old_size = data.draw(st.integers(1, len(entries)))
    proof = consistency_proof(old_size, len(entries), nodes_of(hashes))
    assert proof == naive_subproof(old_size, entries, True)
    assert verify_consistency(old_size, len(entries), root(hashes[:old_size]), root(hashes), proof)


@given(leaves)
def test_every_tree_grows_from_the_empty_one(entries: list[bytes]) -> None:
    hashes = [leaf_hash(entry) for entry in entries]
    assert consistency_proof(0, len(entries), nodes_of(hashes)) == []
    assert verify_consistency(0, len(entries), EMPTY_ROOT, root(hashes), [])


def test_no_other_leaf_place_size_or_root_passes_an_inclusion_proof() -> None:
    hashes = [leaf_hash(bytes([i])) for i in range(33)]
    for size in range(1, 34):
        read, whole = nodes_of(hashes[:size]), root(hashes[:size])
        for index in range(size):
            proof = inclusion_proof(index, size, read)
            for other in range(size + 2):
                assert verify_inclusion(hashes[index], other, size, proof, whole) is (other == index)
            assert not verify_inclusion(leaf_hash(b"another"), index, size, proof, whole)
            assert not verify_inclusion(hashes[index], index, size, proof, leaf_hash(b"another"))
            assert not verify_inclusion(hashes[index], index, size, [*proof, whole], whole)
            assert not (proof and verify_inclusion(hashes[index], index, size, proof[:-1], whole))


@given(st.integers(1, 64), st.integers(0, 63), st.data())
def test_one_flipped_bit_in_a_proof_is_refused(size: int, index: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(bytes([i])) for i in range(size)]
    index %= size
    proof = inclusion_proof(index, size, nodes_of(hashes))
    if proof:
        at = data.draw(st.integers(0, len(proof) * 256 - 1))
        proof[at // 256] = flipped(proof[at // 256], at % 256)
        assert not verify_inclusion(hashes[index], index, size, proof, root(hashes))
    old_size = data.draw(st.integers(1, size))
    growth = consistency_proof(old_size, size, nodes_of(hashes))
    if growth:
        at = data.draw(st.integers(0, len(growth) * 256 - 1))
        growth[at // 256] = flipped(growth[at // 256], at % 256)
        assert not verify_consistency(old_size, size, root(hashes[:old_size]), root(hashes), growth)


def flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value) ^ (1 << bit)).to_bytes(len(value))


def test_a_tree_that_forgot_or_changed_a_leaf_is_not_consistent() -> None:
    hashes = [leaf_hash(bytes([i])) for i in range(24)]
    changed = [*hashes]
    changed[5] = leaf_hash(b"rewritten")
    for old_size in range(6, 24):
        proof = consistency_proof(old_size, 24, nodes_of(changed))
        assert not verify_consistency(old_size, 24, root(hashes[:old_size]), root(changed), proof)


@given(
    st.integers(-5, 200), st.integers(-5, 200), st.lists(st.binary(max_size=40), max_size=12), st.binary(max_size=40)
)
def test_verifying_never_raises_for_what_a_stranger_hands_in(
    index: int, size: int, proof: list[bytes], value: bytes
) -> None:
    assert verify_inclusion(value, index, size, proof, value) in (True, False)
    assert verify_consistency(index, size, value, value, proof) in (True, False)


def test_there_is_no_proof_for_what_is_not_there() -> None:
    read = nodes_of([leaf_hash(b"only")])
    with pytest.raises(ValueError):
        inclusion_proof(1, 1, read)
    with pytest.raises(ValueError):
        consistency_proof(2, 1, read)
    with pytest.raises(ValueError):
        Frontier(3, [node_hash(b"", b"")])
