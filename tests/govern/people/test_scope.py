"""Which people and rights an actor may see."""

import pytest

from govern.catalogue.case_item import CaseItem
from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import NotFound
from govern.people import grant, scope
from govern.rules.actor import Role
from tests.support.people import a_person, signed_on, some_agencies, some_settings, who

pytestmark = pytest.mark.usefixtures("database_address")
SETTINGS = some_settings()


@pytest.fixture
def house(keys):
    """A clerk with a right at the office, one at the other department, and one person for each reach."""
    some_agencies()
    with transaction() as session:
        session.add(CaseItem(code="parking", seq=1, business_agency="social"))
    people = {
        "office": a_person(keys, "office", "social-office", Role.CLERK, number=1),
        "civil": a_person(keys, "civil", "civil", Role.CLERK, number=2),
        "lead": a_person(keys, "lead", "social", Role.SUPERVISOR, number=3),
        "head": a_person(keys, "head", "city", Role.HEAD, number=4),
        "ops": a_person(keys, "ops", "civil", Role.OPERATOR, number=5),
    }
    today = clock.today()
    rights = {
        name: grant.grant_right(keys, people[name], agency, "parking", starts_on=today, ends_on=today)
        for name, agency in (("office", "social-office"), ("civil", "civil"))
    }
    return people, rights


def seen(keys, house, account):
    people, rights = house
    actor = who(SETTINGS, signed_on(SETTINGS, keys, account).secret)
    with reading() as session:
        persons = {row.id for row in session.scalars(scope.people_for(actor, session))}
        held = {row.id for row in session.scalars(scope.rights_for(actor, session))}
    return {name for name, one in people.items() if one in persons}, {n for n, one in rights.items() if one in held}


@pytest.mark.parametrize("account", ["office", "civil", "lead", "head", "ops"])
def test_the_ways_of_a_list_find_the_same_rights(keys, house, account):
    actor = who(SETTINGS, signed_on(SETTINGS, keys, account).secret)
    with reading() as session:
        found = {row.id for way in scope.ways_to_rights(actor, session) for row in session.scalars(way)}
        assert found == {row.id for row in session.scalars(scope.rights_for(actor, session))}


def test_a_supervisor_may_grant_to_the_clerks_of_the_own_agency_and_nobody_else_to_anybody(keys, house):
    people, _ = house
    found = {}
    a_person(keys, "boss", "social-office", Role.SUPERVISOR, Role.CLERK, number=6)  # who may grant nothing to herself
    for account in ("office", "lead", "head", "ops", "boss"):
        actor = who(SETTINGS, signed_on(SETTINGS, keys, account).secret)
        with reading() as session:
            found[account] = {row.id for row in session.scalars(scope.clerks_of(actor, session))}
    assert found == {"office": set(), "lead": set(), "head": set(), "ops": set(), "boss": {people["office"]}}


@pytest.mark.parametrize(
    ("account", "persons", "rights"),
    [
        ("office", {"office"}, {"office"}),
        ("civil", {"civil"}, {"civil"}),
        ("lead", {"office", "lead"}, {"office"}),
        ("head", {"office", "civil", "lead", "head", "ops"}, {"office", "civil"}),
        ("ops", {"office", "civil", "lead", "head", "ops"}, set()),
    ],
)
def test_people_and_rights_within_reach_and_no_others(keys, house, account, persons, rights):
    assert seen(keys, house, account) == (persons, rights)


def test_what_is_beyond_reach_is_not_found(keys, house):
    people, rights = house
    actor = who(SETTINGS, signed_on(SETTINGS, keys, "office").secret)
    with reading() as session:
        assert scope.person_for(actor, session, people["office"]).id == people["office"]
        assert scope.right_for(actor, session, rights["office"]).id == rights["office"]
        with pytest.raises(NotFound):
            scope.person_for(actor, session, people["civil"])
        with pytest.raises(NotFound):
            scope.right_for(actor, session, rights["civil"])
