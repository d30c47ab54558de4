"""The people and households of the invented town (虛構): a table of families, and the persons that follow from it.

One person is the same in every register: registers derive what they know from this table and from draws about the
person, never from a copy of their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

from connectors.simulated.town import chance, names, numbers, places
from connectors.simulated.town.places import Place

TODAY: Final = date(2026, 11, 1)  # the day on which the town stands still

# How many, means, home, where: relation, sex, age, trade and, where it matters, what became of the marriage.
# home: owned, rented, institution; where: city, rural, mountain, moved (whole household left the city), outside (never in it).
FAMILIES: Final = """
10 ordinary owned  city     | 戶長 M 45 employee, 妻 F 43 employee, 長子 M 17 senior, 長女 F 11 pupil
 6 well_off owned  city     | 戶長 M 52 owner, 妻 F 50 employee, 長女 F 20 tertiary, 長子 M 16 senior
 8 ordinary rented city     | 戶長 F 39 employee divorced, 長子 M 9 pupil, 長女 F 5 kindergarten
 8 low      rented city     | 戶長 F 37 casual divorced, 長女 F 13 pupil, 長子 M 8 pupil
 6 mid_low  rented city     | 戶長 M 44 casual, 妻 F 41 none, 長子 M 16 senior, 次子 M 12 pupil
 8 ordinary owned  city     | 戶長 M 48 employee, 妻 F 46 employee, 長女 F 17 senior, 母 F 75 retired widowed
 8 ordinary owned  city     | 戶長 M 72 retired, 妻 F 69 retired
 5 well_off owned  city     | 戶長 M 70 retired, 妻 F 66 retired
 6 low      rented city     | 戶長 M 78 retired
 5 mid_low  rented city     | 戶長 F 80 retired widowed
 8 ordinary rented city     | 戶長 F 27 employee
 6 ordinary rented city     | 戶長 M 31 employee, 妻 F 29 employee, 長女 F 3 kindergarten
 4 low      rented city     | 戶長 F 22 tertiary
 3 mid_low  rented city     | 戶長 M 57 none divorced
12 mid_low  rented city     | 戶長 M 92 veteran
 9 ordinary owned  city     | 戶長 M 88 veteran, 妻 F 78 retired
 2 ordinary institution city | 戶長 F 50 employee, 院民 M 94 veteran, 院民 M 90 veteran, 院民 M 85 veteran, 院民 M 96 veteran
 5 ordinary owned  rural    | 戶長 M 66 farmer, 妻 F 64 farmer, 長子 M 38 employee
 5 well_off owned  city     | 戶長 M 47 shopkeeper, 妻 F 45 shopkeeper, 長女 F 19 tertiary, 次女 F 15 senior
 3 low      rented city     | 戶長 M 50 casual, 妻 F 48 none, 長子 M 21 conscript
 2 ordinary rented city     | 戶長 M 38 employee, 配偶 M 36 employee
 4 ordinary owned  mountain | 戶長 M 41 employee, 妻 F 40 none, 長子 M 10 pupil
 3 ordinary rented city     | 戶長 F 58 retired removed, 長子 M 30 employee
 5 ordinary owned  moved    | 戶長 M 42 employee, 妻 F 40 employee, 長子 M 12 pupil
 3 ordinary rented moved    | 戶長 F 68 retired widowed
 3 well_off owned  outside  | 戶長 M 55 owner, 妻 F 53 none, 長子 M 22 tertiary
 5 ordinary owned  gone     | 戶長 M 83 retired removed
