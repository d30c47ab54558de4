"""What a person likes is kept for that person, whichever machine, and for nobody else."""

import pytest

from govern.core.database import reading
from govern.core.errors import InvalidInput
from govern.people.person import Person
from govern.rules.actor import Role
from govern.workplace import preference
from govern.workplace.preference import Preference
from tests.support.people import a_person, signed_on, some_agencies, some_settings, who

pytestmark = pytest.mark.usefixtures("database_address")
SETTINGS = some_settings()


@pytest.fixture
def clerk(keys):
    some_agencies()
    a_person(keys, "chen", "social", Role.CLERK)
    a_person(keys, "lin", "social", Role.CLERK, number=2)
    return who(SETTINGS, signed_on(SETTINGS, keys, "chen").secret)


def kept(clerk):
    with reading() as session:
        return session.get(Person, clerk.person_id).language, session.get(Preference, clerk.person_id)


def test_what_is_arranged_is_kept_and_nobody_elses(clerk):
    assert kept(clerk) == ("zh", None)
    preference.arrange(clerk, language="en", mode="dark", single_keys=False)
    preference.arrange(clerk, language="en", mode="light", single_keys=False)
    language, own = kept(clerk)
    assert (language, own.mode, own.single_keys) == ("en", "light", False)
    with reading() as session:
        assert session.query(Preference).count() == 1
        assert session.query(Person).filter(Person.language == "en").count() == 1


@pytest.mark.parametrize(("language", "mode", "field"), [("fr", "auto", "language"), ("zh", "sepia", "mode")])
def test_what_is_not_on_offer_is_refused_by_its_field(clerk, language, mode, field):
    with pytest.raises(InvalidInput) as no:
        preference.arrange(clerk, language=language, mode=mode, single_keys=True)
    assert list(no.value.fields) == [field]
    assert kept(clerk) == ("zh", None)


def test_guides_are_put_away_by_role_and_called_back(clerk):
    preference.guides_read(clerk, {Role.CLERK})
    preference.guides_read(clerk, {Role.AUDITOR, Role.CLERK})
    assert kept(clerk)[1].guides_read == ["auditor", "clerk"]
    preference.guides_again(clerk)
    assert kept(clerk)[1].guides_read == []
    assert kept(clerk)[1].mode == "auto"
