"""A period's content, with its proofs: read only, as of one signed checkpoint.

Names are what the catalogue calls things now; what was done stands in the entries, whose leaves and proofs go along. An
entry of the period that is not yet under the checkpoint makes it *later*: a period's record is whole or is not made.
"""

import base64
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.draw.account import draw_account
from audit.draw.draw_sample import source_drawn
from audit.draw.period import ClosedMonth, Period
from audit.draw.plan import AuditPlan
from audit.log import prove
from audit.log.checkpoint import parse_text
from audit.log.note import parse
from audit.log.store import StoredCheckpoint, newest_checkpoint
from audit.review.followed_up import SignOff as SignOffRow
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.data_item import DataItem
from govern.core.errors import Conflict, EvidenceUnavailable, NotFound, TryLater
from govern.core.wording import Wording
from govern.people.person import Account
from govern.people.person import Person as PersonRow
from govern.rules.actor import ROLE_NAMES, Role
from govern.trail.entry import Entry, EntryNumber
from reports.record.case import named
from reports.record.content import Checkpoint, Named
from reports.record.course import instant
from reports.record.gather import NOT_COVERED, Frame
from reports.record.period.content import (
    DataItemNames,
    DrawnSample,
    Finding,
    FrozenPopulation,
    Names,
    PeriodEntry,
    PeriodHead,
    PeriodRecord,
    Person,
    Plan,
    Reopening,
    SignOff,
)
from reports.record.period.figures import figures_of
from reports.record.period.samples import Told, commitment_of, findings_of, samples_of

PROVEN_AT_ONCE: Final = 500
READY: Final[Mapping[str, Wording]] = {
    "signed": Wording("已核章", "Signed off"),
    "nothing_to_draw": Wording("無可抽樣", "Nothing to draw"),
}
_LEVELS: Final = {1: Role.AUDITOR, 2: Role.HEAD}

NOT_SIGNED: Final = Wording(
    "本期尚未完成核章，核章後才能製作稽核紀錄。",
    "This period is not signed off yet; its record is made after the sign-off.",
)


def must_be_ready(period: Period) -> None:
    """`Conflict`, with a sentence, before both levels have signed."""
    if period.state not in READY:
        raise Conflict(NOT_SIGNED, code="not_signed")


def gather_period(session: Session, period_id: uuid.UUID, frame: Frame) -> PeriodRecord:
    """The record of a period as the database has it now, and as the newest checkpoint proves it.

    `NotFound` for a period that is not there; `Conflict` before the sign-off; `TryLater` while no checkpoint covers all its
    entries; `EvidenceUnavailable` when an entry, a unit or the frozen checkpoint is not what was signed.
    """
    period, checkpoint = session.get(Period, period_id), newest_checkpoint(session)
    if period is None:
        raise NotFound
    must_be_ready(period)
    if checkpoint is None:
        raise TryLater(NOT_COVERED)
    session.expunge(period)  # read to its end: gathering samples lets go of rows
    told = samples_of(session, period)
    findings, finding_entries = findings_of(session, period)
    sign_offs = _sign_offs(session, period)
    reopenings, reopened = _reopenings(session, period)
    drawn, draw_entries = _drawn(session, period)
    month = session.get_one(ClosedMonth, period.month)
    signed = [row.entry for row, _ in sign_offs]
    attached = [*draw_entries, month.entry, *told.entries, *finding_entries, *signed, *reopened]
    entries, hashes, proven = _proven(session, attached, checkpoint)
    samples, every_sign = tuple(told.samples), tuple(sign for _, sign in sign_offs)
    people = _people(session, told, findings, every_sign, reopenings)
    return PeriodRecord(
        number=frame.number,
        period=PeriodHead(
            str(period.id), period.month, period.agency, period.owner, period.round, named(period.state, READY)
        ),
        plan=_plan(session, period),
        frozen=_frozen(session, period),
        draw=draw_account(session, period),
        drawn=drawn,
        samples=samples,
        findings=tuple(findings),
        figures=figures_of(period.population, samples, findings),
        sign_offs=every_sign,
        reopenings=tuple(reopenings),
        people=people,
        names=_names(session, period, told, findings, every_sign),
        entries=entries,
        hashes=hashes,
        checkpoint=Checkpoint(frame.log_origin, proven.size, _base64(proven.root), proven.note),
        signed_by=frame.signed_by,
        check_address=frame.check_address,
        made_at=frame.made_at,
        invented=frame.is_demonstration or any(one.invented for one in people),
    )


