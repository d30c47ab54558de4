"""A log-in session's life, and who acts in it."""

import pytest
from sqlalchemy import select, update

from govern.core.database import reading, transaction
from govern.keys.envelope import session_keys
from govern.people import grant
from govern.people.person import Person
from govern.people.session import LogInSession
from govern.people.session_life import (
    Refused,
    SignedOn,
    end_silent_sessions,
    log_out,
    nobody_to_tell,
    switch_agency,
    touch,
)
from govern.rules.actor import Role
from tests.support.people import a_person, entries, later, signed_on, some_agencies, some_settings, who

pytestmark = pytest.mark.usefixtures("database_address")
SETTINGS = some_settings(session_idle_s=900, session_life_s=3600)


@pytest.fixture
def chen(keys):
    some_agencies()
    person = a_person(keys, "chen", "social", Role.CLERK)
    grant.give_role(person, "civil", Role.AUDITOR)
    return person


def end_causes():
    with reading() as session:
        return sorted(session.scalars(select(LogInSession.end_cause).where(LogInSession.ended_at.is_not(None))))


def test_the_cookie_alone_tells_who_acts(keys, chen):
    found = signed_on(SETTINGS, keys, agency="social")
    actor = who(SETTINGS, found.secret)
    assert (actor.person_id, actor.account, actor.agency) == (chen, "chen", "social")
    assert (actor.roles, actor.strength, actor.address) == (frozenset({Role.CLERK}), "password", "127.0.0.1")
    assert actor.session_hash == session_keys(found.secret).session_hash


def test_a_foreign_or_broken_secret_is_nobody(keys, chen):
    signed_on(SETTINGS, keys)
    assert who(SETTINGS, b"\0" * 32) is None
    assert who(SETTINGS, b"short") is None
    assert who(SETTINGS, b"") is None


def test_an_idle_session_opens_nothing_before_the_reconciler_has_come(keys, chen):
    secret = signed_on(SETTINGS, keys).secret
    with later(890):
        assert who(SETTINGS, secret) is not None
    with later(901):
        assert who(SETTINGS, secret) is None
    assert end_causes() == []


def test_activity_keeps_a_session_alive_but_not_beyond_its_life(keys, chen):
    secret = signed_on(SETTINGS, keys).secret
    hashed = session_keys(secret).session_hash
    for seconds in range(800, 3600, 800):
        with later(seconds):
            assert who(SETTINGS, secret) is not None
            touch(SETTINGS, hashed)
    with later(3601):
        touch(SETTINGS, hashed)
        assert who(SETTINGS, secret) is None


def test_a_touch_is_written_at_most_once_a_minute(keys, chen):
    secret = signed_on(SETTINGS, keys).secret
    hashed = session_keys(secret).session_hash

    def seen_at():
        with reading() as session:
            return session.scalars(select(LogInSession.seen_at)).one()

    first = seen_at()
    with later(30):
        touch(SETTINGS, hashed)
        assert seen_at() == first
    with later(90):
        touch(SETTINGS, hashed)
        assert seen_at() > first


def test_a_touch_does_not_wake_an_idle_or_an_ended_session(keys, chen):
    secret = signed_on(SETTINGS, keys).secret
    hashed = session_keys(secret).session_hash
    with later(1000):
        touch(SETTINGS, hashed)
        assert who(SETTINGS, secret) is None
    log_out(who(SETTINGS, secret), on_session_end=nobody_to_tell)
    with later(100):
        touch(SETTINGS, hashed)
    assert who(SETTINGS, secret) is None


def test_logging_out_ends_the_session_once_and_tells_what_lies_above(keys, chen):
    secret = signed_on(SETTINGS, keys).secret
    actor, told = who(SETTINGS, secret), []
    log_out(actor, on_session_end=lambda _session, hashed: told.append(hashed))
    log_out(actor, on_session_end=lambda _session, hashed: told.append(hashed))
    assert told == [actor.session_hash]
    assert who(SETTINGS, secret) is None
    [entry] = entries("session_ended")
    assert (entry.cause, entry.person, entry.session_hash) == ("log_out", chen, actor.session_hash)


