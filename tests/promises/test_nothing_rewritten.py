"""軌跡不可竄改：任何人改寫、刪除、插入、調換或截短過去的紀錄，`flask log verify` 一律發現，並指出第一筆遭竄改的紀錄。

Promise 4 (SECURITY.md, T1, T3). The attacker may write anything to the database and takes the triggers away first. What
is asked is the command itself, as a stranger would run it on the data folder; a good trail passes it, so that it can
fail for the right reason alone.
"""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from govern.core import clock
from govern.core.database import reading, transaction
from govern.keys.subject import SealedValue
from govern.trail.entry import Entry, EntryNumber, EntrySealedValue, Trail
from tests.support.houses import TestHouse, a_request
from tests.support.logs import attacker, cut, undone

ROOT = Path(__file__).parent.parent.parent
CERTIFICATE = "disability_certificate"
SLIPPED_IN = uuid.UUID("0197a000-0000-7000-8000-00000000000f")
SOMEBODY_ELSE = uuid.UUID("0197a000-0000-7000-8000-000000000001")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Target:
    """The trail's entries by number, and the number of the one that is attacked: an intent in the middle."""

    ids: list[uuid.UUID]
    number: int

    @property
    def id(self) -> uuid.UUID:
        """The attacked entry."""
        return self.ids[self.number]


Attack = Callable[[Connection, Target], Any]


def _edit(**values: Any) -> Attack:
    return lambda connection, target: connection.execute(update(Entry).where(Entry.id == target.id).values(**values))


def _change_the_time(connection: Connection, target: Target) -> None:
    later = clock.now() - timedelta(days=1)
    connection.execute(update(Entry).where(Entry.id == target.id).values(at=later))


def _delete(connection: Connection, target: Target) -> None:
    connection.execute(delete(EntryNumber).where(EntryNumber.entry_id == target.id))
    connection.execute(delete(Entry).where(Entry.id == target.id))


def _delete_and_renumber(connection: Connection, target: Target) -> None:
    _delete(connection, target)
    _shift(connection, target.number + 1, len(target.ids), -1)
    connection.execute(update(Trail).values(size=len(target.ids) - 1))


def _insert(connection: Connection, target: Target) -> None:
    """A copy under another id, in the place of the entry, which moves on by one with all behind it."""
    values = dict(connection.execute(select(Entry.__table__).where(Entry.id == target.id)).mappings().one())
    connection.execute(insert(Entry.__table__), [values | {"id": SLIPPED_IN}])
    _shift(connection, target.number, len(target.ids), 1)
    connection.execute(insert(EntryNumber), [{"number": target.number, "entry_id": SLIPPED_IN}])
    connection.execute(update(Trail).values(size=len(target.ids) + 1))


def _shift(connection: Connection, first: int, end: int, step: int) -> None:
    numbers = range(first, end) if step < 0 else range(end - 1, first - 1, -1)
    for number in numbers:
        connection.execute(update(EntryNumber).where(EntryNumber.number == number).values(number=number + step))


def _reorder(connection: Connection, target: Target) -> None:
    for number, to in ((target.number, -1), (target.number + 2, target.number), (-1, target.number + 2)):
        connection.execute(update(EntryNumber).where(EntryNumber.number == number).values(number=to))


def _truncate(connection: Connection, target: Target) -> None:
    cut(connection, target.number, target.ids)


def _swap_ciphertexts(connection: Connection, target: Target) -> None:
    """What was sealed beside two look-ups changes places: each still opens, as the other's."""
    query = select(
        SealedValue.id, SealedValue.ciphertext, SealedValue.ciphertext_sha256, SealedValue.commitment
    ).order_by(SealedValue.id)
    linked = query.join(EntrySealedValue, EntrySealedValue.sealed_value_id == SealedValue.id)
    kind = connection.execute(
        select(SealedValue.kind)
        .join(EntrySealedValue, EntrySealedValue.sealed_value_id == SealedValue.id)
        .where(EntrySealedValue.entry_id == _asked(target))
        .limit(1)
    ).scalar_one()
    mine = connection.execute(
        linked.where(EntrySealedValue.entry_id == _asked(target), SealedValue.kind == kind)
    ).first()
    other = connection.execute(
        linked.where(EntrySealedValue.entry_id == target.ids[-1], SealedValue.kind == kind)
    ).first()
    assert mine is not None
    assert other is not None
    for one, to in ((mine, other), (other, mine)):
        connection.execute(
            update(SealedValue)
            .where(SealedValue.id == one.id)
            .values(ciphertext=to.ciphertext, ciphertext_sha256=to.ciphertext_sha256, commitment=to.commitment)
        )


