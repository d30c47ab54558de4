"""All registers of the simulated agencies behind one door: what is known about a key, and which keys are known.

Everything here is invented (虛構): no person, firm, parcel or vehicle exists, and a number that passes its check may belong
to somebody only by accident. The registers hold no state: each answer follows from the invented town.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Final

from connectors.simulated.answers import (
    business,
    doorplates,
    file_match,
    household,
    insurance,
    land,
    land_records,
    name_search,
    organisations,
    permits,
    schools,
    tax,
    transport,
    welfare,
)
from connectors.simulated.answers.answer import Answer, Ask, Fields
from connectors.simulated.items import items
from connectors.simulated.town import chance, estates, firms, numbers, people, spelling, vehicles
from connectors.simulated.town import doorplates as plates
from connectors.simulated.town.people import Person

Register = Callable[[Ask], Answer | None]

REGISTERS: Final[Mapping[str, Register]] = {
    "hh_person_city": household.person_city,
    "hh_household_city": household.household_city,
    "hh_removed_person_city": household.removed_person_city,
    "hh_removed_household_city": household.removed_household_city,
    "hh_doorplate_change_city": doorplates.changes_city,
    "hh_person_migration_city": household.migration_city,
    "hh_person_change_city": household.changes_city,
    "hh_name_search_city": name_search.by_name,
    "hh_file_match_city": file_match.hh_file,
    "hh_removed_person_national": household.removed_person,
    "hh_doorplate_before_national": doorplates.before_national,
    "hh_doorplate_after_national": doorplates.after_national,
    "hh_person_migration_national": household.migration,
    "hh_person_change_national": household.changes,
    "land_description": land.land_description,
    "land_ownership": land.land_ownership,
    "land_other_rights": land.land_other_rights,
    "building_description": land.building_description,
    "building_ownership": land.building_ownership,
    "building_other_rights": land.building_other_rights,
    "land_price": land_records.land_price,
    "cadastral_map": land_records.cadastral_map,
    "land_change_index": land_records.change_index,
    "land_change_list": land_records.change_list,
    "building_survey": land_records.building_survey,
    "building_by_address": land_records.building_by_address,
    "land_manual_register": land_records.manual_register,
    "company_register": business.company,
    "business_register": business.business,
    "factory_register": business.factory,
    "tax_property_city": tax.property_city,
    "tax_register_city": tax.register_city,
    "tax_income_city": tax.income,
    "tax_property_national": tax.property_national,
    "tax_register_national": tax.register_national,
    "tax_income_national": tax.income,
    "edu_k12_city": schools.k12_city,
    "edu_senior_national": schools.senior_national,
    "edu_tertiary_national": schools.tertiary_national,
    "labor_insured": insurance.labor,
    "labor_premium_monthly": insurance.labor_premium,
    "nhi_current": insurance.nhi_current,
    "nhi_premium_detail": insurance.nhi_premium,
    "nhi_history": insurance.nhi_history,
    "nhi_payment": insurance.nhi_payment,
    "nhi_arrears": insurance.nhi_arrears,
    "nhi_medical_visits": welfare.medical_visits,
    "welfare_benefits": welfare.benefits,
    "low_income_roll": welfare.low_income,
    "use_permit": permits.use_permit,
    "build_permit": permits.build_permit,
    "veteran_care": welfare.veteran_care,
    "veteran_care_upload": file_match.veteran_file,
    "vehicle_register": transport.vehicle_register,
    "driver_licence": transport.driver_licence,
    "vehicle_violations": transport.violations,
    **{f"doorplate_{kind}": partial(doorplates.certificate, kind=kind) for kind in plates.KINDS},
    "org_performing_group": organisations.performing_group,
    "org_care_institution": organisations.care_institution,
    "org_fundraising_permit": organisations.fundraising_permit,
    "org_civil_group": organisations.civil_group,
    "org_kindergarten": organisations.kindergarten,
}


def answer(item: str, kind: str, value: str, narrowing: Mapping[str, str] | None = None) -> Answer | None:
    """What a data item's register says about a key, or None when it knows nothing; `KeyError` for an unknown item.

    Raises `NarrowingRequired` for a name search without birth year and district.
    """
    found = REGISTERS[item](Ask(kind, value, narrowing or {}))
    if found is None:
        return None
    order = _order(item)
    return Answer(_sorted(found.header, order), tuple(_sorted(row, order) for row in found.rows))


@cache
def _order(item: str) -> Mapping[str, int]:
    return {field.code: place for place, field in enumerate(items()[item].spec.fields)}


def _sorted(part: Fields, order: Mapping[str, int]) -> Fields:
    """The fields in the catalogue's order, which a schema demands."""
    return dict(sorted(part.items(), key=lambda each: order[each[0]]))


def prepare() -> None:
    """Build the town now, so that no question has to wait for it."""
    vehicles.by_plate()
    estates.of_owner()
    plates.by_address()
    items()


def persons() -> tuple[Person, ...]:
    """Everybody in the town, the dead, the departed and foreign residents included."""
    return people.everyone()


def example_keys(item: str, limit: int = 1000) -> list[tuple[str, str]]:
    """Keys that a data item's register knows, as (kind, value): the usual kind first, then those with most fields filled."""
    return list(_known(item)[:limit])


