"""What came of a sampled look-up: the rule that decided, which fields were shown, which were revealed and why, by name.

A sample is one subject of a look-up, and a period judges its own owner's data items: the tasks of other subjects and other
owners are counted, not told. There is no value of an answer anywhere in this house to tell.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.said import opened_text
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.data_item import DataItem
from govern.catalogue.scope import was_proposed
from govern.core.wording import Wording
from govern.lookups.answer import Place
from govern.lookups.lookup import Lookup, Task
from govern.rules.decision import ALL_HOLD, PERMITTED, PERMITTED_VERSION
from govern.rules.denial import Deny
from govern.rules.facts import PermittedField
from govern.trail.entry import Entry, EntryNumber, EntrySealedValue
from govern.trail.kinds.kind import KINDS

_OF_THE_AUDIT: Final = ("sample", "finding")
Numbered = tuple[Entry, int | None]


@dataclass(frozen=True, slots=True)
class RuleSaid:
    """The rule that decided, in the version that decided, as a sentence."""

    code: str
    version: int
    wording: Wording


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """A permitted field: how it appears, when it was first shown, and each time it was revealed."""

    code: str
    name: Wording
    appearance: str  # clear, masked, revealable
    shown_at: datetime | None
    revealed_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Reveal:
    """One masked field that was opened, with the reason that the clerk gave."""

    at: datetime
    item: Wording
    field_name: Wording
    reason: str = field(repr=False)
    number: int | None


@dataclass(frozen=True, slots=True)
class TaskSeen:
    """A data item of the period's owner that was asked about the sampled subject."""

    task: uuid.UUID
    item: str
    name: Wording
    state: str
    ended_at: datetime | None
    found: int | None
    rule: RuleSaid
    fields: tuple[FieldSeen, ...]

    @property
    def is_shown(self) -> bool:
        """Whether the clerk saw anything of it."""
        return any(one.shown_at for one in self.fields)


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the look-up's course: an entry in its own words."""

    at: datetime
    kind: str
    wording: Wording
    item: Wording | None
    number: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a sampled look-up, as far as the period judges it."""

    tasks: tuple[TaskSeen, ...]
    other_tasks: int  # of other owners, about the same subject
    reveals: tuple[Reveal, ...]
    course: tuple[Step, ...]


def seen(session: Session, period: Period, sample: Sample, lookup: Lookup) -> Seen:
    """What came of the sampled look-up. Whoever calls has found the sample through a scope."""
    about_it = [
        task
        for task in session.scalars(select(Task).where(Task.lookup == lookup.id).order_by(Task.seq))
        if task.first_ordinal <= sample.subject_ordinal <= task.last_ordinal
    ]
    tasks = [task for task in about_it if task.owner == period.owner and task.item in period.items]
    entries = _entries(session, lookup, {task.id for task in tasks})
    items = {
        one.code: one
        for one in session.scalars(select(DataItem).where(DataItem.code.in_({task.item for task in about_it})))
    }
    names = _names(session, tasks, items)
    return Seen(
        tasks=tuple(_task(task, items[task.item], entries, sample.subject_ordinal, names) for task in tasks),
        other_tasks=len(about_it) - len(tasks),
        reveals=tuple(
            _reveal(session, entry, number, items[entry.data_item or ""])
            for entry, number in entries
            if _is_reveal(entry, sample.subject_ordinal)
        ),
        course=tuple(_step(entry, number, items) for entry, number in entries),
    )


def _entries(session: Session, lookup: Lookup, tasks: set[uuid.UUID]) -> list[Numbered]:
    """The look-up's entries that speak of it as a whole or of these tasks, in order; not those of its audits."""
    rows = session.execute(
        select(Entry, EntryNumber.number)
        .outerjoin(EntryNumber, EntryNumber.entry_id == Entry.id)
        .where(Entry.lookup == lookup.id, or_(Entry.task.is_(None), Entry.task.in_(tasks)))
        .where(or_(Entry.about_kind.is_(None), Entry.about_kind.not_in(_OF_THE_AUDIT)))
        .order_by(Entry.id)
    )
    return list(rows.tuples())


