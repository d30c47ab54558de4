"""Months for tests of the audit: closed and drawn by the same use cases as in the house, on a clock that can be set."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from admin.frame.opening import signing
from audit.draw import plan as plans
from audit.draw.close import close
from audit.draw.number import commit_number, disclose_number
from audit.draw.period import ClosedMonth, Period
from audit.draw.seed import commitment
from audit.log.rows import macs_of
from audit.log.sequence import bring_up_to_date
from govern.core import clock
from govern.core.database import reading
from govern.keys import ring
from govern.rules.actor import Actor, Role
from tests.support.houses import TestHouse

OWNER = "ntpc-civil"  # of hh_person_city
AGENCY = "ntpc-dist-banqiao"


def an_actor(agency: str, *roles: Role, person: uuid.UUID | None = None) -> Actor:
    """Somebody who acts at an agency; no row of a person stands behind it unless one is given."""
    return Actor(person or uuid.uuid4(), "measured", agency, frozenset(roles))


def bringing(house: TestHouse) -> Callable[[], int]:
    """What brings the log of a house up to date."""
    return partial(bring_up_to_date, macs_of(ring.bound()), signing(house.settings))


def a_plan(owner: str = OWNER, **what: Any) -> uuid.UUID:
    """A plan of an owner, made by its approver."""
    given = {"name_zh": "例行稽核", "name_en": "Monthly audit", **what}
    return plans.make_plan(an_actor(owner, Role.APPROVER), **given)


def close_now(house: TestHouse, at: datetime | None = None) -> ClosedMonth:
    """The month at hand is closed at this moment."""
    return close(at or clock.now(), bring=bringing(house))


def periods(**what: Any) -> list[Period]:
    """The periods of which this holds, by month, owner and agency."""
    with reading() as session:
        found = select(Period).order_by(Period.month, Period.owner, Period.agency)
        return list(session.scalars(found.filter_by(**what)))


def the_number(party: str) -> bytes:
    """The number that a party keeps to itself, the same each time."""
    return hashlib.sha256(party.encode()).digest()


def commit(actor: Actor, month: str, party: str) -> None:
    """The party is bound to its number."""
    assert commit_number(actor, month, commitment(party, month, the_number(party))) == party


def disclose(actor: Actor, month: str, party: str) -> None:
    """The party says its number."""
    disclose_number(actor, month, the_number(party))


def days_later(days: float) -> Callable[[], datetime]:
    """A clock that is so many days ahead and goes on."""
    return lambda: datetime.now(UTC) + timedelta(days=days)
