"""What the motor vehicle office says (公路監理, 虛構): vehicles, driving licences, violations."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from connectors.simulated.answers import household
from connectors.simulated.answers.answer import (
    UNKNOWN,
    Answer,
    Ask,
    Fields,
    fields,
    listed,
    named,
    year_month,
    years_after,
)
from connectors.simulated.town import chance, people, spelling, vehicles
from connectors.simulated.town.people import Person
from connectors.simulated.town.vehicles import Vehicle

_FACTS: Final = (
    ("第56條第1項第1款", "在禁止臨時停車處所停車", 900),
    ("第40條", "行車速度超過規定之最高時速20公里以內", 1600),
    ("第53條第1項", "駕車行經有燈光號誌管制之交岔路口闖紅燈", 2700),
    ("第31條之1第1項", "駕駛人行駛道路以手持方式使用行動電話", 3000),
)
_LICENCES: Final = ("普通小型車", "普通重型機車", "職業小型車")


def _asked(ask: Ask) -> tuple[Vehicle, ...]:
    if ask.kind == "plate_no":
        found = vehicles.by_plate().get(spelling.number(ask.value))
        return (found,) if found else ()
    return vehicles.of_owner().get(ask.value, ())


def vehicle_register(ask: Ask) -> Answer | None:
    """車籍資料 of a plate, or of all vehicles of a person or firm."""
    found = _asked(ask)
    return listed({}, map(_vehicle, found)) if found else None


def _vehicle(vehicle: Vehicle) -> Fields:
    return fields(
        plate_no=vehicle.plate,
        owner_name=vehicle.owner.name,
        owner_id=vehicle.owner.number,
        owner_address=vehicle.owner.address,
        vehicle_kind=vehicle.kind,
        brand_model=vehicle.make,
        displacement_cc=vehicle.displacement_cc,
        manufactured=year_month(vehicle.made_on),
        colour=vehicle.colour,
        engine_no=vehicle.engine_no,
        plate_status=vehicle.status,
        disability_plate=vehicle.has_disability_plate,
        fuel_fee_owed=vehicle.fuel_fee_owed,
        licence_date=vehicle.licensed_on,
    )


def driver_licence(ask: Ask) -> Answer | None:
    """駕籍資料 of who has or had a licence."""
    person = people.by_number().get(ask.value)
    if person is None or not vehicles.is_driver(person):
        return None
    header = named(person) | fields(birth_date=household.born(person), driver_address=people.address_of(person))
    return listed(header, _licences(person))


def _licences(person: Person) -> Iterator[Fields]:
    kinds = _LICENCES if person.trade == "casual" else _LICENCES[: chance.between(1, 2, "licences", person.ordinal)]
    for kind in kinds:
        status = chance.pick(("valid",) * 7 + ("suspended", "revoked", "cancelled", "expired"), kind, person.ordinal)
        issued = years_after(person.born, 18) + timedelta(days=chance.between(10, 900, "issued", kind, person.ordinal))
        restricted = status in ("suspended", "revoked")
        yield fields(
            licence_kind=kind,
            issue_date=UNKNOWN if issued.year < 1960 else min(issued, date(2026, 9, 30)),
            valid_until=date(2025, 5, 31)
            if status == "expired"
            else max(years_after(person.born, 75), date(2029, 12, 31)),
            licence_status=status,
            status_from=date(2026, 2, 1) if restricted else None,
            status_to=date(2027, 1, 31) if restricted else None,
            conditions="駕車應戴眼鏡" if chance.happens(30, "glasses", person.ordinal) else "",
        )


def violations(ask: Ask) -> Answer | None:
    """車輛違規明細 of a plate, or of all vehicles of a person or firm; only vehicles that have any."""
    rows = [row for vehicle in _asked(ask) for row in _violations(vehicle)]
    return listed({}, rows) if rows else None


def _violations(vehicle: Vehicle) -> Iterator[Fields]:
    if not chance.happens(40, "has violations", vehicle.plate):
        return
    for place in range(chance.between(1, 3, "violations", vehicle.plate)):
        article, fact, fine = chance.pick(_FACTS, "fact", vehicle.plate, place)
        on = chance.day(date(2024, 1, 1), date(2026, 10, 15), "violation", vehicle.plate, place)
        hour, minute = (
            chance.between(6, 22, "hour", vehicle.plate, place),
            chance.number(60, "minute", vehicle.plate, place),
        )
        status = chance.pick(("open", "paid", "paid", "decided", "enforced", "cancelled"), "case", vehicle.plate, place)
        yield fields(
            ticket_no=f"C{chance.digits(8, 'ticket', vehicle.plate, place)}",
            plate_no=vehicle.plate,
            violator_id=vehicle.owner.number,
            violation_at=f"{on.isoformat()}T{hour:02d}:{minute:02d}:00+08:00",
            violation_place=chance.pick(
                ("虛構路與虛構街口", "虛構大橋往北", "虛構公園旁"), "place", vehicle.plate, place
            ),
            law_article=f"道路交通管理處罰條例{article}",
            violation_fact=fact,
            fine_amount=fine,
            due_date=on + timedelta(days=45),
            case_status=status,
            decision_no=f"虛裁字第{chance.digits(8, 'decision', vehicle.plate, place)}號"
            if status in ("decided", "enforced")
            else None,
        )
