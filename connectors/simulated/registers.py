"""All registers of the simulated agencies behind one door: what is known about a key, and which keys are known.

Everything here is invented (虛構): no person, firm, parcel or vehicle exists, and a number that passes its check may belong
to somebody only by accident. The registers hold no state: each answer follows from the invented town.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final

from connectors.simulated.answers import household
from connectors.simulated.answers.answer import Answer, Ask
from connectors.simulated.items import items
from connectors.simulated.town import people
from connectors.simulated.town.people import Person

Register = Callable[[Ask], Answer | None]

REGISTERS: Final[Mapping[str, Register]] = {
    "hh_person_city": household.person_city,
    "hh_household_city": household.household_city,
    "hh_removed_person_city": household.removed_person_city,
    "hh_removed_household_city": household.removed_household_city,
    "hh_person_migration_city": household.migration_city,
    "hh_person_change_city": household.changes_city,
    "hh_name_search_city": household.name_search,
    "hh_removed_person_national": household.removed_person,
    "hh_person_migration_national": household.migration,
    "hh_person_change_national": household.changes,
}


def answer(item: str, kind: str, value: str, narrowing: Mapping[str, str] | None = None) -> Answer | None:
    """What a data item's register says about a key, or None when it knows nothing; `KeyError` for an unknown item.

    Raises `NarrowingRequired` for a name search without birth year and district.
    """
    return REGISTERS[item](Ask(kind, value, narrowing or {}))


def prepare() -> None:
    """Build the town now, so that no question has to wait for it."""
    people.everyone()


def persons() -> tuple[Person, ...]:
    """Everybody in the town, the dead, the departed and foreign residents included."""
    return people.everyone()


def example_keys(item: str, limit: int = 60) -> list[tuple[str, str]]:
    """Keys that a data item's register knows, as (kind, value): those with the most fields filled first."""
    return list(_known(item)[:limit])


def example_narrowing(item: str, value: str) -> dict[str, str]:
    """What must accompany a key, as (name, value): the ROC birth year of somebody of that name."""
    if item != "hh_name_search_city":
        return {}
    person = next((person for person in people.everyone() if person.name == value), None)
    return {"birth_year": str(person.born.year - 1911)} if person else {"birth_year": "75"}


@cache
def _known(item: str) -> tuple[tuple[str, str], ...]:
    fullness: dict[tuple[str, str], int] = {}
    for kind in items()[item].key_kinds:
        for value in _values(kind):
            found = answer(item, kind, value, example_narrowing(item, value))
            if found is not None:
                names = {name for part in (found.header, *found.rows) for name, text in part.items() if text}
                fullness[kind, value] = len(names)
    order = sorted(fullness, key=lambda key: (items()[item].key_kinds.index(key[0]), -fullness[key]))
    return tuple(order)


def _values(kind: str) -> Iterable[str]:
    match kind:
        case "national_id":
            return [person.national_id for person in people.everyone()]
        case "name":
            return dict.fromkeys(person.name for person in people.everyone())
    return ()
