"""What goes in and out: Source, Query, Reply, and the Connector protocol that every kind fulfils.

Nothing here knows clerks, rights or the database. A `Reply` is a data owner's answer, whole: it lives inside one run and
nowhere else (DESIGN.md, fixed point 5), so that no class here has a `repr` that shows a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from connectors.call import Call


class Shape(StrEnum):
    """How a data item's answer is built: one record, rows, or a header with repeated records."""

    SINGLE = "single"
    LIST = "list"
    GROUPED = "grouped"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a data item as its source sends it; `group` is `rows`, `members` or empty for the header."""

    code: str
    type: str
    group: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """What a reply to one data item must look like; a reply that differs is refused as unreadable."""

    code: str
    shape: Shape
    fields: tuple[FieldSpec, ...]
    row_limit: int = 500


@dataclass(frozen=True, slots=True)
class Source:
    """A data owner's system as one call needs it: version and credentials already resolved by the caller."""

    code: str
    kind: str
    owner: str
    address: str
    deadline_s: float
    settings: Mapping[str, object] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    max_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True)
class Key:
    """What a data owner is asked by: a kind (`national_id`, `land_no` ...) and a canonical value."""

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Query:
    """One question to one source. `request_id` is the id of the intent entry; a file's portion has many keys."""

    request_id: str
    item: ItemSpec
    keys: tuple[Key, ...] = field(repr=False)
    fields: tuple[str, ...] = ()
    narrowing: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """What a source says about one key. `header` holds the fields without a group, `groups` the repeated records."""

    key: Key = field(repr=False)
    found: bool
    header: Mapping[str, str] = field(default_factory=dict, repr=False)
    groups: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a source sent, whole, after its form was checked: a record per asked key, in the order asked."""

    request_id: str
    records: tuple[Record, ...] = field(repr=False)
    beyond: int = 0  # values under names that the data item does not have: counted, never kept
    received_bytes: int = 0
    message_id: str = ""  # the source's own number of this exchange, for reconciling


class Connector(Protocol):
    """One kind of source: its protocol and nothing else; limits, addresses and errors are `guard` and `sandbox`.

    Records come under the names that the source uses; `mapping` names them, `verify_reply` holds them against the question.
    """

    def ask(self, source: Source, query: Query, call: Call) -> Reply:
        """What the source answers, or `SourceError`; never waits past the call's deadline."""
        ...

    def probe(self, source: Source, call: Call) -> None:
        """Return when the source is alive, raise `SourceError` otherwise; asks about nobody."""
        ...