def _names(session: Session, tasks: Sequence[Task], items: Mapping[str, DataItem]) -> dict[str, Wording]:
    """What a denial's parameters are called: agencies, case items and data items by code."""
    spoken = {str(value) for task in tasks for value in (task.deny_parameters or {}).values()}
    agencies = {one.code: one.name for one in session.scalars(select(Agency).where(Agency.code.in_(spoken)))}
    versions = session.scalars(
        select(CaseItemVersion)
        .where(CaseItemVersion.case_item.in_(spoken), was_proposed())
        .order_by(CaseItemVersion.state == "in_force", CaseItemVersion.version)
    )
    case_items = {one.case_item: Wording(one.name_zh, one.name_en) for one in versions}
    return agencies | case_items | {code: item.name for code, item in items.items()}


def _task(
    task: Task, item: DataItem, entries: Sequence[Numbered], ordinal: int, names: Mapping[str, Wording]
) -> TaskSeen:
    shown: dict[str, datetime] = {}
    revealed: dict[str, list[datetime]] = {}
    for entry, _ in entries:
        if entry.kind == "shown":
            for answer in _details(entry).get("answers", ()):
                if answer.get("task") == str(task.id):
                    for code in answer.get("fields", ()):
                        shown.setdefault(code, entry.at)
        elif entry.task == task.id and _is_reveal(entry, ordinal):
            revealed.setdefault(str(_details(entry).get("field", "")), []).append(entry.at)
    called = {one.code: one.name for one in item.fields}
    return TaskSeen(
        task=task.id,
        item=task.item,
        name=item.name,
        state=task.state,
        ended_at=task.ended_at,
        found=task.found,
        rule=_rule(task, entries, names),
        fields=tuple(
            FieldSeen(
                code=one.code,
                name=called.get(one.code, Wording(one.code, one.code)),
                appearance="clear" if one.effective_mask == "none" else str(one.appearance),
                shown_at=shown.get(one.code),
                revealed_at=tuple(revealed.get(one.code, ())),
            )
            for one in map(PermittedField.from_row, task.permitted)
        ),
    )


def _rule(task: Task, entries: Sequence[Numbered], names: Mapping[str, Wording]) -> RuleSaid:
    """The last decision on the task: a denial's rule, else that of the permit under which the source was asked."""
    kind = "denied" if task.deny_rule else "about_to_ask"
    versions = [
        entry.rule_version
        for entry, _ in entries
        if entry.kind == kind and entry.task == task.id and entry.rule_version
    ]
    if task.deny_rule is None:
        return RuleSaid(PERMITTED, versions[-1] if versions else PERMITTED_VERSION, ALL_HOLD)
    denied = Deny(task.deny_rule, versions[-1] if versions else 1, task.deny_parameters or {})
    return RuleSaid(denied.rule, denied.rule_version, denied.worded(names))


def _is_reveal(entry: Entry, ordinal: int) -> bool:
    """Whether an entry is a reveal about this subject."""
    return entry.kind == "revealed" and Place.parse(str(_details(entry)["place"])).ordinal == ordinal


def _reveal(session: Session, entry: Entry, number: int | None, item: DataItem) -> Reveal:
    code = str(_details(entry).get("field", ""))
    called = {one.code: one.name for one in item.fields}
    reason = session.scalars(
        select(EntrySealedValue.sealed_value_id).where(EntrySealedValue.entry_id == entry.id)
    ).first()
    return Reveal(
        at=entry.at,
        item=item.name,
        field_name=called.get(code, Wording(code, code)),
        reason=opened_text(session, reason) or "",
        number=number,
    )


def _step(entry: Entry, number: int | None, items: Mapping[str, DataItem]) -> Step:
    item = items.get(entry.data_item or "")
    kind = KINDS.get(entry.kind)
    return Step(
        at=entry.at,
        kind=entry.kind,
        wording=kind.wording if kind else Wording(entry.kind, entry.kind),
        item=item.name if item else None,
        number=number,
    )


def _details(entry: Entry) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(entry.details)
    return found
