"""Each owner's word on its own part of a proposal: approved, sent back, or rejected; the last yes completes it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.case_item import Approval, CaseItemVersion
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.life.content import IS_OVER, is_in_force, not_in_force
from govern.catalogue.life.held import a_reason, about, held, must_hold, sealed, take
from govern.catalogue.life.in_force import come_in_force_if_due
from govern.catalogue.life.letter import settle_letters
from govern.catalogue.life.rows import freeze_law
from govern.catalogue.scope import approvals_for, version_for
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, NotAllowed
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import open_value
from govern.rules import approval
from govern.rules.actor import Actor, Role
from govern.rules.lives import VERSION, step
from govern.trail.append import append
from govern.trail.kinds import catalogue as kinds

NO_PART: Final = Wording(
    "這個版本沒有使用貴機關的資料，不須貴機關核准。",
    "This version uses none of your agency's data; your approval is not needed.",
)
OWN_PROPOSAL: Final = Wording(
    "擬訂、修改或提請這個版本的人，不得核准它。", "Nobody who drafted, changed or proposed a version may decide on it."
)
ANOTHER_ROUND: Final = Wording(
    "這個版本已經重新提請，請重新整理後再表示意見。",
    "This version was proposed anew meanwhile; please reload it before you decide.",
)
SAID_ALREADY: Final = Wording("貴機關已經表示過意見。", "Your agency has given its word already.")


@dataclass(frozen=True, slots=True)
class Part:
    """An owner's part of a version and what that owner said of it."""

    owner: str
    state: str  # waiting, approved, returned, rejected
    round: int
    person: uuid.UUID | None
    at: datetime | None
    reason: str | None = None


def approve(actor: Actor, code: str, version: int, *, round: int, reason: str | None = None) -> None:
    """The actor's agency has approved its own part; with the last yes of all owners the version is complete.

    Complete, the text of its laws is frozen as it reads now; it then waits for the letters that do not carry over, or for
    its day, or comes in force at once where that has come. Raises `NotAllowed` for who is no approver of an owner used and
    for its authors, `Conflict` for a second word, another round, or what can no longer come in force.
    """
    with transaction() as session:
        found, part = _own_part(session, actor, code, version, round)
        _can_still_come_in_force(session, found)
        text = None if not (reason or "").strip() else sealed(session, actor, "reason", a_reason(reason))
        _say(part, actor, approval.APPROVED, None if text is None else text.id)
        session.flush()
        said = {one.owner: one.state for one in waiting_for(session, found.id)}
        complete = approval.is_complete(said.keys(), said)
        take(found, "approve" if complete else "approve_part")
        carried: tuple[str, ...] = ()
        awaited: tuple[str, ...] = ()
        if complete:
            freeze_law(session, found)
            carried, awaited = settle_letters(session, found)
            take(found, "letter_needed" if awaited else "complete")
        append(
            session,
            kinds.Approved(
                **about(found),
                owner=part.owner,
                round=round,
                content_sha256=found.content_sha256,
                is_complete=complete,
                letters_carried=carried,
                letters_awaited=awaited,
            ),
            by=actor,
            role=Role.APPROVER,
            text=text,
        )
        come_in_force_if_due(session, found, clock.today())


def send_back(actor: Actor, code: str, version: int, *, round: int, reason: str) -> None:
    """The proposal is a draft again, for the reason given; the round is over, whatever others said in it."""
    _end_round(actor, code, version, round, reason, "return", approval.RETURNED, kinds.Returned)


def reject(actor: Actor, code: str, version: int, *, round: int, reason: str) -> None:
    """The proposal is rejected for good, for the reason given; another draft may follow."""
    _end_round(actor, code, version, round, reason, "reject", approval.REJECTED, kinds.Rejected)


def waiting_for(session: Session, version_id: int) -> list[Part]:
    """Each owner's part in the version's present round, in the order of their codes; reasons stay sealed."""
    rows = session.scalars(
        select(Approval)
        .join(CaseItemVersion, CaseItemVersion.id == Approval.version_id)
        .where(Approval.version_id == version_id, Approval.round == CaseItemVersion.round)
        .order_by(Approval.owner)
    )
    return [Part(row.owner, row.state, row.round, row.person, row.at) for row in rows]


def words_on(actor: Actor, session: Session, code: str, version: int) -> list[Part]:
    """What owners said of a version in all rounds, newest round first, with their reasons opened.

    For those of its owners, its business agency and above them; empty for others who may read the version.
    """
    found = version_for(actor, session, code, version)
    rows = session.scalars(
        approvals_for(actor, session)
        .where(Approval.version_id == found.id)
        .order_by(Approval.round.desc(), Approval.owner)
    ).all()
    keys = ring.bound()
    return [
        Part(
            row.owner,
            row.state,
            row.round,
            row.person,
            row.at,
            None if row.reason is None else open_value(keys, session, row.reason),
        )
        for row in rows
    ]


def _own_part(session: Session, actor: Actor, code: str, version: int, round: int) -> tuple[CaseItemVersion, Approval]:
    """The version and the actor's agency's part of it, held for a word that may still be said."""
    must_hold(actor, Role.APPROVER)
    _item, found = held(session, actor, code, version)
    part = session.get(Approval, (found.id, actor.agency, found.round))
    if part is None:
        step(VERSION, found.state, "approve")  # what is not proposed waits for nobody's word
        raise NotAllowed(NO_PART, code="no_part")
    authors = [uuid.UUID(author) for author in found.authors]
    if not approval.may_approve(authors=authors, approver=actor.person_id):
        raise NotAllowed(OWN_PROPOSAL, code="own_proposal")
    if part.round != round:
        raise Conflict(ANOTHER_ROUND, code="another_round")
    if part.state != approval.WAITING:
        raise Conflict(SAID_ALREADY, code="said_already")
    return found, part


def _say(part: Approval, actor: Actor, state: str, reason: uuid.UUID | None) -> None:
    part.state, part.person, part.at, part.reason = state, actor.person_id, clock.now(), reason


def _end_round(
    actor: Actor,
    code: str,
    version: int,
    round: int,
    reason: str,
    event: str,
    state: str,
    kind: Callable[..., kinds.Returned | kinds.Rejected],
) -> None:
    text = a_reason(reason)
    with transaction() as session:
        found, part = _own_part(session, actor, code, version, round)
        take(found, event)
        kept = sealed(session, actor, "reason", text)
        _say(part, actor, state, kept.id)
        word = kind(**about(found), owner=part.owner, round=round, content_sha256=found.content_sha256)
        append(session, word, by=actor, role=Role.APPROVER, text=kept)


def _can_still_come_in_force(session: Session, version: CaseItemVersion) -> None:
    """Raise `Conflict` where the term is over or a law has ended since the proposal: it has to be sent back."""
    first = max(clock.today(), version.valid_from)
    if version.valid_to < first:
        raise Conflict(IS_OVER, code="term_is_over")
    for basis in session.scalars(
        select(LegalBasis)
        .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasis.id)
        .where(VersionLegalBasis.version_id == version.id)
    ):
        if not is_in_force(basis, first):
            raise Conflict(not_in_force(basis, first), code="legal_basis_ended")
