"""What areas offer the palette: things that are found by words, and acts that are named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.orm import Session

from govern.core.wording import Wording
from govern.rules.actor import Actor

AT_MOST: Final = 8  # of each kind: who sees more than that reads a list


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that was found, what tells it from its like, and the page that opens. Never a subject or one's data."""

    title: Wording
    detail: Wording
    endpoint: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finder:
    """A kind of things that the palette finds, for whoever the rule of `endpoint` permits; `find` asks the room's scope."""

    label: Wording
    icon: str
    endpoint: str
    find: Callable[[Actor, Session, str, int], Sequence[Found]]


@dataclass(frozen=True, slots=True)
class Act:
    """A page that begins something, for whoever its rule permits; `keys` are those that lead there from everywhere."""

    label: Wording
    endpoint: str
    icon: str = "to"
    keys: str = ""
    anchor: str = ""
