"""A leaf's bytes decoded, from the documented encoding alone (docs/leaf.md).

Written without a look at the code that writes leaves, so that the two can be held against each other. Strict: every
byte must be explained, every value be in its one spelling, and the columns be of their sorts; else the leaf is not one.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_HEADER: Final = b"govern entry 1\n"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NULL, _UUID, _INTEGER, _TRUTH, _TEXT, _BYTES, _INSTANT = range(7)

# docs/leaf.md, The columns: in order, with the tag that a value of each must have.
COLUMNS: Final[tuple[tuple[str, int], ...]] = (
    ("id", _UUID), ("kind", _TEXT), ("kind_version", _INTEGER), ("at", _INSTANT),
    ("person", _UUID), ("account", _TEXT), ("agency", _TEXT), ("role", _TEXT), ("session_hash", _BYTES),
    ("address", _TEXT), ("origin", _TEXT),
    ("lookup", _UUID), ("task", _UUID), ("subject_ordinal", _INTEGER),
    ("case_item", _TEXT), ("case_item_version", _INTEGER), ("data_item", _TEXT), ("owner", _TEXT), ("source", _TEXT),
    ("ground_kind", _TEXT), ("right", _UUID), ("rule", _TEXT), ("rule_version", _INTEGER),
    ("outcome", _TEXT), ("cause", _TEXT), ("ends_lookup", _TRUTH),
    ("subjects", _INTEGER), ("rows", _INTEGER), ("fields", _INTEGER), ("beyond", _INTEGER), ("duration_ms", _INTEGER),
    ("about_kind", _TEXT), ("about_id", _TEXT),
    ("subject_commitment", _BYTES), ("subject_ciphertext_sha256", _BYTES),
    ("text_commitment", _BYTES), ("text_ciphertext_sha256", _BYTES), ("answer_commitment", _BYTES),
    ("details", _BYTES),
)  # fmt: skip
_NEVER_NULL: Final = ("id", "kind", "kind_version", "at", "ends_lookup", "details")


class NotALeaf(ValueError):
    """The bytes are no leaf; the message says which rule they break and where, never a value."""


def decode(leaf: bytes) -> dict[str, Any]:
    """The columns of an entry by name; what is null is `None`. Columns added later than this checker are left out.

    Raises `NotALeaf` for anything that is not exactly one entry.
    """
    if not leaf.startswith(_HEADER):
        raise NotALeaf("the header is missing")
    values, at, tag = [], len(_HEADER), _NULL
    while at < len(leaf):
        tag = leaf[at]
        reader = _READERS.get(tag)
        if reader is None:
            raise NotALeaf(f"an unknown tag at byte {at}")
        value, end = reader(leaf, at + 1)
        values.append((tag, value))
        at = end
    if tag == _NULL:
        raise NotALeaf("a null at the end is left out")
    if len(values) < len(COLUMNS):
        raise NotALeaf("columns are missing")
    entry: dict[str, Any] = {}
    for (name, sort), (tag, value) in zip(COLUMNS, values, strict=False):
        if tag not in (_NULL, sort) or (tag == _NULL and name in _NEVER_NULL):
            raise NotALeaf(f"column {name} is of another sort")
        entry[name] = value
    return entry


def details_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a decoded entry. Raises `NotALeaf` when they are not canonical JSON."""
    try:
        details = json.loads(entry["details"])
        again = json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        raise NotALeaf("details are not JSON") from None
    if not isinstance(details, dict) or again != entry["details"]:
        raise NotALeaf("details are not canonical JSON")
    return details


def _take(leaf: bytes, at: int, length: int) -> bytes:
    if at + length > len(leaf):
        raise NotALeaf("the leaf ends within a value")
    return leaf[at : at + length]


def _null(leaf: bytes, at: int) -> tuple[None, int]:
    return None, at


def _uuid(leaf: bytes, at: int) -> tuple[uuid.UUID, int]:
    return uuid.UUID(bytes=_take(leaf, at, 16)), at + 16


def _integer(leaf: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(_take(leaf, at, 8), "big", signed=True), at + 8


def _truth(leaf: bytes, at: int) -> tuple[bool, int]:
    value = _take(leaf, at, 1)
    if value not in (b"\x00", b"\x01"):
        raise NotALeaf("a truth value is 00 or 01")
    return value == b"\x01", at + 1


def _bytes(leaf: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(_take(leaf, at, 4), "big")
    return _take(leaf, at + 4, length), at + 4 + length


def _text(leaf: bytes, at: int) -> tuple[str, int]:
    value, end = _bytes(leaf, at)
    try:
        return value.decode("utf-8"), end
    except UnicodeDecodeError:
        raise NotALeaf("a text is not UTF-8") from None


def _instant(leaf: bytes, at: int) -> tuple[datetime, int]:
    microseconds, end = _integer(leaf, at)
    try:
        return _EPOCH + timedelta(microseconds=microseconds), end
    except OverflowError:
        raise NotALeaf("an instant is out of range") from None


_READERS: Final[Mapping[int, Callable[[bytes, int], tuple[Any, int]]]] = {
    _NULL: _null,
    _UUID: _uuid,
    _INTEGER: _integer,
    _TRUTH: _truth,
    _TEXT: _text,
    _BYTES: _bytes,
    _INSTANT: _instant,
}