def test_what_cannot_be_told_ends_no_session(keys, chen):
    secret = signed_on(SETTINGS, keys).secret

    def broken(_session, _hashed):
        raise RuntimeError("the store is away")

    with pytest.raises(RuntimeError):
        log_out(who(SETTINGS, secret), on_session_end=broken)
    assert who(SETTINGS, secret) is not None
    assert entries("session_ended") == []


def test_silent_sessions_are_ended_with_their_cause(keys, chen):
    idle, old, alive = (signed_on(SETTINGS, keys).secret for _ in range(3))
    with later(700):
        for secret in (old, alive):
            touch(SETTINGS, session_keys(secret).session_hash)
    with transaction() as session:
        session.execute(
            update(LogInSession)
            .where(LogInSession.id_hash == session_keys(old).session_hash)
            .values(ends_at=LogInSession.started_at)
        )
    told = []
    with later(1000):
        ended = end_silent_sessions(SETTINGS, on_session_end=lambda _session, hashed: told.append(hashed))
        assert end_silent_sessions(SETTINGS, on_session_end=nobody_to_tell) == ()
        assert who(SETTINGS, alive) is not None
    assert set(ended) == set(told) == {session_keys(secret).session_hash for secret in (idle, old)}
    assert end_causes() == ["idle", "too_long"]
    assert {entry.about_id for entry in entries("session_ended")} == {str(chen)}


def test_switching_the_agency_is_a_new_session_and_the_end_of_the_former(keys, chen):
    former = signed_on(SETTINGS, keys, agency="social")
    told = []
    found = switch_agency(
        who(SETTINGS, former.secret), "civil", on_session_end=lambda _session, hashed: told.append(hashed)
    )
    assert isinstance(found, SignedOn)
    assert found.secret != former.secret
    assert told == [session_keys(former.secret).session_hash]
    assert who(SETTINGS, former.secret) is None
    assert who(SETTINGS, found.secret).roles == {Role.AUDITOR}
    with reading() as session:
        ends = set(session.scalars(select(LogInSession.ends_at)))
    assert len(ends) == 1  # switching makes no log-in last longer


def test_switching_to_where_one_holds_nothing_changes_nothing(keys, chen):
    former = signed_on(SETTINGS, keys, agency="social")
    actor = who(SETTINGS, former.secret)
    assert isinstance(switch_agency(actor, "ministry", on_session_end=nobody_to_tell), Refused)
    assert who(SETTINGS, former.secret) is not None


def test_a_person_who_is_no_longer_active_acts_no_more(keys, chen):
    secret = signed_on(SETTINGS, keys).secret
    with transaction() as session:
        session.execute(update(Person).where(Person.id == chen).values(is_active=False))
    assert who(SETTINGS, secret) is None


def test_a_role_taken_is_gone_with_the_next_request(keys, chen):
    secret = signed_on(SETTINGS, keys, agency="social").secret
    grant.take_role(chen, "social", Role.CLERK)
    assert who(SETTINGS, secret).roles == frozenset()


@pytest.mark.parametrize(
    ("role", "agencies"),
    [
        (Role.CLERK, set()),
        (Role.SUPERVISOR, {"social", "social-office"}),
        (Role.HEAD, {"social", "social-office"}),
        (Role.AUDITOR, {"social"}),  # more comes from audit plans
        (Role.DRAFTER, set()),
        (Role.APPROVER, set()),
        (Role.OPERATOR, set()),
    ],
)
def test_each_role_reaches_what_the_design_says(keys, role, agencies):
    some_agencies()
    a_person(keys, "lin", "social", role)
    reach = who(SETTINGS, signed_on(SETTINGS, keys, "lin").secret).reach
    assert reach.agencies == agencies
    assert reach.is_operator is (role is Role.OPERATOR)
    assert not reach.own_case_items
    assert not reach.own_data_items
