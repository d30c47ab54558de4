"""What social welfare, health and the Veterans Affairs Council say (社福、就醫、榮民, 虛構)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from connectors.simulated.answers.answer import UNKNOWN, Answer, Ask, Fields, fields, listed, named, single
from connectors.simulated.town import chance, people
from connectors.simulated.town.people import Person

_LEVELS: Final = ("mild", "mild", "moderate", "moderate", "severe", "profound")
_KINDS: Final = ("第一類 神經系統構造", "第二類 眼、耳", "第七類 肢體", "第六類 泌尿系統")
_DISTRICT_OFFICE: Final = "虛構區公所"
_CLINICS: Final = (("3501000001", "虛構仁心診所"), ("1131000002", "虛構雲端綜合醫院"), ("0931000003", "虛構城東醫院"))
_DISEASES: Final = (
    ("tb", "A15.0", "胸腔內科"),
    ("hiv", "B20", "感染科"),
    ("psychiatric", "F32.1", "精神科"),
    ("other", "Z09", "家庭醫學科"),
)


def is_disabled(person: Person) -> bool:
    """Whether a person has, or had, a disability certificate."""
    return chance.happens(45 if person.age() >= 75 else 18, "disabled", person.ordinal)


def _city_person(ask: Ask) -> Person | None:
    person = people.by_number().get(ask.value)
    home = people.household_of(person) if person else None
    if person is None or home is None or home.where in ("outside", "moved") or not person.lives:
        return None
    return person


def benefits(ask: Ask) -> Answer | None:
    """社會福利資料 of somebody registered in the city: certificate, and each benefit applied for."""
    person = _city_person(ask)
    if person is None:
        return None
    disabled = is_disabled(person)
    lapsed = chance.happens(22, "lapsed", person.ordinal)
    until = chance.day(date(2025, 1, 1), date(2026, 6, 30), "until", person.ordinal) if lapsed else date(2031, 12, 31)
    header = named(person) | fields(
        disability_cert_no=f"虛{chance.digits(8, 'certificate', person.ordinal)}" if disabled else None,
        disability_category=chance.pick(_KINDS, "category", person.ordinal) if disabled else None,
        disability_level=chance.pick(_LEVELS, "level", person.ordinal) if disabled else "none",
        disability_valid_until=until if disabled else None,
        mobility_impaired=disabled and chance.happens(55, "mobility", person.ordinal),
        publicly_placed=person.relation == "院民"
        or (person.age() >= 70 and chance.happens(7, "placed", person.ordinal)),
    )
    return listed(header, _benefits(person, disabled=disabled))


def _benefits(person: Person, *, disabled: bool) -> Iterator[Fields]:
    poor = person.means in ("low", "mid_low")
    may = {
        "elder_allowance": poor and person.age() >= 65,
        "disability_allowance": poor and disabled,
        "low_income_support": person.means == "low",
        "child_allowance": poor and person.age() < 18,
        "rent_subsidy": poor and person.relation == "戶長",
        "parking_permit": disabled,
        "special_circumstance": person.marital == "divorced" and person.sex == "F",
        "other": person.age() < 2 or chance.happens(3, "other benefit", person.ordinal),
    }
    amounts = {
        "elder_allowance": 8329,
        "disability_allowance": 5437,
        "low_income_support": 7200,
        "child_allowance": 2486,
    }
    for kind, entitled in may.items():
        if not entitled or chance.happens(40, "never applied", kind, person.ordinal):
            continue
        status = chance.pick(("approved", "approved", "approved", "stopped", "rejected"), kind, person.ordinal)
        yield fields(
            benefit_kind=kind,
            benefit_status=status,
            benefit_from="2025-01" if status != "rejected" else None,
            benefit_to=None if status == "rejected" else "2025-12" if status == "stopped" else "2026-12",
            benefit_amount=amounts.get(kind, 3000) if status != "rejected" else 0,
            granting_agency=_DISTRICT_OFFICE,
        )


def low_income(ask: Ask) -> Answer | None:
    """低/中收入戶列冊 of somebody registered in the city; who is not on the roll is answered so."""
    person = _city_person(ask)
    if person is None:
        return None
    home = people.household_of(person)
    assert home is not None
    kind = _roll(person, home.ordinal)
    listed_family = kind != "none"
    return single(
        **named(person),
        roll_kind=kind,
        roll_class=chance.pick("0123", "class", home.ordinal) if kind == "low" else None,
        valid_from=date(2026, 1, 1) if listed_family else None,
        valid_to=date(2026, 12, 31) if listed_family else None,
        district=home.place.district,
        member_count=len(home.members) if listed_family else None,
        head_name=people.members(home)[0].name if listed_family else None,
        approval_no=f"新北虛社助字第115{chance.digits(6, 'roll', home.ordinal)}號" if listed_family else None,
    )


def _roll(person: Person, household: int) -> str:
    # A third of the families that would qualify have not applied: these are the cases a review is for.
    if person.means not in ("low", "mid_low") or chance.happens(33, "not on the roll", household):
        return "none"
    return person.means


def medical_visits(ask: Ask) -> Answer | None:
    """就醫紀錄: visits for diseases that are followed up, of about one person in six."""
    person = people.by_number().get(ask.value)
    if person is None or not person.lives:
        return None
    header = fields(national_id=person.national_id, data_from=date(2026, 1, 1), data_to=date(2026, 10, 31))
    if not chance.happens(17, "followed up", person.ordinal):
        return listed(header, ())
    disease, code, department = chance.pick(_DISEASES, "disease", person.ordinal)
    return listed(
        header,
        (
            _visit(person, place, disease, code, department)
            for place in range(chance.between(1, 4, "visits", person.ordinal))
        ),
    )


def _visit(person: Person, place: int, disease: str, code: str, department: str) -> Fields:
    hospital_code, hospital = chance.pick(_CLINICS, "hospital", person.ordinal)
    kind = chance.pick(
        ("outpatient", "outpatient", "outpatient", "inpatient", "emergency"), "visit", person.ordinal, place
    )
    return fields(
        visit_date=chance.day(date(2026, 1, 1), date(2026, 10, 31), "visit", person.ordinal, place),
        visit_kind=kind,
        hospital_code=hospital_code,
        hospital_name=hospital,
        department=department,
        tracked_disease=disease,
        diagnosis_code=code,
        medication_days=chance.pick((0, 7, 14, 28), "days", person.ordinal, place),
    )


def is_veteran(person: Person) -> bool:
    """Whether somebody is known to the Veterans Affairs Council."""
    return person.trade == "veteran"


def _care_kind(person: Person) -> str:
    if person.relation == "院民":
        return "public_in"
    return chance.pick(("public_out", "public_out", "self", "none"), "care", person.ordinal)


def veteran_care(ask: Ask) -> Answer | None:
    """榮民就養資料 of a veteran."""
    person = people.by_number().get(ask.value)
    return single(**named(person), **care(person)) if person is not None and is_veteran(person) else None


def care(person: Person) -> Fields:
    """What the council gives a veteran, and where."""
    kind = _care_kind(person)
    cared_for = kind != "none"
    status = chance.pick(("active", "active", "active", "stopped", "transferred"), "care status", person.ordinal)
    approved = chance.day(date(1996, 1, 1), date(2015, 12, 31), "care since", person.ordinal)
    approved_text = UNKNOWN if chance.happens(10, "care since unknown", person.ordinal) else approved.isoformat()
    return fields(
        veteran_no=f"榮虛字第{chance.digits(8, 'veteran', person.ordinal)}號",
        care_kind=kind,
        care_status=status if cared_for else None,
        approved_date=approved_text if cared_for else None,
        stopped_date=date(2024, 7, 1) if cared_for and status != "active" else None,
        monthly_amount=16_260 if cared_for and status == "active" else 0,
        home_name="虛構榮譽國民之家" if kind in ("public_in", "self") else None,
        service_office="虛構榮民服務處",
    )
