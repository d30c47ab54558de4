"""The rows: every attack on entries, numbers and sealed values is found, with the first bad entry named (T1)."""

from typing import Any

import pytest
from sqlalchemy import String, bindparam, delete, insert, select, update

from govern.core import clock
from govern.core.database import reading, transaction, writer
from govern.keys import ring, subject
from govern.keys.ring import Key
from govern.keys.subject import SealedValue
from govern.lookups.lookup import SubjectKey
from govern.trail.append import append
from govern.trail.entry import Entry, EntrySealedValue, EntrySetAside, EntryWaiting
from govern.trail.kinds.lookups import Asked
from tests.support.attacks import NEW, copy_of, duplicate_at_the_end
from tests.support.logs import House, attacker, found, undone


def test_an_entry_slipped_in_without_a_number_is_named_by_its_id(house: House) -> None:
    ids = house.grow(7)
    with attacker() as connection:
        copy_of(connection, ids[4], id=NEW)
    assert found(house) == (None, NEW)


def test_an_entry_duplicated_at_the_end_is_beyond_the_size(house: House) -> None:
    ids = house.grow(7)
    with attacker() as connection:
        duplicate_at_the_end(connection, ids, 4)
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
