"""A right to use a case item is granted by a supervisor to a clerk of the own agency, renewed, and ended at once.

Never to oneself, at most three years, only for a case item whose version in force authorises the agency, and always with a
reason, which is sealed. The decision reads rights at each use, so that all of it holds at once. Without an actor it is the
house itself, at its command line or setting up a demonstration, which is held to the term alone.
"""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from govern.catalogue.case_item import CaseItem, CaseItemVersion, VersionAgency
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.keys.ring import Ring, bound
from govern.keys.subject import SealedValue, data_key, seal
from govern.people.person import Person
from govern.people.reach import roles_held
from govern.people.right import Right
from govern.rules.actor import Actor, Role
from govern.trail.append import append
from govern.trail.kinds import people

LONGEST_TERM_YEARS: Final = 3
RETENTION_YEARS: Final = 30  # of reasons: the longest step below permanent
SHORTEST_REASON, LONGEST_REASON = 4, 400

UNUSABLE: Final = Wording("有些內容不能使用。", "Some of what was given cannot be used.")
NOT_A_CLERK: Final = Wording("此人在這個機關不是承辦人。", "This person is not a clerk at this agency.")
TO_ONESELF: Final = Wording("不得授予自己權限。", "Nobody grants a right to oneself.")
HAS_ONE: Final = Wording("此人已有這項查調權限。", "This person has this right already.")
NOT_AUTHORISED: Final = Wording(
    "這個案件項目沒有生效，或沒有授權本機關查調。",
    "This case item is not in force, or does not authorise this agency.",
)
BAD_TERM: Final = Wording("迄日早於起日。", "The last day is before the first.")
TOO_LONG: Final = Wording("期間最長 {years} 年。", "The longest term is {years} years.")
STARTS_BEFORE: Final = Wording("起日不得早於今天。", "The first day cannot be before today.")
IS_OVER: Final = Wording("迄日已過。", "The last day has passed.")
NO_REASON: Final = Wording("請至少寫{n}個字，說明原因。", "Please say why, in {n} characters or more.")
TOO_MUCH: Final = Wording("最多{n}個字。", "At most {n} characters.")
NO_CAUSE: Final = Wording("請選擇原因。", "Please choose a cause.")
HAS_ENDED: Final = Wording("這項權限已經終止。", "This right has ended already.")

# Why a supervisor ends a right, by the code that the entry carries; the reason beside it is in own words.
CAUSES: Final[Mapping[str, Wording]] = {
    "transferred": Wording("調任或離職", "Transferred or left"),
    "not_needed": Wording("業務不再需要", "No longer needed"),
    "mistaken": Wording("授予有誤", "Granted by mistake"),
    "misuse": Wording("疑似不當使用", "Suspected misuse"),
}


def grant_right(
    ring: Ring,
    person_id: uuid.UUID,
    agency: str,
    case_item: str,
    *,
    starts_on: date,
    ends_on: date,
    reason: str | None = None,
    by: Actor | None = None,
) -> uuid.UUID:
    """The clerk may use the case item at the agency, both days included; the reason is sealed. Returns the right's id.

    An open right whose term is over is ended first. Raises `NotAllowed` unless a supervisor of the agency grants it to
    somebody else, `InvalidInput` for term and reason, `Conflict` when the person has the right or is no clerk there, or the
    case item does not authorise the agency.
    """
    _must_supervise(by, agency)
    if by is not None and by.person_id == person_id:
        raise NotAllowed(TO_ONESELF, code="right_granted_by_self")
    said = _checked(starts_on, ends_on, reason, by)
    with transaction() as session:
        # Grants to one person go one after the other, so that two at once cannot both find no right.
        if session.get(Person, person_id, with_for_update=True) is None or session.get(CaseItem, case_item) is None:
            raise NotFound
        if Role.CLERK not in roles_held(session, person_id, clock.now()).get(agency, frozenset()):
            raise Conflict(NOT_A_CLERK, code="not_a_clerk")
        if by is not None and not is_authorised(session, case_item, agency):
            raise Conflict(NOT_AUTHORISED, code="agency_not_authorised")
        _make_room_for(session, person_id, agency, case_item, by)
        return _granted(ring, session, person_id, agency, case_item, starts_on, ends_on, said, by)


def renew_right(
    ring: Ring, right_id: uuid.UUID, *, ends_on: date, reason: str | None = None, by: Actor | None = None
) -> uuid.UUID:
    """The same right from today to another day: the former has ended, its successor is an entry of its own.

    Returns the new right's id. Raises what `grant_right` raises; `Conflict` for one that was ended, which is granted anew.
    """
    with transaction() as session:
        right = _the_actors(session, right_id, by)
        if by is not None and by.person_id == right.person:
            raise NotAllowed(TO_ONESELF, code="right_granted_by_self")
        starts_on = max(clock.today(), right.starts_on)
        said = _checked(starts_on, ends_on, reason, by)
        session.get(Person, right.person, with_for_update=True)
        session.refresh(right, with_for_update=True)
        if right.ended_at is not None:
            raise Conflict(HAS_ENDED, code="right_ended")
        if Role.CLERK not in roles_held(session, right.person, clock.now()).get(right.agency, frozenset()):
            raise Conflict(NOT_A_CLERK, code="not_a_clerk")
        if by is not None and not is_authorised(session, right.case_item, right.agency):
            raise Conflict(NOT_AUTHORISED, code="agency_not_authorised")
        close_right(session, right, "renewed", by)
        session.flush()
        return _granted(ring, session, right.person, right.agency, right.case_item, starts_on, ends_on, said, by)


