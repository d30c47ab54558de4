"""Who sees which periods and samples, and whom an auditor audits under which plan."""

import pytest
from sqlalchemy import update

from audit.draw.period import Period
from audit.draw.plan import AuditPlan
from audit.review.scope import (
    audited_by,
    finding_for,
    period_for,
    period_to_change,
    periods_for,
    question_for,
    sample_for,
    samples_for,
    with_audits,
)
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import NotAllowed, NotFound
from govern.core.ids import new_id
from govern.lookups.scope import lookup_for
from govern.people import grant
from govern.rules.actor import Actor, Role
from tests.support.audits import HERE, ITEM, Audit, a_plan
from tests.support.houses import TestHouse


def seen(actor: Actor) -> tuple[int, int]:
    with reading() as session:
        periods = session.scalars(periods_for(actor, session)).all()
        samples = session.scalars(samples_for(actor, session)).all()
    return len(periods), len(samples)


def test_auditor_and_head_of_the_auditing_agency_and_the_owner_see_a_period_and_nobody_else(audit: Audit) -> None:
    owners = audit.owner.agency
    assert seen(audit.auditor) == seen(audit.head) == seen(audit.owner) == (1, 1)
    assert seen(audit.actor("owners head", owners, Role.HEAD)) == (1, 1)
    for actor in (
        audit.clerk.actor,
        audit.stranger,
        audit.actor("owners auditor", owners, Role.AUDITOR),
        audit.actor("boss", HERE, Role.SUPERVISOR),
        audit.actor("drafter", HERE, Role.DRAFTER),
        audit.actor("operator", HERE, Role.OPERATOR),
        audit.actor("approver", HERE, Role.APPROVER),
    ):
        assert seen(actor) == (0, 0)
        with reading() as session, pytest.raises(NotFound):
            period_for(actor, session, audit.period)
        with reading() as session, pytest.raises(NotFound):
            sample_for(actor, session, audit.samples[0])


def test_who_sees_a_period_of_another_agency_as_its_owner_does_not_change_it(audit: Audit) -> None:
    owners_head = audit.actor("owners head", audit.owner.agency, Role.HEAD)
    with transaction() as session:
        assert period_for(owners_head, session, audit.period).id == audit.period
        with pytest.raises(NotAllowed):
            period_to_change(owners_head, session, audit.period, Role.HEAD)
        assert period_to_change(audit.head, session, audit.period, Role.HEAD).id == audit.period


def test_what_is_absent_is_not_found_either(audit: Audit) -> None:
    for one in (period_for, sample_for, finding_for, question_for):
        with reading() as session, pytest.raises(NotFound):
            one(audit.auditor, session, new_id())


def test_ones_own_look_up_in_the_sample_stays_hidden(audit: Audit) -> None:
    grant.give_role(audit.clerk.person, HERE, Role.HEAD)
    risen = audit.house.signed_on("clerk", audit.clerk.person).actor
    assert seen(risen) == (1, 0)


def plan_is(**given: object) -> None:
    """The one plan of the test is like this."""
    with transaction() as session:
        session.execute(update(AuditPlan).values(**given))


def test_an_auditor_audits_the_own_agency_and_all_below_a_first_level_one_while_such_a_plan_is_in_force(
    house: TestHouse,
) -> None:
    district, above = "ntpc-dist-banqiao", "ntpc-civil"
    with transaction() as session:
        session.add(a_plan("tw-fia"))
    with reading() as session:
        assert audited_by(session, above, clock.now()).agencies == {above}
    plan_is(by_first_level=True)
    with reading() as session:
        assert audited_by(session, above, clock.now()).agencies > {above}
        assert audited_by(session, "ntpc", clock.now()).agencies == {"ntpc"}  # the city is no first-level agency
        assert audited_by(session, "tw-mof", clock.now()).agencies == {"tw-mof"}
        assert audited_by(session, district, clock.now()).own_data_items == frozenset()
    plan_is(to_at=clock.now())
    with reading() as session:
        assert audited_by(session, above, clock.now()).agencies == {above}


def test_an_owner_that_audits_itself_reaches_the_look_ups_on_its_items_whoever_made_them(audit: Audit) -> None:
    auditor = audit.actor("owners auditor", audit.owner.agency, Role.AUDITOR)
    with reading() as session, pytest.raises(NotFound):
        lookup_for(with_audits(auditor, session), session, audit.lookups[0])
    plan_is(by_owner=True)
    with reading() as session:
        reaching = with_audits(auditor, session)
        assert ITEM in reaching.reach.own_data_items
        assert lookup_for(reaching, session, audit.lookups[0]).id == audit.lookups[0]
        assert with_audits(audit.head, session) == audit.head  # a plan widens the reach of auditors alone


def test_the_periods_of_another_agency_do_not_open_with_a_wider_reach(audit: Audit) -> None:
    plan_is(by_first_level=True)
    above = audit.actor("above", "ntpc-civil", Role.AUDITOR)
    with reading() as session:
        assert seen(with_audits(above, session)) == (0, 0)
    with transaction() as session:
        session.execute(update(Period).values(agency="ntpc-civil"))
    with reading() as session:
        assert seen(with_audits(above, session)) == (1, 1)
