"""What the tax authorities say (財稅, 虛構): property, tax registers and income, of the city and of the whole country.

Assessed values of land and houses follow from the land register, income from a person's trade and means, so that a family
that is poor in one register is poor in the others.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from connectors.simulated.answers.answer import Answer, Ask, Fields, fields, listed, roc_year, year_month
from connectors.simulated.town import chance, estates, firms, people, places, spelling, vehicles
from connectors.simulated.town.estates import HALF, Owner, Parcel
from connectors.simulated.town.people import Person

YEAR: Final = 2025  # the year that tax data of the autumn of 2026 are about
_HOUSE_PER_M2: Final = 11_000
# Yearly wage by means: from, to. A low-income family has one casual worker, so that each member has little.
_WAGES: Final = {
    "low": (130_000, 260_000),
    "mid_low": (380_000, 560_000),
    "ordinary": (480_000, 900_000),
    "well_off": (1_050_000, 2_400_000),
}


@dataclass(frozen=True, slots=True)
class Income:
    """One line of a year's income: format code, who paid, and how much."""

    code: str
    payer_no: str
    payer: str
    amount: int
    withheld: int


def incomes(person: Person) -> tuple[Income, ...]:
    """A person's income of the year, as the payers reported it."""
    return tuple(_incomes(person))


