"""About how many things a long list has; never a count of all of them.

PostgreSQL's planner says how many rows it expects, within the scope as it is, in a millisecond. SQLite has nothing of the
kind that is true of a scope: there the first ten thousand are walked by their key, and beyond them it is said that there are
more. What is said is rounded, kept for some minutes, and left out where it is no help: below a few pages one sees the end.
"""

import time
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ClauseElement, Executable

from govern.core.wording import Wording

KEPT_S: Final = 300.0
WORTH_SAYING: Final = 1000
TEN_THOUSANDS_FROM: Final = 100_000
WALKED_AT_MOST: Final = 10_000

_kept: dict[Any, tuple[float, int]] = {}


class _Explained(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explained, "postgresql")
def _explained(element: _Explained, compiler: Any, **given: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **given)}"


def about(session: Session, things: Any, of: Any) -> int | None:
    """About how many things the selections find, kept under `of`; nothing where nobody knows, or they are few."""
    at, found = _kept.get(of, (0.0, 0))
    if time.monotonic() - at > KEPT_S or of not in _kept:
        ways = [things] if isinstance(things, Select) else list(things)
        found = sum(_expected(session, way) for way in ways)
        if session.get_bind().dialect.name != "postgresql":
            found = min(found, WALKED_AT_MOST)
        if len(_kept) > 1000:
            _kept.clear()
        _kept[of] = (time.monotonic(), found)
    return found if found >= WORTH_SAYING else None


def said(number: int) -> Wording:
    """A number as an estimate is said: 約1,126萬筆; where the walk ended, that there are more."""
    if number == WALKED_AT_MOST:
        return Wording("1萬筆以上", "10,000 or more")
    if number >= TEN_THOUSANDS_FROM:
        rounded = round(number, -4)
        return Wording(f"約{rounded // 10_000:,}萬筆", f"about {rounded:,}")
    rounded = round(number, -2)
    return Wording(f"約{rounded:,}筆", f"about {rounded:,}")


def _expected(session: Session, way: Select[Any]) -> int:
    if session.get_bind().dialect.name != "postgresql":
        walked = way.order_by(None).limit(WALKED_AT_MOST).subquery()
        return session.scalar(select(func.count()).select_from(walked)) or 0
    plan = session.execute(_Explained(way)).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])
