"""Close a period, level by level, never one's own work: 1 an auditor, 2 the head of the auditing agency (核章).

Both sign one hash over the period's content (docs/record.md, Sign-off). From the first signature on no verdict and no note
changes; findings go on living. The head re-opens with a reason and names the samples that are to be judged anew: the
sign-offs of the round are void, and kept. Nobody signs twice in a round, and nobody whose own look-up is in the sample.
"""

import hashlib
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.followed_up import SignOff
from audit.review.said import WRONG, checked_text, sealed_text
from audit.review.scope import period_to_change
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.rules.lives import PERIOD, SAMPLE, step
from govern.trail.append import append
from govern.trail.kinds.review import Reopened, SignedOff
from govern.trail.leaf import canonical_details

FORMAT: Final = "govern.period.content"
_LEVELS: Final = {"judged": (1, Role.AUDITOR, "sign_auditor"), "signed_1": (2, Role.HEAD, "sign_head")}

OLD_ROUND: Final = Wording(
    "這一期已重開，內容可能不同，請重新整理後再核章。",
    "This period was re-opened meanwhile; please reload before you sign.",
)
NOT_YET: Final = Wording("這一期現在不能核章。", "This period cannot be signed off now.")
OWN_LOOKUPS: Final = Wording(
    "樣本中有您自己的查調，須由別人核章。", "One of your own look-ups is in the sample; somebody else has to sign."
)
SIGNED_ALREADY: Final = Wording(
    "您已在這一輪核章，另一級須由別人核章。", "You signed in this round; another person signs the other level."
)
NOT_THE_SAME: Final = Wording(
    "內容與前一級核章時不同，不能核章；請通知維運人員。",
    "The content is not what the level before signed; it cannot be signed. Please tell the operators.",
)
NAME_SAMPLES: Final = Wording("請指定要重新判定的樣本。", "Name the samples that are to be judged anew.")


def sign_off(actor: Actor, period_id: UUID, *, round: int) -> None:
    """The period is signed off at the level whose turn it is, over its content as it stands.

    `Conflict` when it is nobody's turn or the round is another; `NotAllowed` for another role, for who signed the round
    already and for who has own look-ups in the sample.
    """
    with transaction() as session:
        period = period_to_change(actor, session, period_id, Role.AUDITOR, Role.HEAD)
        if period.round != round:
            raise Conflict(OLD_ROUND, code="old_round")
        if period.state not in _LEVELS:
            raise Conflict(NOT_YET, code="not_to_sign")
        level, role, event = _LEVELS[period.state]
        _must_sign(actor, session, period, role)
        content = content_sha256(session, period)
        if any(sign.content_sha256 != content for sign in sign_offs_of(session, period.id) if sign.voided_at is None):
            raise Conflict(NOT_THE_SAME, code="content_changed")
        kind = SignedOff(
            about_id=str(period.id), owner=period.owner, level=level, round=period.round, content_sha256=content
        )
        entry = append(session, kind, by=actor, role=role)
        session.add(
            SignOff(
                period=period.id,
                round=period.round,
                level=level,
                person=actor.person_id,
                agency=actor.agency,
                at=clock.now(),
                content_sha256=content,
                entry=entry.entry_id,
            )
        )
        period.state = step(PERIOD, period.state, event).next_state


def reopen(actor: Actor, period_id: UUID, reason: str, samples: Collection[UUID]) -> None:
    """The samples named are to be judged anew in a new round, their notes as drafts; the sign-offs so far are void.

    By the head of the auditing agency, after a sign-off. `InvalidInput` without a reason or without samples of the period.
    """
    reason = checked_text(reason, "reason")
    with transaction() as session:
        period = period_to_change(actor, session, period_id, Role.HEAD)
        period.state = step(PERIOD, period.state, "reopen").next_state
        named = list(
            session.scalars(
                select(Sample)
                .where(Sample.period == period.id, Sample.id.in_(set(samples)))
                .order_by(Sample.seq)
                .with_for_update()
            )
        )
        if not named or len(named) != len(set(samples)):
            raise InvalidInput(WRONG, fields={"samples": NAME_SAMPLES})
        for sign in sign_offs_of(session, period.id):
            sign.voided_at = sign.voided_at or clock.now()
        period.round += 1
        for sample in named:
            sample.state = step(SAMPLE, sample.state, "reopen").next_state
            sample.verdict, sample.judged_by, sample.judged_at = None, None, None
            sample.round = period.round
        kind = Reopened(
            about_id=str(period.id),
            owner=period.owner,
            round=period.round,
            samples=tuple(sample.seq for sample in named),
        )
        sealed = sealed_text(session, named[0], "reason", reason)
        append(session, kind, by=actor, role=Role.HEAD, text=sealed)


def content_of(session: Session, period: Period) -> dict[str, Any]:
    """What a sign-off signs, as docs/record.md defines it: the frozen population, the draw, and every verdict."""
    samples = session.execute(
        select(Sample.seq, Sample.ordinal, Sample.verdict).where(Sample.period == period.id).order_by(Sample.seq)
    )
    return {
        "format": FORMAT,
        "version": 1,
        "period": str(period.id),
        "plan": str(period.plan),
        "month": period.month,
        "agency": period.agency,
        "owner": period.owner,
        "population": period.population,
        "root": period.root.hex(),
        "seed": period.seed.hex() if period.seed else None,
        "round": period.round,
        "samples": [list(row) for row in samples],
    }


def content_sha256(session: Session, period: Period) -> bytes:
    """The hash that both levels sign."""
    return hashlib.sha256(canonical_details(content_of(session, period))).digest()


def sign_offs_of(session: Session, period_id: UUID) -> list[SignOff]:
    """All sign-offs of a period, void ones too, in order. Whoever calls has found the period through a scope."""
    return list(
        session.scalars(select(SignOff).where(SignOff.period == period_id).order_by(SignOff.round, SignOff.level))
    )


def _must_sign(actor: Actor, session: Session, period: Period, role: Role) -> None:
    if not actor.holds(role):
        raise NotAllowed
    signed = exists().where(
        SignOff.period == period.id, SignOff.round == period.round, SignOff.person == actor.person_id
    )
    if session.scalars(select(signed)).one():
        raise NotAllowed(SIGNED_ALREADY, code="signed_already")
    own = exists().where(Sample.period == period.id, Sample.clerk == actor.person_id)
    if session.scalars(select(own)).one():
        raise NotAllowed(OWN_LOOKUPS, code="own_lookups")
