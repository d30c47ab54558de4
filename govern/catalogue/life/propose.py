"""Propose a draft: complete, frozen, and before every owner whose data items it uses."""

from sqlalchemy.orm import Session

from govern.catalogue.case_item import Approval, CaseItemVersion
from govern.catalogue.life.content import content_of, faults
from govern.catalogue.life.held import UNUSABLE, about, held_by_drafter, same_edition, take
from govern.catalogue.life.rows import freeze
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import InvalidInput
from govern.rules import approval
from govern.rules.actor import Actor, Role
from govern.trail.append import append
from govern.trail.kinds import catalogue as kinds


def propose(actor: Actor, code: str, version: int, *, edition: int) -> None:
    """The draft is proposed: its masks and owners stand as they are today, and each owner's part waits in a new round.

    From now on everybody who is signed in knows that the case item exists. Raises `InvalidInput` with what is missing,
    `Conflict` when the draft was changed since `edition` or is proposed already.
    """
    with transaction() as session:
        found = held_by_drafter(session, actor, code, version)
        take(found, "propose")
        same_edition(found, edition)
        wrong = faults(session, content_of(session, found.id), to_propose=True)
        if wrong:
            raise InvalidInput(UNUSABLE, fields=wrong)
        owners = open_round(session, found)
        found.proposed_by, found.proposed_at = actor.person_id, clock.now()
        found.authors = sorted({*found.authors, str(actor.person_id)})
        append(
            session,
            kinds.Proposed(**about(found), round=found.round, owners=owners, content_sha256=found.content_sha256),
            by=actor,
            role=Role.DRAFTER,
        )


def open_round(session: Session, version: CaseItemVersion) -> tuple[str, ...]:
    """The version is frozen and a new round waits for each owner's word; what was said in former rounds counts no more."""
    owners = approval.parts_needed(freeze(session, version))
    version.round += 1
    session.add_all(
        Approval(version_id=version.id, owner=owner, round=version.round, state=approval.WAITING) for owner in owners
    )
    session.flush()
    return owners
