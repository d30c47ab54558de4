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
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from admin.commands.log import log as log_commands
from admin.frame.opening import signing
from audit.log.rows import macs_of
from audit.log.store import StoredCheckpoint
from govern.core import clock
from govern.core.database import reading, transaction
from govern.keys import ring
from govern.keys.subject import SealedValue
from govern.trail.entry import Entry, EntryNumber, EntrySealedValue, Trail
from tests.support.attacks import copies_too, written_anew
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


# `test_history_rewritten` makes every attack on both databases, in three sizes.
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


def verify(house: TestHouse, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, line and sentences of `flask log verify` on the house's data folder."""
    told = log_command(house, "verify", *arguments)
    assert told.stdout, told.stderr
    return told.exit_code, json.loads(told.stdout.splitlines()[-1]), told.stderr


def log_command(house: TestHouse, *arguments: str) -> Result:
    """`flask log …` as its own process would run it, but in this one: a process costs two seconds."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in _environment(house).items():
            patched.setenv(name, value)
        return CliRunner().invoke(log_commands, arguments, obj=ScriptInfo(create_app=lambda: Flask("govern")))


def _environment(house: TestHouse) -> dict[str, str]:
    return {"GOVERN_DATA_DIR": str(house.settings.folder), "GOVERN_DATABASE_URL": house.settings.database_url}


def _in_a_process_of_its_own(house: TestHouse) -> int:
    """The exit code that a watcher sees."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GOVERN_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "log", "verify"],
        cwd=ROOT,
        env=own | _environment(house),
        capture_output=True,
        timeout=60,
        check=False,
    ).returncode


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
            code, line, says = verify(house)
            assert "軌跡遭到更動" in says
        bad = line["first_bad"] or {"number": None, "id": None}
        if (code, line["ok"], bad["number"], bad["id"]) != (1, False, *_named(name, target)):
            missed[name] = (code, line)
    code, line, says = verify(house)
    assert "逐筆核對無誤" in says
    assert (code, line["ok"], line["first_bad"], line["size"]) == (0, True, None, len(target.ids))
    print(f"\nN: {len(chosen)} attacks on {len(target.ids)} entries, {len(missed)} missed")
    assert missed == {}


def test_a_watcher_learns_it_from_the_exit_code(sqlite_house: TestHouse) -> None:
    """以獨立程式執行：完整時結束代碼為0，遭竄改時為1。"""
    sqlite_house.submit(sqlite_house.a_clerk("ntpc-dist-banqiao", CERTIFICATE), a_request(CERTIFICATE))
    assert sqlite_house.verified().ok
    assert _in_a_process_of_its_own(sqlite_house) == 0
    with attacker() as connection:
        connection.execute(update(Entry).where(Entry.kind == "asked").values(agency="ntpc-police"))
    assert _in_a_process_of_its_own(sqlite_house) == 1


def test_a_checkpoint_that_was_saved_finds_what_the_logs_own_key_can_hide(
    house: TestHouse, target: Target, tmp_path: Path
) -> None:
    """以本日誌金鑰整本重寫、副本一併更換：`flask log verify` 看不出來，`--since 保存的檢核點` 發現、說明並以代碼1結束。"""
    saved, held = tmp_path / "saved.checkpoint", signing(house.settings)
    assert log_command(house, "checkpoint", str(saved)).exit_code == 0
    assert log_command(house, "checkpoint", str(saved)).exit_code == 2, "what was saved is not written over"
    assert log_command(house, "checkpoint").stdout == saved.read_text()
    house.a_clerk("ntpc-dist-banqiao", CERTIFICATE)
    code, line, says = verify(house, "--since", str(saved))
    assert (code, line["ok"], [each["consistent"] for each in line["since"]]) == (0, True, [True])
    assert "其後只有增加，沒有改寫" in says

    size = line["size"]
    with undone():
        with attacker() as connection:
            _edit(person=SOMEBODY_ELSE)(connection, target)
            written_anew(connection, macs_of(ring.bound()), held, [size])
        with copies_too(held.copies, _notes):
            assert verify(house)[:2] == (0, verify(house)[1]), "nobody inside can tell"
            code, line, says = verify(house, "--since", str(saved))
            assert (code, line["ok"], line["first_bad"]["number"]) == (1, False, 0)
            assert [each["consistent"] for each in line["since"]] == [False]
            assert "即使用的是本日誌自己的金鑰" in says

    wrong = tmp_path / "wrong.checkpoint"
    wrong.write_text(saved.read_text().replace("\n", "\n\n", 1))
    assert log_command(house, "verify", "--since", str(wrong)).exit_code == 2
    assert verify(house, "--since", str(saved))[0] == 0


def _notes() -> list[tuple[int, str]]:
    with reading() as session:
        return [(one.size, one.note) for one in session.scalars(select(StoredCheckpoint))]


@pytest.mark.parametrize(
    "statement", ["UPDATE entry SET agency = 'x'", "DELETE FROM entry", "DELETE FROM entry_number"]
)
def test_the_program_itself_cannot_change_or_delete_an_entry(house: TestHouse, target: Target, statement: str) -> None:
    """系統本身的資料庫連線也不能修改或刪除任何一筆軌跡。"""
    with pytest.raises(DBAPIError), transaction() as session:
        session.connection().exec_driver_sql(statement)
    assert house.verified().ok