def end_right(right_id: uuid.UUID, *, cause: str = "ended", reason: str | None = None, by: Actor | None = None) -> bool:
    """The right has ended at once; whether it was open. A supervisor says why, in own words, which are sealed.

    `NotFound` for one that is not there or not the actor's to end; `InvalidInput` for a supervisor's cause (`CAUSES`) or
    reason that says nothing.
    """
    with transaction() as session:
        right = _the_actors(session, right_id, by)
        said = _why_ended(cause, reason, by)
        session.refresh(right, with_for_update=True)
        if right.ended_at is not None:
            return False
        sealed = None if said is None else _sealed(bound(), session, right.agency, said)
        close_right(session, right, cause, by, sealed)
    return True


def close_right(
    session: Session, right: Right, cause: str, by: Actor | None, reason: SealedValue | None = None
) -> None:
    """The right ends at this moment, within the caller's transaction; an entry says why."""
    right.ended_at = clock.now()
    append(
        session,
        people.RightEnded(right=right.id, case_item=right.case_item, cause=cause, about_id=str(right.person)),
        by=by,
        text=reason,
    )


def is_authorised(session: Session, case_item: str, agency: str) -> bool:
    """Whether the version in force of the case item names the agency."""
    found = session.scalar(
        select(
            exists().where(
                CaseItemVersion.case_item == case_item,
                CaseItemVersion.state == "in_force",
                VersionAgency.version_id == CaseItemVersion.id,
                VersionAgency.agency == agency,
            )
        )
    )
    return bool(found)


def latest_end(starts_on: date) -> date:
    """The last day that a right from a day may have."""
    try:
        return starts_on.replace(year=starts_on.year + LONGEST_TERM_YEARS)
    except ValueError:  # the 29th of February
        return starts_on.replace(year=starts_on.year + LONGEST_TERM_YEARS, day=28)


def _granted(
    ring: Ring,
    session: Session,
    person_id: uuid.UUID,
    agency: str,
    case_item: str,
    starts_on: date,
    ends_on: date,
    reason: str | None,
    by: Actor | None,
) -> uuid.UUID:
    sealed = None if reason is None else _sealed(ring, session, agency, reason)
    right = Right(
        id=new_id(),
        person=person_id,
        agency=agency,
        case_item=case_item,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_at=clock.now(),
        granted_by=None if by is None else by.person_id,
        reason=None if sealed is None else sealed.id,
    )
    session.add(right)
    kind = people.Granted(
        right=right.id,
        case_item=case_item,
        about_id=str(person_id),
        at_agency=agency,
        starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(),
    )
    append(session, kind, by=by, text=sealed)
    return right.id


def _checked(starts_on: date, ends_on: date, reason: str | None, by: Actor | None) -> str | None:
    """The reason as it is kept; raises `InvalidInput` with everything about term and reason that cannot be used."""
    wrong: dict[str, Wording] = {}
    if by is not None and starts_on < clock.today():
        wrong["starts_on"] = STARTS_BEFORE
    if ends_on < starts_on:
        wrong["ends_on"] = BAD_TERM
    elif ends_on > latest_end(starts_on):
        wrong["ends_on"] = TOO_LONG.fill(years=LONGEST_TERM_YEARS)
    elif by is not None and ends_on < clock.today():
        wrong["ends_on"] = IS_OVER
    try:
        said = _reason(reason, by)
    except InvalidInput as no:
        raise InvalidInput(UNUSABLE, fields=wrong | no.fields) from None
    if wrong:
        raise InvalidInput(UNUSABLE, fields=wrong)
    return said


def _reason(text: str | None, by: Actor | None) -> str | None:
    said = (text or "").strip()
    if by is not None and len(said) < SHORTEST_REASON:
        raise InvalidInput(UNUSABLE, fields={"reason": NO_REASON.fill(n=SHORTEST_REASON)})
    if len(said) > LONGEST_REASON:
        raise InvalidInput(UNUSABLE, fields={"reason": TOO_MUCH.fill(n=LONGEST_REASON)})
    return said or None


def _why_ended(cause: str, reason: str | None, by: Actor | None) -> str | None:
    wrong = {} if by is None or cause in CAUSES else {"cause": NO_CAUSE}
    try:
        said = _reason(reason, by)
    except InvalidInput as no:
        raise InvalidInput(UNUSABLE, fields=wrong | no.fields) from None
    if wrong:
        raise InvalidInput(UNUSABLE, fields=wrong)
    return said


def _make_room_for(session: Session, person_id: uuid.UUID, agency: str, case_item: str, by: Actor | None) -> None:
    """An open right whose term is over has ended; one that is still in force is in the way, and raises `Conflict`."""
    for former in session.scalars(
        select(Right).where(
            Right.person == person_id,
            Right.agency == agency,
            Right.case_item == case_item,
            Right.ended_at.is_(None),
        )
    ).all():
        if former.ends_on >= clock.today():
            raise Conflict(HAS_ONE, code="has_right")
        close_right(session, former, "term", by)
    session.flush()


def _the_actors(session: Session, right_id: uuid.UUID, by: Actor | None) -> Right:
    """The right that a supervisor of its agency may renew or end; foreign and absent ones are `NotFound` alike."""
    right = session.get(Right, right_id)
    if right is None or (by is not None and not (by.holds(Role.SUPERVISOR) and by.agency == right.agency)):
        raise NotFound
    return right


def _must_supervise(by: Actor | None, agency: str) -> None:
    if by is not None and not (by.holds(Role.SUPERVISOR) and agency == by.agency):
        raise NotAllowed


def _sealed(ring: Ring, session: Session, agency: str, text: str) -> SealedValue:
    key = data_key(ring, session, agency=agency, retention_years=RETENTION_YEARS, at=clock.now())
    sealed = seal(key, "reason", text)
    session.add(sealed)
    session.flush()
    return sealed
