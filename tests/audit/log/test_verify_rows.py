"""The rows: every attack on entries, numbers and sealed values is found, with the first bad entry named (T1)."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, String, bindparam, delete, insert, select, update

from audit.log import tree
from audit.log.store import Segment, Tile, pack_leaves, unpack_leaves
from govern.core import clock
from govern.core.database import reading, transaction, writer
from govern.keys import ring, subject
from govern.keys.ring import Key
from govern.keys.subject import SealedValue
from govern.lookups.lookup import SubjectKey
from govern.trail.append import append
from govern.trail.entry import Entry, EntryNumber, EntrySealedValue, EntrySetAside, EntryWaiting, Trail
from govern.trail.kinds.lookups import Asked
from tests.support.logs import House, attacker, found, undone

Attack = Callable[[Connection, list[uuid.UUID]], object]


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


def test_two_subjects_of_one_look_up_that_changed_places_are_found_without_a_key(house: House) -> None:
    with transaction() as session:
        key = subject.data_key(ring.bound(), session, agency="ntpc-urban", retention_years=5, at=clock.now())
        sealed = [subject.seal(key, "national_id", f"A12345678{digit}") for digit in (1, 2)]
        session.add_all(sealed)
        session.flush()
        keys = [
            [{"commitment": each.commitment, "ciphertext_sha256": each.ciphertext_sha256, "kind": "national_id"}]
            for each in sealed
        ]
        asked = Asked(
            lookup=NEW,
            case_item="low_income",
            case_item_version=1,
            ground_kind="consent",
            subjects=2,
            reference="1151124-7QX4-M2",
            queue="normal",
            due_at="",
            tasks=(),
            subject_list=tuple({"ordinal": at, "keys": listed} for at, listed in enumerate(keys, start=1)),
            subjects_root=bytes(32),
        )
        entry = append(session, asked, also=sealed).entry_id
    with attacker() as connection:
        rows = [
            {"lookup": NEW, "ordinal": at, "seq": 1, "part": "key", "kind": "national_id", "sealed_value": each.id}
            for at, each in enumerate(sealed, start=1)
        ]
        connection.execute(insert(SubjectKey), rows)
    house.grow(0)
    assert house.verdict().ok
    with attacker() as connection:
        for at, identity in ((1, NEW), (2, sealed[0].id), (1, sealed[1].id)):
            connection.execute(update(SubjectKey).where(SubjectKey.ordinal == at).values(sealed_value=identity))
    assert found(house) == (0, entry)
