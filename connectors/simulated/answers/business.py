"""What the company, business and factory registers say (商工, 虛構)."""

from datetime import date

from connectors.simulated.answers.answer import UNKNOWN, Answer, Ask, fields, listed, single, years_after
from connectors.simulated.town import chance, estates, firms, numbers, people, spelling
from connectors.simulated.town.firms import Firm

_AGENCIES = ("經濟部商業發展署", "新北市政府")
_PRODUCTS = ("印刷電路板", "塑膠射出件", "金屬扣件", "冷凍食品", "紙器")


def _firm(ask: Ask) -> Firm | None:
    if ask.kind == "land_no":
        parcel = estates.by_land_no().get(spelling.number(ask.value))
        return firms.by_number().get(parcel.holdings[0].owner.number) if parcel else None
    if ask.kind == "name":
        return firms.by_name().get(spelling.name(ask.value))
    return firms.by_number().get(ask.value)


def company(ask: Ask) -> Answer | None:
    """公司登記資料, with its directors."""
    firm = _firm(ask)
    if firm is None or not firm.is_company:
        return None
    suspended = firm.status == "suspended"
    header = fields(
        company_no=firm.number,
        company_name=firm.name,
        status=firm.status,
        capital_total=firm.capital,
        paid_in_capital=firm.capital * 7 // 10,
        responsible_person=firm.responsible.name,
        company_address=firm.place.address,
        registering_agency=chance.pick(_AGENCIES, "agency", firm.ordinal),
        approved_date=firm.approved_on,
        last_change_date=firm.changed_on,
        suspended_from=date(2026, 3, 1) if suspended else None,
        suspended_to=date(2027, 2, 28) if suspended else None,
    )
    board = [("董事長", firm.responsible), *(("董事", director) for director in firm.directors[:1])]
    board += [("監察人", director) for director in firm.directors[1:]]
    return listed(
        header,
        (
            fields(
                director_title=title,
                director_name=person.name,
                shares_held=firm.capital // 10 * (60 if title == "董事長" else 20) // 100,
            )
            for title, person in board
        ),
    )


def business(ask: Ask) -> Answer | None:
    """商業登記資料."""
    firm = _firm(ask)
    if firm is None or firm.is_company:
        return None
    return single(
        company_no=firm.number,
        business_name=firm.name,
        status=firm.status,
        organisation_type=chance.pick(("獨資", "合夥"), "form", firm.ordinal),
        capital=firm.capital,
        responsible_person=firm.responsible.name,
        business_address=firm.place.address,
        registering_agency="新北市政府",
        approved_date=UNKNOWN if firm.approved_on.year < 1990 else firm.approved_on,
        last_change_date=firm.changed_on,
        business_items=f"{firm.trade}業\n除許可業務外，得經營法令非禁止或限制之業務（虛構）",
    )


def factory(ask: Ask) -> Answer | None:
    """工廠登記資料 of a firm, or of what stands on a parcel."""
    firm = _firm(ask)
    if firm is None or not firm.factory:
        return None
    land = [parcel for parcel in estates.of_owner().get(firm.number, ()) if parcel.key.startswith("factory")]
    permitted = years_after(firm.approved_on, 1)
    return single(
        factory_reg_no=firm.factory,
        factory_name=f"{firm.name}{firm.place.district}廠",
        company_no=firm.number,
        status={"active": "producing", "suspended": "suspended", "revoked": "revoked"}.get(firm.status, "closed"),
        factory_address=firm.place.address,
        factory_land_nos="、".join(f"{parcel.section}{numbers.shown_land_no(parcel.number)}" for parcel in land),
        responsible_person=firm.responsible.name,
        establish_permit_date=permitted,
        registered_date=min(years_after(permitted, 1), people.TODAY),
        industry_category=firm.trade,
        main_products=chance.pick(_PRODUCTS, "product", firm.ordinal),
    )
