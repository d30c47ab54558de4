"""The canonical bytes of an entry, and its salted commitments.

A leaf is the exact byte string that the log hashes for one entry. It covers every column of the entry but the MAC and
the version of its key (which the MAC itself proves), so that changing any of them changes the leaf. `docs/leaf.md`
describes the encoding byte by byte; the stranger's checker decodes it from that page alone. Nothing here reads a
clock, a database or a key.

    leaf  = header, value of column 1, value of column 2, ...
    value = 00                                   null
          | 01, 16 bytes                         UUID
          | 02, 8 bytes                          integer, signed, big-endian
          | 03, 1 byte (00 or 01)                truth value
          | 04, length (4 bytes), UTF-8          text
          | 05, length (4 bytes), bytes          bytes
          | 06, 8 bytes                          instant: microseconds since 1970-01-01T00:00:00Z, signed, big-endian

One entry has one encoding. Columns are only ever added at the end, and nulls at the end are left out: a leaf made
before a column existed is the same after it was added.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

Value = None | int | str | bytes | bool | datetime | UUID

HEADER: Final = b"govern entry 1\n"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Sort(IntEnum):
    """What a column holds; the number is the tag byte before its value."""

    UUID = 1
    INTEGER = 2
    TRUTH = 3
    TEXT = 4
    BYTES = 5
    INSTANT = 6


# The columns of a leaf in the order of the encoding. New ones are added at the end, and nowhere else, for ever.
COLUMNS: Final[Mapping[str, Sort]] = MappingProxyType(
    {
        "id": Sort.UUID,
        "kind": Sort.TEXT,
        "kind_version": Sort.INTEGER,
        "at": Sort.INSTANT,
        "person": Sort.UUID,
        "account": Sort.TEXT,
        "agency": Sort.TEXT,
        "role": Sort.TEXT,
        "session_hash": Sort.BYTES,
        "address": Sort.TEXT,
        "origin": Sort.TEXT,
        "lookup": Sort.UUID,
        "task": Sort.UUID,
        "subject_ordinal": Sort.INTEGER,
        "case_item": Sort.TEXT,
        "case_item_version": Sort.INTEGER,
        "data_item": Sort.TEXT,
        "owner": Sort.TEXT,
        "source": Sort.TEXT,
        "ground_kind": Sort.TEXT,
        "right": Sort.UUID,
        "rule": Sort.TEXT,
        "rule_version": Sort.INTEGER,
        "outcome": Sort.TEXT,
        "cause": Sort.TEXT,
        "ends_lookup": Sort.TRUTH,
        "subjects": Sort.INTEGER,
        "rows": Sort.INTEGER,
        "fields": Sort.INTEGER,
        "beyond": Sort.INTEGER,
        "duration_ms": Sort.INTEGER,
        "about_kind": Sort.TEXT,
        "about_id": Sort.TEXT,
        "subject_commitment": Sort.BYTES,
        "subject_ciphertext_sha256": Sort.BYTES,
        "text_commitment": Sort.BYTES,
        "text_ciphertext_sha256": Sort.BYTES,
        "answer_commitment": Sort.BYTES,
        "details": Sort.BYTES,
    }
)
NEVER_NULL: Final = frozenset({"id", "kind", "kind_version", "at", "ends_lookup", "details"})


class LeafError(ValueError):
    """A value cannot be part of a leaf. The message names the column, never the value."""


def leaf_bytes(columns: Mapping[str, Value]) -> bytes:
    """The leaf of an entry, given as a mapping of exactly the names in `COLUMNS`; None is what the entry does not have.

    Raises `LeafError` when a name is missing or unknown, a value is of the wrong sort, or a value that must be there
    is not.
    """
    if columns.keys() != COLUMNS.keys():
        wrong = sorted(set(columns) ^ set(COLUMNS))
        raise LeafError(f"columns missing or unknown: {', '.join(wrong)}")
    return leaf_of_values([columns[name] for name in COLUMNS])


def leaf_of_values(values: Sequence[Value]) -> bytes:
    """The leaf of an entry whose values stand in the order of `COLUMNS`: what a pass over many rows uses."""
    parts = [HEADER]
    for (name, must_be_there, encode), value in zip(_ENCODERS, values, strict=True):
        if value is None:
            if must_be_there:
                raise LeafError(f"column {name} must not be null")
            parts.append(b"\x00")
            continue
        try:
            parts.append(encode(value))
        except (TypeError, ValueError, struct.error, OverflowError):
            raise LeafError(
                f"column {name} holds what its sort does not allow"
            ) from None  # the cause could name the value
    while parts[-1] == b"\x00":
        parts.pop()
    return b"".join(parts)


def canonical_details(details: Mapping[str, object]) -> bytes:
    """The details of an entry as canonical JSON: UTF-8, keys sorted by code point, no spaces, nothing escaped
    needlessly.

    Only texts, whole numbers, truth values, null, lists and mappings with text keys: fractions have no one spelling.
    Raises `LeafError` naming the sort of what does not belong.
    """
    _must_be_canonical(details)
    text = json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise LeafError("details hold text that is not Unicode") from None


def commitments_root(commitments: Iterable[bytes]) -> bytes:
    """The RFC 9162 root over commitments in order: what an intent entry carries for a portion of a file's rows.

    The same tree as the log's (`audit.log.tree.root` over the leaf hashes), so that one proof format serves both.
    """
    perfect: list[tuple[int, bytes]] = []  # subtrees from left to right: their height and root, heights falling
    for commitment in commitments:
        height, right = 0, hashlib.sha256(b"\x00" + commitment).digest()
        while perfect and perfect[-1][0] == height:
            right = hashlib.sha256(b"\x01" + perfect.pop()[1] + right).digest()
            height += 1
        perfect.append((height, right))
    if not perfect:
        return hashlib.sha256().digest()
    whole = perfect.pop()[1]
    while perfect:
        whole = hashlib.sha256(b"\x01" + perfect.pop()[1] + whole).digest()
    return whole


def _must_be_canonical(value: object) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) >= 2**53:  # beyond this, readers of JSON in other languages would see another number
            raise LeafError("details hold a number of more than 53 bits")
        return
    if isinstance(value, list | tuple):
        for part in value:
            _must_be_canonical(part)
        return
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                raise LeafError("details have a key that is not text")
            _must_be_canonical(part)
        return
    raise LeafError(f"details cannot hold a {type(value).__name__}")


_pack_integer: Final = struct.Struct(">Bq").pack
_pack_length: Final = struct.Struct(">BI").pack


def _uuid(value: object) -> bytes:
    if type(value) is not UUID:
        raise TypeError
    return b"\x01" + value.bytes


def _integer(value: object) -> bytes:
    if type(value) is not int:  # bool is an int to Python, not to us
        raise TypeError
    return _pack_integer(2, value)


def _truth(value: object) -> bytes:
    if type(value) is not bool:
        raise TypeError
    return b"\x03\x01" if value else b"\x03\x00"


def _text(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError
    encoded = value.encode("utf-8")
    return _pack_length(4, len(encoded)) + encoded


def _bytes(value: object) -> bytes:
    if type(value) is not bytes:
        raise TypeError
    return _pack_length(5, len(value)) + value


def _instant(value: object) -> bytes:
    if not isinstance(value, datetime):
        raise TypeError
    since = value - EPOCH  # a time without a zone raises TypeError here
    return _pack_integer(6, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


_BY_SORT: Final[Mapping[Sort, Callable[[object], bytes]]] = {
    Sort.UUID: _uuid,
    Sort.INTEGER: _integer,
    Sort.TRUTH: _truth,
    Sort.TEXT: _text,
    Sort.BYTES: _bytes,
    Sort.INSTANT: _instant,
}
_ENCODERS: Final = tuple((name, name in NEVER_NULL, _BY_SORT[sort]) for name, sort in COLUMNS.items())
