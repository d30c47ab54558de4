"""What waits for somebody in a case item's life: approvals, letters, drafts that came back, drafts not proposed yet."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from admin.frame.doors import Waiting
from admin.frame.names import agency_names
from govern.catalogue.case_item import Approval, CaseItemVersion, Letter
from govern.catalogue.scope import drafts_for, letters_to_enter_for, parts_to_approve_for
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.rules.approval import RETURNED

MOST: Final = 8
MOST_COUNTED: Final = 100
DRAFT_STATE: Final = "draft"
APPROVE: Final = Wording("第{n}版送審，等您核准本機關部分", "Version {n} is proposed; your agency's part awaits you")
LETTER: Final = Wording("第{n}版待{superior}核備函", "Version {n} awaits the letter of {superior}")
CAME_BACK: Final = Wording("第{n}版退回修正，理由在頁面上", "Version {n} came back; the reason stands on its page")
DRAFT: Final = Wording("第{n}版草擬中，尚未提出", "Version {n} is a draft, not proposed yet")
REVIEW: Final = Wording("審核", "Review")
ENTER: Final = Wording("登錄", "Enter")
MEND: Final = Wording("修正", "Mend")
GO_ON: Final = Wording("繼續", "Go on")


def to_approve(actor: Actor, session: Session) -> list[CaseItemVersion]:
    """The versions that wait for the actor's word, oldest first; of those that one wrote somebody else is the judge."""
    found = parts_to_approve_for(actor, session).order_by(CaseItemVersion.proposed_at, CaseItemVersion.id)
    return [version for version in session.scalars(found) if str(actor.person_id) not in version.authors]


def for_me(actor: Actor, session: Session) -> Select[CaseItemVersion]:
    """The versions that wait for the actor's agency in the actor's roles: its approval, its letter, its drafts."""
    approvals = parts_to_approve_for(actor, session).with_only_columns(CaseItemVersion.id)
    letters = letters_to_enter_for(actor, session).with_only_columns(Letter.version_id)
    drafts = drafts_for(actor, session).with_only_columns(CaseItemVersion.id)
    return select(CaseItemVersion).where(
        or_(CaseItemVersion.id.in_(approvals), CaseItemVersion.id.in_(letters), CaseItemVersion.id.in_(drafts))
    )


def to_do(actor: Actor, session: Session) -> int:
    """How many versions wait for the actor, for the figure in the bar; what one wrote oneself waits for somebody else."""
    if not actor.holds(Role.APPROVER, Role.DRAFTER):
        return 0
    rows = session.execute(
        for_me(actor, session).with_only_columns(CaseItemVersion.state, CaseItemVersion.authors).limit(MOST_COUNTED)
    )
    return sum(1 for state, authors in rows if state == DRAFT_STATE or str(actor.person_id) not in authors)


def came_back(session: Session, versions: Sequence[CaseItemVersion]) -> set[int]:
    """Those drafts that were proposed before and returned by an owner."""
    returned = exists().where(
        Approval.version_id == CaseItemVersion.id,
        Approval.round == CaseItemVersion.round,
        Approval.state == RETURNED,
    )
    ids = [version.id for version in versions]
    if not ids:
        return set()
    return set(session.scalars(select(CaseItemVersion.id).where(CaseItemVersion.id.in_(ids), returned)))


def waits(actor: Actor, session: Session) -> Sequence[Waiting]:
    """What waits for the actor, each with the one click that does it."""
    if not actor.holds(Role.APPROVER, Role.DRAFTER):
        return ()
    drafts = list(session.scalars(drafts_for(actor, session).order_by(CaseItemVersion.id.desc()).limit(MOST)))
    back = came_back(session, drafts)
    return [
        *(_waiting(each, APPROVE, REVIEW, "life.version") for each in to_approve(actor, session)[:MOST]),
        *_letters(actor, session),
        *(_waiting(each, CAME_BACK, MEND, "life.version") for each in drafts if each.id in back),
        *(_waiting(each, DRAFT, GO_ON, "life.version") for each in drafts if each.id not in back),
    ]


def _letters(actor: Actor, session: Session) -> list[Waiting]:
    letters = session.scalars(letters_to_enter_for(actor, session).order_by(Letter.version_id).limit(MOST)).all()
    names = agency_names(session, {letter.superior for letter in letters})
    found = []
    for letter in letters:
        version = session.get_one(CaseItemVersion, letter.version_id)
        if str(actor.person_id) in version.authors:
            continue
        superior = names[letter.superior]
        says = Wording(
            LETTER.zh.format(n=version.version, superior=superior.zh),
            LETTER.en.format(n=version.version, superior=superior.en),
        )
        found.append(_waiting(version, says, ENTER, "life.letter", superior=letter.superior))
    return found


def _waiting(version: CaseItemVersion, says: Wording, action: Wording, endpoint: str, **more: str) -> Waiting:
    return Waiting(
        title=version.name,
        detail=says.fill(n=version.version),
        action=action,
        endpoint=endpoint,
        values={"code": version.case_item, "number": str(version.version), **more},
    )
