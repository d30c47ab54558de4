"""The clerk's part of the home page: begin a look-up; today's look-ups; what waits."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.desk.ask import case_items_of
from admin.frame.doors import Panel, Waiting
from govern.catalogue.case_item import CaseItemVersion
from govern.core.wording import Wording
from govern.lookups.lookup import Answer, Lookup, Task
from govern.rules.actor import Actor, Role

MOST: Final = 8


def begin(actor: Actor, session: Session) -> dict[str, Any]:
    """The case items used last first (until favourites come), and the look-ups of the last days."""
    usable = case_items_of(actor, session)
    last = session.execute(
        select(Lookup, CaseItemVersion)
        .join(
            CaseItemVersion,
            (CaseItemVersion.case_item == Lookup.case_item) & (CaseItemVersion.version == Lookup.case_item_version),
        )
        .where(Lookup.person == actor.person_id, Lookup.agency == actor.agency)
        .order_by(Lookup.id.desc())
        .limit(40)
    ).all()
    used = list(dict.fromkeys(lookup.case_item for lookup, _ in last))
    ordered = sorted(usable, key=lambda pair: used.index(pair[0].case_item) if pair[0].case_item in used else len(used))
    return {"usable": ordered[:MOST], "more": len(usable) > MOST, "lookups": last[:MOST]}


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
        Waiting(
            title=Wording(zh, en),
            detail=Wording(f"查調結果已可檢視，{reference}", f"The answer can be read, {reference}"),
            action=Wording("檢視", "Open"),
            endpoint="desk.lookup",
            values={"identity": str(identity)},
        )
        for identity, reference, zh, en in rows
    ]


PANELS: Final = (Panel("desk/home.html", begin, roles=frozenset({Role.CLERK}), order=10),)
