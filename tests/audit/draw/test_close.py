"""A month closes once, at the first checkpoint after its end; each unit stands in every population that it belongs to."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from audit.draw.account import draw_account, prove_units
from audit.draw.close import AlreadyClosed, close
from audit.draw.period import ClosedMonth, Period, PeriodUnit, end_of, month_after, month_of
from audit.draw.plan import PublicDraw
from audit.draw.units import Population
from audit.draw.units_of_month import SUBJECTS_AT_ONCE
from audit.log.store import StoredCheckpoint, first_checkpoint_since
from govern.catalogue.data_item import DataItem
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, TryLater
from govern.lookups.lookup import Lookup
from govern.rules.actor import Role
from govern.trail.entry import Entry, EntryNumber
from tests.support.houses import TestHouse, a_file, a_request, invented_number
from tests.support.months import AGENCY, OWNER, a_plan, bringing, close_now, days_later, periods


def units(period: Period) -> list[PeriodUnit]:
    with reading() as session:
        query = select(PeriodUnit).where(PeriodUnit.period == period.id).order_by(PeriodUnit.ordinal)
        return list(session.scalars(query))


def entries(kind: str) -> list[Entry]:
    with reading() as session:
        return list(session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)))


def test_a_look_up_is_a_unit_of_its_agency_for_each_owner_asked(house: TestHouse) -> None:
    clerk = house.a_clerk(AGENCY, "disability_certificate")
    one = house.submit(clerk, a_request())
    a_plan()
    a_plan(owner="tw-fia")
    house.run_due()
    closed = close_now(house)
    with reading() as session:
        first = first_checkpoint_since(session, closed.at)
        assert first is not None
        assert closed.to_size == first.size
        ending = session.get_one(Lookup, one).ending_entry
        number = session.scalars(select(EntryNumber.number).where(EntryNumber.entry_id == ending)).one()
    period = next(each for each in periods(owner=OWNER) if each.population)
    assert (period.agency, period.population, period.state, period.month) == (
        AGENCY, 1, "frozen", month_of(clock.now() - timedelta(seconds=1)),
    )  # fmt: skip
    assert [(each.number, each.subject_ordinal, each.lookup) for each in units(period)] == [(number, 1, one)]
    assert not [each for each in periods() if each.owner == "tw-fia" and each.population]
    frozen = next(each for each in entries("frozen") if each.about_id == str(period.id))
    assert frozen.id == period.freeze_entry
    assert frozen.owner == OWNER


def test_each_person_of_a_file_is_a_unit_and_a_denied_look_up_is_one_too(house: TestHouse) -> None:
    a_plan(owner="tw-vac")
    a_plan()
    filer = house.a_clerk("ntpc-social", "veteran_care_batch")
    rows = [invented_number(seed) for seed in range(5)]
    filed = house.submit(filer, a_file(rows))
    outsider = house.a_clerk(AGENCY)  # without any right
    denied = house.submit(outsider, a_request())
    house.run_due()
    close_now(house)
    assert house.lookup(denied).state == "denied"
    of_file = next(each for each in periods(agency="ntpc-social") if each.population)
    assert [(each.lookup, each.subject_ordinal) for each in units(of_file)] == [(filed, n) for n in range(1, 6)]
    of_denied = next(each for each in periods(agency=AGENCY, owner=OWNER) if each.population)
    assert [each.lookup for each in units(of_denied)] == [denied]


def test_every_choice_of_who_audits_has_its_own_period_and_one_agency_only_one(house: TestHouse) -> None:
    clerk = house.a_clerk(AGENCY, "disability_certificate")
    both = a_plan(by_agency=True, by_first_level=True, by_owner=True)
    house.submit(clerk, a_request())
    house.run_due()
    close_now(house)
    found = {each.agency: each for each in periods(plan=both) if each.population}
    assert set(found) == {AGENCY, OWNER}  # a district office is a first-level agency itself
    assert len({each.id for each in found.values()}) == 2
    assert found[OWNER].other_party is None
    assert found[AGENCY].other_party == f"head@{OWNER}"
    assert found[OWNER].busiest_agency == AGENCY


def test_where_the_owner_audits_itself_the_busiest_agency_of_the_month_before_gives_the_other_number(
    house: TestHouse,
) -> None:
    clerk = house.a_clerk(AGENCY, "disability_certificate")
    house.a_person("auditor-of-owner", OWNER, Role.AUDITOR)
    plan = a_plan(by_agency=False, by_owner=True)
    house.submit(clerk, a_request())
    house.run_due()
    first = close_now(house)
    with clock.clock_reads(days_later(40)):
        close(month=month_after(first.month), bring=bringing(house))
    of_owner = periods(plan=plan, agency=OWNER)
    assert [each.other_party for each in of_owner] == [None, f"head@{AGENCY}"]


def test_named_data_items_are_audited_under_their_plan_alone(house: TestHouse) -> None:
    clerk = house.a_clerk(AGENCY, "disability_certificate")
    asked, other = a_plan(items=["hh_person_city"]), a_plan(items=["hh_household_city"])
    house.submit(clerk, a_request())
    house.run_due()
    close_now(house)
    assert {each.plan for each in periods() if each.population} == {asked}
    assert [each.items for each in periods(plan=asked)] == [["hh_person_city"]]
    assert asked != other


def test_kinship_like_items_count_in_the_plan_of_their_own_and_not_in_the_ordinary_one(house: TestHouse) -> None:
    with transaction() as session:
        session.get_one(DataItem, "hh_person_city").is_kinship_like = True
    clerk = house.a_clerk(AGENCY, "disability_certificate")
    ordinary, kinship = a_plan(), a_plan(is_kinship=True)
    house.submit(clerk, a_request())
    house.run_due()
    close_now(house)
    found = [(each.plan, each.ratio, each.items) for each in periods() if each.population]
    assert found == [(kinship, "0.7", ["hh_person_city"])]
    assert all("hh_person_city" not in each.items for each in periods(plan=ordinary))


def test_a_kinship_like_item_without_a_plan_of_its_own_stays_in_the_ordinary_one(house: TestHouse) -> None:
    with transaction() as session:
        session.get_one(DataItem, "hh_person_city").is_kinship_like = True
    clerk = house.a_clerk(AGENCY, "disability_certificate")
    ordinary = a_plan()
    house.submit(clerk, a_request())
    house.run_due()
    close_now(house)
    assert [each.plan for each in periods() if each.population] == [ordinary]


def test_an_auditor_whose_agency_looked_nothing_up_sees_an_empty_period(house: TestHouse) -> None:
    plan = a_plan()
    house.a_person("asks", AGENCY, Role.CLERK)
    house.a_person("audits", AGENCY, Role.AUDITOR)
    close_now(house)
    (period,) = periods(plan=plan)
    assert (period.agency, period.population, period.state) == (AGENCY, 0, "nothing_to_draw")
    with reading() as session:
        account = draw_account(session, period)
    assert (account["seed"], account["source"], account["units"]) == (None, None, [])


def test_the_next_month_begins_where_the_last_one_ended_and_a_unit_is_counted_once(house: TestHouse) -> None:
    clerk = house.a_clerk(AGENCY, "disability_certificate")
    a_plan()
    first_asked = house.submit(clerk, a_request())
    house.run_due()
    first = close_now(house)
    second_asked = house.submit(clerk, a_request(keys=None))
    house.run_due()
    with clock.clock_reads(days_later(40)):
        second = close(month=month_after(first.month), bring=bringing(house))
    assert second.from_size == first.to_size < second.to_size
    seen = [[each.lookup for each in units(period)] for period in periods() if period.population]
    assert seen == [[first_asked], [second_asked]]


def test_a_month_is_closed_once_and_says_so(house: TestHouse) -> None:
    closed = close_now(house)
    count = len(entries("month_closed"))
    with pytest.raises(AlreadyClosed) as again:
        close_now(house)
    assert closed.month in again.value.wording.zh
    assert len(entries("month_closed")) == count == 1


def test_two_closings_at_once_leave_one_and_each_unit_once(house: TestHouse) -> None:
    clerk = house.a_clerk(AGENCY, "disability_certificate")
    plan = a_plan()
    house.submit(clerk, a_request())
    house.run_due()
    bringing(house)()
    at, told = clock.now(), []

    def try_to() -> None:
        try:
            told.append(close(at, bring=bringing(house)))
        except (Conflict, TryLater) as late:
            told.append(late)

    threads = [threading.Thread(target=try_to) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(each) for each in told].count(ClosedMonth) == 1
    assert len(entries("month_closed")) == 1
    assert [each.population for each in periods(plan=plan) if each.population] == [1]


def test_a_month_without_a_single_entry_after_its_end_still_gets_its_checkpoint(house: TestHouse) -> None:
    bringing(house)()
    closed = close_now(house)
    with reading() as session:
        at = session.get_one(StoredCheckpoint, closed.to_size).at
    assert at >= closed.at
    assert len(entries("month_ended")) == 1


def test_without_a_checkpoint_after_its_end_it_waits(house: TestHouse) -> None:
    a_plan()
    bringing(house)()
    with pytest.raises(TryLater):
        close(clock.now())
    assert periods() == []
    assert entries("month_closed") == []


def test_what_has_not_ended_cannot_be_closed_nor_what_lies_before_a_closed_month(house: TestHouse) -> None:
    with pytest.raises(Conflict) as future:
        close(clock.now() + timedelta(hours=1))
    assert future.value.code == "time_not_come"
    with pytest.raises(Conflict) as running:
        close(month=month_of(clock.now()))
    assert running.value.code == "month_not_over"
    with pytest.raises(InvalidInput):
        close(clock.now(), month=month_of(clock.now()))
    close_now(house)
    with pytest.raises(Conflict) as before:
        close(datetime(2020, 1, 1, tzinfo=UTC), bring=bringing(house))
    assert before.value.code == "later_month_closed"


def test_the_draw_of_the_next_month_is_named_when_one_closes_and_that_of_the_month_at_hand_with_the_plan(
    house: TestHouse,
) -> None:
    a_plan(public_draw_day=12)
    here = month_of(clock.now())
    with reading() as session:
        (named,) = session.scalars(select(PublicDraw)).all()
    on = end_of(here).astimezone(clock.TAIPEI).date().replace(day=12)
    assert named.name == f"今彩539 {on.isoformat()} 起第一次開獎"
    assert named.month == here
    closed = close_now(house)
    with reading() as session:
        months = set(session.scalars(select(PublicDraw.month)))
    assert months >= {closed.month, month_after(closed.month)}


def test_the_populations_tree_is_that_over_its_units_and_proves_each_of_them(house: TestHouse) -> None:
    plan = a_plan(owner="tw-vac")
    filer = house.a_clerk("ntpc-social", "veteran_care_batch")
    house.submit(filer, a_file([invented_number(seed) for seed in range(300)]))
    house.run_due()
    close_now(house)
    period = next(each for each in periods(plan=plan) if each.population)
    assert period.population == 300
    frozen = Population(period.population, period.root)
    with reading() as session:
        proven = prove_units(session, period.id, frozen, [0, 1, 255, 256, 299])
    assert [proven[ordinal].unit.subject_ordinal for ordinal in (0, 255, 299)] == [1, 256, 300]


def test_a_look_up_of_several_owners_is_a_unit_of_each(house: TestHouse) -> None:
    clerk = house.a_clerk(AGENCY)
    asked = house.submit(clerk, a_request("low_income_household"))
    owners = {task.owner for task in house.tasks(asked)}
    assert len(owners) > 2
    for owner in owners:
        a_plan(owner=owner)
    close_now(house)
    assert {each.owner: each.population for each in periods() if each.population} == dict.fromkeys(owners, 1)


def test_a_file_of_more_numbers_than_are_read_at_once_is_taken_whole(house: TestHouse) -> None:
    a_plan(owner="tw-vac")
    outsider = house.a_clerk("ntpc-social")
    count = SUBJECTS_AT_ONCE + 50
    house.submit(outsider, a_file([invented_number(seed) for seed in range(count)]))
    house.submit(outsider, a_request())
    close_now(house)
    (period,) = [each for each in periods(owner="tw-vac") if each.population]
    assert period.population == count
    found = units(period)
    assert [each.subject_ordinal for each in found] == list(range(1, count + 1))
    assert [each.ordinal for each in found] == list(range(count))
