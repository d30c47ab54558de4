"""The clerk's part of the home page: begin a look-up, today's look-ups, what waits, sources that are closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from admin.desk.ask import case_items_of
from admin.desk.mine import Row, rows_of, today_begins
from admin.frame.doors import Panel, Waiting
from admin.frame.names import agency_names
from govern.catalogue.case_item import CaseItem, CaseItemVersion, VersionDataItem, VersionField
from govern.catalogue.source import Source
from govern.core.wording import Wording
from govern.lookups.lookup import Answer, Lookup, Task
from govern.rules.actor import Actor, Role

FAVOURITES: Final = 6  # as many as there are number keys for them
LATELY: Final = 60  # look-ups that say what is used most
MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """A case item to begin with."""

    code: str
    name: Wording
    agency: Wording
    items: int
    fields: int
    is_immediate: bool
    right_ends_on: date


@dataclass(frozen=True, slots=True)
class Recent:
    """One of today's look-ups, and until when its answer can be read in this log-in."""

    row: Row
    alive_until: datetime | None


def begin(actor: Actor, session: Session) -> dict[str, Any]:
    """The case items used most first (until favourites can be set), and today's look-ups."""
    used = session.scalars(
        select(Lookup.case_item)
        .where(Lookup.person == actor.person_id, Lookup.agency == actor.agency)
        .order_by(Lookup.id.desc())
        .limit(LATELY)
    ).all()
    often = {code: used.count(code) for code in used}
    choices = sorted(_choices(actor, session), key=lambda choice: -often.get(choice.code, 0))
    return {"choices": choices, "favourites": FAVOURITES, "today": _today(actor, session)}


def _choices(actor: Actor, session: Session) -> list[Choice]:
    usable = case_items_of(actor, session)
    ids = [version.id for version, _ in usable]
    codes = [version.case_item for version, _ in usable]
    items = dict(_counted(session, VersionDataItem, ids))
    fields = dict(_counted(session, VersionField, ids))
    in_charge = dict(
        session.execute(select(CaseItem.code, CaseItem.business_agency).where(CaseItem.code.in_(codes))).tuples().all()
    )
    names = agency_names(session, in_charge.values())
    return [
        Choice(
            code=version.case_item,
            name=version.name,
            agency=names[in_charge[version.case_item]],
            items=items.get(version.id, 0),
            fields=fields.get(version.id, 0),
            is_immediate=version.urgency == "immediate",
            right_ends_on=right.ends_on,
        )
        for version, right in usable
    ]


def _counted(
    session: Session, table: type[VersionDataItem] | type[VersionField], ids: Sequence[int]
) -> Sequence[tuple[int, int]]:
    rows = session.execute(
        select(table.version_id, func.count()).where(table.version_id.in_(ids)).group_by(table.version_id)
    )
    return rows.tuples().all()


def _today(actor: Actor, session: Session) -> list[Recent]:
    found = session.scalars(
        select(Lookup)
        .where(Lookup.person == actor.person_id, Lookup.agency == actor.agency, Lookup.id >= today_begins())
        .order_by(Lookup.id.desc())
        .limit(MOST)
    ).all()
    alive = dict(
        session.execute(
            select(Task.lookup, func.max(Answer.ends_at))
            .join(Answer, Answer.task == Task.id)
            .where(
                Task.lookup.in_([each.id for each in found]),
                Answer.state == "alive",
                Answer.session_hash == actor.session_hash,
            )
            .group_by(Task.lookup)
        )
        .tuples()
        .all()
    )
    return [Recent(row, alive.get(row.id)) for row in rows_of(actor, session, found)]


def waits(actor: Actor, session: Session) -> Sequence[Waiting]:
    """Answers that are there and were not destroyed yet, by look-up."""
    if Role.CLERK not in actor.roles:
        return ()
    rows = session.execute(
        select(Lookup.id, Lookup.reference, CaseItemVersion.name_zh, CaseItemVersion.name_en)
        .join(Task, Task.lookup == Lookup.id)
        .join(Answer, Answer.task == Task.id)
        .join(
            CaseItemVersion,
            (CaseItemVersion.case_item == Lookup.case_item) & (CaseItemVersion.version == Lookup.case_item_version),
        )
        .where(Answer.session_hash == actor.session_hash, Answer.state == "alive", Lookup.person == actor.person_id)
        .distinct()
        .order_by(Lookup.id.desc())
        .limit(5)
    )
    return [
        *_unknown(actor, session),
        *(
            Waiting(
                title=Wording(zh, en),
                detail=Wording(f"查調結果已可檢視，{reference}", f"The answer can be read, {reference}"),
                action=Wording("檢視", "Open"),
                endpoint="desk.lookup",
                values={"identity": str(identity)},
            )
            for identity, reference, zh, en in rows
        ),
    ]


def _unknown(actor: Actor, session: Session) -> list[Waiting]:
    """Today's look-ups of which nobody can say what came of them: the source is asked by telephone, then again."""
    rows = session.execute(
        select(Lookup.id, Lookup.reference, CaseItemVersion.name_zh, CaseItemVersion.name_en)
        .join(
            CaseItemVersion,
            (CaseItemVersion.case_item == Lookup.case_item) & (CaseItemVersion.version == Lookup.case_item_version),
        )
        .where(Lookup.person == actor.person_id, Lookup.agency == actor.agency, Lookup.id >= today_begins())
        .where(exists().where(Task.lookup == Lookup.id, Task.state == "unknown"))
        .order_by(Lookup.id.desc())
        .limit(3)
    )
    return [
        Waiting(
            title=Wording(zh, en),
            detail=Wording(
                f"有項目結果不明，請向來源確認後再查，{reference}",
                f"What came of it is not known; ask the source first, {reference}",
            ),
            action=Wording("處理", "See to it"),
            endpoint="desk.lookup",
            values={"identity": str(identity)},
        )
        for identity, reference, zh, en in rows
    ]


def counts(actor: Actor, session: Session) -> Mapping[str, int]:
    """How many look-ups have an answer to be read in this log-in, for the figure in the bar."""
    if Role.CLERK not in actor.roles:
        return {}
    alive = (
        select(func.count(Task.lookup.distinct()))
        .select_from(Answer)
        .join(Task, Task.id == Answer.task)
        .where(Answer.session_hash == actor.session_hash, Answer.state == "alive")
    )
    return {"lookups.index_view": session.scalar(alive) or 0}


def sources(_actor: Actor, session: Session) -> dict[str, Any]:
    """How many sources there are, and whose are closed now."""
    all_of_them = session.execute(select(Source.owner, Source.state)).tuples().all()
    closed = sorted({owner for owner, state in all_of_them if state != "open"})
    names = agency_names(session, closed)
    return {"all": len(all_of_them), "closed": [names[owner] for owner in closed]}


PANELS: Final = (
    Panel("desk/home.html", begin, roles=frozenset({Role.CLERK}), order=10),
    Panel(
        "desk/sources.html",
        sources,
        roles=frozenset({Role.CLERK, Role.APPROVER, Role.OPERATOR}),
        is_beside=True,
        order=20,
    ),
)
