"""A complete version comes into force on its day in Taipei and retires the former; what is in force can be ended."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.life.approve import approve, send_back
from govern.catalogue.life.draft import amend, draft_change_of
from govern.catalogue.life.in_force import bring_in_force, retire
from govern.catalogue.life.propose import propose
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.lookups.request import LookupRequest
from govern.rules.actor import Role
from govern.trail.entry import Entry
from tests.support.drafts import (
    BUSINESS,
    ONE_MORE_FIELD,
    YOUTH,
    Cast,
    a_draft,
    approved,
    entries_of,
    justified,
    letter_comes,
    proposed,
    says,
    state_of,
    steps,
    the_cast,
    version_of,
    without_field,
)
from tests.support.houses import TestHouse, a_request


@pytest.fixture
def cast(house: TestHouse) -> Cast:
    return the_cast(house)


def a_version_to_come(cast: Cast, days: int = 3) -> int:
    """A narrower version of 青年住宅, complete, whose day is to come; its number."""
    content = without_field(justified(says(YOUTH, 1)), "tax_income_national", "income_total")
    number = draft_change_of(cast.drafter, YOUTH)
    to_come = replace(content, valid_from=clock.today() + timedelta(days=days))
    amend(cast.drafter, YOUTH, number, to_come, edition=0)
    propose(cast.drafter, YOUTH, number, edition=1)
    approve(cast.civil, YOUTH, number, round=1)
    approve(cast.tax, YOUTH, number, round=1)
    return number


def test_a_version_waits_for_its_day_in_taipei_and_then_replaces_the_former(cast: Cast) -> None:
    number = a_version_to_come(cast)
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("waiting_for_date", "in_force")
    midnight = datetime.combine(version_of(YOUTH, number).valid_from, time(0), clock.TAIPEI)
    assert bring_in_force(midnight - timedelta(seconds=1)) == 0
    assert state_of(YOUTH, number) == "waiting_for_date"
    assert bring_in_force(midnight.astimezone(UTC)) == 1
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("in_force", "retired")
    assert bring_in_force(midnight) == 0
    assert version_of(YOUTH, number).in_force_at is not None
    assert version_of(YOUTH, 1).retired_at is not None
    came, went = entries_of(YOUTH, number)[-1], entries_of(YOUTH, 1)[-1]
    assert (came.kind, came.person, went.kind, went.cause) == ("came_in_force", None, "retired", "superseded")


def test_a_version_whose_term_is_over_before_it_begins_replaces_nothing(cast: Cast) -> None:
    number = a_version_to_come(cast)
    with transaction() as session:
        session.execute(
            update(CaseItemVersion)
            .where(CaseItemVersion.id == version_of(YOUTH, number).id)
            .values(valid_to=version_of(YOUTH, number).valid_from)
        )
    assert bring_in_force(clock.now() + timedelta(days=5)) == 0
    assert (state_of(YOUTH, number), state_of(YOUTH, 1)) == ("waiting_for_date", "in_force")


def test_a_first_version_replaces_nothing(cast: Cast) -> None:
    code = a_draft(cast, valid_from=clock.today() + timedelta(days=1))
    propose(cast.drafter, code, 1, edition=0)
    approve(cast.civil, code, 1, round=1)
    assert bring_in_force(clock.now() + timedelta(days=1)) == 1
    assert steps(code, 1) == ["drafted", "proposed", "approved", "came_in_force"]


def test_what_is_in_force_is_ended_by_its_business_agency_with_a_reason(house: TestHouse, cast: Cast) -> None:
    clerk = house.a_clerk(BUSINESS, YOUTH)
    with pytest.raises(InvalidInput):
        retire(cast.drafter, YOUTH, reason=" ")
    for other in (cast.civil, house.an_actor(BUSINESS, Role.HEAD), house.an_actor("ntpc-social", Role.DRAFTER)):
        with pytest.raises(NotAllowed):
            retire(other, YOUTH, reason="計畫結束。")
    with pytest.raises(NotFound):
        retire(cast.drafter, "nothing_of_the_kind", reason="計畫結束。")
    retire(cast.drafter, YOUTH, reason="計畫結束。")
    [entry] = entries_of(YOUTH)
    assert (entry.kind, entry.cause, entry.role) == ("retired", "ended", "drafter")
    assert entry.text_commitment is not None
    assert "計畫結束".encode() not in entry.leaf()
    assert {task.deny_rule for task in house.tasks(house.submit(clerk, a_request(YOUTH)))} == {"case_item_not_in_force"}
    with pytest.raises(Conflict) as refused:
        retire(cast.drafter, YOUTH, reason="計畫結束。")
    assert refused.value.code == "nothing_in_force"


def test_what_was_ended_can_be_drafted_anew_from_what_it_said(cast: Cast) -> None:
    retire(cast.drafter, YOUTH, reason="計畫結束。")
    number = draft_change_of(cast.drafter, YOUTH)
    assert says(YOUTH, number) == says(YOUTH, 1)
    amend(cast.drafter, YOUTH, number, justified(says(YOUTH, number)), edition=0)
    propose(cast.drafter, YOUTH, number, edition=1)
    approve(cast.civil, YOUTH, number, round=1)
    approve(cast.tax, YOUTH, number, round=1)
    assert state_of(YOUTH, number) == "waiting_for_letter"  # a letter carries over from what is in force alone


@pytest.mark.parametrize("on_its_way", [draft_change_of, proposed, approved, a_version_to_come])
def test_a_version_on_its_way_disturbs_no_look_up_under_the_one_in_force(
    house: TestHouse, cast: Cast, on_its_way: object
) -> None:
    on_its_way(*((cast.drafter, YOUTH) if on_its_way is draft_change_of else (cast,)))  # type: ignore[operator]
    clerk = house.a_clerk(BUSINESS, YOUTH)
    lookup = house.submit(clerk, one_income())
    assert house.lookup(lookup).case_item_version == 1
    house.run_due()
    assert [task.state for task in house.tasks(lookup)] == ["answered"]


def test_a_look_up_in_course_goes_by_the_version_now_in_force_cut_to_what_was_permitted(
    house: TestHouse, cast: Cast
) -> None:
    clerk = house.a_clerk(BUSINESS, YOUTH)
    under_the_old = house.submit(clerk, one_income())
    number = approved(cast)
    letter_comes(cast, number)
    assert state_of(YOUTH, number) == "in_force"
    house.run_due()
    under_the_new = house.submit(clerk, one_income(case_number="測試字第1150000009號"))
    house.run_due()
    [old], [new] = house.tasks(under_the_old), house.tasks(under_the_new)
    assert (old.state, new.state) == ("answered", "answered")
    assert ONE_MORE_FIELD.field not in {row["field"] for row in old.permitted}
    assert ONE_MORE_FIELD.field in {row["field"] for row in new.permitted}
    assert house.lookup(under_the_old).case_item_version == 1  # and stays explainable by it


def test_a_look_up_waiting_when_a_field_was_taken_out_does_not_see_it(house: TestHouse, cast: Cast) -> None:
    clerk = house.a_clerk(BUSINESS, YOUTH)
    lookup = house.submit(clerk, one_income())
    content = without_field(justified(says(YOUTH, 1)), "tax_income_national", "income_total")
    number = proposed(cast, content)
    approve(cast.civil, YOUTH, number, round=1)
    approve(cast.tax, YOUTH, number, round=1)
    house.run_due()
    [task] = house.tasks(lookup)
    assert task.state == "answered"
    with reading() as session:
        [came] = session.scalars(select(Entry).where(Entry.lookup == lookup, Entry.kind == "answered")).all()
    assert b"income_year" in came.details
    assert b"income_total" not in came.details


def test_a_new_case_item_can_be_asked_under_once_it_is_in_force(house: TestHouse, cast: Cast) -> None:
    code = a_draft(cast)
    propose(cast.drafter, code, 1, edition=0)
    clerk = house.a_clerk(BUSINESS, code)
    refused = house.submit(clerk, a_request(code))
    assert {task.deny_rule for task in house.tasks(refused)} == {"case_item_not_in_force"}
    approve(cast.civil, code, 1, round=1)
    asked = house.submit(clerk, a_request(code, case_number="測試字第1150000007號"))
    house.run_due()
    assert {task.state for task in house.tasks(asked)} == {"answered"}


def test_asking_under_a_case_item_that_was_sent_back_is_decided_and_refused(house: TestHouse, cast: Cast) -> None:
    code = a_draft(cast)
    clerk = house.a_clerk(BUSINESS, code)
    with pytest.raises(NotFound):
        house.submit(clerk, a_request(code))  # nobody knows of a draft
    propose(cast.drafter, code, 1, edition=0)
    send_back(cast.civil, code, 1, round=1, reason="請補充。")
    lookup = house.submit(clerk, a_request(code, case_number="測試字第1150000006號"))
    assert {task.deny_rule for task in house.tasks(lookup)} == {"case_item_not_in_force"}


def one_income(**what: object) -> LookupRequest:
    """A look-up of income alone under 青年住宅."""
    return a_request(YOUTH, items=("tax_income_national",), **what)
