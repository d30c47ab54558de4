"""Sources and how they are reached; credentials by reference only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.console.words import CONNECTORS, word
from admin.frame.display import SOURCE_STATES, State
from admin.frame.governed_view import GovernedView
from admin.frame.names import agency_names, data_item_names, people_names
from admin.frame.paging import Order
from govern.catalogue.maintain.close_source import may_close
from govern.catalogue.maintain.said import last_said
from govern.catalogue.scope import source_for, sources_for
from govern.catalogue.source import Source, SourceItem, SourceVersion
from govern.core.wording import Wording
from govern.rules.actor import Actor


@dataclass(frozen=True, slots=True)
class Row:
    """A source in the list."""

    code: str
    owner: Wording
    kind: Wording
    state: State
    items: int
    deadline_s: float
    max_at_once: int
    may_ask_again: bool


class Sources(GovernedView):
    """The sources of the own agency and below; an operator sees all."""

    scope, one = sources_for, source_for
    title = Wording("介接來源", "Sources")
    lede = Wording(
        "資料主政機關的系統：如何介接、同時幾件、多久視為逾時。",
        "Data owners' systems: how they are reached, how many calls at a time, and when a call is overdue.",
    )
    orders = (Order("owner", Source.owner, Source.code, Wording("主政機關", "Data owner")),)
    column_list = ("owner", "kind", "state", "items", "deadline_s", "max_at_once", "may_ask_again")
    column_labels: ClassVar = {
        "owner": Wording("主政機關", "Data owner"),
        "kind": Wording("介接方式", "Kind"),
        "state": Wording("狀態", "State"),
        "items": Wording("查調項目", "Data items"),
        "deadline_s": Wording("逾時（秒）", "Deadline (s)"),
        "max_at_once": Wording("同時件數", "At a time"),
        "may_ask_again": Wording("可再問", "May ask again"),
    }
    list_template = "console/sources.html"
    details_template = "console/source.html"

    def rows(self, _actor: Actor, session: Session, things: Sequence[Source]) -> Sequence[Row]:
        """Sources with their owner's name and the way in force."""
        owners = agency_names(session, {source.owner for source in things})
        versions = _in_force(session, [source.code for source in things])
        counts = Counter(
            dict(
                session.execute(
                    select(SourceItem.source, func.count())
                    .where(SourceItem.to_at.is_(None))
                    .group_by(SourceItem.source)
                )
                .tuples()
                .all()
            )
        )
        return [
            Row(
                code=source.code,
                owner=owners[source.owner],
                kind=word(CONNECTORS, source.kind),
                state=SOURCE_STATES[source.state],
                items=counts[source.code],
                deadline_s=versions[source.code].deadline_s if source.code in versions else 0.0,
                max_at_once=source.max_at_once,
                may_ask_again=source.may_ask_again,
            )
            for source in things
        ]

    def describe(self, actor: Actor, session: Session, thing: Source) -> dict[str, Any]:
        """How it is reached now, which data items it answers, who closed or opened it last and why."""
        last = last_said(session, "source", thing.code)
        names = people_names(session, {last.person} if last and last.person else ())
        items = session.scalars(
            select(SourceItem.item).where(SourceItem.source == thing.code, SourceItem.to_at.is_(None))
        ).all()
        return {
            "owner": agency_names(session, [thing.owner])[thing.owner],
            "may_close": may_close(actor, thing),
            "last": last,
            "last_by": names.get(last.person) if last and last.person else None,
            "kind": word(CONNECTORS, thing.kind),
            "version": _in_force(session, [thing.code]).get(thing.code),
            "items": sorted(data_item_names(session, items).items()),
        }


def _in_force(session: Session, codes: Sequence[str]) -> dict[str, SourceVersion]:
    rows = session.scalars(select(SourceVersion).where(SourceVersion.source.in_(codes), SourceVersion.to_at.is_(None)))
    return {row.source: row for row in rows}
