"""The samples of a period as its record says them: read in bulk, some hundred look-ups at a time.

Of a look-up only what the period judges is told: its own subject, and the owner's data items that the plan covers. A
subject's key is opened here, masked, and let go; notes and what a finding says are never opened.
"""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.draw.period import Period
from audit.draw.sample import Sample as SampleRow
from audit.review.followed_up import Finding as FindingRow
from audit.review.followed_up import SampleDocument
from govern.core.errors import EvidenceUnavailable
from govern.core.wording import Wording
from govern.keys import ring
from govern.keys.subject import SealedValue, open_value
from govern.lookups.answer import Place
from govern.lookups.lookup import Ground, Lookup, SubjectKey, Task
from govern.rules.grounds import GROUNDS
from govern.rules.identifiers import kinds
from govern.trail.entry import Entry, EntryNumber
from reports.record.case import FORGOTTEN, named
from reports.record.content import MaskedKey, Named
from reports.record.course import instant
from reports.record.gather import fields_that_came, state_named, state_of
from reports.record.period.content import (
    AskedClerk,
    Finding,
    FormerVerdict,
    HandedIn,
    Sample,
    SampleReveal,
    SampleTask,
)

AT_ONCE: Final = 200
NO_GROUND: Final = Wording("未填", "none given")
FINDING_STATES: Final[Mapping[str, Wording]] = {
    "open": Wording("改善中", "Being mended"),
    "to_close": Wording("待結案", "Awaiting closure"),
    "closed": Wording("已結案", "Closed"),
}

Numbered = tuple[Entry, int]  # an entry and its number


@dataclass(slots=True)
class Told:
    """What was gathered of the samples: themselves, and the entries that a record attaches for them."""

    samples: list[Sample] = field(default_factory=list)
    entries: list[uuid.UUID] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)  # the newest version of each case item that was used
    accounts: dict[uuid.UUID, str] = field(default_factory=dict)  # of the clerks, as they asked


@dataclass(frozen=True, slots=True)
class _Around:
    """What belongs to some samples, by sample or by look-up."""

    lookups: Mapping[uuid.UUID, Lookup]
    tasks: Mapping[uuid.UUID, Sequence[Task]]
    keys: Mapping[tuple[uuid.UUID, int], Sequence[SubjectKey]]
    grounds: Mapping[tuple[uuid.UUID, int], Ground]
    documents: Mapping[uuid.UUID, Sequence[SampleDocument]]
    judged: Mapping[str, Sequence[Numbered]]
    revealed: Mapping[uuid.UUID, Sequence[Numbered]]
    numbers: Mapping[uuid.UUID, int]
    endings: Mapping[int, uuid.UUID]
    sealed: Sequence[SealedValue]  # held, so that `open_value` finds them in the session


def samples_of(session: Session, period: Period) -> Told:
    """All samples of a period that is judged. `EvidenceUnavailable` where an entry that a sample stands on is not there."""
    told = Told()
    rows = list(session.scalars(select(SampleRow).where(SampleRow.period == period.id).order_by(SampleRow.seq)))
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        around = _around(session, period, some)
        for row in some:
            told.samples.append(_sample(session, row, around, told))
        told.entries += around.endings.values()
        session.expunge_all()  # what was told is plain by now; thousands of rows need not stay
    return told


def findings_of(session: Session, period: Period) -> tuple[list[Finding], list[uuid.UUID]]:
    """The findings of a period in the order in which they were opened, and the entries that open and close them."""
    seqs = dict(
        session.execute(select(SampleRow.id, SampleRow.seq).where(SampleRow.period == period.id)).tuples().all()
    )
    rows = session.scalars(
        select(FindingRow).where(FindingRow.period == period.id).order_by(FindingRow.opened_at, FindingRow.id)
    ).all()
    entries: dict[str, dict[str, Numbered]] = defaultdict(dict)
    for some in _portions([str(row.id) for row in rows]):
        for entry, number in _entries(session, "finding", some, ("finding_opened", "finding_closed")):
            entries[str(entry.about_id)][entry.kind] = (entry, number)
    told, attached = [], []
    for no, row in enumerate(rows, start=1):
        held = entries[str(row.id)]
        if "finding_opened" not in held:
            raise EvidenceUnavailable
        told.append(_finding(no, row, seqs[row.sample], held))
        attached += [entry.id for entry, _ in held.values()]
    return told, attached


