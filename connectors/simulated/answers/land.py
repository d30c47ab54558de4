"""What the land register says (地政, 虛構): description, ownership and other rights of land and buildings."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from connectors.simulated.answers import household
from connectors.simulated.answers.answer import UNKNOWN, Answer, Ask, fields, listed, single, years_after
from connectors.simulated.town import chance, estates, numbers, people, spelling
from connectors.simulated.town.estates import Holding, Parcel

_BANKS = (("22222228", "虛構第一商業銀行股份有限公司"), ("33333331", "虛構農會信用部"))


def parcel_of(ask: Ask) -> Parcel | None:
    """The parcel that a land or building number in full names."""
    number = spelling.number(ask.value)
    return (estates.by_building_no() if ask.kind == "building_no" else estates.by_land_no()).get(number)


def shown_land(parcel: Parcel) -> dict[str, str]:
    """Section and land number as headers of the register have them."""
    return fields(section_name=parcel.section, land_no=numbers.shown_land_no(parcel.number))


def shown_building(parcel: Parcel) -> dict[str, str]:
    """Section and building number; nothing for a parcel without a building."""
    if parcel.building is None:
        return {}
    return fields(section_name=parcel.section, building_no=numbers.shown_building_no(parcel.building.number))


def registered_on(holding: Holding) -> date:
    """The day of registration, some weeks after the cause."""
    return date.fromordinal(holding.acquired_on.toordinal() + 21)


def land_description(ask: Ask) -> Answer | None:
    """土地標示部 of a parcel."""
    parcel = parcel_of(ask)
    if parcel is None:
        return None
    return single(
        district=parcel.district,
        **shown_land(parcel),
        registration_date=registered_on(parcel.holdings[0]),
        registration_cause=chance.pick(("分割", "重測", "地籍圖重測", "第一次登記"), "land cause", parcel.key),
        area_m2=parcel.area_m2,
        use_zone=parcel.use_zone,
        use_class=parcel.use_class,
        current_value_per_m2=parcel.value_per_m2,
        announced_price_per_m2=parcel.value_per_m2 * 3 // 10,
        buildings_on_land=f"{parcel.section} {numbers.shown_building_no(parcel.building.number)}"
        if parcel.building
        else "",
        other_entries="（空白）" if chance.happens(70, "no entries", parcel.key) else "重測前：舊段18之1地號（虛構）",
    )


def building_description(ask: Ask) -> Answer | None:
    """建物標示部 of a building."""
    parcel = parcel_of(ask)
    if parcel is None or parcel.building is None:
        return None
    building = parcel.building
    return single(
        district=parcel.district,
        **shown_building(parcel),
        building_address=parcel.place.address,
        located_on=f"{parcel.section} {numbers.shown_land_no(parcel.number)}",
        main_use=building.main_use,
        main_material=chance.pick(("鋼筋混凝土造", "加強磚造", "鋼骨造"), "material", parcel.key),
        storeys=building.storeys,
        floor_levels=chance.pick(("全棟", "三層", "五層", "夾層"), "levels", parcel.key),
        total_area_m2=building.area_m2,
        attached_area_m2=Decimal(chance.between(0, 1800, "attached", parcel.key)) / 100,
        completion_date=UNKNOWN if building.completed_on.year < 1976 else building.completed_on,
        registration_date=max(registered_on(parcel.holdings[0]), building.completed_on),
    )


def land_ownership(ask: Ask) -> Answer | None:
    """土地所有權部 of a parcel, or of all that a person owns: then the header is the first parcel's."""
    if ask.kind == "national_id":
        return _owned(ask, is_building=False)
    parcel = parcel_of(ask)
    return listed(shown_land(parcel), _owners(parcel, is_building=False)) if parcel else None


def building_ownership(ask: Ask) -> Answer | None:
    """建物所有權部 of a building, or of all that a person owns."""
    if ask.kind == "national_id":
        return _owned(ask, is_building=True)
    parcel = parcel_of(ask)
    if parcel is None or parcel.building is None:
        return None
    return listed(shown_building(parcel), _owners(parcel, is_building=True))


def _owned(ask: Ask, *, is_building: bool) -> Answer | None:
    found = [
        parcel for parcel in estates.of_owner().get(ask.value, ()) if parcel.building is not None or not is_building
    ]
    if not found:
        return None
    header = shown_building(found[0]) if is_building else shown_land(found[0])
    return listed(
        header,
        (
            _owner(parcel, place, estates.holding_of(parcel, ask.value), is_building=is_building)
            for place, parcel in enumerate(found)
        ),
    )


def _owners(parcel: Parcel, *, is_building: bool) -> Iterable[dict[str, str]]:
    for place, holding in enumerate(parcel.holdings):
        yield _owner(parcel, place, holding, is_building=is_building)


def _owner(parcel: Parcel, place: int, holding: Holding, *, is_building: bool) -> dict[str, str]:
    owner = holding.owner
    row = fields(
        register_seq=f"{place + 1:04d}-000",
        owner_name=owner.name,
        owner_id=owner.number,
        owner_birth_date=household.born(owner.person) if owner.person else None,
        owner_address=owner.address,
        share=holding.share,
        registration_date=registered_on(holding),
        cause=holding.cause,
        cause_date=holding.acquired_on.isoformat()[:7] if holding.acquired_on.year < 1988 else holding.acquired_on,
        title_no=f"{(holding.acquired_on.year - 1911):03d}虛地字第{chance.digits(6, 'title', parcel.key, place, is_building)}號",
        restriction="限制登記：假扣押（虛構）" if chance.happens(8, "restricted", parcel.key) else "（空白）",
    )
    if not is_building:
        row |= fields(
            declared_price_per_m2=parcel.value_per_m2 * 24 // 100,
            prior_transfer_value_per_m2=parcel.value_per_m2 * chance.between(20, 70, "prior", parcel.key) // 100,
        )
    return row


def land_other_rights(ask: Ask) -> Answer | None:
    """土地他項權利部: the mortgages on a parcel; a parcel without one has no such part."""
    parcel = parcel_of(ask)
    return listed(shown_land(parcel), [_mortgage(parcel)]) if parcel and parcel.mortgage else None


def building_other_rights(ask: Ask) -> Answer | None:
    """建物他項權利部: the mortgages on a building."""
    parcel = parcel_of(ask)
    if parcel is None or not parcel.mortgage or parcel.building is None:
        return None
    return listed(shown_building(parcel), [_mortgage(parcel)])


def _roc(on: date) -> str:
    return f"民國{on.year - 1911}年{on.month}月{on.day}日"


def _mortgage(parcel: Parcel) -> dict[str, str]:
    since = registered_on(parcel.holdings[0])
    number, name = chance.pick(_BANKS, "bank", parcel.key)
    if chance.happens(15, "private lender", parcel.key):
        lender = chance.pick(
            [person for person in people.everyone() if person.means == "well_off"], "lender", parcel.key
        )
        number, name = lender.national_id, lender.name
    return fields(
        register_seq="0001-000",
        right_kind=chance.pick(("最高限額抵押權", "普通抵押權"), "right", parcel.key),
        holder_name=name,
        holder_id=number,
        debtor=f"{parcel.holdings[0].owner.name} 債務額比例全部",
        claim_share="全部 1分之1",
        secured_amount=parcel.mortgage,
        duration=f"自{_roc(since)}至{_roc(years_after(since, 30))}",
        settlement_date="依照各個契約約定",
        registration_date=since,
        other_entries="擔保債權種類及範圍：借款、票據（虛構）",
    )
