"""How many things a list's tabs hold, for those whose number says how much is to do: at most "99+", in one statement.

A count ends at its hundredth thing, so that it costs the same on a list of any length; a tab is counted (`Tab.is_counted`)
only where an index leads to what it holds, or the list is short for good.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from admin.frame.listing import Asked
from admin.frame.paging import Things
from govern.rules.actor import Actor

MOST: Final = 99


def in_tabs(view: Any, actor: Actor, session: Session, asked: Asked) -> dict[str, str]:
    """The numbers beside a list's tabs; of what is sought nothing is said, it would be a search a tab."""
    tabs = [] if asked.seek else [tab for tab in view.tabs if tab.is_counted]
    ways = {tab.name: view.narrowed(actor, session, replace(asked, tab=tab)) for tab in tabs}
    return counted(session, view.orders[0].identity, ways)


def counted(session: Session, identity: InstrumentedAttribute[Any], tabs: Mapping[str, Things]) -> dict[str, str]:
    """For each tab by its name how many things it holds, as it is said: 7, or 99+."""
    if not tabs:
        return {}
    row = session.execute(select(*(_number(identity, things).scalar_subquery() for things in tabs.values()))).one()
    return {name: said(number) for name, number in zip(tabs, row, strict=True)}


def said(number: int) -> str:
    """A number of things as a tab says it."""
    return f"{MOST}+" if number > MOST else str(number)


def _number(identity: InstrumentedAttribute[Any], things: Things) -> Select[Any]:
    ways = [things] if isinstance(things, Select) else list(things)
    firsts = [way.with_only_columns(identity).order_by(None).limit(MOST + 1) for way in ways]
    if len(firsts) == 1:
        return select(func.count()).select_from(firsts[0].subquery())
    every = union(*(first.subquery().select() for first in firsts))
    return select(func.count()).select_from(every.subquery())