def _plan(session: Session, period: Period) -> Plan:
    plan = session.get_one(AuditPlan, period.plan)
    who = (("agency", plan.by_agency), ("first_level", plan.by_first_level), ("owner", plan.by_owner))
    return Plan(
        id=str(plan.id),
        zh=plan.name_zh,
        en=plan.name_en,
        ratio=period.ratio,
        floor=period.floor,
        items=tuple(period.items),
        covers_all=plan.covers_all,
        is_kinship=plan.is_kinship,
        audited_by=tuple(name for name, is_it in who if is_it),
        other_party=period.other_party,
    )


def _frozen(session: Session, period: Period) -> FrozenPopulation:
    """The population and the signed note of the checkpoint at which it was frozen."""
    stored = session.get(StoredCheckpoint, period.to_size)
    if stored is None:
        raise EvidenceUnavailable
    origin = parse_text(parse(stored.note).text).origin
    return FrozenPopulation(
        at=instant(period.frozen_at),
        from_size=period.from_size,
        to_size=period.to_size,
        population=period.population,
        root=period.root.hex(),
        entry=_number_of(session, period.freeze_entry),
        checkpoint=Checkpoint(origin, stored.size, _base64(stored.root), stored.note),
    )


def _drawn(session: Session, period: Period) -> tuple[DrawnSample | None, list[uuid.UUID]]:
    """When and from what the sample was drawn, and the entries of freeze, source and draw."""
    if period.drawn_entry is None or period.drawn_at is None or period.n is None:
        return None, [period.freeze_entry]
    source = source_drawn(session, period)
    drawn = DrawnSample(
        at=instant(period.drawn_at),
        n=period.n,
        entry=_number_of(session, period.drawn_entry),
        before=tuple(source.before),
        after=tuple(source.after),
    )
    return drawn, [period.freeze_entry, *source.entries, period.drawn_entry]


def _sign_offs(session: Session, period: Period) -> list[tuple[SignOffRow, SignOff]]:
    """Every level that signed, the void ones too, by round and level."""
    rows = session.scalars(
        select(SignOffRow).where(SignOffRow.period == period.id).order_by(SignOffRow.round, SignOffRow.level)
    ).all()
    return [
        (
            row,
            SignOff(
                round=row.round,
                level=row.level,
                person=str(row.person),
                role=Named(
                    str(_LEVELS[row.level]), ROLE_NAMES[_LEVELS[row.level]].zh, ROLE_NAMES[_LEVELS[row.level]].en
                ),
                agency=row.agency,
                at=instant(row.at),
                content_sha256=row.content_sha256.hex(),
                entry=_number_of(session, row.entry),
                voided_at=instant(row.voided_at) if row.voided_at else None,
            ),
        )
        for row in rows
    ]


def _reopenings(session: Session, period: Period) -> tuple[list[Reopening], list[uuid.UUID]]:
    """Each re-opening as its entry has it."""
    rows = session.execute(
        select(Entry, EntryNumber.number)
        .join(EntryNumber, EntryNumber.entry_id == Entry.id)
        .where(Entry.about_kind == "period", Entry.about_id == str(period.id), Entry.kind == "reopened")
        .order_by(EntryNumber.number)
    ).all()
    told = []
    for entry, number in rows:
        details: dict[str, Any] = json.loads(entry.details)
        told.append(
            Reopening(
                round=details["round"],
                at=instant(entry.at),
                person=str(entry.person),
                agency=entry.agency or "",
                samples=tuple(details["samples"]),
                reason_commitment=commitment_of(entry),
                entry=number,
            )
        )
    if len(told) != period.round - 1:
        raise TryLater(NOT_COVERED)  # one has no number yet
    return told, [entry.id for entry, _ in rows]


