"""A period as its page shows it: seven steps with their figures, what comes next and who may do it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.auditing.course.record_now import RecordNow, record_now
from admin.auditing.periods import Row, rows_of
from admin.auditing.plans import AUDITORS, percent
from admin.auditing.words import party_name
from admin.frame.names import agency_names, people_names
from audit.draw import draw_sample
from audit.draw.number import party_of
from audit.draw.period import Period
from audit.draw.plan import AuditPlan, PublicDraw
from audit.draw.sample import Sample
from audit.log.store import StoredCheckpoint
from audit.review.counts import Counts, counts_of, next_to_judge
from audit.review.followed_up import Finding, SignOff
from audit.review.scope import findings_for, period_for, periods_for, samples_for
from audit.review.sign_off import content_sha256, sign_offs_of
from govern.catalogue.data_item import DataItem
from govern.core import clock
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.rules.verdict import Verdict
from govern.trail.entry import EntryNumber

FINDINGS_BESIDE: Final = 4
FORMER_BESIDE: Final = 3


@dataclass(frozen=True, slots=True)
class Number:
    """One party's number, as far as anybody may know it."""

    party: Wording
    is_disclosed: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Sign:
    """A level of the sign-off: by whom it was given, or who is to give it."""

    level: int
    role: Wording
    person: str | None
    at: datetime | None
    sha256: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding beside the steps; what it says stands on its own page."""

    id: uuid.UUID
    seq: int
    verdict: str | None
    agency: Wording
    person: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page of a period says."""

    period: Period
    row: Row
    plan: AuditPlan
    auditors: tuple[Wording, ...]
    ratio: str
    items: tuple[Wording, ...]
    checkpoint: StoredCheckpoint | None
    freeze_number: int | None
    numbers: tuple[Number, ...]
    draw: PublicDraw | None
    awaited: Wording | None
    counts: Counts
    verdicts: tuple[tuple[str, int], ...]
    signs: tuple[Sign, ...]
    voided: int
    content: str
    findings: tuple[FindingLine, ...]
    former: tuple[Row, ...]
    next_sample: Sample | None
    first_sample: Sample | None
    named: tuple[Sample, ...]  # those that a re-opening may name
    record: RecordNow
    is_mine_to_tell: bool  # the actor's number is one of the two, and not disclosed yet
    may: frozenset[str]  # draw, enter, judge, sign, reopen, read (its samples)

    @property
    def is_drawn(self) -> bool:
        """Whether there is a sample."""
        return self.period.n is not None


def show(actor: Actor, session: Session, identity: uuid.UUID) -> Shown:
    """A period within reach, with what this actor may do; `NotFound` otherwise."""
    period = period_for(actor, session, identity)
    plan = session.get_one(AuditPlan, period.plan)
    counts = counts_of(session, [period.id])[period.id]
    signs = sign_offs_of(session, period.id)
    valid = [sign for sign in signs if sign.voided_at is None]
    is_signing = period.state in ("judged", "signed_1", "signed")
    return Shown(
        period=period,
        row=rows_of(session, [period])[0],
        plan=plan,
        auditors=tuple(word for name, word in AUDITORS.items() if getattr(plan, name)),
        ratio=percent(period.ratio),
        items=_items(session, period),
        checkpoint=session.get(StoredCheckpoint, period.to_size),
        freeze_number=session.scalar(select(EntryNumber.number).where(EntryNumber.entry_id == period.freeze_entry)),
        numbers=_numbers(session, period),
        draw=session.get(PublicDraw, period.public_draw) if period.public_draw else None,
        awaited=draw_sample.awaited(session, period, clock.now()),
        counts=counts,
        verdicts=tuple((verdict, counts.verdicts[verdict]) for verdict in Verdict if counts.verdicts.get(verdict)),
        signs=_signs(session, valid),
        voided=len(signs) - len(valid),
        content=content_sha256(session, period).hex() if is_signing else "",
        findings=_findings(actor, session, period),
        former=_former(actor, session, period),
        next_sample=next_to_judge(actor, session, period.id, 0),
        first_sample=_first(actor, session, period),
        named=_named(actor, session, period),
        record=record_now(session, period),
        is_mine_to_tell=_is_mine_to_tell(actor, session, period),
        may=_may(actor, session, period, valid),
    )