def _finding(no: int, row: FindingRow, seq: int, held: Mapping[str, Numbered]) -> Finding:
    opened, closed = held["finding_opened"], held.get("finding_closed")
    return Finding(
        id=str(row.id),
        no=no,
        sample=seq,
        person=str(row.person),
        agency=row.agency,
        due_on=row.due_on.isoformat(),
        state=named(row.state, FINDING_STATES),
        opened_at=instant(row.opened_at),
        opened_by=str(row.opened_by),
        done_at=instant(row.done_at) if row.done_at else None,
        closed_at=instant(row.closed_at) if row.closed_at else None,
        closed_by=str(row.closed_by) if row.closed_by else None,
        what_commitment=commitment_of(opened[0]),
        opened_entry=opened[1],
        closed_entry=closed[1] if closed and row.closed_at else None,
    )


def commitment_of(entry: Entry) -> str | None:
    """The commitment of an entry's sealed text, in hexadecimal."""
    return entry.text_commitment.hex() if entry.text_commitment else None


def _around(session: Session, period: Period, rows: Sequence[SampleRow]) -> _Around:
    """Everything that these samples' rows of the record are made of."""
    ids = {row.lookup for row in rows}
    subjects = {row.subject_ordinal for row in rows}
    lookups = {one.id: one for one in session.scalars(select(Lookup).where(Lookup.id.in_(ids)))}
    tasks: dict[uuid.UUID, list[Task]] = defaultdict(list)
    query = select(Task).where(Task.lookup.in_(ids), Task.owner == period.owner, Task.item.in_(period.items))
    for task in session.scalars(query.order_by(Task.lookup, Task.seq)):
        tasks[task.lookup].append(task)
    keys: dict[tuple[uuid.UUID, int], list[SubjectKey]] = defaultdict(list)
    wanted = select(SubjectKey).where(
        SubjectKey.lookup.in_(ids), SubjectKey.ordinal.in_(subjects), SubjectKey.part == "key"
    )
    for key in session.scalars(wanted.order_by(SubjectKey.lookup, SubjectKey.ordinal, SubjectKey.seq)):
        keys[key.lookup, key.ordinal].append(key)
    wanted_values = {key.sealed_value for some in keys.values() for key in some}
    grounds = session.scalars(select(Ground).where(Ground.lookup.in_(ids), Ground.ordinal.in_(subjects)))
    documents: dict[uuid.UUID, list[SampleDocument]] = defaultdict(list)
    handed_in = select(SampleDocument).where(SampleDocument.sample.in_([row.id for row in rows]))
    for document in session.scalars(handed_in.order_by(SampleDocument.id)):
        documents[document.sample].append(document)
    judged: dict[str, list[Numbered]] = defaultdict(list)
    for entry, number in _entries(session, "sample", [str(row.id) for row in rows], ("judged",)):
        judged[str(entry.about_id)].append((entry, number))
    revealed: dict[uuid.UUID, list[Numbered]] = defaultdict(list)
    opened = select(Entry, EntryNumber.number).join(EntryNumber, EntryNumber.entry_id == Entry.id)
    for entry, number in session.execute(
        opened.where(Entry.lookup.in_(ids), Entry.kind == "revealed", Entry.owner == period.owner).order_by(Entry.id)
    ):
        if entry.data_item in period.items and entry.lookup is not None:
            revealed[entry.lookup].append((entry, number))
    asked = [lookup.asked_entry for lookup in lookups.values()]
    numbers = select(EntryNumber.entry_id, EntryNumber.number).where(EntryNumber.entry_id.in_(asked))
    endings = select(EntryNumber.number, EntryNumber.entry_id).where(EntryNumber.number.in_({r.number for r in rows}))
    return _Around(
        lookups=lookups,
        tasks=tasks,
        keys=keys,
        grounds={(one.lookup, one.ordinal): one for one in grounds},
        documents=documents,
        judged=judged,
        revealed=revealed,
        numbers=dict(session.execute(numbers).tuples().all()),
        endings=dict(session.execute(endings).tuples().all()),
        sealed=session.scalars(select(SealedValue).where(SealedValue.id.in_(wanted_values))).all(),
    )


