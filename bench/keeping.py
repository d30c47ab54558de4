"""What is kept: an answer sealed beside its primitives and Fernet, and an entry appended beside a plain durable INSERT."""

import hashlib
import hmac
import json
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite

from bench.house import CASE_ITEM, ITEM, Measured
from bench.row import Row, in_turn, row
from govern.core import database
from govern.core.database import transaction
from govern.core.ids import new_id
from govern.lookups.answer import seal_answer
from govern.trail.append import append
from govern.trail.kinds.lookups import AboutToAsk

_MLKEM_BYTES: Final = 1184
_DOCUMENT: Final[dict[str, Any]] = {
    "ordinal": 1,
    "found": True,
    "header": {"name": "王○○", "birth_date": "1986-○○-○○", "registered_address": "新北市板橋區○○路○○號"},
    "groups": {},
}


def rows(house: Measured, rounds: int = 15, times: int = 60) -> list[Row]:
    """Sealing and appending, each beside its peers."""
    sealing = in_turn(rounds, times=times * 5, **_sealing(house))
    appending = in_turn(
        rounds, times=times, entry=lambda: _append(house), plain=_plain(house.settings.folder), driver=_driver(house)
    )
    return [
        row(
            "answer sealed",
            sealing["seal"],
            sealing["raw"],
            against="HPKE of the same suite, HMAC and SHA-256 called bare, keys in hand",
            target="<= 1.5",
        ),
        row(
            "answer sealed",
            sealing["seal"],
            sealing["fernet"],
            against="Fernet, one symmetric key, which anybody who holds the store's key opens",
            target="<= 0.5",
        ),
        row(
            "entry appended",
            appending["entry"],
            appending["plain"],
            against="INSERT of the leaf's bytes into a table of one column, durable (WAL, synchronous=FULL), no ORM",
            target=">= 0.85",
            is_speed=True,
        ),
        row(
            "entry appended",
            appending["entry"],
            appending["driver"],
            against="the same two rows into the same tables with their indexes by the bare driver, nothing encoded or keyed",
            is_speed=True,
        ),
    ]


def _sealing(house: Measured) -> dict[str, Callable[[], object]]:
    answer, key = new_id(), house.keys.public_key
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    in_hand = MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(key[:_MLKEM_BYTES]),
        x25519.X25519PublicKey.from_public_bytes(key[_MLKEM_BYTES:]),
    )
    salt_key, fernet = bytes(32), Fernet(Fernet.generate_key())

    def clear() -> bytes:
        return json.dumps({"subjects": [_DOCUMENT], "revealable": []}, ensure_ascii=False).encode()

    def raw() -> tuple[bytes, bytes, bytes]:
        message = clear()
        envelope = suite.encrypt(message, in_hand, answer.bytes)
        salt = hmac.digest(salt_key, answer.bytes, "sha256")
        return envelope, hashlib.sha256(salt + message).digest(), hashlib.sha256(envelope).digest()

    return {
        "seal": lambda: seal_answer(answer, key, [_DOCUMENT], {}),
        "raw": raw,
        "fernet": lambda: fernet.encrypt(clear()),
    }


def _append(house: Measured) -> None:
    """One entry in a transaction of its own, with its MAC and its place in the sequencer's line."""
    with transaction() as session:
        append(session, _intent(), by=house.clerk)


def _intent() -> AboutToAsk:
    return AboutToAsk(
        lookup=uuid.uuid4(),
        task=uuid.uuid4(),
        subject_ordinal=1,
        case_item=CASE_ITEM,
        case_item_version=1,
        data_item=ITEM,
        owner="ntpc-civil",
        source="ntpc-civil.soap_gateway",
        ground_kind="consent",
        right=uuid.uuid4(),
        rule="all_conditions_hold",
        rule_version=1,
        subjects=1,
        fields=3,
        attempt=1,
        fence=1,
        permitted={"name": "clear", "birth_date": "clear", "registered_address": "clear"},
        rows_root=None,
        answer_ends_at="2026-11-24T00:00:00+00:00",
    )


def _plain(folder: Path) -> Callable[[], object]:
    connection = sqlite3.connect(folder / "plain.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE plain (leaf BLOB)")
    leaf = bytes(900)  # an intent's leaf has about as many

    def insert() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO plain VALUES (?)", (leaf,))
        connection.execute("COMMIT")

    return insert


def _driver(house: Measured) -> Callable[[], object]:
    """An entry's two rows as `append` writes them, sent by sqlite3 to tables of the same definition in another file."""
    path = database.writer().url.database
    connection = sqlite3.connect(house.settings.folder / "driver.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    _append(house)
    connection.execute("ATTACH ? AS house", (f"file:{path}?mode=ro",))
    tables = "type IN ('table', 'index') AND tbl_name IN ('entry', 'entry_waiting') AND sql IS NOT NULL"
    for (made,) in connection.execute(
        f"SELECT sql FROM house.sqlite_master WHERE {tables} ORDER BY type DESC"  # noqa: S608 - a text of ours
    ).fetchall():
        connection.execute(made)
    named = connection.execute("SELECT * FROM house.entry ORDER BY id DESC LIMIT 1")
    columns, values = [each[0] for each in named.description], list(named.fetchone())
    connection.execute("DETACH house")
    entry = f"INSERT INTO entry VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - question marks alone
    identity, at = columns.index("id"), values[columns.index("at")]

    def insert() -> None:
        values[identity] = uuid.uuid4().hex
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(entry, values)
        connection.execute("INSERT INTO entry_waiting VALUES (?, ?)", (values[identity], at))
        connection.execute("COMMIT")

    return insert
