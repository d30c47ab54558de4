"""What a record says: plain values, and their JSON.

A `LookupRecord` is everything that the signed PDF of one look-up shows and proves: who asked, when, for what, on which
ground, by which rule, which fields by name, what happened, and the entries of the trail with their proofs. It never
holds a value of an answer, and of a subject's key only the kind and the masked form. `docs/record.md` describes the
JSON field by field, for checkers that know nothing of us.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

FORMAT: Final = "govern.record.lookup"
VERSION: Final = 1

T = TypeVar("T")


class UnreadableRecord(ValueError):
    """The JSON is not a record of a version known here; the message names the place, never a value."""


@dataclass(frozen=True, slots=True)
class Named:
    """A code and what people call it in both languages: an agency, a data item, a field, a state."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Who:
    """The person who asked, as they were at submission."""

    name: str
    invented: bool  # a demonstration's person: the page says 虛構 beside the name
    account: str
    agency: Named
    role: Named
    signed_in: Named  # how the log-in was proven


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One article the case item stands on, with its text as frozen when the version was approved (`""`: none kept)."""

    zh: str
    en: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class CaseItem:
    """The purpose under which was asked, in the version in force at submission."""

    code: str
    version: int
    zh: str
    en: str
    purpose_zh: str
    purpose_en: str
    business_agency: Named


@dataclass(frozen=True, slots=True)
class Ground:
    """Why looking this subject up was allowed: the kind, the document's own number, the day it was signed (ISO)."""

    kind: Named
    document: str
    signed_on: str | None


@dataclass(frozen=True, slots=True)
class MaskedKey:
    """One key of a subject: its kind, and its value in the masked form of that kind."""

    kind: Named
    masked: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of the look-up by ordinal (from 1), without name and without salt."""

    ordinal: int
    keys: tuple[MaskedKey, ...]
    ground: Ground


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule that decided, with the version of the rulebook and its sentence, parameters filled in."""

    code: str
    version: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Task:
    """One data item as asked for one subject (or the rows `first_subject` to `last_subject` of a file).

    The fields are those that came, by name, parted by how they may appear: `clear`, `masked`, or masked and
    `revealable`; none where nothing came. `not_fetched` counts the data item's other fields. `at` is the outcome's time,
    None if there was none.
    """

    data_item: Named
    owner: Named
    connector: str
    first_subject: int
    last_subject: int
    state: Named
    at: str | None
    rows: int | None  # how many rows came; None where nothing did
    clear: tuple[Named, ...]
    masked: tuple[Named, ...]
    revealable: tuple[Named, ...]
    not_fetched: int
    denied: Rule | None


@dataclass(frozen=True, slots=True)
class Reveal:
    """One masked field that was opened: which, when, why (as the clerk wrote it), and the entry's number."""

    at: str
    data_item: Named
    field: Named
    reason: str
    entry: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """One step of the course in words, with the number of the entry that says so."""

    at: str
    zh: str
    en: str
    entry: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the trail: its leaf's bytes and its inclusion proof (RFC 9162 §2.1.3), all in base64.

    `number` counts from 0 and is the leaf's index in the tree.
    """

    id: str
    number: int
    kind: str
    leaf: str
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The signed root that the proofs lead to: the log's origin, size, root (base64), and the C2SP note as text."""

    origin: str
    size: int
    root: str
    note: str


@dataclass(frozen=True, slots=True)
class LookupRecord:
    """The record of one look-up. Times are ISO 8601 in UTC with `Z`, dates ISO; tuples keep the order of the page."""

    number: str
    reference: str
    lookup: str
    case_number: str
    former: str | None  # the reference of the look-up that this one asks again
    who: Who
    submitted_at: str
    ended_at: str | None
    state: Named
    case_item: CaseItem
    legal_bases: tuple[LegalBasis, ...]
    subjects: tuple[Subject, ...]
    rule: Rule
    right_ends_on: str | None
    tasks: tuple[Task, ...]
    reveals: tuple[Reveal, ...]
    course: tuple[Event, ...]
    entries: tuple[Entry, ...]
    checkpoint: Checkpoint
    signed_by: str  # the common name of the certificate that signs
    check_address: str  # where anybody may have the PDF checked; the QR code says the same
    made_at: str
    invented: bool

    def to_json(self) -> bytes:
        """Canonical JSON: UTF-8, keys sorted by code point, no spaces; the same record gives the same bytes."""
        return canonical(FORMAT, VERSION, self)

    @classmethod
    def from_json(cls, raw: bytes) -> "LookupRecord":
        """The record that `to_json` wrote; anything missing, unknown or of another type raises `UnreadableRecord`."""
        return read(cls, raw, FORMAT, VERSION)


def canonical(form: str, version: int, record: object) -> bytes:
    """A record's dataclass as canonical JSON with its format and version."""
    plain = {"format": form, "version": version, **_plain(record)}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read(cls: type[T], raw: bytes, form: str, version: int) -> T:
    """The dataclass that `canonical` wrote under this format and version; `UnreadableRecord` for anything else."""
    try:
        plain = json.loads(raw)
    except ValueError:
        raise UnreadableRecord("not JSON") from None
    if not isinstance(plain, dict):
        raise UnreadableRecord("not an object")
    if plain.pop("format", None) != form or plain.pop("version", None) != version:
        raise UnreadableRecord("format or version")
    return _built(cls, plain, "record")


def _plain(value: Any) -> Any:
    """A value as JSON knows it: dataclasses to objects, tuples to arrays."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


@cache
def _types_of(cls: Any) -> Mapping[str, Any]:
    return get_type_hints(cls)


def _built(cls: type[T], plain: Any, place: str) -> T:
    """A dataclass from an object with exactly its fields."""
    hints = _types_of(cast(Any, cls))
    if not isinstance(plain, dict) or plain.keys() != hints.keys():
        raise UnreadableRecord(place)
    return cls(**{name: _read(hint, plain[name], f"{place}.{name}") for name, hint in hints.items()})


def _read(hint: Any, plain: Any, place: str) -> Any:
    """One value by the type its field declares; `bool` is no `int` here, as in JSON."""
    if get_origin(hint) is tuple:
        if not isinstance(plain, list):
            raise UnreadableRecord(place)
        return tuple(_read(get_args(hint)[0], one, f"{place}[{index}]") for index, one in enumerate(plain))
    if get_origin(hint) in (Union, types.UnionType):
        return None if plain is None else _read(get_args(hint)[0], plain, place)
    if is_dataclass(hint):
        return _built(hint, plain, place)  # type: ignore[arg-type]
    if type(plain) is not (get_origin(hint) or hint):
        raise UnreadableRecord(place)
    return plain