def _incomes(person: Person) -> Iterator[Income]:
    if not person.lives:
        return
    low, high = _WAGES[person.means]
    employer = firms.employer_of(person)
    if employer is not None and not chance.happens(6, "works unreported", person.ordinal):
        wage = chance.between(low, high, "wage", person.ordinal)
        yield Income("50", employer.number, employer.name, wage, wage // 20 if person.means != "low" else 0)
    for firm in firms.of_person(person):
        yield Income("54", firm.number, firm.name, chance.between(20, 90, "dividend", firm.ordinal) * 10_000, 0)
    for parcel in estates.of_owner().get(person.national_id, ()):
        if parcel.key.startswith("home") and parcel.place.address != people.address_of(person):
            yield Income("51", "", "虛構承租人", chance.between(96, 240, "rent", parcel.key) * 1000, 0)
    if person.means in ("ordinary", "well_off") and person.age() >= 30:
        interest = chance.between(1, 40 if person.means == "ordinary" else 220, "interest", person.ordinal) * 1000
        yield Income("5A", "22222228", "虛構第一商業銀行股份有限公司", interest, interest // 10)
    if chance.happens(6, "extra", person.ordinal) and person.age() >= 20:
        code = chance.pick(("9A", "76", "92"), "extra code", person.ordinal)
        yield Income(code, "33333331", "虛構農會信用部", chance.between(5, 60, "extra", person.ordinal) * 1000, 0)


def income(ask: Ask) -> Answer | None:
    """財稅資料查詢－所得: every grown-up person has a record, with income or with none."""
    person = people.by_number().get(ask.value)
    if person is None or not person.lives:
        return None
    lines = incomes(person)
    header = fields(
        national_id=person.national_id,
        name=person.name,
        income_year=roc_year(YEAR),
        income_total=sum(line.amount for line in lines),
    )
    return listed(
        header,
        (
            fields(
                income_code=line.code,
                payer_name=line.payer,
                payer_no=line.payer_no or None,
                income_amount=line.amount,
                withheld_tax=line.withheld,
            )
            for line in lines
        ),
    )


def property_city(ask: Ask) -> Answer | None:
    """財稅資料查詢－財產 of the city: land and houses in it alone."""
    return _property(ask, lambda owner: _land_and_houses(owner.number))


def property_national(ask: Ask) -> Answer | None:
    """財稅資料查詢－財產 of the whole country: land, houses, vehicles and investments."""
    return _property(ask, lambda owner: [*_land_and_houses(owner.number), *_elsewhere(owner), *_movable(owner)])


def _property(ask: Ask, held: Callable[[Owner], Iterable[Fields]]) -> Answer | None:
    owner = _owner(ask)
    if owner is None:
        return None
    rows = list(held(owner))
    header = fields(
        national_id=owner.number,
        name=owner.name,
        property_count=len(rows),
        property_total=sum(int(row["assessed_value"]) for row in rows),
    )
    return listed(header, rows)


def _owner(ask: Ask) -> Owner | None:
    """The living person or the firm that an ID or business number names."""
    if ask.kind == "company_no":
        firm = firms.by_number().get(ask.value)
        return Owner.of(firm) if firm else None
    person = people.by_number().get(ask.value)
    return Owner.of(person) if person else None


def _worth(parcel: Parcel, share: str) -> tuple[int, int]:
    """What a share of a parcel's land and of its building is assessed at; a flat has a small part of its parcel."""
    part = Decimal(1) / 2 if share == HALF else Decimal(1)
    land_part = Decimal(1) / parcel.building.storeys if parcel.building else Decimal(1)
    house = int(parcel.building.area_m2 * _HOUSE_PER_M2 * part) if parcel.building else 0
    return int(parcel.area_m2 * parcel.value_per_m2 * land_part * part), house


def _land_and_houses(number: str) -> Iterator[Fields]:
    for parcel in estates.of_owner().get(number, ()):
        holding = estates.holding_of(parcel, number)
        land, house = _worth(parcel, holding.share)
        kind = "land" if parcel.building or parcel.use_zone else "field"
        where = f"{places.CITY}{parcel.district}{parcel.section}{parcel.number[6:10]}-{parcel.number[10:]}地號"
        yield _held(kind, where, parcel.area_m2, holding.share, land, holding.acquired_on)
        if parcel.building:
            yield _held(
                "house", parcel.place.address, parcel.building.area_m2, holding.share, house, holding.acquired_on
            )


def _elsewhere(owner: Owner) -> Iterator[Fields]:
    if owner.person is None:
        return
    for place in estates.homes_elsewhere(owner.person):
        area = Decimal(chance.between(6000, 14000, "home elsewhere", place.address)) / 100
        acquired = chance.day(date(1995, 1, 1), date(2023, 12, 31), "acquired elsewhere", place.address)
        yield _held("house", place.address, area, "1/1", int(area * _HOUSE_PER_M2), acquired)


def _movable(owner: Owner) -> Iterator[Fields]:
    for vehicle in vehicles.of_owner().get(owner.number, ()):
        yield _held("vehicle", f"{vehicle.make} {vehicle.plate}", None, "1/1", 0, vehicle.licensed_on)
    for firm in firms.firms():
        if owner.person is not None and firm.responsible.ordinal == owner.person.ordinal:
            yield _held("investment", firm.name, None, "1/1", firm.capital // 2, firm.approved_on)
    person = owner.person
    if person is not None and person.age() >= 30 and chance.happens(_INVESTS[person.means], "invests", person.ordinal):
        value = chance.between(1, _INVESTS[person.means], "investment", person.ordinal) * 20_000
        yield _held("investment", "虛構雲端科技股份有限公司股票", None, "1/1", value, date(2021, 5, 20))


_INVESTS: Final = {"low": 8, "mid_low": 20, "ordinary": 45, "well_off": 90}


def _held(kind: str, where: str, area: Decimal | None, share: str, value: int, acquired: date) -> Fields:
    return fields(
        property_kind=kind,
        property_location=where,
        area_m2=area,
        share=share,
        assessed_value=value,
        acquired_date=acquired,
        data_year=roc_year(YEAR),
    )


def register_city(ask: Ask) -> Answer | None:
    """財稅資料查詢－稅籍 of the city: house, land value and vehicle licence tax."""
    owner = _taxpayer(ask)
    return _taxed(owner, []) if owner else None


def register_national(ask: Ask) -> Answer | None:
    """財稅資料查詢－稅籍 of the whole country: business tax as well."""
    owner = _taxpayer(ask)
    return _taxed(owner, _business_tax(owner)) if owner else None


def _taxpayer(ask: Ask) -> Owner | None:
    if ask.kind == "address":
        found = estates.by_address().get(spelling.address(ask.value), ())
        return found[0].holdings[0].owner if found else None
    return _owner(ask)


def _taxed(owner: Owner, business: list[Fields]) -> Answer | None:
    rows = [*_property_tax(owner), *_licence_tax(owner), *business]
    return listed(fields(taxpayer_id=owner.number, taxpayer_name=owner.name), rows) if rows else None


def _property_tax(owner: Owner) -> Iterator[Fields]:
    for parcel in estates.of_owner().get(owner.number, ()):
        holding = estates.holding_of(parcel, owner.number)
        land, house = _worth(parcel, holding.share)
        own_home = parcel.place.address == owner.address
        since = year_month(holding.acquired_on)
        if parcel.building:
            use = "自住" if own_home else "出租或其他住家用"
            yield _tax(
                "house", parcel.key, parcel.place.address, holding.share, house, use, parcel.building.area_m2, since
            )
        where = parcel.place.address if own_home else f"{places.CITY}{parcel.district}{parcel.section}"
        use = "自用住宅用地" if own_home and chance.happens(60, "self use", parcel.key) else "一般用地"
        yield _tax("land_value", parcel.key, where, holding.share, land, use, parcel.area_m2, since)


def _licence_tax(owner: Owner) -> Iterator[Fields]:
    for vehicle in vehicles.of_owner().get(owner.number, ()):
        use = "自用" if vehicle.kind != "taxi" else "營業"
        yield _tax("licence", vehicle.plate, vehicle.plate, "1/1", 0, use, None, year_month(vehicle.licensed_on))


def _business_tax(owner: Owner) -> list[Fields]:
    return [
        _tax(
            "business",
            firm.number,
            firm.place.address,
            "1/1",
            firm.capital,
            firm.trade,
            None,
            year_month(firm.approved_on),
        )
        for firm in firms.firms()
        if firm.number == owner.number or (owner.person and not firm.is_company and firm.responsible == owner.person)
    ]


def _tax(
    kind: str, about: str, where: str, share: str, value: int, use: str, area: Decimal | None, since: str
) -> Fields:
    return fields(
        tax_kind=kind,
        tax_register_no=f"{chance.digits(11, 'tax', kind, about)}",
        taxed_location=where,
        share=share,
        assessed_value=value,
        use_kind=use,
        area_m2=area,
        tax_from=since,
        status="註銷" if chance.happens(4, "tax ended", kind, about) else "有效",
        arrears_amount=chance.between(1, 40, "arrears", kind, about) * 500
        if chance.happens(10, "owes tax", kind, about)
        else 0,
    )
