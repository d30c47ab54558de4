"""Stop and resume a case item: by an owner for its own data, by the business agency or the platform for the whole."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.case_item import CaseItem, CaseItemVersion, Suspension, VersionAgency, VersionDataItem
from govern.catalogue.life.held import a_reason, locked, must_be_business, must_hold, sealed
from govern.catalogue.scope import case_item_for
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import open_value
from govern.rules.actor import Actor, Role
from govern.rules.lives import CASE_ITEM, step
from govern.trail.append import append
from govern.trail.kinds import catalogue as kinds

OWNER: Final = "owner"
BUSINESS_AGENCY: Final = "business_agency"
PLATFORM: Final = "platform"
# Who sets a part's stop, and who alone lifts it.
ROLES: Final = {OWNER: Role.APPROVER, BUSINESS_AGENCY: Role.DRAFTER, PLATFORM: Role.OPERATOR}
# Versions whose agencies and owners a stop touches.
TOUCHED: Final = ("in_force", "proposed", "approved", "waiting_for_letter", "waiting_for_date")

BAD_PART: Final = Wording("請選擇由哪一方暫停或恢復。", "Please choose who suspends or resumes.")
NO_PART: Final = Wording("這個業務案件項目沒有使用貴機關的資料。", "This case item uses none of your agency's data.")
IS_SUSPENDED: Final = Wording("這一方已經暫停這個業務案件項目。", "This side has suspended the case item already.")
IS_OPEN: Final = Wording(
    "這一方沒有暫停這個業務案件項目；由誰暫停，就由誰恢復。",
    "This side has not suspended the case item; a stop is lifted by who set it.",
)


@dataclass(frozen=True, slots=True)
class Stop:
    """An open stop as a page shows it. The reason is opened for those whom the case item touches, and None for others."""

    part: str
    agency: str
    from_at: datetime
    set_by: uuid.UUID
    reason: str | None


def suspend(actor: Actor, code: str, *, part: str, reason: str) -> None:
    """Look-ups of the part are denied from now on, at submission and at every later use; the reason is sealed.

    `part` is `owner` (its own data items alone), `business_agency` or `platform` (the whole). Raises `NotAllowed` for who
    does not speak for the part, `Conflict` where it has suspended already.
    """
    text = a_reason(reason)
    with transaction() as session:
        item = _spoken_for(session, actor, code, part)
        if _open(session, item, actor, part) is not None:
            raise Conflict(IS_SUSPENDED, code="is_suspended")
        step(CASE_ITEM, "open", "suspend")
        kept = sealed(session, actor, "reason", text)
        session.add(
            Suspension(
                id=new_id(),
                case_item=code,
                part=part,
                agency=actor.agency,
                from_at=clock.now(),
                set_by=actor.person_id,
                reason=kept.id,
            )
        )
        kind = kinds.Suspended(**_about(code, actor, part))
        append(session, kind, by=actor, role=ROLES[part], text=kept)


def resume(actor: Actor, code: str, *, part: str, reason: str) -> None:
    """The part's own stop is lifted; stops of others stay. `Conflict` where the part has set none."""
    text = a_reason(reason)
    with transaction() as session:
        item = _spoken_for(session, actor, code, part)
        stop = _open(session, item, actor, part)
        if stop is None:
            raise Conflict(IS_OPEN, code="is_open")
        step(CASE_ITEM, "suspended", "resume")
        stop.to_at = clock.now()
        kind = kinds.Resumed(**_about(code, actor, part))
        append(session, kind, by=actor, role=ROLES[part], text=sealed(session, actor, "reason", text))


def stops_for(actor: Actor, session: Session, code: str) -> list[Stop]:
    """The open stops of a case item, oldest first: that there is one is everybody's who is signed in, why is theirs whom
    it touches: the business agency's, the owners', the agencies' that look up, those above them, and the operators'."""
    item = case_item_for(actor, session, code)
    rows = session.scalars(
        select(Suspension)
        .where(Suspension.case_item == code, Suspension.to_at.is_(None))
        .order_by(Suspension.from_at, Suspension.id)
    ).all()
    is_told = bool(rows) and _is_touched(session, actor, item)
    keys = ring.bound()
    return [
        Stop(
            row.part,
            row.agency,
            row.from_at,
            row.set_by,
            open_value(keys, session, row.reason) if is_told and row.reason is not None else None,
        )
        for row in rows
    ]


def _spoken_for(session: Session, actor: Actor, code: str, part: str) -> CaseItem:
    """The case item, locked, where the actor speaks for the part."""
    role = ROLES.get(part)
    if role is None:
        raise InvalidInput(BAD_PART, fields={"part": BAD_PART})
    must_hold(actor, role)
    item = locked(session, actor, code)
    if part == BUSINESS_AGENCY:
        must_be_business(actor, item)
    elif part == OWNER and actor.agency not in _owners(session, code):
        raise NotAllowed(NO_PART, code="no_part")
    return item


def _open(session: Session, item: CaseItem, actor: Actor, part: str) -> Suspension | None:
    """The part's open stop; each owner has its own, the platform is one whichever operator acts."""
    query = select(Suspension).where(
        Suspension.case_item == item.code, Suspension.part == part, Suspension.to_at.is_(None)
    )
    if part == OWNER:
        query = query.where(Suspension.agency == actor.agency)
    return session.scalars(query.limit(1)).first()


def _owners(session: Session, code: str) -> set[str]:
    return set(
        session.scalars(
            select(VersionDataItem.owner)
            .join(CaseItemVersion, CaseItemVersion.id == VersionDataItem.version_id)
            .where(CaseItemVersion.case_item == code, CaseItemVersion.state.in_(TOUCHED))
        )
    )


def _is_touched(session: Session, actor: Actor, item: CaseItem) -> bool:
    if actor.reach.is_operator:
        return True
    agencies = session.scalars(
        select(VersionAgency.agency)
        .join(CaseItemVersion, CaseItemVersion.id == VersionAgency.version_id)
        .where(CaseItemVersion.case_item == item.code, CaseItemVersion.state.in_(TOUCHED))
    )
    touched = {item.business_agency, *_owners(session, item.code), *agencies}
    return bool(touched & ({actor.agency} | actor.reach.agencies))


def _about(code: str, actor: Actor, part: str) -> dict[str, Any]:
    return {
        "about_id": code,
        "case_item": code,
        "part": part,
        "owner": actor.agency if part == OWNER else None,
    }
