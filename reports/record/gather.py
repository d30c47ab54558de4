"""A look-up's content, with its proofs: read only, as of one signed checkpoint.

What a record says of past names and words is what the catalogue calls them now, but for what was frozen with the case
item's version; what was done stands in the entries, whose leaves and proofs go along. An entry that is not yet under
the checkpoint is left out: it belongs to the next record.
"""

import base64
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from audit.log import prove
from audit.log.store import StoredCheckpoint, newest_checkpoint
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItem as CaseItemRow
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.data_item import DataItem
from govern.core.errors import NotFound, TryLater
from govern.core.wording import Wording
from govern.lookups.lookup import Lookup
from govern.lookups.lookup import Task as TaskRow
from govern.people.person import Person
from govern.people.right import Right
from govern.rules.decision import ALL_HOLD, PERMITTED, PERMITTED_VERSION
from govern.rules.denial import Deny
from govern.rules.facts import PermittedField
from govern.rules.lives import STATE_NAMES, TaskState
from govern.trail.entry import Entry as EntryRow
from govern.trail.entry import EntryNumber, EntrySealedValue
from govern.trail.search import OF_AN_AUDIT
from reports.record.case import FORGOTTEN, case_item, legal_bases, named, opened, subjects, who
from reports.record.content import (
    Checkpoint,
    Entry,
    LookupRecord,
    Named,
    Reveal,
    Rule,
    Task,
)
from reports.record.course import course, happened, instant

NOT_COVERED: Final = Wording(
    "這筆查調的軌跡還沒有檢核點，請稍後再試。", "The entries of this look-up have no checkpoint yet; please try again."
)
NOTHING_FOUND: Final = Named("nothing_found", "查無資料", "Nothing found")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a record says of itself: its number, when and by whom it is made and signed, where it can be checked."""

    number: str
    made_at: str
    signed_by: str
    log_origin: str
    check_address: str
    is_demonstration: bool


def gather(session: Session, lookup_id: uuid.UUID, frame: Frame) -> LookupRecord:
    """The record of a look-up as the database has it now, and as the newest checkpoint proves it.

    `NotFound` for a look-up that is not there; `TryLater` while no checkpoint covers its first entry;
    `EvidenceUnavailable` when an entry is not the leaf that the signed tree holds.
    """
    lookup = session.get(Lookup, lookup_id)
    checkpoint = newest_checkpoint(session)
    if lookup is None:
        raise NotFound
    entries = _entries(session, lookup, checkpoint)
    if checkpoint is None or all(entry.id != lookup.asked_entry for entry, _ in entries):
        raise TryLater(NOT_COVERED)
    proven = prove.prove(session, [entry.id for entry, _ in entries], at=checkpoint)
    person, version = session.get_one(Person, lookup.person), _version(session, lookup)
    tasks = list(session.scalars(select(TaskRow).where(TaskRow.lookup == lookup.id).order_by(TaskRow.seq)))
    items = {
        item.code: item for item in session.scalars(select(DataItem).where(DataItem.code.in_({t.item for t in tasks})))
    }
    names = _names(session, lookup, version, tasks, items)
    right = session.get(Right, lookup.right) if lookup.right else None
    former = session.get(Lookup, lookup.former) if lookup.former else None
    told = [happened({name: getattr(entry, name) for name in _TOLD}, number) for entry, number in entries]
    return LookupRecord(
        number=frame.number,
        reference=lookup.reference,
        lookup=str(lookup.id),
        case_number=opened(session, lookup.case_number),
        former=former.reference if former else None,
        who=who(session, lookup, person, names),
        submitted_at=instant(lookup.submitted_at),
        ended_at=instant(lookup.ended_at) if lookup.ended_at else None,
        state=state_named(lookup.state),
        case_item=case_item(session, version, names),
        legal_bases=legal_bases(session, version),
        subjects=subjects(session, lookup),
        rule=_rule(tasks, entries, names),
        right_ends_on=right.ends_on.isoformat() if right and lookup.state != "denied" else None,
        tasks=tuple(_task(task, items[task.item], names, _rule_version(entries, task)) for task in tasks),
        reveals=tuple(_reveals(session, entries, items)),
        course=course(told, names),
        entries=tuple(_proven(one, {entry.id: entry.kind for entry, _ in entries}) for one in proven.entries),
        checkpoint=Checkpoint(frame.log_origin, proven.size, _base64(proven.root), proven.note),
        signed_by=frame.signed_by,
        check_address=frame.check_address,
        made_at=frame.made_at,
        invented=frame.is_demonstration or person.is_invented,
    )


_TOLD: Final = ("kind", "at", "data_item", "cause", "about_id", "details")


def _entries(session: Session, lookup: Lookup, checkpoint: StoredCheckpoint | None) -> list[tuple[EntryRow, int]]:
    """The look-up's entries under the checkpoint, in the order in which they happened, with their numbers.

    What an audit says of the look-up is the period's record's to tell: who looked up sees no verdict before the sign-off.
    """
    if checkpoint is None:
        return []
    rows = session.execute(
        select(EntryRow, EntryNumber.number)
        .join(EntryNumber, EntryNumber.entry_id == EntryRow.id)
        .where(EntryRow.lookup == lookup.id, EntryNumber.number < checkpoint.size)
        .where(or_(EntryRow.about_kind.is_(None), EntryRow.about_kind.not_in(OF_AN_AUDIT)))
        .order_by(EntryRow.id)
    )
    return [(entry, number) for entry, number in rows]


def _version(session: Session, lookup: Lookup) -> CaseItemVersion:
    return session.scalars(
        select(CaseItemVersion).where(
            CaseItemVersion.case_item == lookup.case_item, CaseItemVersion.version == lookup.case_item_version
        )
    ).one()


def _names(
    session: Session,
    lookup: Lookup,
    version: CaseItemVersion,
    tasks: Sequence[TaskRow],
    items: Mapping[str, DataItem],
) -> dict[str, Wording]:
    """What agencies, data items and the case item are called, by code: all that this record's sentences may name."""
    business = session.get_one(CaseItemRow, version.case_item).business_agency
    spoken = {str(value) for task in tasks for value in (task.deny_parameters or {}).values()}
    agencies = {lookup.agency, business, *(task.owner for task in tasks), *spoken}
    found = {one.code: one.name for one in session.scalars(select(Agency).where(Agency.code.in_(agencies)))}
    return {**found, **{code: item.name for code, item in items.items()}, version.case_item: version.name}


