"""The verdict: whole logs are whole, what waits is not bad, and a saved checkpoint is held against the log."""

import json
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import OperationalError

from audit.log import sequence, tree
from audit.log.store import StoredCheckpoint
from govern.core import database
from govern.core.database import reading
from govern.core.errors import InvalidInput
from govern.trail.entry import Entry
from tests.support.logs import ORIGIN, House, attacker, cut, found


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


def test_a_checkpoint_saved_by_somebody_is_held_against_the_log(house: House) -> None:
    ids = house.grow(2, 3, 2)
    with reading() as session:
        saved = session.get_one(StoredCheckpoint, 7).note
    assert house.verdict(since=saved, with_copies=False).ok
    with attacker() as connection:
        cut(connection, 5, ids)
    assert house.verdict(with_copies=False).ok
    assert found(house, since=saved, with_copies=False) == (5, None)


def test_a_checkpoint_of_another_log_is_a_wrong_use(house: House) -> None:
    house.grow(2)
    with reading() as session:
        saved = session.get_one(StoredCheckpoint, 2).note
    for wrong in ("", "text\n", saved.replace(ORIGIN, "other.example/log")):
        with pytest.raises(InvalidInput):
            house.verdict(since=wrong)


def test_verifying_writes_nothing_and_counts_every_entry(house: House) -> None:
    house.grow(4)
    with reading() as session:
        before = session.execute(select(func.count()).select_from(Entry)).scalar_one()
    assert house.verdict().size == before == 4


@pytest.mark.parametrize("table", ["entry_number", "segment", "entry"])
def test_a_table_taken_away_or_made_otherwise_is_found(house: House, table: str) -> None:
    house.grow(2)
    with attacker() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO elsewhere")
    number, _ = found(house)
    assert number in (0, None)
    assert sequence.bring_up_to_date(house.mac_of, house.signing) in (0, 2)


def test_a_database_that_is_away_is_no_verdict(house: House, tmp_path: Path) -> None:
    house.grow(2)
    database.bind(f"sqlite:///{tmp_path / 'nowhere' / 'none.sqlite3'}")
    with pytest.raises(OperationalError):
        house.verdict()
