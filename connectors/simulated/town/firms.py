"""Companies, businesses and factories of the invented town (虛構); each name begins by saying that it is invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from connectors.simulated.town import chance, numbers, people, places, spelling
from connectors.simulated.town.people import Person
from connectors.simulated.town.places import Place

_BRANDS: Final = (
    "青禾", "遠川", "明澤", "立宸", "和岳", "恆信", "日昇", "瑞穗", "光禾", "永霖",
    "大毅", "建暘", "宏碩", "佳豐", "泰穎", "展翊", "華岑", "正皓", "新語", "德馨",
    "群岳", "齊澤", "允恩", "萬禾", "景宸", "樂庭", "品川", "昱澄", "力行", "安瀾",
    "同心", "如意", "好日", "山海", "晨光", "八里", "四季", "雲端", "長青", "合興",
)  # fmt: skip
_TRADES: Final = ("實業", "科技", "精密工業", "物流", "營造", "食品", "電子", "機械")
_SHOPS: Final = ("小吃店", "文具行", "水電行", "理髮店", "五金行", "商店")
_COMPANY_STATES: Final = ("active", "active", "active", "active", "suspended", "dissolved", "revoked", "merged")
_SHOP_STATES: Final = ("active", "active", "active", "active", "suspended", "closed", "revoked")
_COMPANIES: Final = 24
_SHOPS_COUNT: Final = 16
_FACTORIES: Final = 10
CARE_HOME: Final = 0  # the company that runs the town's home for veterans


@dataclass(frozen=True, slots=True)
class Firm:
    """A company or a business; `factory` is the number of the factory that it runs, if it runs one."""

    ordinal: int
    number: str
    name: str
    is_company: bool
    status: str
    capital: int
    responsible: Person
    directors: tuple[Person, ...]
    place: Place
    approved_on: date
    changed_on: date
    trade: str
    factory: str


@cache
def firms() -> tuple[Firm, ...]:
    """All firms: companies first, then businesses."""
    owners = [person for person in people.everyone() if person.trade == "owner"]
    wealthy = [
        person for person in people.everyone() if person.means == "well_off" and person.lives and person.age() >= 40
    ]
    keepers = [person for person in people.everyone() if person.trade == "shopkeeper"]
    adults = [person for person in people.everyone() if person.trade == "employee" and person.lives]
    made: list[Firm] = []
    for ordinal in range(_COMPANIES):
        owner = owners[ordinal] if ordinal < len(owners) else chance.pick(wealthy, "company owner", ordinal)
        made.append(_firm(ordinal, owner, adults, is_company=True))
    for place in range(_SHOPS_COUNT):
        keeper = keepers[place] if place < len(keepers) else chance.pick(adults, "shop owner", place)
        made.append(_firm(_COMPANIES + place, keeper, adults, is_company=False))
    return tuple(made)


def _firm(ordinal: int, owner: Person, adults: list[Person], *, is_company: bool) -> Firm:
    trade = chance.pick(_TRADES if is_company else _SHOPS, "trade", ordinal)
    form = chance.pick(("股份有限公司", "有限公司"), "form", ordinal) if is_company else ""
    states = _COMPANY_STATES if is_company else _SHOP_STATES
    approved = chance.day(date(1988, 1, 1), date(2022, 12, 31), "approved", ordinal)
    # The first of each sort is active; the second is suspended, so that every field of the register has a value somewhere.
    status = {CARE_HOME: "active", 1: "suspended", _COMPANIES: "active"}.get(
        ordinal, chance.pick(states, "status", ordinal)
    )
    return Firm(
        ordinal=ordinal,
        number=numbers.firm_no(chance.number(10_000_000, "firm", ordinal)),
        name=f"虛構{_BRANDS[ordinal]}{trade}{form}",
        is_company=is_company,
        status=status,
        capital=chance.between(1, 90, "capital", ordinal) * (1_000_000 if is_company else 10_000),
        responsible=owner,
        directors=tuple(chance.pick(adults, "director", ordinal, place) for place in range(2)),
        place=_place(ordinal, owner, is_company=is_company),
        approved_on=approved,
        changed_on=chance.day(approved, people.TODAY, "changed", ordinal),
        trade=trade,
        factory=f"65{chance.digits(6, 'factory', ordinal)}" if 1 <= ordinal <= _FACTORIES else "",
    )


def _place(ordinal: int, owner: Person, *, is_company: bool) -> Place:
    household = people.household_of(owner)
    if not is_company and household and household.where != "outside" and ordinal % 2 == 0:
        return household.place  # a shop in the keeper's own house
    return places.in_city("firm", ordinal)


@cache
def by_number() -> Mapping[str, Firm]:
    """Firms by business number."""
    return {firm.number: firm for firm in firms()}


@cache
def by_name() -> Mapping[str, Firm]:
    """Firms by name, in its one spelling."""
    return {spelling.name(firm.name): firm for firm in firms()}


def employer_of(person: Person) -> Firm | None:
    """The company that a person works for; none for who is not employed."""
    if person.trade not in ("employee", "casual") or not person.lives:
        return None
    running = [firm for firm in firms() if firm.is_company and firm.status == "active"]
    return chance.pick(running, "employer", person.ordinal)


def of_person(person: Person) -> tuple[Firm, ...]:
    """The firms that a person is responsible for."""
    return tuple(firm for firm in firms() if firm.responsible.ordinal == person.ordinal)