def _sample(session: Session, row: SampleRow, around: _Around, told: Told) -> Sample:
    lookup, judged = around.lookups[row.lookup], around.judged.get(str(row.id), [])
    asked_entry = around.numbers.get(lookup.asked_entry)
    if not judged or asked_entry is None or row.number not in around.endings or lookup.ended_at is None:
        raise EvidenceUnavailable
    *former, (last, last_number) = judged
    if row.verdict is None or row.judged_by is None or _details(last)["verdict"] != row.verdict:
        raise EvidenceUnavailable
    reveals = [one for one in around.revealed.get(lookup.id, ()) if _subject_of(one[0]) == row.subject_ordinal]
    told.entries += [lookup.asked_entry, *(entry.id for entry, _ in [*judged, *reveals])]
    told.versions[lookup.case_item] = max(told.versions.get(lookup.case_item, 0), lookup.case_item_version)
    told.accounts[lookup.person] = lookup.account
    return Sample(
        seq=row.seq,
        id=str(row.id),
        lookup=str(lookup.id),
        reference=lookup.reference,
        number=row.number,
        subject_ordinal=row.subject_ordinal,
        asked_entry=asked_entry,
        submitted_at=instant(lookup.submitted_at),
        ended_at=instant(lookup.ended_at),
        state=state_named(lookup.state),
        clerk=str(row.clerk),
        agency=row.agency,
        case_item=lookup.case_item,
        case_item_version=lookup.case_item_version,
        ground=_ground(around.grounds.get((lookup.id, row.subject_ordinal))),
        subject=tuple(_masked(session, key) for key in around.keys.get((lookup.id, row.subject_ordinal), ())),
        tasks=tuple(
            _task(task)
            for task in around.tasks.get(lookup.id, ())
            if task.first_ordinal <= row.subject_ordinal <= task.last_ordinal
        ),
        reveals=tuple(
            SampleReveal(instant(one.at), one.data_item or "", str(_details(one)["field"]), number)
            for one, number in reveals
        ),
        asked_clerk=_asked_clerk(row, around.documents.get(row.id, ())),
        verdict=row.verdict,
        judged_at=instant(last.at),
        judged_by=str(row.judged_by),
        judged_round=row.round,
        judged_entry=last_number,
        note_commitment=commitment_of(last),
        former_verdicts=tuple(
            FormerVerdict(str(_details(entry)["verdict"]), instant(entry.at), number) for entry, number in former
        ),
    )


def _task(task: Task) -> SampleTask:
    clear, masked, revealable = fields_that_came(task)
    return SampleTask(task.item, state_of(task), tuple(clear), tuple(masked), tuple(revealable), task.deny_rule)


def _asked_clerk(row: SampleRow, documents: Sequence[SampleDocument]) -> AskedClerk | None:
    if row.asked_at is None or row.due_on is None:
        return None
    return AskedClerk(
        asked_at=instant(row.asked_at),
        due_on=row.due_on.isoformat(),
        answered_at=instant(row.answered_at) if row.answered_at else None,
        is_late=row.is_late,
        documents=tuple(HandedIn(one.media_type, one.size, one.sha256.hex()) for one in documents),
    )


def _ground(ground: Ground | None) -> Named:
    code = "" if ground is None else ground.kind
    name = GROUNDS[code].name if code in GROUNDS else NO_GROUND
    return Named(code, name.zh, name.en)


def _masked(session: Session, key: SubjectKey) -> MaskedKey:
    value = open_value(ring.bound(), session, key.sealed_value)
    return MaskedKey(named(key.kind, kinds.NAMES), FORGOTTEN.zh if value is None else kinds.masked(key.kind, value))


def _entries(session: Session, about: str, ids: Sequence[str], of_kinds: Sequence[str]) -> Iterator[Numbered]:
    """The numbered entries of these kinds about these things, in the order in which they were written."""
    rows = session.execute(
        select(Entry, EntryNumber.number)
        .join(EntryNumber, EntryNumber.entry_id == Entry.id)
        .where(Entry.about_kind == about, Entry.about_id.in_(ids), Entry.kind.in_(of_kinds))
        .order_by(EntryNumber.number)
    )
    return ((entry, number) for entry, number in rows)


def _portions(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _details(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(entry.details)
    return found


def _subject_of(entry: Entry) -> int | None:
    """Whose value was revealed: the subject's ordinal in the place."""
    try:
        return Place.parse(str(_details(entry)["place"])).ordinal
    except (KeyError, ValueError):
        return None
