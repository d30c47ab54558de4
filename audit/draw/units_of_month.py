"""A month's units, read from the log in order: which subjects of which look-ups ended, and what was asked of each.

Read page by page, so that a month of eleven million look-ups takes no more memory than one of a thousand; a file of a
hundred thousand numbers is one look-up with as many subjects, and is read in pages too.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from audit.draw.units import Unit
from govern.lookups.lookup import Lookup, Subject, Task
from govern.trail.entry import Entry, EntryNumber

NUMBERS_AT_ONCE: Final = 4000
SUBJECTS_AT_ONCE: Final = 2000

Asked = tuple[int, int, str]  # a task's first and last subject, and its data item; denied ones too


@dataclass(frozen=True, slots=True)
class Ended:
    """A look-up that ended: the number of its ending entry, who asked, and about how many subjects."""

    number: int
    lookup: uuid.UUID
    agency: str
    subjects: int


@dataclass(frozen=True, slots=True)
class UnitOfMonth:
    """A unit with what decides where it belongs: the agency that looked up, and the data items asked or denied for it."""

    unit: Unit
    lookup: uuid.UUID
    agency: str
    items: frozenset[str]


def units_between(session: Session, first: int, end: int) -> Iterator[UnitOfMonth]:
    """The units whose look-up's ending entry has a number in [first, end): by that number, then by the subject's ordinal."""
    for portion in _portions(_ended_between(session, first, end)):
        if len(portion) == 1:
            yield from _of_one(session, portion[0])
        else:
            yield from _of_many(session, portion)


def _ended_between(session: Session, first: int, end: int) -> Iterator[Ended]:
    for start in range(first, end, NUMBERS_AT_ONCE):
        query = (
            select(EntryNumber.number, Lookup.id, Lookup.agency, Lookup.subjects)
            .join(Entry, Entry.id == EntryNumber.entry_id)
            .join(Lookup, Lookup.id == Entry.lookup)
            .where(EntryNumber.number >= start, EntryNumber.number < min(end, start + NUMBERS_AT_ONCE))
            .where(Entry.ends_lookup)
            .order_by(EntryNumber.number)
        )
        yield from (Ended(*row) for row in session.execute(query).all())


def _portions(ended: Iterator[Ended]) -> Iterator[list[Ended]]:
    """Look-ups in order, so many together as have a page of subjects; one that has more stands alone."""
    gathered: list[Ended] = []
    subjects = 0
    for one in ended:
        if gathered and subjects + one.subjects > SUBJECTS_AT_ONCE:
            yield gathered
            gathered, subjects = [], 0
        gathered.append(one)
        subjects += one.subjects
    if gathered:
        yield gathered


def _of_many(session: Session, portion: Sequence[Ended]) -> Iterator[UnitOfMonth]:
    """Told by two numbers and not by a list of keys: a long list of parameters is looked through for every row."""
    within = EntryNumber.number.between(portion[0].number, portion[-1].number)
    tasks: dict[uuid.UUID, list[Asked]] = defaultdict(list)
    asked = select(Task.lookup, Task.first_ordinal, Task.last_ordinal, Task.item)
    for lookup, first, last, item in session.execute(_of_ending(asked, Task.lookup, within)):
        tasks[lookup].append((first, last, item))
    subjects: dict[uuid.UUID, list[tuple[int, bytes]]] = defaultdict(list)
    query = select(Subject.lookup, Subject.ordinal, Subject.commitment).order_by(EntryNumber.number, Subject.ordinal)
    for lookup, ordinal, commitment in session.execute(_of_ending(query, Subject.lookup, within)):
        subjects[lookup].append((ordinal, commitment))
    for one in portion:
        for ordinal, commitment in subjects[one.lookup]:
            yield _unit(one, ordinal, commitment, tasks[one.lookup])


def _of_ending(query: Any, lookup: InstrumentedAttribute[uuid.UUID], within: ColumnElement[bool]) -> Any:
    """What belongs to the look-ups whose ending entries have these numbers."""
    ending = query.join(Entry, Entry.lookup == lookup).join(EntryNumber, EntryNumber.entry_id == Entry.id)
    return ending.where(within, Entry.ends_lookup)


def _of_one(session: Session, one: Ended) -> Iterator[UnitOfMonth]:
    """A look-up that may be a file: its subjects in pages, each with the tasks that touch the page."""
    asked = select(Task.first_ordinal, Task.last_ordinal, Task.item).where(Task.lookup == one.lookup)
    tasks: list[Asked] = [(first, last, item) for first, last, item in session.execute(asked)]
    after = 0
    while True:
        page = session.execute(
            select(Subject.ordinal, Subject.commitment)
            .where(Subject.lookup == one.lookup, Subject.ordinal > after)
            .order_by(Subject.ordinal)
            .limit(SUBJECTS_AT_ONCE)
        ).all()
        if not page:
            return
        begins, after = page[0].ordinal, page[-1].ordinal
        touching = [task for task in tasks if task[1] >= begins and task[0] <= after]
        for ordinal, commitment in page:
            yield _unit(one, ordinal, commitment, touching)


def _unit(one: Ended, ordinal: int, commitment: bytes, tasks: Sequence[Asked]) -> UnitOfMonth:
    items = frozenset(item for first, last, item in tasks if first <= ordinal <= last)
    return UnitOfMonth(Unit(one.number, ordinal, commitment), one.lookup, one.agency, items)
