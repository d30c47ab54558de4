"""What the Public Works Department says (工務, 虛構): use permits and building permits of the town's buildings."""

from datetime import timedelta
from decimal import Decimal

from connectors.simulated.answers.answer import Answer, Ask, Value, fields, listed, roc_year, single
from connectors.simulated.town import chance, estates, names, numbers, spelling
from connectors.simulated.town.estates import Building, Parcel


def _parcel(ask: Ask) -> Parcel | None:
    if ask.kind == "address":
        found = estates.by_address().get(spelling.address(ask.value), ())
        return next((parcel for parcel in found if parcel.building), None)
    parcel = estates.by_land_no().get(spelling.number(ask.value))
    return parcel if parcel and parcel.building else None


def _common(parcel: Parcel, building: Building) -> dict[str, Value]:
    builder = names.surname("builder", parcel.key) + names.given_name("M", 50, "builder", parcel.key)
    designer = names.surname("designer", parcel.key) + names.given_name("F", 45, "designer", parcel.key)
    return {
        "builder_name": builder,
        "designer_name": designer,
        "site_address": parcel.place.address,
        "site_land_nos": f"{parcel.section}{numbers.shown_land_no(parcel.number)}",
        "use_zone": parcel.use_zone,
        "storeys": f"地上{building.storeys}層地下1層1棟{building.storeys * 2}戶",
        "total_area_m2": building.area_m2 * building.storeys * 2,
        "building_height_m": Decimal(building.storeys * 33) / 10,
        "parking_spaces": chance.between(0, building.storeys, "parking", parcel.key),
    }


def use_permit(ask: Ask) -> Answer | None:
    """使用執照 of the building at an address or on a parcel, floor by floor."""
    parcel = _parcel(ask)
    if parcel is None or parcel.building is None:
        return None
    building = parcel.building
    issued = building.completed_on + timedelta(days=40)
    header = fields(
        permit_no=f"{roc_year(issued.year)}虛使字第{chance.digits(5, 'use permit', parcel.key)}號",
        issue_date=issued,
        completion_date=building.completed_on,
        **_common(parcel, building),
    )
    use = {"住家用": "H2 集合住宅", "商業用": "G3 店舖、住宅", "工業用": "C2 一般廠庫"}[building.main_use]
    return listed(
        header,
        (
            fields(floor=f"地上{floor}層", use_category=use, floor_area_m2=building.area_m2 * 2)
            for floor in range(1, min(building.storeys, 6) + 1)
        ),
    )


def build_permit(ask: Ask) -> Answer | None:
    """建造執照 of the building on a parcel or at an address."""
    parcel = _parcel(ask)
    if parcel is None or parcel.building is None:
        return None
    building = parcel.building
    started = building.completed_on - timedelta(days=700)
    issued = started - timedelta(days=90)
    return single(
        permit_no=f"{roc_year(issued.year)}虛建字第{chance.digits(5, 'build permit', parcel.key)}號",
        issue_date=issued,
        start_date=started,
        permit_valid_until=started + timedelta(days=1460),
        permit_status=chance.pick(("已竣工", "已竣工", "已竣工", "已變更設計"), "permit", parcel.key),
        **_common(parcel, building),
    )
