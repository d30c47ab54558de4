"""Lists paged by key, both ways, with no count: as fast on the last page of eleven million rows as on the first.

The mark of a page is the id of a thing, whose key is looked up within scope. Rows are compared as values, `(key, id) <
(a, b)`, never as `a > x OR (a = x AND ...)` (in a trial 171 ms against 3.8). A key that may be empty is walked in two
parts, what has one and then what has none: a plain comparison silently skipped 300,442 rows of a million. One row more
than the page says whether there is a next; backwards is the same with the order reversed; going back near the start, the
page is taken from the start, so that the first page is always full (CONSOLE.md).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from govern.core.errors import NotFound
from govern.core.wording import Wording

SIZES: Final = (20, 50, 100)


@dataclass(frozen=True, slots=True)
class Order:
    """One way in which a list may be sorted: by an indexed key, and by the id where keys are alike.

    `key` and `identity` may be the same column; `may_be_empty` says that the key may be NULL, which then comes last.
    """

    name: str
    key: InstrumentedAttribute[Any]
    identity: InstrumentedAttribute[Any]
    label: Wording
    descending: bool = False
    may_be_empty: bool = False

    @property
    def is_by_identity(self) -> bool:
        """Whether the id alone sorts."""
        return self.key is self.identity


@dataclass(frozen=True, slots=True)
class Page:
    """Things in order, and the marks of the pages before and after, where there are such."""

    things: tuple[Any, ...]
    before: Any | None
    after: Any | None


def page(
    session: Session, things: Select[Any], order: Order, size: int, *, after: Any = None, before: Any = None
) -> Page:
    """The page after a mark, before a mark, or the first; a mark out of scope is `NotFound`, like an absent one."""
    if before is not None:
        found = _walk(session, things, order, size + 1, mark=before, backwards=True)
        if len(found) > size:
            return _page(found[:size][::-1], order, has_before=True, has_after=True)
        after = None
    found = _walk(session, things, order, size + 1, mark=after, backwards=False)
    return _page(found[:size], order, has_before=after is not None, has_after=len(found) > size)


def _page(found: Sequence[Any], order: Order, *, has_before: bool, has_after: bool) -> Page:
    def mark(thing: Any) -> Any:
        return getattr(thing, order.identity.key)

    return Page(
        things=tuple(found),
        before=mark(found[0]) if found and has_before else None,
        after=mark(found[-1]) if found and has_after else None,
    )


def _walk(session: Session, things: Select[Any], order: Order, limit: int, *, mark: Any, backwards: bool) -> list[Any]:
    found: list[Any] = []
    for part in _parts(session, things, order, mark, backwards):
        found += session.scalars(part.limit(limit - len(found))).all()
        if len(found) >= limit:
            break
    return found


def _parts(session: Session, things: Select[Any], order: Order, mark: Any, backwards: bool) -> Iterator[Select[Any]]:
    """The walk's parts in the order in which they are walked: rows with a key and rows without, from the mark on."""
    with_key, without_key = order.key.is_not(None), order.key.is_(None)
    descending = order.descending != backwards
    by_key = _sorted(order, descending)
    by_identity = (order.identity.desc() if descending else order.identity.asc(),)

    if mark is None:
        if not order.may_be_empty:
            yield things.order_by(*by_key)
            return
        whole = [things.where(with_key).order_by(*by_key), things.where(without_key).order_by(*by_identity)]
        yield from (reversed(whole) if backwards else whole)
        return

    key = _key_of(session, things, order, mark)
    if key is None and not order.is_by_identity:
        yield things.where(without_key, _beyond(order.identity, mark, descending)).order_by(*by_identity)
        if backwards:
            yield things.where(with_key).order_by(*by_key)
        return
    rest = things.where(_beyond_pair(order, key, mark, descending))
    yield (rest.where(with_key) if order.may_be_empty else rest).order_by(*by_key)
    if order.may_be_empty and not backwards:
        yield things.where(without_key).order_by(*by_identity)


def _key_of(session: Session, things: Select[Any], order: Order, mark: Any) -> Any:
    row = session.execute(things.where(order.identity == mark).with_only_columns(order.key)).first()
    if row is None:
        raise NotFound
    return row[0]


def _sorted(order: Order, descending: bool) -> tuple[ColumnElement[Any], ...]:
    columns = (order.identity,) if order.is_by_identity else (order.key, order.identity)
    return tuple(column.desc() if descending else column.asc() for column in columns)


def _beyond(column: InstrumentedAttribute[Any], value: Any, descending: bool) -> ColumnElement[bool]:
    beyond: ColumnElement[bool] = column < value if descending else column > value
    return beyond


def _beyond_pair(order: Order, key: Any, mark: Any, descending: bool) -> ColumnElement[bool]:
    if order.is_by_identity:
        return _beyond(order.identity, mark, descending)
    here = tuple_(order.key, order.identity)
    there = tuple_(literal(key, order.key.type), literal(mark, order.identity.type))
    beyond: ColumnElement[bool] = here < there if descending else here > there
    return beyond
