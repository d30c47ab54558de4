"""Parts of names, each leading to what it is part of: the index that a search for a part goes by.

`part` narrows by ranges of the primary key, rarest first, to few candidates; only those are then held against their whole
name, since pairs may stand in another order in it. No search reads a table from end to end. What is kept up to date and
when is `names.named`.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Index, String, Text, and_, cast, delete, insert, select, true
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column

from govern.core.database import Base
from govern.names.parts import canonical, parts_of, parts_to_find, words_of

# Characters that half of all names hold here: a search begins with what is rarer.
FREQUENT: Final = frozenset("新北市政府局區公所處管理中心人民法第條申請補助項")


class NamePart(Base):
    """One or two neighbouring characters of a name of a thing, as `names.parts` writes them."""

    __tablename__ = "name_part"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[str] = mapped_column(String(2), primary_key=True)
    thing: Mapped[str] = mapped_column(String(60), primary_key=True)

    __table_args__ = (Index("ix_name_part_kind_thing", "kind", "thing"),)


class WholeName(Base):
    """All names of a thing in their canonical form, a line each: what few candidates are held against."""

    __tablename__ = "whole_name"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    thing: Mapped[str] = mapped_column(String(60), primary_key=True)
    names: Mapped[str] = mapped_column(Text)


def keep(
    connection: Connection, kind: str, things: Iterable[tuple[Any, Sequence[str]]], *, are_new: bool = False
) -> None:
    """These things of a kind are found by these names and by no former ones; nothing to unlearn where they are new."""
    wanted = {written(thing): names for thing, names in things}
    if not wanted:
        return
    if not are_new:
        forget(connection, kind, wanted)
    rows = [
        {"kind": kind, "part": part, "thing": thing}
        for thing, names in wanted.items()
        for part in sorted(parts_of(*names))
    ]
    if rows:
        connection.execute(insert(NamePart.__table__), rows)  # type: ignore[arg-type]
    whole = [{"kind": kind, "thing": thing, "names": whole_of(names)} for thing, names in wanted.items()]
    connection.execute(insert(WholeName.__table__), whole)  # type: ignore[arg-type]


def forget(connection: Connection, kind: str, things: Iterable[Any]) -> None:
    """Nothing is found by these things' names any more."""
    codes = [written(thing) for thing in things]
    for table in (NamePart, WholeName):
        connection.execute(delete(table).where(table.kind == kind, table.thing.in_(codes)))


def written(thing: Any) -> str:
    """A thing's key as the index has it: a UUID without its dashes, as SQLite keeps one."""
    return str(getattr(thing, "hex", thing))


def whole_of(names: Sequence[str]) -> str:
    """A thing's names in canonical form, a line each."""
    return "\n".join(dict.fromkeys(filter(None, map(canonical, names))))


def holding(kind: str, column: InstrumentedAttribute[Any], words: str) -> ColumnElement[bool]:
    """Whether the thing whose key stands in a column holds every one of the words, each in one of its names."""
    return and_(true(), *[_holds(kind, column, word) for word in words_of(words)])


def _holds(kind: str, column: InstrumentedAttribute[Any], word: str) -> ColumnElement[bool]:
    parts = sorted(parts_to_find(word), key=lambda part: sum(char in FREQUENT for char in part))
    rarest = aliased(NamePart)
    found = select(cast(rarest.thing, column.type)).where(rarest.kind == kind, rarest.part == parts[0])
    for part in parts[1:]:
        other = aliased(NamePart)
        found = found.join(other, and_(other.kind == kind, other.part == part, other.thing == rarest.thing))
    if len(parts) > 1:
        whole = aliased(WholeName)
        found = found.join(whole, and_(whole.kind == kind, whole.thing == rarest.thing))
        found = found.where(whole.names.contains(word, autoescape=True))
    return column.in_(found)
