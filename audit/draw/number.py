"""The two numbers of a month: each party commits to one before the freeze and discloses it after.

Parties are the auditor of an agency and the head of a data owner (`auditor@ntpc-civil`, `head@tw-fia`). The number itself
is 32 random bytes that the party keeps; this house learns it when it is disclosed. One person gives one number a month:
whoever knew both would have chosen the sample.
"""

import hmac
import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from audit.draw.period import ClosedMonth, is_closed, month_after, month_of, numbers_of
from audit.draw.public_draw import must_be_frozen
from audit.draw.seed import NUMBER_BYTES, commitment
from govern.core import clock
from govern.core.database import Base, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.trail.append import append
from govern.trail.entry import Entry
from govern.trail.kinds import review

DISCLOSED_WITHIN: Final = timedelta(days=7)
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_COMMITMENT_BYTES: Final = 32

UNUSABLE: Final = Wording("有些內容不能使用。", "Some of what was given cannot be used.")
NO_MONTH: Final = Wording("月份須寫成 2026-11。", "A month is written 2026-11.")
TOO_FAR: Final = Wording("只能為本月或次月承諾亂數。", "A number is committed to for this month or the next.")
NO_COMMITMENT: Final = Wording("承諾值須為 32 位元組。", "A commitment has 32 bytes.")
NO_NUMBER: Final = Wording("亂數須為 32 位元組。", "A number has 32 bytes.")
ANOTHER_NUMBER: Final = Wording("這個亂數與先前的承諾不符。", "This number is not the one that was committed to.")
CLOSED: Final = Wording(
    "{month} 已經月結，不能再承諾亂數。", "{month} is closed; no number can be committed to any more."
)
GIVEN: Final = Wording("{party} 已為 {month} 承諾過亂數。", "{party} has committed to a number for {month} already.")
BOTH: Final = Wording(
    "您已以另一身分為 {month} 承諾過亂數；同一人不得提供兩個亂數。",
    "You have committed to a number for {month} in another part; nobody gives both.",
)
TOLD: Final = Wording("這個亂數已經揭露。", "This number has been disclosed already.")
OVER: Final = Wording(
    "凍結後七日內未揭露，改以公開抽獎抽樣。",
    "It was not disclosed within seven days after the freeze; the public draw takes its place.",
)
TOO_LATE: Final = Wording(
    "承諾晚於本月的檢核點，不列入抽樣；本月以公開抽獎抽樣。",
    "It was committed to after the month's checkpoint and does not count; the public draw is used.",
)


