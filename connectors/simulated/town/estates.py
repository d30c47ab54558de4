"""Parcels and buildings of the invented town (虛構) with their owners, and the homes that its people own elsewhere.

Each household's address is a building on a parcel of its own. An owned home belongs to the head of the household, or to head
and spouse by halves; a rented one to somebody wealthy or to a company; that of the dead still stands in their name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

from connectors.simulated.town import chance, firms, numbers, people, places, spelling
from connectors.simulated.town.firms import Firm
from connectors.simulated.town.people import Household, Person
from connectors.simulated.town.places import District, Place

HALF: Final = "1/2"
WHOLE: Final = "1/1"
_CAUSES: Final = ("買賣", "買賣", "繼承", "贈與", "夫妻贈與")
_URBAN: Final = ("住宅區", "住宅區", "商業區", "乙種工業區")
_OTHER_USES: Final = {"商業區": "商業用", "乙種工業區": "工業用"}


@dataclass(frozen=True, slots=True)
class Owner:
    """Who stands in a register as owner: a person or a firm."""

    number: str
    name: str
    address: str
    person: Person | None = None

    @staticmethod
    def of(holder: Person | Firm) -> "Owner":
        """The owner that a person or a firm is."""
        if isinstance(holder, Firm):
            return Owner(holder.number, holder.name, holder.place.address)
        return Owner(holder.national_id, holder.name, people.address_of(holder), holder)


@dataclass(frozen=True, slots=True)
class Holding:
    """One owner's share, since when and how it was acquired."""

    owner: Owner
    share: str
    acquired_on: date
    cause: str


