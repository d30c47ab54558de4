"""Vehicles of the invented town (虛構), owned by its people and firms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from connectors.simulated.town import chance, firms, numbers, people, spelling
from connectors.simulated.town.estates import Owner
from connectors.simulated.town.people import Person

_MAKES: Final = ("虛構遠馳 1.8", "虛構和風 1.5", "虛構山嶽 2.0", "虛構都會 1.6", "虛構巨輪 2.5")
_CAPACITY: Final = {
    "motorcycle": (110, 125, 150),
    "private_truck": (1998, 2499),
    "other": (4009, 6600),
}
_STATES: Final = ("normal",) * 8 + ("suspended", "revoked", "cancelled", "surrendered")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle with its plate as printed."""

    plate: str
    kind: str
    owner: Owner
    make: str
    displacement_cc: int
    made_on: date
    colour: str
    engine_no: str
    status: str
    has_disability_plate: bool
    fuel_fee_owed: int
    licensed_on: date


def is_driver(person: Person) -> bool:
    """Whether a person has, or once had, a driving licence."""
    return person.lives and 18 <= person.age() <= 85 and chance.happens(82, "driver", person.ordinal)


@cache
def vehicles() -> tuple[Vehicle, ...]:
    """All vehicles: of persons by ordinal, then of companies."""
    made: list[Vehicle] = []
    for person in people.everyone():
        made.extend(
            _vehicle(Owner.of(person), kind, person.ordinal, place) for place, kind in enumerate(_kinds(person))
        )
    for firm in firms.firms():
        if firm.is_company:
            kinds = ("private_car", "other" if firm.factory else "private_car_cargo")
            made.extend(_vehicle(Owner.of(firm), kind, "firm", firm.ordinal, place) for place, kind in enumerate(kinds))
    return tuple(made)


def _kinds(person: Person) -> Iterator[str]:
    if not is_driver(person):
        return
    if person.trade == "casual" and chance.happens(35, "taxi", person.ordinal):
        yield "taxi"
    elif person.trade in ("farmer", "shopkeeper") and chance.happens(60, "truck", person.ordinal):
        yield "private_truck"
    elif chance.happens(25 if person.means in ("low", "mid_low") else 60, "car", person.ordinal):
        yield chance.pick(("private_car", "private_car", "private_car_cargo"), "car kind", person.ordinal)
    if chance.happens(45, "motorcycle", person.ordinal):
        yield "motorcycle"


def _vehicle(owner: Owner, kind: str, *about: object) -> Vehicle:
    made_on = chance.day(date(2005, 1, 1), date(2025, 12, 31), "made", *about)
    owed = chance.between(1, 6, "fee", *about) * 1200 if chance.happens(15, "owes", *about) else 0
    car = kind in ("private_car", "private_car_cargo", "taxi")
    return Vehicle(
        plate=numbers.plate_no(kind, *about),
        kind=kind,
        owner=owner,
        make=chance.pick(_MAKES, "make", *about),
        displacement_cc=chance.pick(_CAPACITY.get(kind, (1498, 1598, 1798, 1987, 2487, 2998)), "capacity", *about),
        made_on=made_on.replace(day=1),
        colour=chance.pick("白黑銀藍紅灰", "colour", *about),
        engine_no=f"X{chance.digits(7, 'engine', *about)}",
        status=chance.pick(_STATES, "plate status", *about),
        has_disability_plate=car and owner.person is not None and chance.happens(8, "disability plate", *about),
        fuel_fee_owed=owed,
        licensed_on=chance.day(made_on, min(people.TODAY, date(2026, 6, 30)), "licensed", *about),
    )


@cache
def by_plate() -> Mapping[str, Vehicle]:
    """Vehicles by plate without its hyphen."""
    return {spelling.number(vehicle.plate): vehicle for vehicle in vehicles()}


@cache
def of_owner() -> Mapping[str, tuple[Vehicle, ...]]:
    """Vehicles by an owner's ID or business number."""
    found: dict[str, tuple[Vehicle, ...]] = {}
    for vehicle in vehicles():
        found[vehicle.owner.number] = (*found.get(vehicle.owner.number, ()), vehicle)
    return found