def _rule(tasks: Sequence[TaskRow], entries: Sequence[tuple[EntryRow, int]], names: Mapping[str, Wording]) -> Rule:
    """The rule that decided on the look-up: the permit's, or where every task was denied that of the first denial."""
    if tasks and all(task.deny_rule for task in tasks):
        denied = _denied(tasks[0], names, _rule_version(entries, tasks[0]))
        assert denied is not None
        return denied
    versions = [entry.rule_version for entry, _ in entries if entry.kind == "about_to_ask" and entry.rule == PERMITTED]
    return Rule(PERMITTED, versions[0] if versions and versions[0] else PERMITTED_VERSION, ALL_HOLD.zh, ALL_HOLD.en)


def _rule_version(entries: Sequence[tuple[EntryRow, int]], task: TaskRow) -> int:
    """The version of the rule that denied a task, as its entry has it."""
    found = [entry.rule_version for entry, _ in entries if entry.kind == "denied" and entry.task == task.id]
    return found[-1] if found and found[-1] is not None else 1


def _task(task: TaskRow, item: DataItem, names: Mapping[str, Wording], rule_version: int) -> Task:
    """One row of the page. Where nothing came, no field is named: what was permitted stands in the entries' leaves."""
    called = {field.code: Named(field.code, field.name_zh, field.name_en) for field in item.fields}
    clear, masked, revealable = fields_that_came(task)

    def these(codes: Sequence[str]) -> tuple[Named, ...]:
        return tuple(called.get(code, Named(code, code, code)) for code in codes)

    return Task(
        data_item=named(task.item, names),
        owner=named(task.owner, names),
        connector=item.connector_kind,
        first_subject=task.first_ordinal,
        last_subject=task.last_ordinal,
        state=state_of(task),
        at=instant(task.ended_at) if task.ended_at else None,
        rows=task.rows,
        clear=these(clear),
        masked=these(masked),
        revealable=these(revealable),
        not_fetched=len(called) - len(clear) - len(masked) - len(revealable),
        denied=_denied(task, names, rule_version),
    )


def fields_that_came(task: TaskRow) -> tuple[list[str], list[str], list[str]]:
    """The codes of the fields that came: clear, masked, masked and revealable; none where nothing came."""
    if task.state != "answered" or task.found == 0:
        return [], [], []
    permitted = [PermittedField.from_row(row) for row in task.permitted]
    hidden = [one for one in permitted if one.effective_mask != "none"]
    return (
        [one.code for one in permitted if one not in hidden],
        [one.code for one in hidden if one.appearance == "masked"],
        [one.code for one in hidden if one.appearance == "revealable"],
    )


def state_of(task: TaskRow) -> Named:
    """What a task came to; an answer without data is a state of its own on paper."""
    return NOTHING_FOUND if task.state == "answered" and task.found == 0 else state_named(task.state)


def _denied(task: TaskRow, names: Mapping[str, Wording], rule_version: int) -> Rule | None:
    if task.deny_rule is None:
        return None
    said = Deny(task.deny_rule, rule_version, task.deny_parameters or {}).worded(names)
    return Rule(task.deny_rule, rule_version, said.zh, said.en)


def _reveals(
    session: Session, entries: Sequence[tuple[EntryRow, int]], items: Mapping[str, DataItem]
) -> Iterable[Reveal]:
    for entry, number in entries:
        if entry.kind != "revealed":
            continue
        code = str(happened({name: getattr(entry, name) for name in _TOLD}, number).details.get("field", ""))
        item = items.get(entry.data_item or "")
        called = {field.code: field for field in item.fields} if item else {}
        reason = session.scalars(
            select(EntrySealedValue.sealed_value_id).where(EntrySealedValue.entry_id == entry.id)
        ).first()
        yield Reveal(
            at=instant(entry.at),
            data_item=Named(item.code, item.name_zh, item.name_en) if item else Named("", "", ""),
            field=Named(code, called[code].name_zh, called[code].name_en)
            if code in called
            else Named(code, code, code),
            reason=opened(session, reason) if reason else FORGOTTEN.zh,
            entry=number,
        )


def _proven(one: prove.ProvenEntry, kinds_by_id: Mapping[uuid.UUID, str]) -> Entry:
    return Entry(
        id=str(one.entry_id),
        number=one.number,
        kind=kinds_by_id[one.entry_id],
        leaf=_base64(one.leaf),
        proof=tuple(_base64(step) for step in one.proof),
    )


def state_named(code: str) -> Named:
    """A look-up's or a task's state with its name."""
    name = STATE_NAMES[TaskState(code)]
    return Named(code, name.zh, name.en)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
