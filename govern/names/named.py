"""What has names says so at its class, and every flush keeps the index: no use case can forget to.

    @named("agency", "code", "name_zh", "name_en")
    class Agency(Base): ...

It holds for whatever goes through a session as an object. A statement that writes names past it (`insert(Agency)`,
`update(Agency)` of a name) would not be heard of; a test of the house looks for one.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from govern.core.database import Base
from govern.names.index import forget, keep

Thing = TypeVar("Thing", bound=type[Base])


@dataclass(frozen=True, slots=True)
class Named:
    """How things of a class are found: as which kind, by which key, under which of their attributes."""

    kind: str
    key: str
    names: tuple[str, ...]

    def of(self, thing: Base) -> tuple[Any, list[str]]:
        """A thing's key and its names."""
        return getattr(thing, self.key), [name for name in (getattr(thing, each) for each in self.names) if name]

    def differs(self, thing: Base) -> bool:
        """Whether a name was changed since the thing was read."""
        attributes = inspect(thing).attrs
        return any(attributes[name].history.has_changes() for name in self.names if name in attributes)


NAMED: Final[dict[type[Base], Named]] = {}


def named(kind: str, key: str, *names: str) -> Callable[[Thing], Thing]:
    """The class's things are found by these attributes of theirs, from their first flush on."""

    def declare(cls: Thing) -> Thing:
        NAMED[cls] = Named(kind, key, names)
        return cls

    return declare


@event.listens_for(Session, "after_flush")
def _keep_the_index(session: Session, _context: Any) -> None:
    new, changed, gone = (defaultdict(list) for _ in range(3))
    for thing in session.new:
        if (how := NAMED.get(type(thing))) is not None:
            new[how.kind].append(how.of(thing))
    for thing in session.dirty:
        if (how := NAMED.get(type(thing))) is not None and how.differs(thing):
            changed[how.kind].append(how.of(thing))
    for thing in session.deleted:
        if (how := NAMED.get(type(thing))) is not None:
            gone[how.kind].append(how.of(thing)[0])
    for kind, things in new.items():
        keep(session.connection(), kind, things, are_new=True)
    for kind, things in changed.items():
        keep(session.connection(), kind, things)
    for kind, keys in gone.items():
        forget(session.connection(), kind, keys)
