"""What the registers of bodies say (立案登記, 虛構): performing groups, care homes, fundraising, civil groups, kindergartens."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from connectors.simulated.answers.answer import Answer, Ask, Value, fields, listed
from connectors.simulated.town import chance, numbers, people, places, spelling
from connectors.simulated.town.people import Person
from connectors.simulated.town.places import Place

_BRANDS: Final = ("春雨", "長河", "星野", "竹韻", "慈心", "和光", "遠山", "湖畔", "向陽", "群青")
_FORMS: Final = {
    "org_performing_group": ("劇團", "舞團", "合唱團", "掌中劇團"),
    "org_care_institution": ("護理之家", "老人長期照顧中心", "養護中心"),
    "org_fundraising_permit": ("慈善基金會", "關懷協會"),
    "org_civil_group": ("社區發展協會", "志工協會", "同鄉會"),
    "org_kindergarten": ("幼兒園",),
}


@dataclass(frozen=True, slots=True)
class Body:
    """A registered body; its name begins by saying that it is invented."""

    register: str
    ordinal: int
    name: str
    form: str
    number: str
    head: Person
    place: Place
    founded_on: date


@cache
def bodies(register: str) -> tuple[Body, ...]:
    """All bodies of one register."""
    heads = [
        person for person in people.everyone() if person.lives and 35 <= person.age() <= 70 and not person.is_resident
    ]
    return tuple(_body(register, ordinal, brand, heads) for ordinal, brand in enumerate(_BRANDS))


def _body(register: str, ordinal: int, brand: str, heads: list[Person]) -> Body:
    form = _FORMS[register][ordinal % len(_FORMS[register])]
    return Body(
        register=register,
        ordinal=ordinal,
        name=f"虛構{brand}{form}",
        form=form,
        number=numbers.firm_no(chance.number(10_000_000, register, ordinal)),
        head=chance.pick(heads, "head", register, ordinal),
        place=places.in_city(register, ordinal),
        founded_on=chance.day(date(1990, 1, 1), date(2022, 12, 31), "founded", register, ordinal),
    )


def _found(ask: Ask, register: str) -> Body | None:
    for body in bodies(register):
        written, asked = {
            "name": (spelling.name(body.name), spelling.name(ask.value)),
            "address": (spelling.address(body.place.address), spelling.address(ask.value)),
            "company_no": (body.number, ask.value),
        }[ask.kind]
        if written == asked:
            return body
    return None


def _answer(ask: Ask, register: str, rows: int = 1) -> Answer | None:
    body = _found(ask, register)
    if body is None:
        return None
    return listed({}, (fields(**_ROWS[register](body, place)) for place in range(rows)))


def performing_group(ask: Ask) -> Answer | None:
    """演藝團體."""
    return _answer(ask, "org_performing_group")


def care_institution(ask: Ask) -> Answer | None:
    """養護機構."""
    return _answer(ask, "org_care_institution")


def fundraising_permit(ask: Ask) -> Answer | None:
    """勸募活動許可: two campaigns of each body."""
    return _answer(ask, "org_fundraising_permit", rows=2)


def civil_group(ask: Ask) -> Answer | None:
    """社會團體等."""
    return _answer(ask, "org_civil_group")


def kindergarten(ask: Ask) -> Answer | None:
    """幼兒園."""
    return _answer(ask, "org_kindergarten")


def _about(body: Body, *choices: str, what: str) -> str:
    return chance.pick(choices, what, body.register, body.ordinal)


def _permit(body: Body, word: str) -> str:
    return f"{word}字第{chance.digits(6, 'permit', body.register, body.ordinal)}號"


def _performing(body: Body, place: int) -> dict[str, Value]:
    return {
        "group_name": body.name,
        "registration_no": _permit(body, "新北虛演"),
        "art_category": _about(body, "戲劇", "舞蹈", "音樂", "傳統戲曲", what="art"),
        "responsible_person": body.head.name,
        "address": body.place.address,
        "registered_date": body.founded_on,
        "status": _about(body, "立案", "立案", "停業", "廢止", what="status"),
    }


def _care(body: Body, place: int) -> dict[str, Value]:
    return {
        "institution_name": body.name,
        "institution_kind": body.form,
        "permit_no": _permit(body, "新北虛社"),
        "responsible_person": body.head.name,
        "address": body.place.address,
        "approved_beds": chance.between(20, 180, "beds", body.ordinal),
        "evaluation_grade": _about(body, "優等", "甲等", "乙等", "未評鑑", what="grade"),
        "permit_date": body.founded_on,
        "status": _about(body, "營運中", "營運中", "停業", what="status"),
    }


def _campaign(body: Body, place: int) -> dict[str, Value]:
    begins = date(2024 + place, chance.between(1, 12, "month", body.ordinal, place), 1)
    return {
        "organisation_name": body.name,
        "campaign_name": f"虛構{2024 + place - 1911}年度送暖計畫",
        "permit_no": f"衛部虛救字第{chance.digits(8, 'campaign', body.ordinal, place)}號",
        "period_from": begins,
        "period_to": begins.replace(year=begins.year + 1),
        "target_amount": chance.between(2, 80, "target", body.ordinal, place) * 500_000,
        "purpose": "社會福利事業（虛構）",
        "report_status": ("已備查", "執行中")[place],
    }


def _civil(body: Body, place: int) -> dict[str, Value]:
    return {
        "group_name": body.name,
        "registration_no": _permit(body, "新北虛團"),
        "group_kind": body.form,
        "chairperson": body.head.name,
        "address": body.place.address,
        "founded_date": body.founded_on,
        "term_to": date(2027, 6, 30) if body.ordinal % 3 else date(2025, 6, 30),
        "status": _about(body, "正常運作", "正常運作", "運作不健全", "解散", what="status"),
    }


def _kindergarten(body: Body, place: int) -> dict[str, Value]:
    return {
        "kindergarten_name": body.name,
        "ownership": _about(body, "公立", "私立", "非營利", what="ownership"),
        "permit_no": _permit(body, "新北虛幼"),
        "principal": body.head.name,
        "address": body.place.address,
        "approved_capacity": chance.between(30, 240, "capacity", body.ordinal),
        "permit_date": body.founded_on,
        "sanction_record": _about(body, "無", "無", "114年超收幼兒（虛構）", what="sanction"),
        "status": _about(body, "營運中", "營運中", "停辦", what="status"),
    }


_ROWS: Final = {
    "org_performing_group": _performing,
    "org_care_institution": _care,
    "org_fundraising_permit": _campaign,
    "org_civil_group": _civil,
    "org_kindergarten": _kindergarten,
}
