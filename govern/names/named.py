"""What has names says so at its class, and every flush keeps the index: no use case can forget to.

    @named("agency", "code", "name_zh", "name_en")
    class Agency(Base): ...

Where several rows have one key (the fields of a data item), the thing is found by the names of all of them.

It holds for whatever goes through a session as an object. A statement that writes names past it (`insert(Agency)`,
`update(Agency)` of a name) would not be heard of; a test of the house looks for one.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import event, inspect, select
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
    is_shared: bool = False  # several rows have one key

    def of(self, thing: Base) -> tuple[Any, list[str]]:
        """A thing's key and its names."""
        return getattr(thing, self.key), [name for name in (getattr(thing, each) for each in self.names) if name]

    def differs(self, thing: Base) -> bool:
        """Whether a name was changed since the thing was read."""
        attributes = inspect(thing).attrs
        return any(attributes[name].history.has_changes() for name in self.names if name in attributes)


NAMED: Final[dict[type[Base], Named]] = {}


def named(kind: str, key: str, *names: str, is_shared: bool = False) -> Callable[[Thing], Thing]:
    """The class's things are found by these attributes of theirs, from their first flush on."""

    def declare(cls: Thing) -> Thing:
        NAMED[cls] = Named(kind, key, names, is_shared)
        return cls

    return declare


@event.listens_for(Session, "after_flush")
def _keep_the_index(session: Session, _context: Any) -> None:
    new: defaultdict[str, list[Any]] = defaultdict(list)
    changed: defaultdict[str, list[Any]] = defaultdict(list)
    gone: defaultdict[str, list[Any]] = defaultdict(list)
    shared: defaultdict[type[Base], set[Any]] = defaultdict(set)
    for things, kinds in ((session.new, new), (session.dirty, changed), (session.deleted, gone)):
        for thing in things:
            how = NAMED.get(type(thing))
            if how is None or (kinds is changed and not how.differs(thing)):
                continue
            if how.is_shared:
                shared[type(thing)].add(getattr(thing, how.key))
            else:
                kinds[how.kind].append(how.of(thing))
    for kind, named_anew in new.items():
        keep(session.connection(), kind, named_anew, are_new=True)
    for kind, named_anew in changed.items():
        keep(session.connection(), kind, named_anew)
    for kind, left in gone.items():
        forget(session.connection(), kind, [key for key, _ in left])
    for cls, keys in shared.items():
        _keep_all_of(session, cls, keys)


def _keep_all_of(session: Session, cls: type[Base], keys: set[Any]) -> None:
    """These things are found by what all their rows say now; one without a row by nothing."""
    how, table = NAMED[cls], cls.__table__.c
    rows = session.connection().execute(
        select(table[how.key], *(table[name] for name in how.names)).where(table[how.key].in_(keys))
    )
    found: defaultdict[Any, list[str]] = defaultdict(list)
    for key, *names in rows:
        found[key] += filter(None, names)
    keep(session.connection(), how.kind, found.items())
    forget(session.connection(), how.kind, keys - found.keys())
