"""What a verification finds: every kind of attack on the trail, with the first bad entry named (SECURITY.md, T1 to T3)."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, String, bindparam, delete, func, insert, select, update

from audit.log import tree
from audit.log.checkpoint import Checkpoint, sign_checkpoint
from audit.log.note import NoteSigner
from audit.log.store import Segment, StoredCheckpoint, Tile, pack_leaves, unpack_leaves
from govern.core import clock
from govern.core.database import reading, writer
from govern.core.errors import InvalidInput
from govern.keys.ring import Key
from govern.keys.subject import SealedValue
from govern.trail.entry import Entry, EntryNumber, EntrySealedValue, EntrySetAside, EntryWaiting, Trail
from tests.support.logs import ORIGIN, House, attacker, undone

Attack = Callable[[Connection, list[uuid.UUID]], object]


def found(house: House, **given: Any) -> tuple[int | None, uuid.UUID | None]:
    verdict = house.verdict(**given)
    assert not verdict.ok
    assert verdict.first_bad is not None
    return verdict.first_bad.number, verdict.first_bad.entry_id


def test_an_untouched_log_is_whole_at_every_size(house: House) -> None:
    verdict = house.verdict()
    assert (verdict.ok, verdict.size, verdict.root) == (True, 0, tree.EMPTY_ROOT)
    for size in (1, 2, 255, 256, 257, 600):
        grown = size - house.verdict().size
        house.grow(grown, sealed=grown < 3)
        verdict = house.verdict()
        assert (verdict.ok, verdict.size) == (True, size)
        with reading() as session:
            assert verdict.root == session.get_one(StoredCheckpoint, size).root
        for number in (0, 1, 256, 300, size):
            assert house.verdict(number).to_json() == verdict.to_json()


def test_the_verdict_is_one_line_of_json(house: House) -> None:
    ids = house.grow(3)
    assert json.loads(json.dumps(house.verdict().to_json())) | {"root": ""} == {
        "size": 3,
        "root": "",
        "ok": True,
        "first_bad": None,
    }
    with attacker() as connection:
        connection.execute(delete(Entry).where(Entry.id == ids[1]))
    assert house.verdict().to_json()["first_bad"] == {"number": 1, "id": str(ids[1])}


def test_entries_written_since_are_not_missed_and_not_bad(house: House) -> None:
    house.grow(3)
    house.write(2)
    assert (house.verdict().ok, house.verdict().size) == (True, 3)
    house.number()
    assert (house.verdict().ok, house.verdict().size) == (True, 5)


# Each attack is made on a log of 7 entries and changes the one at number 4 (or names what it changes first).
NEW = uuid.UUID("0197a000-0000-7000-8000-00000000000f")


def _copy_of(connection: Connection, identity: uuid.UUID, **changes: Any) -> None:
    values = dict(connection.execute(select(Entry.__table__).where(Entry.id == identity)).mappings().one())
    connection.execute(insert(Entry.__table__), [values | changes])


def _renumber(connection: Connection, first: int, step: int) -> None:
    query = select(EntryNumber.number).where(EntryNumber.number >= first).order_by(EntryNumber.number * -step)
    for number in connection.execute(query).scalars().all():
        connection.execute(update(EntryNumber).where(EntryNumber.number == number).values(number=number + step))


def _swap_numbers(connection: Connection, one: int, other: int) -> None:
    for number, to in ((one, -1), (other, one), (-1, other)):
        connection.execute(update(EntryNumber).where(EntryNumber.number == number).values(number=to))


def _delete(connection: Connection, ids: list[uuid.UUID]) -> None:
    connection.execute(delete(EntryNumber).where(EntryNumber.entry_id == ids[4]))
    connection.execute(delete(Entry).where(Entry.id == ids[4]))


def _delete_and_renumber(connection: Connection, ids: list[uuid.UUID]) -> None:
    _delete(connection, ids)
    _renumber(connection, 5, -1)
    connection.execute(update(Trail).values(size=6))


def _insert_numbered(connection: Connection, ids: list[uuid.UUID]) -> None:
    _copy_of(connection, ids[4], id=NEW)
    _renumber(connection, 4, 1)
    connection.execute(insert(EntryNumber), [{"number": 4, "entry_id": NEW}])
    connection.execute(update(Trail).values(size=8))


def _duplicate_at_the_end(connection: Connection, ids: list[uuid.UUID]) -> None:
    _copy_of(connection, ids[4], id=NEW)
    connection.execute(insert(EntryNumber), [{"number": 7, "entry_id": NEW}])


def _edit(**values: Any) -> Attack:
    return lambda connection, ids: connection.execute(update(Entry).where(Entry.id == ids[4]).values(**values))


def _edit_time(connection: Connection, ids: list[uuid.UUID]) -> None:
    connection.execute(update(Entry).where(Entry.id == ids[4]).values(at=clock.now() - timedelta(days=1)))


def _edit_with_leaf_and_tile(connection: Connection, ids: list[uuid.UUID]) -> None:
    """The row, its leaf in the segment and its hash in the tile changed together; the root is another then."""
    connection.execute(update(Entry).where(Entry.id == ids[4]).values(agency="tpe-social"))
    segment = connection.execute(select(Segment).where(Segment.first_number <= 4).order_by(Segment.first_number.desc()))
    first, packed = segment.first() or (0, b"")
    leaves = unpack_leaves(packed)
    entry = connection.execute(select(Entry.__table__).where(Entry.id == ids[4])).mappings().one()
    leaves[4 - first] = Entry(**entry).leaf()
    connection.execute(update(Segment).where(Segment.first_number == first).values(leaves=pack_leaves(leaves)))
    hashes = connection.execute(select(Tile.hashes).where(Tile.level == 0, Tile.index == 0)).scalar_one()
    spoiled = hashes[: 4 * 32] + tree.leaf_hash(leaves[4 - first]) + hashes[5 * 32 :]
    connection.execute(update(Tile).where(Tile.level == 0, Tile.index == 0).values(hashes=spoiled))


ATTACKS: dict[str, Attack] = {
    "edit_the_agency": _edit(agency="tpe-social"),
    "change_the_user": _edit(person=uuid.UUID("0197a000-0000-7000-8000-000000000001")),
    "change_the_time": _edit_time,
    "null_a_column": _edit(about_kind=None, details=b"{}"),
    "change_the_kind": _edit(kind="denied"),
    "change_the_mac": _edit(mac=bytes(32)),
    "change_the_mac_key": _edit(mac_key=2),
    "change_the_id": lambda connection, ids: connection.execute(update(Entry).where(Entry.id == ids[4]).values(id=NEW)),
    "delete": _delete,
    "delete_the_row_alone": lambda connection, ids: connection.execute(delete(Entry).where(Entry.id == ids[4])),
    "delete_the_number_alone": lambda connection, ids: connection.execute(
        delete(EntryNumber).where(EntryNumber.entry_id == ids[4])
    ),
    "delete_and_renumber": _delete_and_renumber,
    "insert_under_a_number": _insert_numbered,
    "swap_two": lambda connection, ids: _swap_numbers(connection, 4, 6),
    "swap_neighbours": lambda connection, ids: _swap_numbers(connection, 4, 5),
    "edit_row_leaf_and_tile": _edit_with_leaf_and_tile,
}
# What then stands under number 4, where that is another entry than the one that was attacked.
NAMES_ANOTHER: dict[str, Callable[[list[uuid.UUID]], uuid.UUID]] = {
    "insert_under_a_number": lambda ids: NEW,
    "swap_two": lambda ids: ids[6],
    "swap_neighbours": lambda ids: ids[5],
    "delete_and_renumber": lambda ids: ids[5],
}


@pytest.mark.parametrize("steps", [(7,), (2, 3, 2), (1,) * 7], ids=["one_batch", "three", "seven"])
def test_every_attack_on_number_4_is_found_there(house: House, steps: tuple[int, ...]) -> None:
    ids = house.grow(*steps)
    missed = {}
    for name, attack in ATTACKS.items():
        with undone():
            with attacker() as connection:
                attack(connection, ids)
            verdict = house.verdict()
        named = verdict.first_bad and (verdict.first_bad.number, verdict.first_bad.entry_id)
        if named != (4, NAMES_ANOTHER.get(name, lambda ids: ids[4])(ids)):
            missed[name] = verdict.first_bad
        assert house.verdict().ok
    assert missed == {}
    print(f"{len(ATTACKS)} attacks made, {len(ATTACKS)} found and named")


def test_an_entry_slipped_in_without_a_number_is_named_by_its_id(house: House) -> None:
    ids = house.grow(7)
    with attacker() as connection:
        _copy_of(connection, ids[4], id=NEW)
    assert found(house) == (None, NEW)


def test_an_entry_duplicated_at_the_end_is_beyond_the_size(house: House) -> None:
    ids = house.grow(7)
    with attacker() as connection:
        _duplicate_at_the_end(connection, ids)
    assert found(house) == (7, NEW)


def test_an_entry_taken_out_of_the_waiting_line_is_named(house: House) -> None:
    house.grow(3)
    (waiting,) = house.write(1)
    assert house.verdict().ok
    with attacker() as connection:
        connection.execute(delete(EntryWaiting))
    assert found(house) == (None, waiting)


def test_a_waiting_entry_that_was_deleted_is_named(house: House) -> None:
    house.grow(3)
    (waiting,) = house.write(1)
    with attacker() as connection:
        connection.execute(delete(Entry).where(Entry.id == waiting))
    assert found(house) == (None, waiting)


def test_an_entry_set_aside_is_named(house: House) -> None:
    house.grow(3)
    (bad,) = house.write(1)
    with attacker() as connection:
        connection.execute(update(Entry).where(Entry.id == bad).values(mac=bytes(32)))
    house.number()
    house.write(1)
    house.number()
    assert house.verdict().size == 4
    assert found(house) == (None, bad)
    with reading() as session:
        assert session.get(EntrySetAside, bad) is not None


def _cut(connection: Connection, size: int, ids: list[uuid.UUID]) -> None:
    """The tail gone from every table, as one would who knows them all; checkpoints beyond the size too."""
    connection.execute(delete(EntryNumber).where(EntryNumber.number >= size))
    connection.execute(delete(Entry).where(Entry.id.in_(ids[size:])))
    connection.execute(delete(StoredCheckpoint).where(StoredCheckpoint.size > size))
    connection.execute(delete(Segment).where(Segment.first_number >= size))
    hashes = connection.execute(select(Tile.hashes).where(Tile.level == 0, Tile.index == 0)).scalar_one()
    connection.execute(update(Tile).where(Tile.level == 0).values(hashes=hashes[: size * 32]))
    connection.execute(update(Trail).values(size=size))


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
        _cut(connection, 5, ids)
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
        _cut(connection, 5, ids)
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


def test_a_checkpoint_saved_by_somebody_is_held_against_the_log(house: House) -> None:
    ids = house.grow(2, 3, 2)
    with reading() as session:
        saved = session.get_one(StoredCheckpoint, 7).note
    assert house.verdict(since=saved, with_copies=False).ok
    with attacker() as connection:
        _cut(connection, 5, ids)
    assert house.verdict(with_copies=False).ok
    assert found(house, since=saved, with_copies=False) == (5, None)


def test_a_checkpoint_of_another_log_is_a_wrong_use(house: House) -> None:
    house.grow(2)
    with reading() as session:
        saved = session.get_one(StoredCheckpoint, 2).note
    for wrong in ("", "text\n", saved.replace(ORIGIN, "other.example/log")):
        with pytest.raises(InvalidInput):
            house.verdict(since=wrong)


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


def test_swapped_ciphertexts_are_found_without_a_key(house: House) -> None:
    ids = house.grow(5, sealed=True)
    with attacker() as connection:
        query = select(SealedValue.id, SealedValue.ciphertext, SealedValue.ciphertext_sha256, SealedValue.commitment)
        rows = connection.execute(
            query.join(EntrySealedValue, EntrySealedValue.sealed_value_id == SealedValue.id).order_by(
                EntrySealedValue.entry_id
            )
        ).all()
        for one, other in ((rows[2], rows[4]), (rows[4], rows[2])):
            connection.execute(
                update(SealedValue)
                .where(SealedValue.id == one.id)
                .values(
                    ciphertext=other.ciphertext,
                    ciphertext_sha256=other.ciphertext_sha256,
                    commitment=other.commitment,
                )
            )
    assert found(house) == (2, ids[2])


def test_a_sealed_value_altered_or_taken_away_is_found(house: House) -> None:
    ids = house.grow(3, sealed=True)
    linked = EntrySealedValue.entry_id == ids[1]
    with reading() as session:
        sealed = session.execute(select(EntrySealedValue.sealed_value_id).where(linked)).scalar_one()
    change = update(SealedValue).where(SealedValue.id == sealed)
    acts: dict[str, list[Any]] = {
        "ciphertext": [change.values(ciphertext=b"other")],
        "sha256": [change.values(ciphertext_sha256=bytes(32))],
        "commitment": [change.values(commitment=bytes(32))],
        "null": [change.values(ciphertext=None)],
        "row": [delete(SealedValue).where(SealedValue.id == sealed)],
        "link": [delete(EntrySealedValue).where(linked)],
    }
    acts["both"] = acts["row"] + acts["link"]
    for name, statements in acts.items():
        with undone():
            with attacker() as connection:
                for statement in statements:
                    connection.execute(statement)
            assert found(house) == (1, ids[1]), name
    assert house.verdict().ok


def test_a_term_forgotten_by_destroying_its_key_is_lawful(house: House) -> None:
    house.grow(3, sealed=True)
    with attacker() as connection:
        connection.execute(update(Key).values(wrapped=None, destroyed_at=clock.now()))
        connection.execute(update(SealedValue).values(ciphertext=None, keyed_index=None))
    assert house.verdict().ok


def test_what_a_type_cannot_take_is_found_not_fallen_over(house: House) -> None:
    ids = house.grow(5, sealed=True)
    if writer().dialect.name == "postgresql":
        pytest.skip("PostgreSQL's types refuse it; the same test ran on SQLite")
    for column, value in (("at", "yesterday"), ("person", "nobody"), ("details", "text"), ("id", "x")):
        with undone():
            with attacker() as connection:
                text = bindparam("text", value, String())
                connection.execute(update(Entry).where(Entry.id == ids[3]).values({column: text}))
            assert found(house) == (3, ids[3]), column
    for statement in (
        "UPDATE tile SET hashes = 'text'",
        "UPDATE segment SET leaves = 'text'",
        "UPDATE checkpoint SET root = 'text'",
        "UPDATE checkpoint SET note = x'00'",
        "UPDATE sealed_value SET ciphertext = 'text'",
        "UPDATE sealed_value SET commitment = 'text'",
        "UPDATE entry_number SET entry_id = 'text' WHERE number = 0",
    ):
        with undone():
            with attacker() as connection:
                connection.exec_driver_sql(statement)
            assert found(house)[0] == 0, statement


def test_verifying_writes_nothing_and_counts_every_entry(house: House) -> None:
    house.grow(4)
    with reading() as session:
        before = session.execute(select(func.count()).select_from(Entry)).scalar_one()
    assert house.verdict().size == before == 4
