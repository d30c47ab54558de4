"""What a list is narrowed by: words and filters, kept in a token that only the visitor's own log-in can open.

The address of a page holds the token, a tab, a sort and a mark, never a word. The token is the state itself, encrypted
under a key that comes from the log-in cookie's secret: nothing is stored, it works on every web host, it opens for no
other log-in, and it ends with this one. Its length is rounded up, so that it does not tell how much was typed.
"""

import base64
import binascii
import json
import secrets
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import ColumnElement, Select, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from govern.core.errors import WrongSetting
from govern.core.wording import Wording
from govern.names.index import holding
from govern.names.parts import canonical
from govern.rules.actor import Actor

LONGEST_WORDS: Final = 60
LISTED_AT_MOST: Final = 20  # options in a list; of more, one is looked for by name
ROUND_UP_TO: Final = 64
NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Seek:
    """Words that were typed and filters that were chosen."""

    words: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.words or self.filters)

    def without(self, name: str) -> "Seek":
        """The same without one filter."""
        return Seek(self.words, {key: value for key, value in self.filters.items() if key != name})


@dataclass(frozen=True, slots=True)
class Searched:
    """Which columns words are looked for in.

    A search that finds nobody in a column without an index takes as long as the table is (858 ms for a million rows). So
    either the column is the key of things of which any part of their names is found (`names`: their kind, see
    `govern.names`), or whole values are found by an index; `check` holds to it at the start.
    """

    columns: tuple[InstrumentedAttribute[Any], ...]
    says: Wording
    names: str = ""
    # To the things, from tables beside them; and all words at once, where columns alone do not say it.
    through: Callable[[ColumnElement[bool]], ColumnElement[bool]] | None = None
    find: Callable[[str], ColumnElement[bool]] | None = None

    def narrow(self, things: Select[Any], words: str) -> Select[Any]:
        """The things whose columns hold every word; 台 finds 臺, and letters of either width and case find each other."""
        if self.find is not None:
            return things.where(self.find(words))
        for word in plain_words(words):
            if self.names:
                found = or_(*[holding(self.names, column, word) for column in self.columns])
            else:
                found = or_(*[column == form for column in self.columns for form in forms_of(word)])
            things = things.where(self.through(found) if self.through else found)
        return things


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice of one value by which a list is narrowed; `options` gives value and name, as the actor may see them."""

    name: str
    label: Wording
    column: InstrumentedAttribute[Any]
    options: Callable[[Actor, Session], Sequence[tuple[str, Wording]]]
    is_small: bool = False
    through: Callable[[ColumnElement[bool]], ColumnElement[bool]] | None = None
    find: Callable[[str], ColumnElement[bool]] | None = None  # a value that means a span or a form of the column's
    pick: str = ""  # where there are many options: which picker finds them (`forms.pick`)

    def is_picked(self, options: Sequence[tuple[str, Wording]]) -> bool:
        """Whether the options are too many for a list: then one is looked for by name."""
        return bool(self.pick) and len(options) > LISTED_AT_MOST

    def code_of(self, typed: str, options: Sequence[tuple[str, Wording]]) -> str:
        """The value that is meant by what was typed: a value, or its name in either language; nothing for what is none."""
        wanted = canonical(typed)
        return next(
            (code for code, name in options if typed == code or wanted in (canonical(name.zh), canonical(name.en))), ""
        )

    def narrow(self, things: Select[Any], value: str) -> Select[Any]:
        """The things that have the value."""
        found = self.find(value) if self.find else self.column == value
        return things.where(self.through(found) if self.through else found)


def check(searched: Searched | None, filters: Sequence[Filter]) -> None:
    """Raise `WrongSetting` when a list may be searched or filtered by a column that no index leads to."""
    if searched is not None:
        for column in searched.columns:
            _demand_index(column)
    for each in filters:
        if not each.is_small:
            _demand_index(each.column)


def _demand_index(column: InstrumentedAttribute[Any]) -> None:
    own = column.property.columns[0]
    table = own.table
    leading = [next(iter(index.columns), None) for index in table.indexes]
    leading += [next(iter(key.columns), None) for key in table.constraints if hasattr(key, "columns") and key.columns]
    if not (own.index or own.unique) and not any(own is first for first in leading):
        raise WrongSetting(
            Wording(
                f"{table.name}.{own.name} 沒有索引，不能搜尋或篩選。",
                f"{table.name}.{own.name} has no index and can be neither searched nor filtered.",
            )
        )


def plain_words(text: str) -> list[str]:
    """Typed text as words: NFKC, at most `LONGEST_WORDS` characters."""
    return unicodedata.normalize("NFKC", text)[:LONGEST_WORDS].split()


def forms_of(word: str) -> list[str]:
    """A word as it may stand: 台 and 臺 are written for each other, numbers of ours in capitals."""
    return list(dict.fromkeys((word, word.replace("台", "臺"), word.replace("臺", "台"), word.upper())))


def seal(secret: bytes, place: str, seek: Seek) -> str:
    """The token of a state, for one list of one log-in; empty when there is nothing to keep."""
    if not seek:
        return ""
    message = json.dumps([seek.words[:LONGEST_WORDS], dict(seek.filters)], ensure_ascii=False).encode()
    message += b" " * (-len(message) % ROUND_UP_TO)
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(_key(secret)).encrypt(nonce, message, place.encode())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_token(secret: bytes, place: str, token: str) -> Seek:
    """The state in a token; an empty one when it is of another log-in, another list, or no token at all."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        message = AESGCM(_key(secret)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        words, filters = json.loads(message)
    except (InvalidTag, ValueError, binascii.Error):
        return Seek()
    return Seek(str(words), {str(key): str(value) for key, value in filters.items()})


def _key(secret: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=b"govern:session:1", info=b"list state").derive(secret)
