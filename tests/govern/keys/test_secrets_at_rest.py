"""Whose key opens what: sealed values, keyed indexes, envelopes of one log-in."""

import hashlib
import uuid
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import WrongSetting
from govern.keys import ring
from govern.keys.commitment import commit, commit_to_kind
from govern.keys.envelope import new_secret, open_with, seal_to, session_hash, session_keys
from govern.keys.ring import FILES, Key, Ring, make_keys
from govern.keys.subject import DataKey, SealedValue, data_key, open_value, seal

NUMBER = "W100000019"


def test_key_files_are_readable_by_their_owner_alone_and_are_kept(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    before = {name: (tmp_path / "keys" / name).read_bytes() for name in FILES}
    make_keys(tmp_path / "keys")
    assert {name: (tmp_path / "keys" / name).read_bytes() for name in FILES} == before
    assert {(tmp_path / "keys" / name).stat().st_mode & 0o777 for name in FILES} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_a_missing_or_damaged_key_stops_the_start_by_name(tmp_path: Path) -> None:
    make_keys(tmp_path)
    (tmp_path / "mac.key").write_bytes(b"short")
    with pytest.raises(WrongSetting) as wrong:
        ring.bind(tmp_path)
    assert "mac.key" in wrong.value.wording.en


def test_a_sealed_value_opens_and_one_that_was_exchanged_does_not(database_address: str, keys: Ring) -> None:
    with transaction() as session:
        key = data_key(keys, session, agency="ntpc", retention_years=5, at=clock.now())
        first, second = seal(key, "national_id", NUMBER), seal(key, "national_id", "W100000028")
        session.add_all([first, second])
    with reading() as session:
        assert open_value(keys, session, first.id) == NUMBER
        exchanged = session.get_one(SealedValue, second.id)
        exchanged.ciphertext = first.ciphertext
        with session.no_autoflush, pytest.raises(InvalidTag):
            open_value(keys, session, second.id)


def test_keys_are_per_month_agency_and_retention_so_that_forgetting_one_spares_the_others(
    database_address: str, keys: Ring
) -> None:
    with transaction() as session:
        at = clock.now()
        one = data_key(keys, session, agency="ntpc", retention_years=5, at=at)
        same = data_key(keys, session, agency="ntpc", retention_years=5, at=at)
        other = data_key(keys, session, agency="ntpc", retention_years=10, at=at)
        kept, forgotten = seal(other, "reason", "留著"), seal(one, "reason", "忘了")
        session.add_all([kept, forgotten])
    assert one.id == same.id != other.id
    with transaction() as session:
        session.get_one(Key, one.id).wrapped = None
    with reading() as session:
        assert open_value(keys, session, forgotten.id) is None
        assert open_value(keys, session, kept.id) == "留著"


def test_the_same_number_sealed_twice_shows_no_likeness_but_by_the_keyed_index(keys: Ring) -> None:
    key = DataKey(id=uuid.uuid4(), secret=b"k" * 32)
    one, two = (seal(key, "national_id", NUMBER, index=keys.index("national_id", NUMBER)) for _ in range(2))
    assert one.ciphertext != two.ciphertext
    assert one.commitment != two.commitment
    assert one.keyed_index == two.keyed_index
    assert one.keyed_index != hashlib.sha256(NUMBER.encode()).digest()
    assert NUMBER.encode() not in (one.ciphertext or b"")


def test_a_commitment_binds_the_value_and_the_kind() -> None:
    salt = b"s" * 32
    assert commit_to_kind("name", b"x", salt) != commit_to_kind("reason", b"x", salt)
    assert commit_to_kind("name", b"x", salt) != commit_to_kind("name", b"y", salt)


@given(st.binary(max_size=300))
@settings(max_examples=25, deadline=None)
def test_only_the_asking_log_in_opens_an_envelope_and_only_in_its_place(message: bytes) -> None:
    mine, other = session_keys(b"m" * 32), session_keys(b"o" * 32)
    envelope = seal_to(mine.public_key, message, about=b"answer 1")
    assert open_with(mine, envelope, about=b"answer 1") == message
    for keys_of, about in ((other, b"answer 1"), (mine, b"answer 2")):
        with pytest.raises(InvalidTag):
            open_with(keys_of, envelope, about=about)


def test_a_cookies_secret_gives_the_same_keys_each_time_and_stands_nowhere_in_them() -> None:
    secret = new_secret()
    one, two = session_keys(secret), session_keys(secret)
    assert one.public_key == two.public_key
    assert one.session_hash == two.session_hash == session_hash(secret)
    assert secret not in one.public_key + one.session_hash
    assert secret.hex() not in repr(one)


def test_a_commitment_needs_a_salt_of_32_bytes_and_depends_on_both() -> None:
    salt = bytes(range(32))
    assert commit(b"value", salt) == hashlib.sha256(b"govern commitment 1\n" + salt + b"value").digest()
    assert commit_to_kind("name", b"value", salt) == commit(b"name\x00value", salt)
    assert len({commit(b"value", salt), commit(b"value", salt[::-1]), commit(b"other", salt)}) == 3
    for wrong in (b"", salt[:-1], salt + b"\0"):
        with pytest.raises(ValueError):
            commit(b"value", wrong)
