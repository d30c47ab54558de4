"""What labor insurance and the national health insurance say (勞保、健保, 虛構)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from connectors.simulated.answers.answer import (
    Answer,
    Ask,
    Fields,
    fields,
    listed,
    months_before,
    named,
    single,
    year_month,
)
from connectors.simulated.answers.tax import incomes
from connectors.simulated.town import chance, firms, people
from connectors.simulated.town.people import Person

# Steps of monthly insured salary.
STEPS: Final = (29_500, 30_300, 33_300, 36_300, 40_100, 43_900, 45_800)
_BASE: Final = 29_500
_UNION: Final = ("虛構新北市職業工會", "0598765432")
_OFFICE: Final = "虛構區公所"


def insured_salary(person: Person) -> int:
    """The monthly salary a person is insured with: the step above a twelfth of the year's wage."""
    wage = sum(line.amount for line in incomes(person) if line.code == "50") // 12
    return next((step for step in STEPS if step >= wage), STEPS[-1])


def _is_worker(person: Person) -> bool:
    return person.lives and person.trade in ("employee", "casual", "shopkeeper", "farmer", "owner")


def _since(person: Person) -> date:
    return chance.day(date(2008, 1, 1), date(2025, 12, 31), "insured since", person.ordinal)


def labor(ask: Ask) -> Answer | None:
    """投保資料: present and former insurance of who works or has worked."""
    person = people.by_number().get(ask.value)
    if person is None or not person.lives or person.age() < 15:
        return None
    rows = list(_labor_rows(person))
    if not rows:
        return None
    header = named(person) | fields(
        currently_insured=any("withdrawn_date" not in row for row in rows),
        total_years=Decimal(chance.between(4, 380, "insured months", person.ordinal)) / 10,
    )
    return listed(header, rows)


def _labor_rows(person: Person) -> Iterator[Fields]:
    if person.trade in ("senior", "tertiary"):
        if chance.happens(40, "works beside school", person.ordinal):
            shop = chance.pick(firms.firms()[:24], "beside school", person.ordinal)
            yield _policy(
                "labor", shop.name, chance.digits(8, "unit", shop.ordinal), 11_100, date(2026, 7, 1), None, "加保"
            )
        return
    since = _since(person)
    former = chance.day(date(1998, 1, 1), date(2005, 12, 31), "former", person.ordinal)
    if person.trade in ("retired", "none") or chance.happens(50, "has former", person.ordinal):
        old_unit = chance.pick(firms.firms()[:24], "former unit", person.ordinal)
        ended = chance.day(former, date(2007, 12, 31), "former ended", person.ordinal)
        yield _policy("labor", old_unit.name, chance.digits(8, "unit", old_unit.ordinal), 19_200, former, ended, "退保")
    if not _is_worker(person):
        if person.trade == "none":
            yield _policy("pension", _OFFICE, "國民年金", 19_761, since, None, "加保")
        return
    employer = firms.employer_of(person)
    if employer is None:
        kind = "farmer" if person.trade == "farmer" else "labor"
        yield _policy(kind, *_UNION, _BASE if kind == "labor" else 10_200, since, None, "加保")
        return
    unit = chance.digits(8, "unit", employer.ordinal)
    salary = insured_salary(person)
    left = date(2026, 4, 30) if chance.happens(12, "left work", person.ordinal) else None
    for kind in ("labor", "employment", "occupational"):
        yield _policy(kind, employer.name, unit, salary, since, left, "退保" if left else "加保")


def _policy(kind: str, unit: str, number: str, salary: int, since: date, until: date | None, status: str) -> Fields:
    return fields(
        insurance_kind=kind,
        unit_name=unit,
        unit_no=number,
        insured_salary=salary,
        enrolled_date=since,
        withdrawn_date=until,
        row_status=status,
    )


def labor_premium(ask: Ask) -> Answer | None:
    """各月份自負額: the last six months' own premium of who works."""
    person = people.by_number().get(ask.value)
    if person is None or not _is_worker(person):
        return None
    employer = firms.employer_of(person)
    unit = employer.name if employer else _UNION[0]
    salary = insured_salary(person) if employer else _BASE
    own = salary * 24 // 1000 if employer else salary * 72 // 1000
    rows = [
        fields(
            bill_month=year_month(months_before(people.TODAY, back)),
            insurance_kind="勞工保險",
            unit_name=unit,
            insured_salary=salary,
            own_premium=own,
            subsidy_amount=salary * 12 // 1000,
            paid=not chance.happens(10, "labor unpaid", person.ordinal, back),
        )
        for back in range(1, 7)
    ]
    return listed(named(person) | fields(own_premium_total=own * len(rows)), rows)


def category(person: Person) -> str:
    """The health insurance's category: 1 employees and owners, 2 unions, 3 farmers, 4 conscripts, 5 low income, 6 others."""
    if person.means == "low" and person.household is not None and person.trade != "conscript":
        return "5"
    by_trade = {"employee": "1", "owner": "1", "shopkeeper": "1", "casual": "2", "farmer": "3", "conscript": "4"}
    return by_trade.get(person.trade, "6")


def _unit(person: Person) -> str:
    employer = firms.employer_of(person)
    if category(person) == "1" and employer:
        return employer.name
    return {"2": _UNION[0], "3": "虛構農會", "4": "虛構服役單位", "1": "虛構自營單位"}.get(category(person), _OFFICE)


