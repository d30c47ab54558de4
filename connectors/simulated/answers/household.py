"""What the household registers say (戶政, 虛構): persons, households, those removed, moves and changes."""

from datetime import date
from typing import Final

from connectors.simulated.answers.answer import UNKNOWN, Answer, Ask, fields, listed, named, single
from connectors.simulated.town import chance, names, people, places
from connectors.simulated.town.people import Household, Person

_NOTES: Final = (
    "民國105年3月7日換發國民身分證（虛構）。",
    "民國98年12月1日因結婚變更姓名登記（虛構）。\n民國110年6月30日補領戶口名簿（虛構）。",
    "民國112年2月14日申請除戶謄本（虛構）。",
    "",
)
_REASONS: Final = ("就業", "就學", "投靠親屬", "購屋", "租屋期滿")


def born(person: Person) -> str:
    """The date of birth as registered: of some who were born long ago the day or the month is not known."""
    if person.age() >= 76 and chance.happens(18, "incomplete birth", person.ordinal):
        return person.born.isoformat()[: 4 if chance.happens(45, "year alone", person.ordinal) else 7]
    return person.born.isoformat()


def village(person: Person) -> str:
    """Village and neighbourhood where a person is registered."""
    household = people.household_of(person)
    return household.place.village if household else ""


def note(person: Person) -> str:
    """The personal notes of the register."""
    return chance.pick(_NOTES, "note", person.ordinal)


def of_city(number: str) -> tuple[Person, Household] | None:
    """Person and household when the city's register knows the number, of who left or died too."""
    person = people.by_number().get(number)
    household = people.household_of(person) if person else None
    if person is None or household is None or household.where == "outside":
        return None
    return person, household


def _spouse_name(person: Person) -> str | None:
    return people.everyone()[person.spouse].name if person.spouse is not None else None


def _military(person: Person) -> str | None:
    if person.sex == "F" or person.age() < 18:
        return "無"
    if person.trade == "veteran":
        return "退伍除役榮民"
    if person.trade == "conscript":
        return "服役中"
    return (
        "除役"
        if person.age() > 36
        else chance.pick(("常備役後備軍人", "補充兵", "替代役備役"), "military", person.ordinal)
    )


def _moved_in(person: Person, household: Household) -> date:
    if household.where == "moved" and person.removed_on:
        return person.removed_on
    return max(household.moved_in, person.born)


def person_city(ask: Ask) -> Answer | None:
    """個人戶籍資料: a person whom the city's register knows, those who moved away or died included."""
    found = of_city(ask.value)
    if found is None:
        return None
    person, household = found
    return single(
        national_id=person.national_id,
        name=person.name,
        sex=person.sex,
        birth_date=born(person),
        birth_place=chance.pick(
            ("臺灣省臺北縣", "新北市", "臺北市", "臺灣省雲林縣", "臺灣省臺東縣"), "birth place", person.ordinal
        ),
        person_status=person.status,
        marital_status=person.marital,
        spouse_name=_spouse_name(person),
        father_name=person.father,
        mother_name=person.mother,
        household_no=household.number,
        relation_to_head=person.relation,
        registered_address=household.place.address,
        village=household.place.village,
        move_in_date=_moved_in(person, household),
        indigenous_status=person.indigenous,
        military_status=_military(person),
        personal_note=note(person),
    )


def household_city(ask: Ask) -> Answer | None:
    """全戶戶籍資料: the household of a person with its living members."""
    found = of_city(ask.value)
    if found is None or found[1].is_gone or not found[0].lives:
        return None
    household = found[1]
    members = [member for member in people.members(household) if member.status not in ("deceased", "cancelled")]
    head = people.members(household)[0]
    header = fields(
        household_no=household.number,
        household_kind=household.kind,
        head_name=head.name,
        registered_address=household.place.address,
        village=household.place.village,
        household_note="民國113年4月2日全戶校正（虛構）。" if household.ordinal % 3 else "",
    )
    return listed(header, (_member(member, household) for member in members))


def _member(member: Person, household: Household) -> dict[str, str]:
    return fields(
        member_national_id=member.national_id,
        member_name=member.name,
        member_sex=member.sex,
        member_birth_date=born(member),
        member_relation_to_head=member.relation,
        member_person_status=member.status,
        member_marital_status=member.marital,
        member_spouse_name=_spouse_name(member),
        member_father_name=member.father,
        member_mother_name=member.mother,
        member_move_in_date=_moved_in(member, household),
        member_indigenous_status=member.indigenous,
        member_personal_note=note(member),
    )


