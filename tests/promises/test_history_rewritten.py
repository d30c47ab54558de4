"""軌跡遭改寫：改、刪、插、調換、複製、截短、還原舊檔，不論有無金鑰、是否連檢核點一併重簽，一律發現並指出第一筆；單一位元翻轉亦然。

Promise 4 (SECURITY.md, T1 to T3, T7) on logs of three sizes and both databases. Who holds no key is found by the log itself; who
holds the keys by the copies outside the database; who holds those as well by a checkpoint that somebody saved elsewhere.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, LargeBinary, bindparam, delete, select, update

from audit.log import prove, tree, verify_rows, verify_tree
from audit.log import verify as verifying
from audit.log.checkpoint import CheckpointError, read_checkpoint
from audit.log.store import Segment, StoredCheckpoint, Tile
from audit.log.verify import Verdict
from govern.core import database
from govern.core.database import reading
from govern.keys.subject import SealedValue
from govern.trail.entry import Entry, EntryNumber
from tests.support.attacks import (
    ATTACKS,
    WITH_THE_KEYS,
    Ids,
    copies_too,
    edit_with_mac_and_leaf,
    first_bad,
    written_anew,
)
from tests.support.logs import House, a_house, attacker, cut, undone
from tests.support.proofs import counted, record, said

pytestmark = pytest.mark.slow

STEPS = {"small": (2, 3, 2), "middle": (16, 16, 8), "large": (100, 130, 40)}
LARGE_ON_POSTGRESQL = (30, 30, 10)  # that a tile is passed over is the same on both
SAMPLE, MANY = 60, 3000


@dataclass(frozen=True, slots=True)
class Log:
    """A log of some size with checkpoints on its way, its entries by number, and the one that is attacked."""

    house: House
    ids: Ids
    sizes: tuple[int, ...]

    @property
    def at(self) -> int:
        """The attacked number: behind the first checkpoint, before the last."""
        return len(self.ids) * 4 // 7

    def saved(self, size: int) -> str:
        """The signed checkpoint at a size, as somebody may have saved it."""
        with reading() as session:
            return session.get_one(StoredCheckpoint, size).note

    def notes(self) -> Sequence[tuple[int, str]]:
        """All checkpoints that the database holds."""
        with reading() as session:
            return [(one.size, one.note) for one in session.scalars(select(StoredCheckpoint))]


@pytest.fixture(params=STEPS)
def log(request: pytest.FixtureRequest, database_address: str, tmp_path: Path) -> Log:
    """An honest log, whole."""
    steps, house = STEPS[request.param], a_house(tmp_path)
    if request.param == "large" and database_address.startswith("postgresql"):
        steps = LARGE_ON_POSTGRESQL
    ids = house.grow(*steps, sealed=sum(steps) < 10)
    assert house.verdict().ok
    return Log(house, ids, tuple(sum(steps[: at + 1]) for at in range(len(steps))))


@contextmanager
def _attacked(log: Log, name: str, *, with_keys: bool) -> Iterator[None]:
    with undone():
        with attacker() as connection:
            _attack(connection, log, name)
            if with_keys:
                written_anew(connection, log.house.mac_of, log.house.signing, log.sizes)
        yield


def _attack(connection: Connection, log: Log, name: str) -> None:
    if name == "cut the tail":
        cut_at = log.at
        connection.execute(delete(EntryNumber).where(EntryNumber.number >= cut_at))
        connection.execute(delete(Entry).where(Entry.id.in_(log.ids[cut_at:])))
    else:
        ATTACKS[name](connection, log.ids, log.at)


def _missed(log: Log, names: Sequence[str]) -> dict[str, object]:
    """Attacks by somebody without keys that were not found at the first entry that they touched."""
    missed: dict[str, object] = {}
    for name in names:
        with _attacked(log, name, with_keys=False):
            bad = log.house.verdict().first_bad
        named = bad and (bad.number, bad.entry_id)
        if named != first_bad(name, log.ids, log.at):
            missed[name] = bad
    return missed


def test_without_keys_every_attack_is_found_where_it_was_made(log: Log) -> None:
    """無金鑰者：每一種竄改都被發現，並指出正是那一筆。"""
    missed = _missed(log, list(ATTACKS))
    print(f"\nN: {len(ATTACKS)} attacks without keys on {len(log.ids)} entries, {len(missed)} missed")
    assert missed == {}
    assert log.house.verdict().ok


def test_with_all_keys_every_attack_is_found_by_copies_and_by_what_was_saved(log: Log) -> None:
    """持有全部金鑰、整本重簽者：資料庫外的副本指出段落；連副本也改了，仍由另行保存的檢核點發現。"""
    house, last = log.house, log.sizes[-1]
    saved = [log.saved(size) for size in log.sizes]
    before = max((size for size in log.sizes if size <= log.at), default=0)
    missed: dict[str, object] = {}
    for name in (*WITH_THE_KEYS, "cut the tail"):
        with _attacked(log, name, with_keys=True):
            with_copies = house.verdict()
            blind = house.verdict(with_copies=False)
            with copies_too(house.signing.copies, log.notes):
                blinder = house.verdict()
                late = verifying.verify(house.mac_of, house.signing, since=saved[-1:])
                every = verifying.verify(house.mac_of, house.signing, since=saved)
        if not (blind.ok and blinder.ok):
            missed[f"{name}: not written anew well enough, so nothing was proven"] = blind
        if not _names(with_copies, before, log) or not _names(every, before, log) or late.ok:
            missed[name] = (with_copies.first_bad, late.first_bad, every.first_bad)
        if [held.consistent for held in every.since] != [size <= log.at for size in log.sizes]:
            missed[f"{name}: what was saved"] = every.since
    print(f"\nN: {len(WITH_THE_KEYS) + 1} attacks with all keys on {last} entries, {len(missed)} missed")
    assert missed == {}
    assert verifying.verify(house.mac_of, house.signing, since=saved).ok


def _names(verdict: Verdict, before: int, log: Log) -> bool:
    """Whether it is found, and the named number is the first that no good checkpoint covers, or the first that is missing."""
    bad = verdict.first_bad
    return bad is not None and bad.number is not None and before <= bad.number <= log.at


def test_an_old_copy_put_back_is_found_by_what_was_saved_later(database_address: str, tmp_path: Path) -> None:
    """還原成舊備份（資料庫、副本、金鑰全部一致）：由其後保存的檢核點發現，並指出自第幾筆起不見了。"""
    house = a_house(tmp_path)
    ids = list(house.grow(2, 3))
    with reading() as session:
        early = session.get_one(StoredCheckpoint, 5).note
    ids = list(house.grow(2))
    with reading() as session:
        late = session.get_one(StoredCheckpoint, 7).note
    with undone():
        with attacker() as connection:
            cut(connection, 5, ids)
        with reading() as session:
            old = [(one.size, one.note) for one in session.scalars(select(StoredCheckpoint))]
        with copies_too(house.signing.copies, lambda: old):
            assert house.verdict().ok, "what the saved file is for"
            verdict = verifying.verify(house.mac_of, house.signing, since=[early, late])
    assert [held.consistent for held in verdict.since] == [True, False]
    assert verdict.since[1].is_shorter
    assert verdict.first_bad is not None
    assert verdict.first_bad.number == 5


def test_each_walk_that_is_left_out_lets_an_attack_pass(
    database_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """檢核此檢核：驗證程式少走任何一步，就有竄改漏網，並被量得出來。"""
    house = a_house(tmp_path)
    log = Log(house, house.grow(2, 3, 2), (2, 5, 7))
    planted: dict[str, tuple[object, str, object]] = {
        "rows": (verifying, "first_bad_row", lambda *_: None),
        "MACs and leaves of a row": (verify_rows, "_why_bad", lambda *_: None),
        "leaves": (verifying, "leaves_fit", lambda *_: None),
        "roots": (verify_tree, "_why_not", lambda *_: None),
    }
    for name, (where, what, nothing) in planted.items():
        with monkeypatch.context() as patched:
            patched.setattr(where, what, nothing)
            assert not _finds_all(log), name
    assert _finds_all(log)


def _finds_all(log: Log) -> bool:
    """Whether one attack of each sort is found: by nobody's keys, by the MACs' key, by all keys."""
    if _missed(log, ("edit the agency", "change the MAC")):
        return False
    with _attacked(log, "edit the agency", with_keys=True):
        if log.house.verdict().ok:
            return False
    with undone():
        with attacker() as connection:
            edit_with_mac_and_leaf(connection, log.ids, log.at, log.house.mac_of)
        bad = log.house.verdict().first_bad
    return bad is not None and (bad.number, bad.entry_id) == (log.at, log.ids[log.at])


def _flipped(raw: bytes, chance: random.Random) -> bytes:
    bit = chance.randrange(len(raw) * 8)
    return raw[: bit // 8] + bytes([raw[bit // 8] ^ 1 << bit % 8]) + raw[bit // 8 + 1 :]


# What lies in the database: table, column, and the key by which a row is found.
_STORED: list[tuple[type, str, str]] = [
    (Segment, "leaves", "first_number"),
    (Tile, "hashes", "index"),
    (StoredCheckpoint, "root", "size"),
    (StoredCheckpoint, "note", "size"),
    (Entry, "details", "id"),
    (Entry, "mac", "id"),
    (SealedValue, "ciphertext", "id"),
    (SealedValue, "commitment", "id"),
]


def _flips_missed(log: Log, count: int, *, seed: int) -> list[str]:
    """So many single bits of the database, each turned alone and back again; those that no verdict found."""
    chance, missed = random.Random(seed), []
    for turn in range(count):
        table, column, key = _STORED[turn % len(_STORED)]
        with attacker() as connection:
            row = chance.choice(connection.execute(select(getattr(table, key), getattr(table, column))).all())
            was = row[1]
            raw = _flipped(was.encode() if isinstance(was, str) else was, chance)
            _put(connection, table, column, key, row[0], raw.decode("latin-1") if isinstance(was, str) else raw)
        if log.house.verdict().ok:
            missed.append(f"{table.__name__}.{column}")
        with attacker() as connection:
            _put(connection, table, column, key, row[0], was)
    return missed


def _put(connection: Connection, table: type, column: str, key: str, row: Any, value: Any) -> None:
    if isinstance(value, str):
        value = value.replace("\x00", "\x01")  # PostgreSQL keeps no such letter
    kind = LargeBinary() if isinstance(value, bytes) else None
    changed = bindparam("changed", value, kind)
    connection.execute(update(table).where(getattr(table, key) == row).values({column: changed}))


def _flips_believed(log: Log, count: int, *, seed: int) -> list[str]:
    """Single bits turned in what a stranger is handed: head, inclusion proof, consistency proof; those still believed."""
    chance, size, key = random.Random(seed), len(log.ids), log.house.signing.signer.key()
    first = log.sizes[0]
    with reading() as session:
        proven = prove.prove(session, [log.ids[log.at]]).entries[0]
        grown = prove.consistency(session, first, size)
        roots = {at: session.get_one(StoredCheckpoint, at).root for at in (first, size)}
        note = session.get_one(StoredCheckpoint, size).note.encode()
    assert tree.verify_consistency(first, size, roots[first], roots[size], grown)
    believed = []
    for turn in range(count):
        what = ("head", "leaf", "inclusion", "consistency")[turn % 4]
        if what == "head":
            turned = _flipped(note, chance).decode(errors="replace")
            is_believed = _is_signed(turned, log, key)
        elif what == "consistency":
            turned_proof = _one_flipped(grown, chance)
            is_believed = tree.verify_consistency(first, size, roots[first], roots[size], turned_proof)
        else:
            leaf = _flipped(proven.leaf, chance) if what == "leaf" else proven.leaf
            proof = _one_flipped(proven.proof, chance) if what == "inclusion" else list(proven.proof)
            is_believed = tree.verify_inclusion(tree.leaf_hash(leaf), proven.number, size, proof, roots[size])
        if is_believed:
            believed.append(what)
    return believed


def _one_flipped(hashes: Sequence[bytes], chance: random.Random) -> list[bytes]:
    at = chance.randrange(len(hashes))
    return [_flipped(one, chance) if place == at else one for place, one in enumerate(hashes)]


def _is_signed(note: str, log: Log, key: Any) -> bool:
    try:
        read_checkpoint(note, origin=log.house.signing.signer.name, trusted=[key])
    except CheckpointError:
        return False
    return True


def test_a_single_bit_anywhere_is_found(database_address: str, tmp_path: Path) -> None:
    """資料庫、檢核點、證明裡任何一個位元翻轉都被發現。"""
    house = a_house(tmp_path)
    log = Log(house, house.grow(2, 3, 2, sealed=True), (2, 5, 7))
    missed, believed = _flips_missed(log, SAMPLE, seed=1), _flips_believed(log, 10 * SAMPLE, seed=2)
    print(
        f"\nN: {SAMPLE} bits of the database, {len(missed)} missed; {10 * SAMPLE} of head and proofs, {believed} believed"
    )
    assert (missed, believed) == ([], [])
    assert house.verdict().ok
    assert _is_signed(log.saved(7), log, house.signing.signer.key()), "what is not turned is believed"


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_ten_thousand_bits(database_address: str, tmp_path: Path) -> None:
    """同上，逐一翻轉一萬個位元，並留下紀錄。"""
    house = a_house(tmp_path)
    log = Log(house, house.grow(2, 3, 2, sealed=True), (2, 5, 7))
    seed = random.SystemRandom().randrange(1 << 30)
    missed, believed = _flips_missed(log, MANY, seed=seed), _flips_believed(log, 10_000 - MANY, seed=seed)
    rows = [
        counted("bits turned in the database, not found", len(missed), "bits", rounds=MANY),
        counted("bits turned in heads and proofs, believed", len(believed), "bits", rounds=10_000 - MANY),
    ]
    record(f"single bits, {database.writer().dialect.name}", rows)
    print(f"seed {seed}\n{said(rows)}")
    assert (missed, believed) == ([], [])