def _people(
    session: Session, told: Told, findings: Sequence[Finding], signs: Sequence[SignOff], again: Sequence[Reopening]
) -> tuple[Person, ...]:
    """Everybody whom the record names, once; a clerk under the account that asked."""
    ids = {one for sample in told.samples for one in (sample.clerk, sample.judged_by)}
    ids |= {one.person for one in findings} | {one.person for one in signs} | {one.person for one in again}
    ids |= {one.opened_by for one in findings}
    ids |= {one.closed_by for one in findings if one.closed_by is not None}
    found: list[Person] = []
    for some in _portions(sorted(ids)):
        keys = [uuid.UUID(one) for one in some]
        names = select(Account.person, Account.name).where(Account.person.in_(keys)).order_by(Account.id.desc())
        accounts = {**dict(session.execute(names).tuples().all()), **told.accounts}
        found += [
            Person(str(row.id), row.name, accounts.get(row.id, ""), row.is_invented)
            for row in session.scalars(select(PersonRow).where(PersonRow.id.in_(keys)))
        ]
    return tuple(sorted(found, key=lambda one: one.id))


def _names(
    session: Session, period: Period, told: Told, findings: Sequence[Finding], signs: Sequence[SignOff]
) -> Names:
    """What the codes of the record are called: agencies and data items now, case items in the newest version used."""
    codes = {period.agency, period.owner, *(one.agency for one in told.samples)}
    codes |= {one.agency for one in findings} | {one.agency for one in signs}
    agencies = session.scalars(select(Agency).where(Agency.code.in_(codes)).order_by(Agency.code))
    versions = session.scalars(select(CaseItemVersion).where(CaseItemVersion.case_item.in_(told.versions)))
    cases = {one.case_item: one for one in versions if one.version == told.versions[one.case_item]}
    items = session.scalars(select(DataItem).where(DataItem.code.in_(period.items)).order_by(DataItem.code))
    return Names(
        agencies=tuple(Named(one.code, one.name_zh, one.name_en) for one in agencies),
        case_items=tuple(Named(code, cases[code].name_zh, cases[code].name_en) for code in sorted(cases)),
        data_items=tuple(
            DataItemNames(
                item.code,
                item.name_zh,
                item.name_en,
                item.owner,
                tuple(Named(one.code, one.name_zh, one.name_en) for one in item.fields),
            )
            for item in items
        ),
    )


def _proven(
    session: Session, entry_ids: Iterable[uuid.UUID], checkpoint: StoredCheckpoint
) -> tuple[tuple[PeriodEntry, ...], tuple[str, ...], prove.Proven]:
    """Each entry once with its proof, whose hashes stand once for all. `TryLater` while one is not covered."""
    numbers: dict[uuid.UUID, int] = {}
    kinds: dict[uuid.UUID, str] = {}
    ids = list(dict.fromkeys(entry_ids))
    for some in _portions(ids):
        rows = select(Entry.id, Entry.kind, EntryNumber.number).join(EntryNumber, EntryNumber.entry_id == Entry.id)
        for identity, kind, number in session.execute(rows.where(Entry.id.in_(some))):
            numbers[identity], kinds[identity] = number, kind
    if len(numbers) != len(ids):
        raise TryLater(NOT_COVERED)
    places: dict[bytes, int] = {}
    told: list[PeriodEntry] = []
    proven = None
    for some in _portions(sorted(ids, key=numbers.__getitem__)):
        proven = prove.prove(session, some, at=checkpoint)
        told += [
            PeriodEntry(
                id=str(one.entry_id),
                number=one.number,
                kind=kinds[one.entry_id],
                leaf=_base64(one.leaf),
                proof=tuple(places.setdefault(step, len(places)) for step in one.proof),
            )
            for one in proven.entries
        ]
    assert proven is not None  # a period has the entry that froze it
    return tuple(told), tuple(_base64(one) for one in places), proven


def _number_of(session: Session, entry: uuid.UUID) -> int:
    found = session.scalars(select(EntryNumber.number).where(EntryNumber.entry_id == entry)).first()
    if found is None:
        raise TryLater(NOT_COVERED)
    return found


def _portions(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (ids[start : start + PROVEN_AT_ONCE] for start in range(0, len(ids), PROVEN_AT_ONCE))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
