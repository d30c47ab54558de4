"""What stands beside a sampled look-up: the clerk's others of the month, the same subject elsewhere, verdicts before.

Nothing here is a judgement: an auditor sees that a look-up is one of many, or that somebody was looked up by several
people, and asks. Look-ups beside it are named by reference, person and time, never by a value; a subject is found again by
the keyed index alone, among the look-ups within the auditor's reach.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.scope import samples_for
from govern.core import clock
from govern.keys.subject import SealedValue
from govern.lookups.lookup import Lookup, SubjectKey
from govern.lookups.scope import lookups_for
from govern.people.person import Person
from govern.rules.actor import Actor

MOST_LISTED: Final = 10
_MOST_COUNTED: Final = 2_000  # of a clerk's look-ups in a month; more are said to be at least so many
_TOO_COMMON: Final = ("name", "address")  # kinds of key that many subjects share
_OFFICE_HOURS: Final = (8, 18)  # Monday to Friday; holidays are not known here


@dataclass(frozen=True, slots=True)
class Beside:
    """A look-up beside the sampled one."""

    lookup: uuid.UUID
    reference: str
    submitted_at: datetime
    person: str
    agency: str
    case_item: str
    state: str
    is_same_clerk: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """A verdict on another look-up of the same clerk."""

    sample: uuid.UUID
    month: str
    seq: int
    verdict: str
    judged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Similar:
    """What an auditor sees beside a sampled look-up, of the same month (Asia/Taipei)."""

    is_off_hours: bool
    off_hours: int  # look-ups of the clerk in the month, this one too
    by_clerk: int
    same_case_item: int
    same_case_item_listed: tuple[Beside, ...]
    same_subject: int
    same_subject_by_clerk: int
    same_subject_listed: tuple[Beside, ...]
    earlier: tuple[Earlier, ...]
    earlier_verdicts: Mapping[str, int]


def similar(actor: Actor, session: Session, sample: Sample, lookup: Lookup) -> Similar:
    """What stands beside the sampled look-up. Whoever calls has found the sample through a scope."""
    first, last = _month_of(lookup.submitted_at)
    of_clerk = list(
        session.scalars(
            select(Lookup)
            .where(Lookup.person == lookup.person, Lookup.submitted_at >= first, Lookup.submitted_at < last)
            .order_by(Lookup.submitted_at.desc())
            .limit(_MOST_COUNTED)
        )
    )
    alike = [one for one in of_clerk if one.case_item == lookup.case_item and one.id != lookup.id]
    subject = _same_subject(actor, session, sample, lookup, first, last)
    names = _names(session, {one.person for one in (*subject, lookup)})
    earlier = _earlier(actor, session, sample)
    counted: dict[str, int] = {}
    for one in earlier:
        counted[one.verdict] = counted.get(one.verdict, 0) + 1
    return Similar(
        is_off_hours=is_off_hours(lookup.submitted_at),
        off_hours=sum(is_off_hours(one.submitted_at) for one in of_clerk),
        by_clerk=len(of_clerk),
        same_case_item=len(alike),
        same_case_item_listed=_listed(alike, lookup, names),
        same_subject=len(subject),
        same_subject_by_clerk=sum(one.person == lookup.person for one in subject),
        same_subject_listed=_listed(subject, lookup, names),
        earlier=tuple(earlier[:MOST_LISTED]),
        earlier_verdicts=counted,
    )


def is_off_hours(at: datetime) -> bool:
    """Whether an instant lies outside Monday to Friday, 8 to 18 o'clock in Taipei."""
    local = at.astimezone(clock.TAIPEI)
    return local.weekday() >= 5 or not _OFFICE_HOURS[0] <= local.hour < _OFFICE_HOURS[1]


def _month_of(at: datetime) -> tuple[datetime, datetime]:
    day = at.astimezone(clock.TAIPEI).date().replace(day=1)
    return _midnight(day), _midnight((day + timedelta(days=32)).replace(day=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.TAIPEI)


def _same_subject(
    actor: Actor, session: Session, sample: Sample, lookup: Lookup, first: datetime, last: datetime
) -> list[Lookup]:
    """Other look-ups of the month about the same subject, newest first, within the actor's reach."""
    indexes = list(
        session.scalars(
            select(SealedValue.keyed_index)
            .join(SubjectKey, SubjectKey.sealed_value == SealedValue.id)
            .where(
                SubjectKey.lookup == lookup.id,
                SubjectKey.ordinal == sample.subject_ordinal,
                SubjectKey.part == "key",
                SubjectKey.kind.not_in(_TOO_COMMON),
                SealedValue.keyed_index.is_not(None),
            )
        )
    )
    if not indexes:
        return []
    about_it = (
        select(SubjectKey.lookup)
        .join(SealedValue, SealedValue.id == SubjectKey.sealed_value)
        .where(SealedValue.keyed_index.in_(indexes), SubjectKey.part == "key")
    )
    return list(
        session.scalars(
            lookups_for(actor, session)
            .where(Lookup.id.in_(about_it), Lookup.id != lookup.id)
            .where(Lookup.submitted_at >= first, Lookup.submitted_at < last)
            .order_by(Lookup.submitted_at.desc())
            .limit(_MOST_COUNTED)
        )
    )


def _earlier(actor: Actor, session: Session, sample: Sample) -> list[Earlier]:
    """Verdicts on other look-ups of the same clerk that the actor may see, newest first."""
    rows = session.execute(
        samples_for(actor, session)
        .join(Period, Period.id == Sample.period)
        .where(Sample.clerk == sample.clerk, Sample.id != sample.id, Sample.verdict.is_not(None))
        .order_by(Sample.judged_at.desc())
        .limit(_MOST_COUNTED)
        .with_only_columns(Sample.id, Period.month, Sample.seq, Sample.verdict, Sample.judged_at)
    )
    return [Earlier(one, month, seq, verdict or "", at) for one, month, seq, verdict, at in rows.tuples()]


def _names(session: Session, people: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(set(people)))).tuples().all())


def _listed(found: list[Lookup], lookup: Lookup, names: Mapping[uuid.UUID, str]) -> tuple[Beside, ...]:
    return tuple(
        Beside(
            one.id,
            one.reference,
            one.submitted_at,
            names.get(one.person, one.account),
            one.agency,
            one.case_item,
            one.state,
            one.person == lookup.person,
        )
        for one in found[:MOST_LISTED]
    )