def _may(actor: Actor, session: Session, period: Period, signs: Sequence[SignOff]) -> frozenset[str]:
    if actor.agency != period.agency:
        is_owners_head = actor.holds(Role.HEAD) and actor.agency == period.owner
        return frozenset({"enter"} if period.state == "frozen" and is_owners_head else ())
    is_auditor, is_head = actor.holds(Role.AUDITOR), actor.holds(Role.HEAD)
    own = session.scalars(
        select(Sample.id).where(Sample.period == period.id, Sample.clerk == actor.person_id).limit(1)
    ).first()
    may_sign = own is None and actor.person_id not in {sign.person for sign in signs}
    may = {
        "read": period.n is not None,
        "draw": period.state == "frozen" and is_auditor,
        "enter": period.state == "frozen",
        "judge": period.state == "drawn" and is_auditor,
        "sign": may_sign and ((period.state == "judged" and is_auditor) or (period.state == "signed_1" and is_head)),
        "reopen": period.state in ("signed_1", "signed") and is_head,
    }
    return frozenset(name for name, is_so in may.items() if is_so and (is_auditor or is_head))


def _items(session: Session, period: Period) -> tuple[Wording, ...]:
    rows = session.execute(
        select(DataItem.name_zh, DataItem.name_en).where(DataItem.code.in_(period.items)).order_by(DataItem.seq)
    )
    return tuple(Wording(zh, en) for zh, en in rows)


def _numbers(session: Session, period: Period) -> tuple[Number, ...]:
    given = draw_sample.given_numbers(session, period)
    if len(given) < 2:
        return ()
    names = agency_names(session, {row.party.partition("@")[2] for row in given})
    return tuple(Number(party_name(row.party, names), row.number is not None, row.disclosed_at) for row in given)


def _signs(session: Session, valid: Sequence[SignOff]) -> tuple[Sign, ...]:
    people = people_names(session, {sign.person for sign in valid})
    by_level: Mapping[int, SignOff] = {sign.level: sign for sign in valid}
    roles = ((1, Wording("稽核人員", "Auditor")), (2, Wording("機關首長", "Head of agency")))
    return tuple(
        Sign(level, role, people.get(by_level[level].person), by_level[level].at, by_level[level].content_sha256.hex())
        if level in by_level
        else Sign(level, role, None, None, "")
        for level, role in roles
    )


def _findings(actor: Actor, session: Session, period: Period) -> tuple[FindingLine, ...]:
    found = session.scalars(
        findings_for(actor, session)
        .where(Finding.period == period.id)
        .order_by((Finding.state == "closed"), Finding.due_on, Finding.id)
        .limit(FINDINGS_BESIDE)
    ).all()
    return lines_of(session, found)


def lines_of(session: Session, found: Sequence[Finding]) -> tuple[FindingLine, ...]:
    """Findings in a list: which sample, whose they are to mend."""
    samples = {row.id: row for row in session.scalars(select(Sample).where(Sample.id.in_({f.sample for f in found})))}
    names = agency_names(session, {each.agency for each in found})
    people = people_names(session, {each.person for each in found})
    return tuple(
        FindingLine(
            id=each.id,
            seq=samples[each.sample].seq,
            verdict=samples[each.sample].verdict,
            agency=names[each.agency],
            person=people.get(each.person, ""),
            finding=each,
        )
        for each in found
    )


def _former(actor: Actor, session: Session, period: Period) -> tuple[Row, ...]:
    found = session.scalars(
        periods_for(actor, session)
        .where(Period.agency == period.agency, Period.owner == period.owner, Period.month < period.month)
        .order_by(Period.month.desc(), Period.id.desc())
        .limit(FORMER_BESIDE)
    ).all()
    return tuple(rows_of(session, found))


def _first(actor: Actor, session: Session, period: Period) -> Sample | None:
    mine = samples_for(actor, session).where(Sample.period == period.id)
    return session.scalars(mine.order_by(Sample.seq).limit(1)).first()


def _named(actor: Actor, session: Session, period: Period) -> tuple[Sample, ...]:
    if period.state not in ("signed_1", "signed") or not actor.holds(Role.HEAD) or actor.agency != period.agency:
        return ()
    return tuple(session.scalars(samples_for(actor, session).where(Sample.period == period.id).order_by(Sample.seq)))


def _is_mine_to_tell(actor: Actor, session: Session, period: Period) -> bool:
    mine = {party_of(role, actor.agency) for role in (Role.AUDITOR, Role.HEAD) if actor.holds(role)}
    given = draw_sample.given_numbers(session, period) if period.state == "frozen" else []
    return len(given) == 2 and any(row.party in mine and row.number is None for row in given)