class SeedNumber(Base):
    """A party's number for a month: bound by its commitment before the freeze, disclosed after it."""

    __tablename__ = "seed_number"

    party: Mapped[str] = mapped_column(String(90), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    committed_by: Mapped[uuid.UUID]
    committed_entry: Mapped[uuid.UUID]
    number: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    disclosed_entry: Mapped[uuid.UUID | None]
    disclosed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class NumberState:
    """A party's number for a month as its holder sees it."""

    party: str
    month: str
    is_committed: bool
    is_disclosed: bool
    may_commit: bool
    may_disclose: bool
    until: datetime | None  # disclosing is possible up to here, once the month is closed


def commit_number(actor: Actor, month: str, committed: bytes, *, role: Role | None = None) -> str:
    """The party is bound to a number for the month; which party that is. The number stays with whoever chose it.

    `role` says for which part, where the actor is both auditor and head. Raises `NotAllowed` for other roles,
    `InvalidInput`, `Conflict` when the month is closed, the party has given one, or the same person gave another party's.
    """
    acting = _acting(actor, role)
    party = party_of(acting, actor.agency)
    _must_be_a_month(month)
    if len(committed) != _COMMITMENT_BYTES:
        raise InvalidInput(UNUSABLE, fields={"commitment": NO_COMMITMENT})
    with transaction() as session:
        if is_closed(session, month):
            raise Conflict(CLOSED.fill(month=month), code="month_closed")
        here = month_of(clock.now())
        if not here <= month <= month_after(here) and not _has_just_ended(month, here):
            raise InvalidInput(UNUSABLE, fields={"month": TOO_FAR})
        if session.get(SeedNumber, (party, month)) is not None:
            raise Conflict(GIVEN.fill(party=party, month=month), code="number_given")
        own = select(SeedNumber.party).where(SeedNumber.month == month, SeedNumber.committed_by == actor.person_id)
        if session.scalars(own).first() is not None:
            raise Conflict(BOTH.fill(month=month), code="number_of_both")
        kind = review.NumberCommitted(about_id=f"{party}/{month}", party=party, month=month, commitment=committed)
        entry = append(session, kind, by=actor, role=acting)
        session.add(
            SeedNumber(
                party=party,
                month=month,
                commitment=committed,
                committed_by=actor.person_id,
                committed_entry=entry.entry_id,
            )
        )
    return party


def disclose_number(actor: Actor, month: str, number: bytes, *, role: Role | None = None) -> None:
    """The number to which the party had committed stands in the log, after the freeze.

    Raises `NotFound` where the party has committed to none, `Conflict` before the freeze, more than seven days after it,
    the second time, or when the commitment came after the month's checkpoint; `InvalidInput` for another number.
    """
    acting = _acting(actor, role)
    party = party_of(acting, actor.agency)
    _must_be_a_month(month)
    if len(number) != NUMBER_BYTES:
        raise InvalidInput(UNUSABLE, fields={"number": NO_NUMBER})
    with transaction() as session:
        given = session.get(SeedNumber, (party, month), with_for_update=True)
        if given is None:
            raise NotFound
        closed = must_be_frozen(session, month)
        if given.number is not None:
            raise Conflict(TOLD, code="number_disclosed")
        if not counts(session, given, closed.to_size):
            raise Conflict(TOO_LATE, code="committed_too_late")
        if clock.now() > until(session, closed):
            raise Conflict(OVER, code="disclosed_too_late")
        if not hmac.compare_digest(commitment(party, month, number), given.commitment):
            raise InvalidInput(UNUSABLE, fields={"number": ANOTHER_NUMBER})
        kind = review.NumberDisclosed(about_id=f"{party}/{month}", party=party, month=month, number=number)
        given.disclosed_entry = append(session, kind, by=actor, role=acting).entry_id
        given.number, given.disclosed_at = number, clock.now()


def party_of(role: Role, agency: str) -> str:
    """A party's name as entries and seeds have it."""
    return f"{role.value}@{agency}"


def counts(session: Session, given: SeedNumber, size: int) -> bool:
    """Whether a commitment stands in the log below this size."""
    return numbers_of(session, [given.committed_entry]).get(given.committed_entry, size) < size


def until(session: Session, closed: ClosedMonth) -> datetime:
    """The last instant at which a number for this month may be disclosed."""
    return session.get_one(Entry, closed.entry).at + DISCLOSED_WITHIN


def states_for(actor: Actor, session: Session, months: tuple[str, ...]) -> list[NumberState]:
    """What the actor, as auditor or head, has given for each of these months and may give now."""
    found = []
    for role in (Role.AUDITOR, Role.HEAD):
        if actor.holds(role):
            found += [_state(session, party_of(role, actor.agency), month) for month in months]
    return found


def _state(session: Session, party: str, month: str) -> NumberState:
    given, closed = session.get(SeedNumber, (party, month)), session.get(ClosedMonth, month)
    last = None if closed is None else until(session, closed)
    is_disclosed = given is not None and given.number is not None
    is_open = closed is not None and last is not None and clock.now() <= last
    return NumberState(
        party=party,
        month=month,
        is_committed=given is not None,
        is_disclosed=is_disclosed,
        may_commit=given is None and closed is None,
        may_disclose=given is not None
        and not is_disclosed
        and is_open
        and closed is not None
        and counts(session, given, closed.to_size),
        until=last,
    )


def _acting(actor: Actor, role: Role | None) -> Role:
    """The part in which the actor gives a number: auditor or head. Raises `NotAllowed`."""
    for one in (Role.AUDITOR, Role.HEAD) if role is None else (role,):
        if one in (Role.AUDITOR, Role.HEAD) and actor.holds(one):
            return one
    raise NotAllowed


def _must_be_a_month(month: str) -> None:
    if not _MONTH.fullmatch(month):
        raise InvalidInput(UNUSABLE, fields={"month": NO_MONTH})


def _has_just_ended(month: str, here: str) -> bool:
    """A month that is over and not closed yet: whether the number came in time, the log will say."""
    return month_after(month) == here
