"""What the education authorities say (學籍, 虛構): pupils of the city, senior high schools and universities of the country."""

from datetime import date
from typing import Final

from connectors.simulated.answers import household
from connectors.simulated.answers.answer import Answer, Ask, named, single
from connectors.simulated.town import chance, people
from connectors.simulated.town.people import Person

ACADEMIC_YEAR: Final = 115
_BEGAN: Final = date(2026, 8, 1)
_STATES: Final = ("enrolled",) * 9 + ("suspended", "dropout", "transferred", "withdrawn")
_PROGRAMMES: Final = ("普通型高級中等學校", "技術型高級中等學校（高職）", "綜合型高級中等學校", "進修部（高職）")
_DEPARTMENTS: Final = ("資訊工程學系", "護理學系", "運動休閒學系", "應用日語學系", "機械工程系")
_TERTIARY_STATES: Final = ("enrolled",) * 6 + ("suspended", "withdrawn", "graduated")


def _pupil(ask: Ask) -> Person | None:
    person = people.by_number().get(ask.value)
    return person if person is not None and person.lives else None


def _stage(age: int) -> tuple[str, int] | None:
    """Stage and grade of a child that has reached an age by 1 September."""
    if 3 <= age <= 5:
        return "kindergarten", age - 2
    if 6 <= age <= 11:
        return "elementary", age - 5
    if 12 <= age <= 14:
        return "junior", age - 11
    return ("senior", age - 14) if 15 <= age <= 17 else None


def k12_city(ask: Ask) -> Answer | None:
    """高中職以下: pupils of the city's schools, from kindergarten to senior high school."""
    person = _pupil(ask)
    home = people.household_of(person) if person else None
    stage = _stage(person.age(date(2026, 9, 1))) if person else None
    if person is None or home is None or home.where == "outside" or stage is None:
        return None
    status = chance.pick(_STATES, "pupil", person.ordinal)
    name = {"kindergarten": "幼兒園", "elementary": "國民小學", "junior": "國民中學", "senior": "高級中學"}[stage[0]]
    guardian = people.members(home)[0]
    return single(
        **named(person),
        birth_date=household.born(person),
        academic_year=ACADEMIC_YEAR,
        semester=1,
        school_name=f"新北市立虛構{chance.pick(('青山', '碧水', '晨曦'), 'school', person.ordinal)}{name}",
        stage=stage[0],
        grade=stage[1],
        class_name=f"{stage[1]}年{chance.between(1, 12, 'class', person.ordinal)}班",
        student_no=chance.digits(7, "student", person.ordinal),
        enrolment_status=status,
        enrolled_date=_BEGAN.replace(year=2027 - stage[1]),
        status_date=None if status == "enrolled" and stage[1] > 1 else date(2026, 9, 14),
        guardian_name=guardian.name,
    )


def senior_national(ask: Ask) -> Answer | None:
    """高中職 of the whole country; of a student at university the record of when school was left."""
    person = _pupil(ask)
    if person is None or person.trade not in ("senior", "tertiary") or person.is_resident:
        return None
    left = max(0, person.age(date(2026, 9, 1)) - 17) if person.trade == "tertiary" else 0
    grade = 3 if left else min(3, max(1, person.age(date(2026, 9, 1)) - 14))
    status = chance.pick(
        ("enrolled",) * 5 + ("suspended", "transferred", "dropout", "withdrawn"), "senior", person.ordinal
    )
    programme = chance.pick(_PROGRAMMES, "programme", person.ordinal)
    return single(
        **named(person),
        academic_year=ACADEMIC_YEAR - left,
        semester=2 if left else 1,
        school_name=f"虛構{chance.pick(('東湖', '南嶺', '北屏'), 'senior', person.ordinal)}高級中等學校",
        ownership=chance.pick(("public", "private"), "ownership", person.ordinal),
        programme=programme,
        department=chance.pick(("資訊科", "餐飲管理科", "電機科"), "department", person.ordinal)
        if "職" in programme
        else "普通科",
        grade=grade,
        enrolment_status="graduated" if left else status,
        enrolled_date=_BEGAN.replace(year=2027 - grade - left),
        tuition_waived=chance.happens(30, "waived", person.ordinal),
    )


def tertiary_national(ask: Ask) -> Answer | None:
    """大專以上 of the whole country; the department is not known of some, as it was not delivered in 2018 at all."""
    person = _pupil(ask)
    if person is None or not (person.trade == "tertiary" or _in_service(person)):
        return None
    grade = 2 if _in_service(person) else min(4, max(1, person.age(date(2026, 9, 1)) - 17))
    status = chance.pick(_TERTIARY_STATES, "tertiary", person.ordinal)
    return single(
        **named(person),
        academic_year=ACADEMIC_YEAR
        - (0 if status == "enrolled" and not chance.happens(15, "last year", person.ordinal) else 1),
        semester=1,
        school_name=f"虛構{chance.pick(('雲端', '海島', '山城'), 'university', person.ordinal)}大學",
        ownership=chance.pick(("public", "private"), "ownership", person.ordinal),
        degree_level="master"
        if _in_service(person)
        else chance.pick(("bachelor", "bachelor", "junior_college"), "level", person.ordinal),
        study_mode="in_service"
        if _in_service(person)
        else chance.pick(("day", "day", "day", "evening", "open"), "mode", person.ordinal),
        department=""
        if chance.happens(25, "department unknown", person.ordinal)
        else chance.pick(_DEPARTMENTS, "department", person.ordinal),
        grade=grade,
        enrolment_status=status,
        enrolled_date=_BEGAN.replace(year=2027 - grade),
        expected_graduation=f"{2026 + max(1, 5 - grade)}-06",
    )


def _in_service(person: Person) -> bool:
    return person.trade == "employee" and person.age() < 45 and chance.happens(8, "in service", person.ordinal)
