"""Persons made, roles given, rights granted; each ends, and each is an entry."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from govern.catalogue.case_item import CaseItem
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.keys.subject import SealedValue, open_value
from govern.people import grant
from govern.people.person import Person, RoleHeld
from govern.people.right import Right
from govern.people.sign_on import Refused, SignedOn, nobody_to_tell, sign_on
from govern.rules.actor import Role
from tests.support.people import (
    PASSWORD,
    a_case_item_in_force,
    a_national_id,
    a_person,
    entries,
    signed_on,
    some_agencies,
    some_settings,
    who,
)

pytestmark = pytest.mark.usefixtures("database_address")
SETTINGS = some_settings()
WHY = "承辦身障停車證業務"


@pytest.fixture
def clerk(keys):
    some_agencies()
    a_case_item_in_force("parking", "social", "social")
    return a_person(keys, "chen", "social", Role.CLERK)


@pytest.fixture
def supervisor(keys, clerk):
    a_person(keys, "lin", "social", Role.SUPERVISOR, number=2)
    return who(SETTINGS, signed_on(SETTINGS, keys, "lin").secret)


def a_right(keys, clerk, **given):
    today = clock.today()
    term = {"starts_on": today, "ends_on": today + timedelta(days=365), "reason": WHY}
    return grant.grant_right(keys, clerk, "social", "parking", **(term | given))


def test_the_own_number_is_sealed_and_found_by_its_index(keys, clerk):
    with reading() as session:
        person = session.get_one(Person, clerk)
        assert person.national_id_index == keys.index("national_id", a_national_id(1))
        assert open_value(keys, session, person.national_id) == a_national_id(1)
        assert a_national_id(1).encode() not in session.get_one(SealedValue, person.national_id).ciphertext
    made = [entry for entry in entries("person_made") if entry.about_id == str(clerk)]
    assert len(made) == 1
    assert a_national_id(1).encode() not in made[0].leaf()


def test_a_first_password_must_be_changed(keys):
    some_agencies()
    person = grant.make_person(keys, account_name="wu", name="吳虛構", agency="social", password=PASSWORD)
    grant.give_role(person, "social", Role.HEAD)
    assert signed_on(SETTINGS, keys, "wu").must_change_password


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"account_name": "  "}, "account_name"),
        ({"name": ""}, "name"),
        ({"password": "short"}, "password"),
        ({"national_id": "A123456780"}, "national_id"),
    ],
)
def test_a_person_that_cannot_be_made_says_which_field(keys, given, field):
    some_agencies()
    usual = {"account_name": "wu", "name": "吳虛構", "agency": "social", "password": PASSWORD}
    with pytest.raises(InvalidInput) as refused:
        grant.make_person(keys, **(usual | given))
    assert list(refused.value.fields) == [field]
    assert "A123456780" not in str(refused.value)
    assert entries("person_made") == []


def test_account_names_and_numbers_are_one_person_s(keys, clerk):
    with pytest.raises(Conflict):
        a_person(keys, "CHEN", "social", number=3)
    with pytest.raises(Conflict):
        a_person(keys, "wu", "social", number=1)


def test_a_role_is_given_once_and_ended_not_overwritten(keys, clerk):
    assert grant.give_role(clerk, "social", Role.CLERK) is False
    assert grant.take_role(clerk, "social", Role.CLERK) is True
    assert grant.take_role(clerk, "social", Role.CLERK) is False
    assert grant.give_role(clerk, "social", Role.CLERK) is True
    with reading() as session:
        ended = [row.to_at is not None for row in session.scalars(select(RoleHeld).order_by(RoleHeld.id))]
    assert ended == [True, False]
    assert len(entries("role_given")) == 2
    assert len(entries("role_taken")) == 1


def test_an_auditor_is_no_clerk_of_the_same_agency(keys, clerk):
    with pytest.raises(Conflict) as refused:
        grant.give_role(clerk, "social", Role.AUDITOR)
    assert refused.value.code == "roles_clash"
    assert grant.give_role(clerk, "civil", Role.AUDITOR) is True


def test_a_clerk_s_own_number_is_on_file(keys):
    some_agencies()
    person = grant.make_person(keys, account_name="wu", name="吳虛構", agency="social", password=PASSWORD)
    with pytest.raises(Conflict) as refused:
        grant.give_role(person, "social", Role.CLERK)
    assert refused.value.code == "own_number_missing"


def test_a_supervisor_grants_with_a_reason_that_is_sealed(keys, clerk, supervisor):
    right = a_right(keys, clerk, by=supervisor)
    [entry] = entries("granted")
    assert (entry.right, entry.case_item, entry.person) == (right, "parking", supervisor.person_id)
    assert entry.text_commitment is not None
    assert "承辦".encode() not in entry.leaf()
    with reading() as session:
        row = session.get_one(Right, right)
        assert row.granted_by == supervisor.person_id
        assert open_value(keys, session, row.reason) == WHY


@pytest.mark.parametrize("role", [Role.CLERK, Role.HEAD, Role.DRAFTER, Role.OPERATOR])
def test_nobody_but_a_supervisor_grants(keys, clerk, role):
    a_person(keys, "wang", "social", role, number=4)
    actor = who(SETTINGS, signed_on(SETTINGS, keys, "wang").secret)
    with pytest.raises(NotAllowed):
        a_right(keys, clerk, by=actor)


def test_a_supervisor_grants_at_the_own_agency_and_never_to_oneself(keys, clerk, supervisor):
    today = clock.today()
    grant.give_role(clerk, "civil", Role.CLERK)
    with pytest.raises(NotAllowed):
        grant.grant_right(keys, clerk, "civil", "parking", starts_on=today, ends_on=today, by=supervisor)
    with pytest.raises(NotAllowed):
        grant.grant_right(
            keys, supervisor.person_id, "social", "parking", starts_on=today, ends_on=today, by=supervisor
        )
    assert entries("granted") == []


def test_a_right_has_a_term_of_three_years_at_most(keys, clerk):
    for starts, ends in ((date(2026, 1, 2), date(2026, 1, 1)), (date(2026, 1, 1), date(2029, 1, 2))):
        with pytest.raises(InvalidInput) as refused:
            a_right(keys, clerk, starts_on=starts, ends_on=ends)
        assert list(refused.value.fields) == ["ends_on"]
    a_right(keys, clerk, starts_on=date(2028, 2, 29), ends_on=date(2031, 2, 28))


def test_one_right_at_a_time_and_a_new_one_when_the_term_is_over(keys, clerk):
    today = clock.today()
    a_right(keys, clerk, starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1))
    a_right(keys, clerk)
    with pytest.raises(Conflict):
        a_right(keys, clerk)
    assert [entry.cause for entry in entries("right_ended")] == ["term"]


def test_rights_are_for_clerks_and_end_with_the_role(keys, clerk):
    head = a_person(keys, "wu", "social", Role.HEAD, number=5)
    with pytest.raises(Conflict):
        a_right(keys, head)
    a_right(keys, clerk)
    grant.take_role(clerk, "social", Role.CLERK)
    assert [entry.cause for entry in entries("right_ended")] == ["role_taken"]


def test_a_right_ends_at_once_and_once(keys, clerk, supervisor):
    right = a_right(keys, clerk)
    why = {"cause": "misuse", "reason": "查調次數異常，先行停用", "by": supervisor}
    assert grant.end_right(right, **why) is True
    assert grant.end_right(right, **why) is False
    [entry] = entries("right_ended")
    assert (entry.cause, entry.person) == ("misuse", supervisor.person_id)
    assert entry.text_commitment is not None
    assert "異常".encode() not in entry.leaf()
    with reading() as session:
        assert session.get_one(Right, right).ended_at is not None
    with pytest.raises(NotFound):
        grant.end_right(uuid.uuid4(), **why)


@pytest.mark.parametrize(
    ("why", "fields"),
    [
        ({"cause": "misuse", "reason": "短"}, ["reason"]),
        ({"cause": "because", "reason": "查調次數異常"}, ["cause"]),
        ({"cause": "ended"}, ["cause", "reason"]),
        ({"cause": "misuse", "reason": "長" * 401}, ["reason"]),
    ],
)
def test_a_supervisor_says_why_a_right_ends(keys, clerk, supervisor, why, fields):
    right = a_right(keys, clerk)
    with pytest.raises(InvalidInput) as refused:
        grant.end_right(right, by=supervisor, **why)
    assert list(refused.value.fields) == fields
    with reading() as session:
        assert session.get_one(Right, right).ended_at is None


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"reason": None}, ["reason"]),
        ({"starts_on": timedelta(days=-1)}, ["starts_on"]),
        ({"starts_on": timedelta(days=-9), "ends_on": timedelta(days=-1)}, ["starts_on", "ends_on"]),
        ({"ends_on": timedelta(days=4 * 365), "reason": " 短 "}, ["ends_on", "reason"]),
    ],
)
def test_a_supervisor_s_grant_begins_today_at_the_earliest_and_says_why(keys, clerk, supervisor, given, fields):
    days = {name: clock.today() + each if isinstance(each, timedelta) else each for name, each in given.items()}
    with pytest.raises(InvalidInput) as refused:
        a_right(keys, clerk, by=supervisor, **days)
    assert list(refused.value.fields) == fields
    assert entries("granted") == []


def test_only_a_case_item_in_force_that_authorises_the_agency_is_granted(keys, clerk, supervisor):
    a_case_item_in_force("rent", "civil", "civil")
    with transaction() as session:
        session.add(CaseItem(code="drafted", seq=9, business_agency="social"))
    today = clock.today()
    for case_item in ("rent", "drafted"):
        with pytest.raises(Conflict) as refused:
            grant.grant_right(
                keys, clerk, "social", case_item, starts_on=today, ends_on=today, reason=WHY, by=supervisor
            )
        assert refused.value.code == "agency_not_authorised"
    a_right(keys, clerk, by=supervisor)
    assert len(entries("granted")) == 1


def test_a_right_is_renewed_by_ending_it_and_granting_its_successor_together(keys, clerk, supervisor):
    today = clock.today()
    right = a_right(keys, clerk, ends_on=today + timedelta(days=3))
    with pytest.raises(InvalidInput):
        grant.renew_right(keys, right, ends_on=today + timedelta(days=5 * 365), reason=WHY, by=supervisor)
    with reading() as session:
        assert session.get_one(Right, right).ended_at is None
    renewed = grant.renew_right(keys, right, ends_on=today + timedelta(days=700), reason=WHY, by=supervisor)
    assert [entry.cause for entry in entries("right_ended")] == ["renewed"]
    with reading() as session:
        row = session.get_one(Right, renewed)
        assert (row.starts_on, row.ends_on, row.case_item) == (today, today + timedelta(days=700), "parking")
    with pytest.raises(Conflict):
        grant.renew_right(keys, right, ends_on=today, reason=WHY, by=supervisor)
    a_person(keys, "wang", "civil", Role.SUPERVISOR, number=6)
    actor = who(SETTINGS, signed_on(SETTINGS, keys, "wang").secret)
    with pytest.raises(NotFound):
        grant.renew_right(keys, renewed, ends_on=today, reason=WHY, by=actor)


def test_nobody_renews_a_right_of_one_s_own(keys, clerk, supervisor):
    grant.give_role(clerk, "social", Role.SUPERVISOR)
    right = a_right(keys, clerk)
    actor = who(SETTINGS, signed_on(SETTINGS, keys, "chen").secret)
    with pytest.raises(NotAllowed):
        grant.renew_right(keys, right, ends_on=clock.today(), reason=WHY, by=actor)


def test_a_foreign_right_is_not_found(keys, clerk):
    right = a_right(keys, clerk)
    a_person(keys, "wang", "civil", Role.SUPERVISOR, number=6)
    actor = who(SETTINGS, signed_on(SETTINGS, keys, "wang").secret)
    with pytest.raises(NotFound):
        grant.end_right(right, cause="misuse", reason="查調次數異常", by=actor)


def test_an_operator_sets_a_password_which_unlocks_and_ends_sessions(keys, clerk):
    secret = signed_on(SETTINGS, keys).secret
    for _ in range(SETTINGS.sign_on_failures):
        sign_on(SETTINGS, keys, "chen", "wrong", None, "")
    a_person(keys, "ops", "civil", Role.OPERATOR, number=7)
    operator = who(SETTINGS, signed_on(SETTINGS, keys, "ops").secret)
    grant.set_password("chen", "another long password", by=operator, on_session_end=nobody_to_tell)
    assert who(SETTINGS, secret) is None
    assert isinstance(sign_on(SETTINGS, keys, "chen", PASSWORD, None, ""), Refused)
    found = sign_on(SETTINGS, keys, "chen", "another long password", None, "")
    assert isinstance(found, SignedOn)
    assert found.must_change_password
    with pytest.raises(NotAllowed):
        grant.set_password("ops", "another long password", by=who(SETTINGS, found.secret))