def _amount(person: Person) -> int:
    return insured_salary(person) if category(person) in ("1", "2") else _BASE


def _subsidy(person: Person) -> tuple[str, int]:
    """Kind and monthly amount of the government's subsidy of a person's premium."""
    if category(person) == "5":
        return "低收入戶全額補助", 826
    if person.age() >= 70 and person.means != "well_off":
        return "老人健保自付額補助", 413
    return "無", 0


def nhi_status(person: Person) -> str:
    """Whether a person is insured: nearly all are; who emigrated is withdrawn."""
    if not person.lives or person.status == "cancelled":
        return "withdrawn"
    return chance.pick(("insured",) * 16 + ("suspended", "withdrawn"), "nhi", person.ordinal)


def nhi_current(ask: Ask) -> Answer | None:
    """目前投保紀錄 of a person who lives or has emigrated."""
    person = people.by_number().get(ask.value)
    if person is None or person.status == "deceased":
        return None
    status = nhi_status(person)
    return single(
        **named(person),
        insured_status=status,
        insured_category=category(person),
        insured_role="dependant" if person.age() < 20 or person.trade in ("none", "tertiary") else "self",
        unit_name=_unit(person),
        unit_no=chance.digits(9, "nhi unit", _unit(person)),
        insured_amount=_amount(person),
        enrolled_date=_since(person),
        withdrawn_date=None
        if status == "insured"
        else chance.day(date(2026, 1, 5), date(2026, 9, 30), "nhi left", person.ordinal),
        subsidy_code={"低收入戶全額補助": "L1", "老人健保自付額補助": "E7"}.get(_subsidy(person)[0], ""),
    )


def nhi_premium(ask: Ask) -> Answer | None:
    """自付保險費明細 of the last six months."""
    person = people.by_number().get(ask.value)
    if person is None or not person.lives or nhi_status(person) == "withdrawn":
        return None
    kind, subsidy = _subsidy(person)
    own = max(0, _amount(person) * 1551 // 100_000 - subsidy)
    rows = [
        fields(
            bill_month=year_month(months_before(people.TODAY, back)),
            insured_category=category(person),
            insured_amount=_amount(person),
            own_premium=own,
            gov_subsidy=subsidy,
            subsidy_kind=kind,
            unit_name=_unit(person),
        )
        for back in range(1, 7)
    ]
    return listed(named(person) | fields(own_premium_total=own * len(rows)), rows)


def nhi_history(ask: Ask) -> Answer | None:
    """歷史投保紀錄, oldest first."""
    person = people.by_number().get(ask.value)
    if person is None or person.status == "deceased":
        return None
    since = _since(person)
    first = chance.day(
        max(person.born, date(1995, 3, 1)), max(person.born, date(2007, 12, 31)), "nhi first", person.ordinal
    )
    rows = [
        fields(
            period_from=first,
            period_to=since if since > first else None,
            insured_category="6",
            insured_role="眷屬",
            unit_name=_OFFICE,
            insured_amount=21_900,
            change_kind="轉出",
        ),
        fields(
            period_from=max(since, first),
            period_to=date(2026, 6, 30) if nhi_status(person) == "withdrawn" else None,
            insured_category=category(person),
            insured_role="本人",
            unit_name=_unit(person),
            insured_amount=_amount(person),
            change_kind="加保",
        ),
    ]
    return listed(named(person), rows)


def _pays(person: Person) -> bool:
    return person.lives and category(person) in ("2", "3", "6") and person.age() >= 20


def _is_behind(person: Person) -> bool:
    return _pays(person) and chance.happens(20, "behind", person.ordinal)


def nhi_payment(ask: Ask) -> Answer | None:
    """繳費紀錄 of who pays the premium in person."""
    person = people.by_number().get(ask.value)
    if person is None or not _pays(person):
        return None
    rows: list[Fields] = []
    for back in range(1, 7):
        month = months_before(people.TODAY, back)
        paid = not (_is_behind(person) and back <= 3)
        rows.append(
            fields(
                bill_month=year_month(month),
                bill_no=chance.digits(12, "bill", person.ordinal, back),
                amount_due=826,
                amount_paid=826 if paid else 0,
                paid_date=chance.day(month, date.fromordinal(month.toordinal() + 27), "paid", person.ordinal, back)
                if paid
                else None,
                pay_channel=chance.pick(("超商", "銀行轉帳", "郵局"), "channel", person.ordinal) if paid else None,
            )
        )
    return listed(named(person), rows)


def nhi_arrears(ask: Ask) -> Answer | None:
    """欠費資料 of who is behind; who owes nothing is not in it."""
    person = people.by_number().get(ask.value)
    if person is None or not _is_behind(person):
        return None
    rows = [
        fields(
            bill_month=year_month(months_before(people.TODAY, back)),
            amount_owed=826,
            late_fee=826 * back // 100,
            enforcement_status=chance.pick(("未移送", "已移送執行", "暫緩執行"), "enforced", person.ordinal),
        )
        for back in range(1, 4)
    ]
    total = sum(int(row["amount_owed"]) + int(row["late_fee"]) for row in rows)
    header = named(person) | fields(
        arrears_total=total, instalment_plan=chance.happens(40, "instalments", person.ordinal)
    )
    return listed(header, rows)
