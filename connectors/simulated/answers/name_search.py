"""Finding people by name in the city's household register (姓名查詢戶籍資料, 虛構): never without something that narrows it."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from connectors.simulated.answers import household
from connectors.simulated.answers.answer import Answer, Ask, fields, listed
from connectors.simulated.town import people, spelling
from connectors.simulated.town.people import Person

_LIMIT: Final = 20


class NarrowingRequired(Exception):
    """A name search came without birth year and district; the register refuses it."""


@cache
def _by_name() -> Mapping[str, tuple[Person, ...]]:
    found: dict[str, tuple[Person, ...]] = {}
    for person in people.everyone():
        if household.of_city(person.national_id):
            written = spelling.name(person.name)
            found[written] = (*found.get(written, ()), person)
    return found


def by_name(ask: Ask) -> Answer | None:
    """姓名查詢: persons of a name, narrowed by ROC birth year or district; `NarrowingRequired` without either."""
    year, district = ask.narrowing.get("birth_year", ""), ask.narrowing.get("district", "")
    if not year and not district:
        raise NarrowingRequired
    found = [
        person
        for person in _by_name().get(spelling.name(ask.value), ())
        if (not year or str(person.born.year - 1911) == year.lstrip("0"))
        and (not district or district in people.address_of(person))
    ]
    if not found:
        return None
    header = fields(match_count=len(found), truncated=len(found) > _LIMIT)
    return listed(header, (_hit(person) for person in found[:_LIMIT]))


def _hit(person: Person) -> dict[str, str]:
    home = people.household_of(person)
    assert home is not None
    return fields(
        name=person.name,
        national_id=person.national_id,
        sex=person.sex,
        birth_date=household.born(person),
        district=home.place.district,
        registered_address=home.place.address,
        person_status=person.status,
    )