def example_narrowing(item: str, value: str) -> dict[str, str]:
    """What must accompany a key, as {name: value}: the ROC birth year of somebody of that name."""
    if item != "hh_name_search_city":
        return {}
    written = spelling.name(value)
    person = next((person for person in people.everyone() if spelling.name(person.name) == written), None)
    return {"birth_year": str((person.born.year if person else 1986) - 1911)}


def example_subject(wanted: Iterable[str]) -> dict[str, str]:
    """Keys by kind of one person who is found in as many of these data items as anybody, and by them in all if possible.

    A kind of key that the person has nothing of (no firm, no vehicle) takes an example of the data item's register.
    """
    best: tuple[int, dict[str, str]] = (-1, {})
    codes = tuple(wanted)
    for person in people.everyone():
        found = _subject(person, codes)
        if found[0] > best[0]:
            best = found
        if best[0] == len(codes):
            break
    return best[1]


def veteran_numbers(count: int, *, wrong_every: int = 41) -> list[str]:
    """A file's rows as a benefits office would upload them: old people's numbers, some of them veterans', some wrong.

    Each `wrong_every`-th row is wrong in one of four ways (check digit, too short, letters, empty of a digit). Where the town
    has not enough old people, invented numbers that no register knows fill the file.
    """
    old = [person.national_id for person in people.everyone() if person.lives and person.age() >= 65]
    rows: list[str] = []
    for place in range(count):
        if place < len(old):
            number = old[place]
        else:
            sex = "MF"[chance.number(2, "file", place)]
            number = numbers.national_id("F", sex, chance.number(10_000_000, "file number", place))
        rows.append(_wrong(number, place // wrong_every) if place % wrong_every == wrong_every - 1 else number)
    return rows


def _wrong(number: str, way: int) -> str:
    return (numbers.broken(number), number[:-2], f"X{number[1:5]}ABCDE", f"{number[0]}3{number[2:]}")[way % 4]


def _subject(person: Person, codes: tuple[str, ...]) -> tuple[int, dict[str, str]]:
    """How many of the data items know the person, and the keys by which they do."""
    by_kind: dict[str, list[str]] = {}
    for code in codes:
        by_kind.setdefault(items()[code].key_kinds[0], []).append(code)
    total = 0
    keys: dict[str, str] = {}
    for kind, asked in by_kind.items():
        candidates = list(keys_of(person, kind)) or [value for _, value in example_keys(asked[0], 5)]
        if kind == "name":
            candidates += [value for code in asked for _, value in example_keys(code, 1)]
        scores = [sum(_knows(code, kind, value) for code in asked) for value in candidates]
        top = max(scores, default=0)
        total += top
        keys[kind] = candidates[scores.index(top)] if scores else ""
    return total, keys


def _knows(item: str, kind: str, value: str) -> bool:
    found = answer(item, kind, value, example_narrowing(item, value))
    return found is not None and (bool(found.rows) or bool(found.header))


def keys_of(person: Person, kind: str) -> Iterator[str]:
    """What of a kind belongs to a person: the own number, home, land, firms and vehicles."""
    home = people.household_of(person)
    owned = estates.of_owner().get(person.national_id, ())
    at_home = estates.by_address().get(spelling.address(people.address_of(person)), ()) if home else ()
    match kind:
        case "national_id":
            yield person.national_id
        case "name":
            yield person.name
        case "address" if home:
            yield home.place.address
        case "land_no":
            yield from (parcel.number for parcel in (*owned, *at_home))
        case "building_no":
            yield from (parcel.building.number for parcel in (*owned, *at_home) if parcel.building)
        case "company_no":
            yield from (firm.number for firm in firms.of_person(person))
        case "plate_no":
            yield from (spelling.number(vehicle.plate) for vehicle in vehicles.of_owner().get(person.national_id, ()))


@cache
def _known(item: str) -> tuple[tuple[str, str], ...]:
    fullness: dict[tuple[str, str], int] = {}
    kinds = items()[item].key_kinds
    for kind in kinds:
        for value in dict.fromkeys(_values(item, kind)):
            found = answer(item, kind, value, example_narrowing(item, value))
            if found is not None:
                names = {name for part in (found.header, *found.rows) for name, text in part.items() if text}
                fullness[kind, value] = len(names)
    return tuple(sorted(fullness, key=lambda key: (kinds.index(key[0]), -fullness[key])))


def _values(item: str, kind: str) -> Iterable[str]:
    """All keys of a kind that could be known to a data item."""
    match kind:
        case "national_id":
            return (person.national_id for person in people.everyone())
        case "company_no":
            return (
                (body.number for body in organisations.bodies(item)) if item.startswith("org_") else firms.by_number()
            )
        case "land_no":
            return estates.by_land_no()
        case "building_no":
            return estates.by_building_no()
        case "plate_no":
            return vehicles.by_plate()
        case "address":
            return _addresses(item)
    if item.startswith("org_"):
        return (body.name for body in organisations.bodies(item))
    return (each.name for each in (people.everyone() if item.startswith("hh_") else firms.firms()))


def _addresses(item: str) -> Iterator[str]:
    if item.startswith("org_"):
        yield from (body.place.address for body in organisations.bodies(item))
        return
    for change in plates.changes():
        yield from (place.address for place in (change.after, change.before) if place)
    yield from (parcel.place.address for parcel in estates.parcels())
