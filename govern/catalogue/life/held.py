"""A case item held for one step of its life: locked, within the actor's scope, and its words sealed.

All steps of one case item go one after the other by its row's lock, which leaves look-ups under it alone (they only need
the row to be there). So the last of two owners who approve at once completes the version, and exactly one does.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.catalogue.scope import case_items_for, version_for
from govern.core import clock
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import SealedValue, data_key, seal
from govern.rules.actor import Actor, Role
from govern.rules.lives import VERSION, step

RETENTION_YEARS: Final = 30  # of reasons and scanned letters: the longest step below permanent
IN_FORCE: Final = "in_force"
# Versions on their way: a case item has one at a time, so that two changes cannot silently undo each other.
IN_WORK: Final = ("draft", "proposed", "approved", "waiting_for_letter", "waiting_for_date")

UNUSABLE: Final = Wording("有些內容不能使用。", "Some of what was given cannot be used.")
NO_REASON: Final = Wording("請寫明理由。", "Please give the reason.")
REASON_TOO_LONG: Final = Wording("理由最多 {most} 個字。", "A reason has at most {most} characters.")
REASON_MOST: Final = 2_000
CHANGED_MEANWHILE: Final = Wording(
    "這個版本已經由別人修改過，請重新整理後再試；您的內容沒有儲存。",
    "Somebody else changed this version meanwhile; please reload and try again. Yours was not saved.",
)


def must_hold(actor: Actor, role: Role) -> None:
    """Raise `NotAllowed` unless the actor holds the role at the agency acted for."""
    if not actor.holds(role):
        raise NotAllowed


def locked(session: Session, actor: Actor, code: str) -> CaseItem:
    """The case item, locked until the transaction ends; `NotFound` for absent and hidden alike."""
    found = session.scalars(
        case_items_for(actor, session)
        .where(CaseItem.code == code)
        .with_for_update(key_share=True, of=CaseItem)
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound
    return found


def held(session: Session, actor: Actor, code: str, version: int) -> tuple[CaseItem, CaseItemVersion]:
    """The case item, locked, and one version of it within the actor's scope; `NotFound` for absent and hidden alike."""
    item = locked(session, actor, code)
    return item, version_for(actor, session, code, version)


def held_by_drafter(session: Session, actor: Actor, code: str, version: int) -> CaseItemVersion:
    """A version held for a step of its business agency's drafter; `NotAllowed` for anybody else."""
    must_hold(actor, Role.DRAFTER)
    item, found = held(session, actor, code, version)
    must_be_business(actor, item)
    return found


def must_be_business(actor: Actor, item: CaseItem) -> None:
    """Raise `NotAllowed` unless the actor acts for the case item's business agency."""
    if item.business_agency != actor.agency:
        raise NotAllowed


def in_force(session: Session, code: str) -> CaseItemVersion | None:
    """The version in force of a case item; there is one at most."""
    return session.scalars(
        select(CaseItemVersion).where(CaseItemVersion.case_item == code, CaseItemVersion.state == IN_FORCE)
    ).one_or_none()


def take(version: CaseItemVersion, event: str) -> None:
    """The version is in the state to which the event leads; `NoSuchStep` where its state does not know the event."""
    version.state = step(VERSION, version.state, event).next_state


def same_edition(version: CaseItemVersion, edition: int) -> None:
    """Raise `Conflict` when the draft was changed since the actor read it."""
    if version.edition != edition:
        raise Conflict(CHANGED_MEANWHILE, code="changed_meanwhile")


def a_reason(text: str | None) -> str:
    """The reason, trimmed; `InvalidInput` (field `reason`) when there is none, or too much of one."""
    plain = (text or "").strip()
    if not plain:
        raise InvalidInput(UNUSABLE, fields={"reason": NO_REASON})
    if len(plain) > REASON_MOST:
        raise InvalidInput(UNUSABLE, fields={"reason": REASON_TOO_LONG.fill(most=REASON_MOST)})
    return plain


def sealed(session: Session, actor: Actor, kind: str, text: str, *, at: datetime | None = None) -> SealedValue:
    """A text of the actor's agency, sealed, in the caller's transaction: reasons are free text and may name people."""
    held_ring = ring.bound()
    key = data_key(held_ring, session, agency=actor.agency, retention_years=RETENTION_YEARS, at=at or clock.now())
    value = seal(key, kind, text)
    session.add(value)
    session.flush()
    return value


def about(version: CaseItemVersion) -> dict[str, Any]:
    """What every entry of a version's step says of it."""
    return {
        "about_id": version.case_item,
        "case_item": version.case_item,
        "case_item_version": version.version,
    }
