"""The tree: cut tails, restored and rewritten logs, damaged segments, tiles and checkpoints are found (T2, T3, T7)."""

import uuid
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert, select, update

from audit.log import tree
from audit.log.checkpoint import Checkpoint, sign_checkpoint
from audit.log.note import NoteSigner
from audit.log.store import Segment, StoredCheckpoint, Tile, pack_leaves, unpack_leaves
from govern.core import clock
from govern.core.database import reading
from govern.trail.entry import Entry, EntryNumber, Trail
from tests.support.logs import ORIGIN, House, attacker, cut, found, undone


def test_a_tail_cut_from_the_entries_is_found_at_its_first(house: House) -> None:
    ids = house.grow(2, 3, 2)
    with attacker() as connection:
        connection.execute(delete(Entry).where(Entry.id.in_(ids[5:])))
    assert found(house) == (5, ids[5])
    with attacker() as connection:
        connection.execute(delete(EntryNumber).where(EntryNumber.number >= 5))
    assert found(house) == (5, ids[5])


def test_a_tail_cut_from_every_table_is_found_by_the_copies_outside(house: House) -> None:
    ids = house.grow(2, 3, 2)
    with attacker() as connection:
        cut(connection, 5, ids)
    assert found(house) == (5, None)
    assert house.verdict(with_copies=False).ok, "what the copies are for"


def test_an_emptied_log_is_found_by_the_copies_outside(house: House) -> None:
    house.grow(2)
    with attacker() as connection:
        for table in (EntryNumber, Entry, StoredCheckpoint, Segment, Tile, Trail):
            connection.execute(delete(table))
    assert found(house) == (0, None)


def test_a_trail_made_to_look_shorter_is_found(house: House) -> None:
    ids = house.grow(2, 3)
    with attacker() as connection:
        connection.execute(update(Trail).values(size=4))
    assert found(house) == (4, ids[4])


def test_a_tail_grown_anew_after_a_cut_is_found_by_the_copies(house: House) -> None:
    """With all keys of the program: entries, numbers, tree and checkpoints are those of an honest log, but another one."""
    ids = house.grow(2, 3, 2)
    with attacker() as connection:
        cut(connection, 5, ids)
    house.write(2)
    house.number()
    with reading() as session:
        again = list(session.scalars(select(EntryNumber.entry_id).order_by(EntryNumber.number)))
        hashes = session.execute(select(Tile.hashes).where(Tile.level == 0)).scalar_one()
    root = tree.root([hashes[at : at + 32] for at in range(0, len(hashes), 32)])
    note = sign_checkpoint(Checkpoint(ORIGIN, 7, root), house.signing.signer)
    with attacker() as connection:
        connection.execute(insert(StoredCheckpoint), [{"size": 7, "root": root, "at": clock.now(), "note": note}])
    assert found(house) == (5, again[5])
    assert house.verdict(with_copies=False).ok


def test_a_checkpoint_deleted_or_signed_by_another_is_found(house: House) -> None:
    ids = house.grow(2, 3)
    with attacker() as connection:
        connection.execute(delete(StoredCheckpoint).where(StoredCheckpoint.size == 5))
    assert found(house) == (2, ids[2])
    other = NoteSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    root = house.verdict().root
    forged = sign_checkpoint(Checkpoint(ORIGIN, 5, root), other)
    with attacker() as connection:
        connection.execute(insert(StoredCheckpoint), [{"size": 5, "root": root, "at": clock.now(), "note": forged}])
    assert found(house) == (2, ids[2])


@pytest.mark.parametrize("place", [0, 3, 6])
def test_a_flipped_bit_in_a_segment_or_a_tile_is_found_at_its_number(house: House, place: int) -> None:
    ids = house.grow(7)
    with attacker() as connection:
        packed = connection.execute(select(Segment.leaves)).scalar_one()
        leaves = unpack_leaves(packed)
        leaves[place] = leaves[place][:-1] + bytes([leaves[place][-1] ^ 1])
        connection.execute(update(Segment).values(leaves=pack_leaves(leaves)))
    assert found(house) == (place, ids[place])
    with attacker() as connection:
        connection.execute(update(Segment).values(leaves=packed))
        hashes = bytearray(connection.execute(select(Tile.hashes)).scalar_one())
        hashes[place * 32 + 5] ^= 1
        connection.execute(update(Tile).values(hashes=bytes(hashes)))
    assert found(house) == (place, ids[place])


def test_a_tile_above_that_does_not_fit_the_one_below_is_found(house: House) -> None:
    ids = house.grow(513)
    with attacker() as connection:
        hashes = connection.execute(select(Tile.hashes).where(Tile.level == 1)).scalar_one()
        connection.execute(update(Tile).where(Tile.level == 1).values(hashes=hashes[:32] + bytes(32)))
    assert found(house) == (256, ids[256])


def test_missing_extra_and_torn_segments_and_tiles_are_found(house: House) -> None:
    ids = house.grow(3, 3)

    def attacked(act: Any) -> tuple[int | None, uuid.UUID | None]:
        with undone():
            with attacker() as connection:
                connection.execute(act)
            return found(house)

    assert attacked(delete(Segment).where(Segment.first_number == 3)) == (3, ids[3])
    assert attacked(delete(Segment)) == (0, ids[0])
    assert attacked(update(Segment).where(Segment.first_number == 3).values(leaves=b"\0\0\1")) == (3, ids[3])
    assert attacked(insert(Segment).values(first_number=6, leaves=pack_leaves([b"x"]))) == (6, None)
    assert attacked(insert(Segment).values(first_number=2, leaves=pack_leaves([b"x"]))) == (2, ids[2])
    assert attacked(delete(Tile)) == (0, ids[0])
    assert attacked(insert(Tile).values(level=1, index=0, hashes=bytes(32))) == (6, None)
    assert house.verdict().ok