@dataclass(frozen=True, slots=True)
class Building:
    """A building on a parcel, at an address."""

    number: str
    main_use: str
    storeys: int
    area_m2: Decimal
    completed_on: date


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel with its owners and, where there is one, its building; `key` is what draws about it hang on."""

    key: str
    number: str
    district: str
    section: str
    place: Place
    area_m2: Decimal
    use_zone: str
    use_class: str
    value_per_m2: int
    holdings: tuple[Holding, ...]
    building: Building | None
    mortgage: int


@cache
def parcels() -> tuple[Parcel, ...]:
    """All parcels of the city: those of households, then fields of farmers, then those of factories."""
    homes = [_home(household) for household in people.households() if household.place.county == places.CITY]
    farmers = [person for person in people.everyone() if person.trade == "farmer"]
    fields = [_field(person, place) for person in farmers for place in range(2)]
    factories = [_factory(firm) for firm in firms.firms() if firm.factory]
    return (*homes, *fields, *factories)


@cache
def _landlords() -> tuple[Person | Firm, ...]:
    wealthy = [
        person
        for person in people.everyone()
        if person.means == "well_off" and person.lives and person.relation == "戶長"
    ]
    return (*wealthy, *(firm for firm in firms.firms()[:8] if firm.is_company))


def owners_of_home(household: Household) -> tuple[Person | Firm, ...]:
    """Who owns the house in which a household is registered."""
    members = people.members(household)
    if household.home == "institution":
        return (firms.firms()[firms.CARE_HOME],)
    if household.home == "rented":
        return (chance.pick(_landlords(), "landlord", household.ordinal),)
    couple = members[0].spouse is not None and chance.happens(40, "halves", household.ordinal)
    return members[:2] if couple else members[:1]


def _home(household: Household) -> Parcel:
    key = f"home {household.ordinal}"
    urban = not places.BY_NAME[household.place.district].is_rural
    zone = chance.pick(_URBAN, "zone", key) if urban else ""
    # Houses in town stand on small parcels; some outside it, and one in ten in town, on large ones.
    area = (
        chance.between(60, 260, "area", key)
        if urban and not chance.happens(10, "large", key)
        else chance.between(310, 950, "area", key)
    )
    holders = owners_of_home(household)
    acquired = chance.day(date(1985, 1, 1), date(2023, 12, 31), "acquired", key)
    share = HALF if len(holders) == 2 else WHOLE
    cause = chance.pick(_CAUSES, "cause", key)
    building = Building(
        number=_number(household.place.district, household.ordinal, is_building=True),
        main_use=_OTHER_USES.get(zone, "住家用") if chance.happens(70, "use", key) else "住家用",
        storeys=chance.pick((3, 4, 5, 7, 12, 15), "storeys", key),
        area_m2=Decimal(chance.between(5500, 16000, "floor area", key)) / 100,
        completed_on=chance.day(date(1972, 1, 1), date(2020, 12, 31), "completed", key),
    )
    return Parcel(
        key=key,
        number=_number(household.place.district, household.ordinal),
        district=household.place.district,
        section=_section(places.BY_NAME[household.place.district], household.ordinal)[1],
        place=household.place,
        area_m2=Decimal(area) + Decimal(chance.number(100, "area cents", key)) / 100,
        use_zone=zone,
        use_class="建" if urban else "乙種建築用地",
        value_per_m2=chance.between(60, 190, "value", key) * 1000
        if urban
        else chance.between(4, 15, "value", key) * 1000,
        holdings=tuple(Holding(Owner.of(holder), share, acquired, cause) for holder in holders),
        building=building,
        mortgage=chance.between(2, 18, "mortgage", key) * 1_000_000 if chance.happens(45, "mortgaged", key) else 0,
    )


def _field(farmer: Person, place: int) -> Parcel:
    key = f"field {farmer.ordinal} {place}"
    household = people.household_of(farmer)
    assert household is not None
    district = places.BY_NAME[household.place.district]
    serial = 2000 + farmer.ordinal * 2 + place
    acquired = chance.day(date(1980, 1, 1), date(2015, 12, 31), "acquired", key)
    return Parcel(
        key=key,
        number=_number(district.name, serial),
        district=district.name,
        section=_section(district, serial)[1],
        place=places.in_city(key, district=district),
        area_m2=Decimal(chance.between(72_000, 410_000, "area", key)) / 100,
        use_zone="",
        use_class="農牧用地",
        value_per_m2=chance.between(9, 24, "value", key) * 100,
        holdings=(Holding(Owner.of(farmer), WHOLE, acquired, "繼承"),),
        building=None,
        mortgage=0,
    )


def _factory(firm: Firm) -> Parcel:
    key = f"factory {firm.ordinal}"
    district = places.BY_NAME[firm.place.district]
    serial = 5000 + firm.ordinal
    acquired = chance.day(date(1990, 1, 1), date(2015, 12, 31), "acquired", key)
    return Parcel(
        key=key,
        number=_number(district.name, serial),
        district=district.name,
        section=_section(district, serial)[1],
        place=firm.place,
        area_m2=Decimal(chance.between(60_000, 500_000, "area", key)) / 100,
        use_zone="乙種工業區",
        use_class="建",
        value_per_m2=chance.between(30, 80, "value", key) * 1000,
        holdings=(Holding(Owner.of(firm), WHOLE, acquired, "買賣"),),
        building=None,
        mortgage=0,
    )


def _section(district: District, serial: int) -> tuple[int, str]:
    place = serial % len(district.sections)
    return 100 * (1 + places.DISTRICTS.index(district)) + place, district.sections[place]


def _number(district_name: str, serial: int, *, is_building: bool = False) -> str:
    district = places.BY_NAME[district_name]
    section = _section(district, serial)[0]
    make = numbers.building_no if is_building else numbers.land_no
    return make(district.office, section, 100 + serial, serial % 4)


@cache
def by_land_no() -> Mapping[str, Parcel]:
    """Parcels by land number in full."""
    return {parcel.number: parcel for parcel in parcels()}


@cache
def by_building_no() -> Mapping[str, Parcel]:
    """Parcels by the number of the building on them."""
    return {parcel.building.number: parcel for parcel in parcels() if parcel.building}


@cache
def by_address() -> Mapping[str, tuple[Parcel, ...]]:
    """Parcels by the address of what stands on them, in its one spelling."""
    found: dict[str, tuple[Parcel, ...]] = {}
    for parcel in parcels():
        written = spelling.address(parcel.place.address)
        found[written] = (*found.get(written, ()), parcel)
    return found


@cache
def of_owner() -> Mapping[str, tuple[Parcel, ...]]:
    """Parcels by an owner's ID or business number."""
    found: dict[str, tuple[Parcel, ...]] = {}
    for parcel in parcels():
        for holding in parcel.holdings:
            found[holding.owner.number] = (*found.get(holding.owner.number, ()), parcel)
    return found


def holding_of(parcel: Parcel, number: str) -> Holding:
    """The share that a person or firm holds in a parcel; `StopIteration` when it holds none."""
    return next(holding for holding in parcel.holdings if holding.owner.number == number)


def homes_elsewhere(person: Person) -> tuple[Place, ...]:
    """Houses that a person owns outside the city: the own home of who lives there, a second one of some wealthy people."""
    household = people.household_of(person)
    found: list[Place] = []
    if (
        household
        and household.home == "owned"
        and household.where in ("moved", "outside")
        and person.relation == "戶長"
    ):
        found.append(household.place)
    if person.means == "well_off" and person.relation == "戶長" and chance.happens(40, "second home", person.ordinal):
        found.append(places.elsewhere("second home", person.ordinal))
    return tuple(found)