"""
RESIDENTS: Final = ("M 34 employee", "F 29 employee", "F 41 employee", "M 52 owner", "F 37 none", "M 26 tertiary")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist. `spouse` and `parents` are ordinals of other persons."""

    ordinal: int
    national_id: str
    name: str
    sex: str
    born: date
    household: int | None
    relation: str
    trade: str
    means: str
    status: str
    marital: str
    spouse: int | None
    father: str
    mother: str
    indigenous: str
    removal_reason: str = ""
    removed_on: date | None = None

    def age(self, on: date = TODAY) -> int:
        """Full years on a day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))

    @property
    def lives(self) -> bool:
        """Whether the person is in the registers of the living."""
        return self.status in ("current", "moved_out")

    @property
    def is_resident(self) -> bool:
        """Whether the person is a foreign resident, who has no household registration."""
        return self.household is None


@dataclass(frozen=True, slots=True)
class Household:
    """People registered at one address; `members` are ordinals, those removed from it included."""

    ordinal: int
    number: str
    kind: str
    means: str
    home: str
    where: str
    place: Place
    former_place: Place | None
    moved_in: date
    members: tuple[int, ...]

    @property
    def is_gone(self) -> bool:
        """Whether nobody is left in it."""
        return self.where == "gone"


@dataclass(frozen=True, slots=True)
class _Member:
    relation: str
    sex: str
    age: int
    trade: str
    fate: str


def _families() -> Iterator[tuple[str, str, str, tuple[_Member, ...]]]:
    for line in FAMILIES.strip().splitlines():
        head, _, tail = line.partition("|")
        count, means, home, where = head.split()
        members = tuple(
            _Member(words[0], words[1], int(words[2]), words[3], words[4] if len(words) > 4 else "")
            for words in (part.split() for part in tail.split(","))
        )
        for _ in range(int(count)):
            yield means, home, where, members


def _place(ordinal: int, where: str) -> Place:
    if where in ("moved", "outside"):
        return places.elsewhere("household", ordinal)
    if where == "rural":
        return places.in_city("household", ordinal, district=places.DISTRICTS[9 + ordinal % 2])
    if where == "mountain":
        return places.in_city("household", ordinal, district=places.BY_NAME["烏來區"])
    return places.in_city("household", ordinal)


@cache
def _town() -> tuple[tuple[Person, ...], tuple[Household, ...]]:
    persons: list[Person] = []
    households: list[Household] = []
    for ordinal, (means, home, where, members) in enumerate(_families()):
        first = len(persons)
        persons.extend(_persons(ordinal, first, means, where, members))
        kind = "business" if home == "institution" else "family" if len(members) > 1 else "single"
        households.append(
            Household(
                ordinal,
                f"F{chance.digits(7, 'household number', ordinal)}",
                kind,
                means,
                home,
                where,
                _place(ordinal, where),
                places.in_city("former", ordinal) if where == "moved" else None,
                chance.day(date(1990, 1, 1), date(2024, 12, 31), "moved in", ordinal),
                tuple(range(first, len(persons))),
            )
        )
    for place, text in enumerate(RESIDENTS):
        persons.append(_resident(len(persons), place, *text.split()))
    return tuple(persons), tuple(households)


def _persons(household: int, first: int, means: str, where: str, members: tuple[_Member, ...]) -> Iterator[Person]:
    family = names.surname("family", household)
    widowed = [member for member in members if member.fate == "widowed"]
    everyone = [*members, *(_late_spouse(member) for member in widowed)]
    written = [_name(household, place, member, family, where) for place, member in enumerate(everyone)]
    head_sex = members[0].sex
    partner = next((place for place, member in enumerate(members) if member.relation in ("妻", "配偶")), None)
    for place, member in enumerate(everyone):
        is_child = member.relation[-1] in "子女"
        late = place >= len(members)
        spouse: int | None = None
        if partner is not None and place in (0, partner):
            spouse = first + partner - place
        elif late:
            spouse = first + members.index(widowed[place - len(members)])
        elif member.fate == "widowed":
            spouse = first + len(members) + widowed.index(member)
        father = names.surname("father", household, place) + names.given_name("M", 80, "father", household, place)
        mother = names.surname("mother", household, place) + names.given_name("F", 80, "mother", household, place)
        if is_child:
            parents = (written[0], written[partner] if partner else mother)
            father, mother = parents if head_sex == "M" else (father, written[0])
        elif place == 0 and any(other.relation == "母" for other in members):
            mother = written[next(index for index, other in enumerate(members) if other.relation == "母")]
        yield _person(
            household, first + place, member, written[place], means, where, spouse, (father, mother), late=late
        )


def _late_spouse(member: _Member) -> _Member:
    return _Member(
        "夫" if member.sex == "F" else "妻", "M" if member.sex == "F" else "F", member.age + 3, "retired", "died"
    )


def _name(household: int, place: int, member: _Member, family: str, where: str) -> str:
    if where == "mountain":
        return names.indigenous_name(member.sex, household, place)
    inherits = member.relation in ("戶長", "夫") or member.relation[-1] in "子女"
    own = family if inherits else names.surname("own", household, place)
    return own + names.given_name(member.sex, member.age, household, place)


def _person(
    household: int,
    ordinal: int,
    member: _Member,
    name: str,
    means: str,
    where: str,
    spouse: int | None,
    parents: tuple[str, str],
    *,
    late: bool,
) -> Person:
    born = _birthday(member.age, ordinal)
    letter = (
        "F" if member.age < 60 or chance.happens(50, "letter", ordinal) else chance.pick("ABEHKT", "letter", ordinal)
    )
    reason, removed_on = "", None
    if late or member.fate == "removed":
        reason = "death" if late or where == "gone" else "emigration"
        if reason == "death" and chance.happens(15, "presumed", ordinal):
            reason = "presumed_death"
        removed_on = chance.day(date(2015, 1, 1), date(2026, 9, 30), "removed", ordinal)
    elif where == "moved":
        reason, removed_on = "moved_out", chance.day(date(2023, 1, 1), date(2026, 8, 31), "left", household)
    status = {"": "current", "moved_out": "moved_out", "emigration": "cancelled"}.get(reason, "deceased")
    if member.trade == "none" and chance.happens(12, "missing", ordinal):
        status = "missing"
    marital = "single"
    if spouse is not None:
        marital = (
            "widowed" if member.fate == "widowed" else "same_sex_married" if member.relation == "配偶" else "married"
        )
    elif member.fate == "divorced":
        marital = "divorced"
    return Person(
        ordinal=ordinal,
        national_id=numbers.national_id(letter, member.sex, chance.number(10_000_000, "national id", ordinal)),
        name=name,
        sex=member.sex,
        born=born,
        household=household,
        relation=member.relation,
        trade=member.trade,
        means=means,
        status=status,
        marital=marital,
        spouse=spouse,
        father=parents[0],
        mother=parents[1],
        indigenous=("mountain" if household % 2 else "plain") if where == "mountain" else "none",
        removal_reason=reason,
        removed_on=removed_on,
    )


def _resident(ordinal: int, place: int, sex: str, age: str, trade: str) -> Person:
    issue = numbers.old_resident_no if place % 3 == 2 else numbers.resident_no
    return Person(
        ordinal=ordinal,
        national_id=issue("F", sex, chance.number(10_000_000, "resident", ordinal)),
        name=names.foreign_name(sex, ordinal),
        sex=sex,
        born=_birthday(int(age), ordinal),
        household=None,
        relation="",
        trade=trade,
        means="ordinary",
        status="current",
        marital="single",
        spouse=None,
        father="",
        mother="",
        indigenous="none",
    )


def _birthday(age: int, ordinal: int) -> date:
    return TODAY - timedelta(days=age * 365 + age // 4 + chance.between(1, 364, "birthday", ordinal))


def everyone() -> tuple[Person, ...]:
    """All persons, by ordinal: members of households, those removed from them, and foreign residents."""
    return _town()[0]


def households() -> tuple[Household, ...]:
    """All households, by ordinal."""
    return _town()[1]


@cache
def by_number() -> Mapping[str, Person]:
    """Persons by national ID or resident number."""
    return {person.national_id: person for person in everyone()}


def household_of(person: Person) -> Household | None:
    """The household a person is, or was last, registered in; none for a foreign resident."""
    return None if person.household is None else households()[person.household]


def members(household: Household) -> tuple[Person, ...]:
    """The persons of a household, those removed from it included."""
    return tuple(everyone()[ordinal] for ordinal in household.members)


def address_of(person: Person) -> str:
    """Where a person is registered; a foreign resident's address in the city."""
    household = household_of(person)
    return household.place.address if household else places.in_city("resident", person.ordinal).address