def removed_person(ask: Ask) -> Answer | None:
    """個人除戶資料 of the whole country: somebody who died, emigrated or moved away."""
    person = people.by_number().get(ask.value)
    household = people.household_of(person) if person else None
    if person is None or household is None or not person.removal_reason:
        return None
    place = household.former_place or household.place
    return single(
        national_id=person.national_id,
        name=person.name,
        sex=person.sex,
        birth_date=born(person),
        removal_reason=person.removal_reason,
        removal_date=person.removed_on,
        death_date=_death_date(person),
        last_registered_address=place.address,
        household_no=household.number,
        relation_to_head=person.relation,
        marital_status=person.marital,
        spouse_name=_spouse_name(person),
        father_name=person.father,
        mother_name=person.mother,
        personal_note=note(person) or "民國114年8月1日除戶（虛構）。",
    )


def removed_person_city(ask: Ask) -> Answer | None:
    """個人除戶資料 of the city alone."""
    return removed_person(ask) if of_city(ask.value) else None


def _death_date(person: Person) -> str | None:
    if person.status != "deceased" or person.removed_on is None:
        return None
    if person.removal_reason == "presumed_death" and person.ordinal % 2:
        return UNKNOWN
    return person.removed_on.isoformat()


def removed_household_city(ask: Ask) -> Answer | None:
    """全戶除戶資料: the last household of a person when all of it is gone from the city's register."""
    found = of_city(ask.value)
    if found is None or found[1].where not in ("gone", "moved"):
        return None
    household = found[1]
    members = people.members(household)
    header = fields(
        household_no=household.number,
        head_name=members[0].name,
        last_registered_address=(household.former_place or household.place).address,
        household_removed_date=max(member.removed_on for member in members if member.removed_on),
        household_note="全戶除戶（虛構）。",
    )
    return listed(
        header,
        (
            fields(
                member_national_id=member.national_id,
                member_name=member.name,
                member_birth_date=born(member),
                member_relation_to_head=member.relation,
                member_removal_reason=member.removal_reason,
                member_removal_date=member.removed_on,
                member_death_date=_death_date(member),
                member_father_name=member.father,
                member_mother_name=member.mother,
                member_personal_note=note(member),
            )
            for member in members
        ),
    )


def migration(ask: Ask) -> Answer | None:
    """個人戶籍遷徙紀錄 of the whole country, oldest first."""
    person = people.by_number().get(ask.value)
    household = people.household_of(person) if person else None
    if person is None or household is None:
        return None
    rows = [
        _move(
            person,
            household,
            "in" if chance.happens(70, "move kind", person.ordinal) else "change",
            _earlier(person),
            household,
        ),
    ]
    if household.where == "moved":
        rows.append(_move(person, household, "out", household.former_place or household.place, household))
    if person.removal_reason == "emigration":
        rows.append(_move(person, household, "abroad", household.place, household))
    return listed(named(person), rows)


def migration_city(ask: Ask) -> Answer | None:
    """個人戶籍遷徙紀錄 of the city alone."""
    return migration(ask) if of_city(ask.value) else None


def _earlier(person: Person) -> places.Place:
    if chance.happens(50, "earlier elsewhere", person.ordinal):
        return places.elsewhere("earlier", person.household)
    return places.in_city("earlier", person.household)


def _move(person: Person, household: Household, kind: str, origin: places.Place, target: Household) -> dict[str, str]:
    goes_away = kind in ("out", "abroad")
    arrival = target.former_place if target.former_place and not goes_away else target.place
    return fields(
        move_kind=kind,
        move_date=person.removed_on if goes_away else max(household.moved_in, person.born),
        from_address=origin.address,
        to_address="國外" if kind == "abroad" else arrival.address,
        new_household_no=None if kind == "abroad" else household.number,
        move_reason=chance.pick(_REASONS, "move reason", person.ordinal, kind),
        registration_office=(origin if goes_away else arrival).office,
    )


def changes(ask: Ask) -> Answer | None:
    """個人戶籍及姓名更改紀錄: about a quarter of the people have changed something."""
    person = people.by_number().get(ask.value)
    household = people.household_of(person) if person else None
    if person is None or household is None or not chance.happens(25, "has changed", person.ordinal):
        return None
    element = chance.pick(("name", "name", "birth_date", "parents", "other"), "changed", person.ordinal)
    before, after = {
        "name": (person.name[:-1] + chance.pick("梅德福", "old name", person.ordinal), person.name),
        "birth_date": (person.born.replace(day=1).isoformat(), person.born.isoformat()),
        "parents": (names.surname("old father", person.ordinal) + "○○", person.father),
        "other": ("教育程度：國中", "教育程度：高中"),
    }[element]
    row = fields(
        changed_element=element,
        value_before=before,
        value_after=after,
        change_date=chance.day(max(person.born, date(1995, 1, 1)), people.TODAY, "changed on", person.ordinal),
        change_reason={"name": "姓名條例申請改名", "birth_date": "登記錯誤更正"}.get(element, "當事人申請"),
        registration_office=household.place.office,
    )
    return listed(named(person), [row])


def changes_city(ask: Ask) -> Answer | None:
    """個人戶籍及姓名更改紀錄 of the city alone."""
    return changes(ask) if of_city(ask.value) else None
