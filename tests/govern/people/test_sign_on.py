"""Signing on: refusals that tell nothing, the lock, the entries, the change of a password."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import InvalidInput
from govern.keys.envelope import session_keys
from govern.people import grant
from govern.people import password as passwords
from govern.people.person import Account, Person
from govern.people.session import LogInSession
from govern.people.session_life import NO_ROLE_THERE
from govern.people.sign_on import NOT_KNOWN, Refused, SignedOn, change_password, sign_on
from govern.rules.actor import Role
from tests.support.people import (
    PASSWORD,
    a_person,
    entries,
    later,
    signed_on,
    some_agencies,
    some_settings,
    who,
)

pytestmark = pytest.mark.usefixtures("database_address")
SETTINGS = some_settings()


def attempt(ring, password, account="chen", agency=None, settings=SETTINGS):
    return sign_on(settings, ring, account, password, agency, "192.0.2.1")


@pytest.fixture
def chen(keys):
    some_agencies()
    return a_person(keys, "chen", "social", Role.CLERK)


def test_a_password_that_was_changed_while_it_was_verified_opens_nothing(keys, chen, monkeypatch):
    verify = passwords.verify

    def verify_and_change(stored, typed):
        is_right = verify(stored, typed)
        with transaction() as session:
            session.execute(update(Account).values(password_hash=passwords.hash_password("quite another sentence, 9")))
        return is_right

    monkeypatch.setattr(passwords, "verify", verify_and_change)
    assert isinstance(attempt(keys, PASSWORD), Refused)
    assert entries("signed_on") == []


def test_a_right_password_begins_a_session_and_says_so_in_an_entry(keys, chen):
    found = attempt(keys, PASSWORD, " Ｃhen ")
    assert isinstance(found, SignedOn)
    assert (found.person_id, found.agency, found.agencies) == (chen, "social", ("social",))
    [entry] = entries("signed_on")
    hashed = session_keys(found.secret).session_hash
    assert (entry.person, entry.account, entry.agency) == (chen, "chen", "social")
    assert (entry.session_hash, entry.address) == (hashed, "192.0.2.1")


def test_the_secret_is_stored_nowhere_and_the_public_half_is(keys, chen):
    found = attempt(keys, PASSWORD)
    with reading() as session:
        row = session.scalars(select(LogInSession)).one()
    derived = session_keys(found.secret)
    assert (row.id_hash, row.public_key) == (derived.session_hash, derived.public_key)
    assert found.secret.hex() not in repr(found)
    assert found.secret not in row.public_key


def test_every_refusal_says_the_same(keys, chen):
    a_person(keys, "gone", "social", Role.CLERK, number=2)
    with transaction() as session:
        session.execute(update(Person).where(Person.id != chen).values(is_active=False))
        session.execute(
            update(Account).where(Account.name == "chen").values(locked_until=clock.now().replace(year=2099))
        )
    refused = [
        attempt(keys, PASSWORD, "chen"),
        attempt(keys, "wrong", "chen"),
        attempt(keys, PASSWORD, "gone"),
        attempt(keys, PASSWORD, "nobody"),
        attempt(keys, "", ""),
        attempt(keys, "x" * 100_000, "y" * 100_000),
    ]
    assert refused == [Refused(NOT_KNOWN)] * 6
    causes = [entry.cause for entry in entries("sign_on_failed")]
    assert causes == ["locked", "locked", "not_active", "unknown_account", "unknown_account", "unknown_account"]


def test_a_failed_entry_holds_the_name_as_a_keyed_index_alone(keys, chen):
    attempt(keys, "wrong", "my secret typed as a name")
    attempt(keys, "wrong", "chen")
    unknown, known = entries("sign_on_failed")
    assert b"my secret" not in unknown.leaf()
    assert unknown.about_id is None
    assert known.about_id == str(chen)
    assert known.account is None
    assert keys.index("account", "chen").hex().encode() in known.details


def test_five_failures_lock_the_account_and_the_lock_ends_by_itself(keys, chen):
    for _ in range(5):
        assert isinstance(attempt(keys, "wrong"), Refused)
    assert isinstance(attempt(keys, PASSWORD), Refused)
    with later(SETTINGS.sign_on_lock_s - 5):
        assert isinstance(attempt(keys, "wrong"), Refused)  # while it is locked nothing counts
        assert isinstance(attempt(keys, PASSWORD), Refused)
    with later(SETTINGS.sign_on_lock_s + 5):
        assert isinstance(attempt(keys, "wrong"), Refused)  # one failure of a new count
        assert isinstance(attempt(keys, PASSWORD), SignedOn)


def test_a_success_sets_the_count_back(keys, chen):
    for _ in range(3):
        for _ in range(4):
            assert isinstance(attempt(keys, "wrong"), Refused)
        assert isinstance(attempt(keys, PASSWORD), SignedOn)


def test_guesses_made_at_the_same_time_are_counted_one_by_one(keys, chen):
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: attempt(keys, "wrong"), range(24)))
    assert all(isinstance(one, Refused) for one in outcomes)
    causes = [entry.cause for entry in entries("sign_on_failed")]
    assert causes.count("wrong_password") == SETTINGS.sign_on_failures
    assert causes.count("locked") == 24 - SETTINGS.sign_on_failures
    assert isinstance(attempt(keys, PASSWORD), Refused)


def test_one_acts_only_for_an_agency_where_one_holds_a_role(keys, chen):
    assert attempt(keys, PASSWORD, agency="civil") == Refused(NO_ROLE_THERE)
    assert [entry.cause for entry in entries("sign_on_failed")] == ["no_role"]
    a_person(keys, "idle", "social", number=3)
    assert attempt(keys, PASSWORD, "idle") == Refused(NO_ROLE_THERE)


def test_the_agency_of_the_last_session_is_taken_again(keys):
    some_agencies()
    person = a_person(keys, "chen", "social", Role.CLERK)
    grant.give_role(person, "civil", Role.AUDITOR)
    assert attempt(keys, PASSWORD).agency == "civil"
    assert attempt(keys, PASSWORD, agency="social").agency == "social"
    again = attempt(keys, PASSWORD)
    assert (again.agency, again.agencies) == ("social", ("civil", "social"))


def test_a_new_password_opens_and_the_old_one_does_not(keys, chen):
    here, elsewhere = signed_on(SETTINGS, keys), signed_on(SETTINGS, keys)
    ended = []
    actor = who(SETTINGS, here.secret)
    change_password(
        SETTINGS, actor, PASSWORD, "another long password", on_session_end=lambda _session, hashed: ended.append(hashed)
    )
    assert isinstance(attempt(keys, PASSWORD), Refused)
    assert isinstance(attempt(keys, "another long password"), SignedOn)
    assert who(SETTINGS, here.secret) is not None
    assert who(SETTINGS, elsewhere.secret) is None
    assert ended == [session_keys(elsewhere.secret).session_hash]
    [entry] = entries("password_changed")
    assert (entry.person, entry.about_kind) == (chen, "account")


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong", "another long password", "current"),
        (PASSWORD, "short", "new"),
        (PASSWORD, PASSWORD, "new"),
        (PASSWORD, "chen chen chen chen", "new"),
        ("wrong", "short", "current"),
    ],
)
def test_a_password_that_cannot_be_changed_says_which_field(keys, chen, current, new, field):
    actor = who(SETTINGS, signed_on(SETTINGS, keys).secret)
    with pytest.raises(InvalidInput) as refused:
        change_password(SETTINGS, actor, current, new)
    assert list(refused.value.fields) == [field]
    assert isinstance(attempt(keys, PASSWORD), SignedOn)
    assert entries("password_changed") == []


def test_guessing_the_present_password_at_an_open_desk_locks_the_account(keys, chen):
    actor = who(SETTINGS, signed_on(SETTINGS, keys).secret)
    for _ in range(SETTINGS.sign_on_failures):
        with pytest.raises(InvalidInput):
            change_password(SETTINGS, actor, "wrong", "another long password")
    with pytest.raises(InvalidInput):
        change_password(SETTINGS, actor, PASSWORD, "another long password")
    assert isinstance(attempt(keys, PASSWORD), Refused)
