"""A month that is looked up, closed, drawn, judged and signed off by the use cases of the house, small enough for a test."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from audit.draw.draw_sample import draw_period
from audit.draw.period import Period, month_of
from audit.draw.sample import Sample
from audit.review.finding import open_finding
from audit.review.judge import judge
from audit.review.sign_off import reopen, sign_off
from govern.core import clock
from govern.core.database import reading
from govern.rules.actor import Actor, Role
from tests.support.houses import Clerk, TestHouse, a_request, invented_number
from tests.support.months import AGENCY, OWNER, a_plan, an_actor, bringing, close_now, commit, disclose, periods


@dataclass(slots=True)
class SignedPeriod:
    """A period with everybody around it, as actors."""

    house: TestHouse
    period: uuid.UUID
    clerk: Clerk
    auditor: Actor
    head: Actor
    owner: Actor
    samples: list[uuid.UUID] = field(default_factory=list)

    def judge(self, verdicts: Sequence[str]) -> None:
        """Each sample gets the verdict of its place, what is not proper with a note."""
        for sample, verdict in zip(self.samples, verdicts, strict=True):
            judge(self.auditor, sample, verdict, "" if verdict == "proper" else "承辦人未提出同意書。")

    def judge_again(self, sample: uuid.UUID, verdict: str) -> None:
        """One sample gets another verdict."""
        judge(self.auditor, sample, verdict, "重新查核後認定。")

    def sign(self) -> None:
        """Both levels sign the round."""
        with reading() as session:
            round = session.get_one(Period, self.period).round
        sign_off(self.auditor, self.period, round=round)
        sign_off(self.head, self.period, round=round)

    def bring(self) -> None:
        """The log is up to date."""
        bringing(self.house)()


def a_drawn_period(house: TestHouse, *, lookups: int = 3, is_answered: bool = True) -> SignedPeriod:
    """So many look-ups of one clerk, the month closed, all of them drawn by two numbers; nothing judged yet."""
    a_plan(ratio="1")
    clerk = house.a_clerk(AGENCY, *(("disability_certificate",) if is_answered else ()), account="clerk")
    for turn in range(lookups):
        house.submit(clerk, a_request(intent_key=f"form {turn}"))
    house.run_due()
    people = {}
    for number, (name, agency, role) in enumerate(
        (("auditor", AGENCY, Role.AUDITOR), ("head", AGENCY, Role.HEAD), ("owner", OWNER, Role.APPROVER))
    ):
        person = house.a_person(name, agency, role, number=invented_number(8100 + number))
        people[name] = house.signed_on(name, person).actor
    month = month_of(clock.now())
    numbers = ((an_actor(AGENCY, Role.AUDITOR), f"auditor@{AGENCY}"), (an_actor(OWNER, Role.HEAD), f"head@{OWNER}"))
    for actor, party in numbers:
        commit(actor, month, party)
    close_now(house)
    bringing(house)()
    for actor, party in numbers:
        disclose(actor, month, party)
    bringing(house)()
    period = next(each for each in periods(agency=AGENCY, owner=OWNER) if each.population)
    draw_period(period.id)
    made = SignedPeriod(house, period.id, clerk, people["auditor"], people["head"], people["owner"])
    with reading() as session:
        made.samples = list(session.scalars(select(Sample.id).where(Sample.period == period.id).order_by(Sample.seq)))
    return made


def reopened(made: SignedPeriod, samples: Sequence[uuid.UUID]) -> None:
    """The head re-opens the period for these samples."""
    reopen(made.head, made.period, "核章後發現文件不符。", samples)


def found_wrong(made: SignedPeriod, sample: uuid.UUID) -> uuid.UUID:
    """A finding of a sample that is not proper, for its clerk to mend."""
    return open_finding(
        made.auditor, sample, what="未附同意書。", person=made.clerk.person, due_on=clock.today() + timedelta(days=20)
    )
