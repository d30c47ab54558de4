"""Builders of an audit: a period that is drawn, with the clerk, the auditor, the head and the owner's approver around it.

The rows of plan, month and period are written as the freeze and the draw would leave them; what is under test begins with
the sample.
"""

import json
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select

from audit.draw.period import ClosedMonth, Period
from audit.draw.plan import AuditPlan
from audit.draw.sample import Sample
from audit.review.followed_up import Finding
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.ids import new_id
from govern.lookups.lookup import Lookup, Task
from govern.rules.actor import Actor, Role
from govern.trail.entry import Entry
from tests.support.houses import Clerk, TestHouse, a_request, invented_number

HERE: Final = "ntpc-dist-banqiao"
ELSEWHERE: Final = "ntpc-dist-sanchong"
CASE_ITEM: Final = "low_income_household"
ITEM: Final = "tax_income_national"
PDF: Final = b"%PDF-1.7 invented"
PNG: Final = b"\x89PNG\r\n\x1a\n invented"


@dataclass(slots=True)
class Audit:
    """A drawn period and the people around it, each as an actor."""

    house: TestHouse
    period: uuid.UUID
    samples: list[uuid.UUID]
    lookups: list[uuid.UUID]
    clerk: Clerk
    auditor: Actor
    head: Actor
    owner: Actor  # an approver of the data owner
    stranger: Actor  # an auditor of another agency
    people: dict[str, Actor] = field(default_factory=dict)

    def actor(self, name: str, agency: str, *roles: Role, number: int = 0) -> Actor:
        """Somebody else, signed on."""
        number = number or 9000 + len(self.people)
        person = self.house.a_person(name, agency, *roles, number=invented_number(number))
        self.people[name] = self.house.signed_on(name, person).actor
        return self.people[name]

    def sample(self, place: int = 0) -> Sample:
        """A sample's row as it is now."""
        with reading() as session:
            return session.get_one(Sample, self.samples[place])

    def state(self) -> str:
        """The period's state."""
        with reading() as session:
            return session.get_one(Period, self.period).state

    def finding(self, identity: uuid.UUID) -> Finding:
        """A finding's row as it is now."""
        with reading() as session:
            return session.get_one(Finding, identity)


def an_audit(house: TestHouse, *, lookups: int = 1, run: bool = False, plan: dict[str, Any] | None = None) -> Audit:
    """One clerk's look-ups, all of them drawn, and nothing judged yet."""
    clerk = house.a_clerk(HERE, CASE_ITEM, account="clerk", number=invented_number(8001))
    made = [house.submit(clerk, a_request(CASE_ITEM, items=(ITEM,), intent_key=f"form {i}")) for i in range(lookups)]
    if run:
        house.run_due()
    with reading() as session:
        owner = session.scalars(select(Task.owner).where(Task.lookup == made[0])).first()
    assert owner is not None
    period, samples = a_drawn_period(made, owner=owner, plan=plan)
    found = Audit(house, period, samples, made, clerk, clerk.actor, clerk.actor, clerk.actor, clerk.actor)
    found.auditor = found.actor("auditor", HERE, Role.AUDITOR, number=8002)
    found.head = found.actor("head", HERE, Role.HEAD, number=8003)
    found.owner = found.actor("owner", owner, Role.APPROVER, number=8004)
    found.stranger = found.actor("stranger", ELSEWHERE, Role.AUDITOR, number=8005)
    return found


def a_drawn_period(
    lookups: list[uuid.UUID],
    *,
    owner: str,
    agency: str = HERE,
    items: tuple[str, ...] = (ITEM,),
    subject: int = 1,
    plan: dict[str, Any] | None = None,
) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A period whose sample is one subject of each of these look-ups, in this order; and the samples' ids."""
    now = clock.now()
    month = f"{now.astimezone(clock.TAIPEI):%Y-%m}"
    with transaction() as session:
        made = a_plan(owner, **plan or {})
        session.add(made)
        if session.get(ClosedMonth, month) is None:
            session.add(
                ClosedMonth(
                    month=month,
                    at=now,
                    from_size=0,
                    to_size=100,
                    entry=session.scalars(select(Entry.id).limit(1)).one(),
                )
            )
        session.flush()
        period = Period(
            id=new_id(),
            month=month,
            plan=made.id,
            agency=agency,
            owner=owner,
            from_size=0,
            to_size=100,
            population=len(lookups),
            root=b"r" * 32,
            ratio="0.01",
            floor=1,
            items=list(items),
            freeze_entry=new_id(),
            frozen_at=now,
            source_kind="public_draw",
            seed=b"s" * 32,
            n=len(lookups),
            drawn_at=now,
            drawn_entry=new_id(),
            state="drawn",
        )
        session.add(period)
        session.flush()
        samples = [
            _sample(session.get_one(Lookup, one), period.id, place, subject) for place, one in enumerate(lookups)
        ]
        session.add_all(samples)
        return period.id, [sample.id for sample in samples]


def a_plan(owner: str, **given: Any) -> AuditPlan:
    """A plan in force, not yet in a session."""
    values: dict[str, Any] = {
        "id": new_id(),
        "owner": owner,
        "name_zh": "例行稽核",
        "name_en": "Monthly audit",
        "by_agency": True,
        "by_first_level": False,
        "by_owner": False,
        "covers_all": True,
        "is_kinship": False,
        "ratio": "0.01",
        "floor": 1,
        "public_draw_name": "今彩539",
        "public_draw_count": 5,
        "public_draw_day": 3,
        "from_at": clock.now() - timedelta(days=60),
        "to_at": None,
    }
    return AuditPlan(**{**values, **given})


def in_days(days: int) -> date:
    """A day counted from today."""
    return clock.today() + timedelta(days=days)


def entries_about(identity: uuid.UUID) -> list[Entry]:
    """The entries about a sample, a finding or a period, in the order in which they were written."""
    with reading() as session:
        return list(session.scalars(select(Entry).where(Entry.about_id == str(identity)).order_by(Entry.id)))


def details(entry: Entry) -> dict[str, Any]:
    """What an entry says beside its columns."""
    found: dict[str, Any] = json.loads(entry.details)
    return found


def _sample(lookup: Lookup, period: uuid.UUID, place: int, subject: int) -> Sample:
    return Sample(
        id=new_id(),
        period=period,
        seq=place + 1,
        ordinal=place,
        number=place + 1,
        subject_ordinal=subject,
        lookup=lookup.id,
        clerk=lookup.person,
        agency=lookup.agency,
        state="drawn",
    )