def _asked(target: Target) -> uuid.UUID:
    """The entry "asked" of the same look-up: the one before the intent."""
    return target.ids[target.number - 1]


ATTACKS: Mapping[str, Attack] = {
    "edit": _edit(agency="ntpc-police"),
    "change_the_user": _edit(person=SOMEBODY_ELSE, account="somebody.else"),
    "change_the_time": _change_the_time,
    "delete": _delete,
    "delete_and_renumber": _delete_and_renumber,
    "insert": _insert,
    "reorder": _reorder,
    "truncate": _truncate,
    "swap_ciphertexts": _swap_ciphertexts,
}


# A run of the command takes seconds; `tests/audit/log` makes every attack on both databases without it.
ON_POSTGRESQL = ("edit", "truncate")


def _named(name: str, target: Target) -> tuple[int, str]:
    """The first bad entry: the attacked one, or what stands in its place."""
    places = {
        "delete_and_renumber": (target.number, target.ids[target.number + 1]),
        "insert": (target.number, SLIPPED_IN),
        "reorder": (target.number, target.ids[target.number + 2]),
        "swap_ciphertexts": (target.number - 1, _asked(target)),
    }
    number, identity = places.get(name, (target.number, target.id))
    return number, str(identity)


def verify(house: TestHouse) -> tuple[int, dict[str, Any]]:
    """Exit code and line of `flask log verify`, run on the house's data folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GOVERN_")}
    told = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "log", "verify"],
        cwd=ROOT,
        env=own | {"GOVERN_DATA_DIR": str(house.settings.folder), "GOVERN_DATABASE_URL": house.settings.database_url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.stdout, told.stderr
    line: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return told.returncode, line


@pytest.fixture
def target(house: TestHouse) -> Target:
    """A trail of real look-ups, asked, answered, numbered and signed."""
    clerk = house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    lookups = []
    for number in range(2):
        lookups.append(house.submit(clerk, a_request(CERTIFICATE, case_number=f"測試字第115000{number}號")))
        house.run_due()
    house.submit(clerk, a_request(CERTIFICATE, case_number="測試字第1159999號"))
    assert house.verified().ok
    with reading() as session:
        ids = list(session.scalars(select(EntryNumber.entry_id).order_by(EntryNumber.number)))
        intent = session.scalars(select(Entry.id).where(Entry.lookup == lookups[1], Entry.kind == "about_to_ask")).one()
    return Target(ids, ids.index(intent))


def test_every_way_of_rewriting_the_trail_is_found_and_the_first_bad_entry_named(
    house: TestHouse, target: Target
) -> None:
    """改寫、刪除、插入、調換、截短、調包密文、改時間、改使用者：全部發現並指名；未動過的軌跡則通過。"""
    assert verify(house)[0] == 0
    chosen = ON_POSTGRESQL if house.settings.database_url.startswith("postgresql") else tuple(ATTACKS)
    missed = {}
    for name in chosen:
        with undone():
            with attacker() as connection:
                ATTACKS[name](connection, target)
            code, line = verify(house)
        bad = line["first_bad"] or {"number": None, "id": None}
        if (code, line["ok"], bad["number"], bad["id"]) != (1, False, *_named(name, target)):
            missed[name] = (code, line)
    code, line = verify(house)
    assert (code, line["ok"], line["first_bad"], line["size"]) == (0, True, None, len(target.ids))
    print(f"\nN: {len(chosen)} attacks on {len(target.ids)} entries, {len(missed)} missed")
    assert missed == {}


@pytest.mark.parametrize(
    "statement", ["UPDATE entry SET agency = 'x'", "DELETE FROM entry", "DELETE FROM entry_number"]
)
def test_the_program_itself_cannot_change_or_delete_an_entry(house: TestHouse, target: Target, statement: str) -> None:
    """系統本身的資料庫連線也不能修改或刪除任何一筆軌跡。"""
    with pytest.raises(DBAPIError), transaction() as session:
        session.connection().exec_driver_sql(statement)
    assert house.verified().ok
