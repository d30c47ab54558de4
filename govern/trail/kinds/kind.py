"""What every kind has: a name, a version, a sentence for people, and fields that become columns or details.

A field whose name is a column of `entry` fills that column; every other field goes into `details`, as canonical JSON.
Fields are only ever added, with a default, so that an old entry can still be read by the kind that wrote it.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, Final, TypeVar

from govern.core.wording import Wording
from govern.trail.leaf import COLUMNS

# Columns that `append` fills by itself, from the actor, the clock and the sealed values.
FILLED_BY_APPEND: Final = frozenset(
    {
        "id", "kind", "kind_version", "at", "person", "account", "agency", "role", "session_hash", "address", "origin",
        "subject_commitment", "subject_ciphertext_sha256", "text_commitment", "text_ciphertext_sha256", "details",
    }
)  # fmt: skip
_OWN_COLUMNS: Final = frozenset(COLUMNS) - FILLED_BY_APPEND

KINDS: dict[str, type["Kind"]] = {}
K = TypeVar("K", bound="Kind")


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One sort of event. A subclass names itself and its sentence; the catalogue of docs/entries.md is made from them."""

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    wording: ClassVar[Wording]
    spelled: ClassVar[Mapping[str, str]] = {}  # how details name a field whose own word is taken here (`name`)

    def columns(self) -> dict[str, Any]:
        """The fields that fill columns of their own."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name in _OWN_COLUMNS}

    def details(self) -> dict[str, Any]:
        """The other fields, as JSON may hold them; empty ones are left out."""
        found = {
            self.spelled.get(field.name, field.name): plain(getattr(self, field.name))
            for field in fields(self)
            if field.name not in _OWN_COLUMNS
        }
        return {name: value for name, value in found.items() if value not in (None, [], {})}


def kind(name: str, zh: str, en: str) -> Callable[[type[K]], type[K]]:
    """Name a kind and enter it into the catalogue; a name is given once."""

    def enter(cls: type[K]) -> type[K]:
        if name in KINDS:
            raise ValueError(f"two kinds are called {name}")
        cls.name, cls.wording = name, Wording(zh, en)
        KINDS[name] = cls
        return cls

    return enter


def plain(value: Any) -> Any:
    """A value as canonical JSON may hold it: bytes in hexadecimal, times and ids as text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        items = [plain(item) for item in value]
        return sorted(items) if isinstance(value, frozenset | set) else items
    return value
