"""What the land offices keep beside the register (地政, 虛構): prices, maps, changes, surveys, old books, addresses."""

from datetime import date
from typing import Final

from connectors.simulated.answers import picture
from connectors.simulated.answers.answer import Answer, Ask, fields, listed, roc_year, single
from connectors.simulated.answers.land import parcel_of, registered_on, shown_building, shown_land
from connectors.simulated.town import chance, estates, numbers, people, spelling
from connectors.simulated.town.estates import Holding, Parcel

_PRINTED_AT: Final = "2026-11-02T09:30:00+08:00"
_PRICE_YEARS: Final = 4
_BOOKS: Final = (("japanese", "昭和12年"), ("general", "民國36年"), ("coownership", "民國51年"), ("ledger", "民國60年"))


def land_price(ask: Ask) -> Answer | None:
    """地價資料查詢: a parcel's announced values, newest year first."""
    parcel = parcel_of(ask)
    if parcel is None:
        return None
    header = fields(district=parcel.district, **shown_land(parcel), area_m2=parcel.area_m2)
    year = people.TODAY.year
    return listed(
        header,
        (
            fields(
                price_year=roc_year(year - back),
                current_value_per_m2=parcel.value_per_m2 * (100 - 3 * back) // 100,
                announced_price_per_m2=parcel.value_per_m2 * (30 - back) // 100,
            )
            for back in range(_PRICE_YEARS)
        ),
    )


def cadastral_map(ask: Ask) -> Answer | None:
    """地籍圖資料查詢: a parcel's map, as a picture."""
    parcel = parcel_of(ask)
    if parcel is None:
        return None
    return single(
        district=parcel.district,
        **shown_land(parcel),
        map_sheet_no=f"{chance.digits(4, 'sheet', parcel.key)}-{chance.digits(2, 'sheet', parcel.key)}",
        map_scale=chance.pick(("1/500", "1/1000", "1/1200"), "scale", parcel.key),
        coordinate_system=chance.pick(("TWD97", "TWD67", "地籍坐標"), "system", parcel.key),
        map_image=picture.drawing("map", parcel.key),
        printed_at=_PRINTED_AT,
    )


def building_survey(ask: Ask) -> Answer | None:
    """建物測量成果圖: a building's plan and position, as pictures."""
    parcel = parcel_of(ask)
    if parcel is None or parcel.building is None:
        return None
    done = parcel.building.completed_on
    return single(
        **shown_building(parcel),
        building_address=parcel.place.address,
        survey_date=date.fromordinal(done.toordinal() + 30),
        survey_no=f"{roc_year(done.year)}虛測字第{chance.digits(5, 'survey', parcel.key)}號",
        map_scale="1/200",
        plan_image=picture.drawing("plan", parcel.key),
        position_image=picture.drawing("position", parcel.key),
    )


def change_index(ask: Ask) -> Answer | None:
    """異動索引: each registration on a parcel or building, oldest first."""
    parcel = parcel_of(ask)
    if parcel is None:
        return None
    rows = [_indexed(parcel, place, holding) for place, holding in enumerate(parcel.holdings)]
    if parcel.mortgage:
        rows.append({**_indexed(parcel, 7, parcel.holdings[0]), "cause": "設定", "affected_part": "other_rights"})
    rows.append({**_indexed(parcel, 9, parcel.holdings[0]), "cause": "地籍圖重測", "affected_part": "description"})
    return listed(shown_land(parcel), rows)


def _indexed(parcel: Parcel, place: int, holding: Holding) -> dict[str, str]:
    on = registered_on(holding)
    return fields(
        receipt_year_word_no=_receipt(parcel, place, holding),
        receipt_date=date.fromordinal(on.toordinal() - 3),
        registered_at=on,
        cause=holding.cause,
        affected_part="ownership",
        register_seq=f"{place + 1:04d}-000",
    )


def _receipt(parcel: Parcel, place: int, holding: Holding) -> str:
    return f"{roc_year(registered_on(holding).year)}年虛登字第{chance.digits(6, 'receipt', parcel.key, place)}號"


def change_list(ask: Ask) -> Answer | None:
    """異動清冊: what a registration changed, before and after."""
    parcel = parcel_of(ask)
    if parcel is None:
        return None
    former = f"{chance.pick('陳林黃張', 'former', parcel.key)}○○（虛構前手）"
    header = {**shown_land(parcel), **fields(receipt_year_word_no=_receipt(parcel, 0, parcel.holdings[0]))}
    return listed(
        header,
        (
            fields(
                change_kind="所有權移轉",
                affected_part="所有權部",
                content_before=f"所有權人：{former}\n權利範圍：全部",
                content_after=f"所有權人：{holding.owner.name}\n權利範圍：{holding.share}",
                owner_name=holding.owner.name,
                owner_id=holding.owner.number,
                registered_at=registered_on(holding),
            )
            for holding in parcel.holdings
        ),
    )


def building_by_address(ask: Ask) -> Answer | None:
    """建物門牌查詢: the buildings that stand at an address."""
    found = [parcel for parcel in estates.by_address().get(spelling.address(ask.value), ()) if parcel.building]
    if not found:
        return None
    return listed(fields(match_count=len(found)), (_at_address(parcel) for parcel in found))


def _at_address(parcel: Parcel) -> dict[str, str]:
    assert parcel.building is not None
    return fields(
        district=parcel.district,
        **shown_building(parcel),
        building_address=parcel.place.address,
        located_on=f"{parcel.section} {numbers.shown_land_no(parcel.number)}",
        main_use=parcel.building.main_use,
        completion_date=parcel.building.completed_on,
    )


def manual_register(ask: Ask) -> Answer | None:
    """人工登記簿冊: the old books' pages on a parcel, as pictures; some cannot be read any more."""
    parcel = parcel_of(ask)
    if parcel is None:
        return None
    count = chance.between(1, len(_BOOKS), "books", parcel.key)
    return listed(
        shown_land(parcel),
        (
            fields(
                book_kind=kind,
                period=period,
                volume_page=f"第{chance.digits(2, 'volume', parcel.key, kind)}冊第{chance.digits(3, 'page', parcel.key, kind)}頁",
                page_image=picture.drawing("page", parcel.key, kind),
                image_legible=not chance.happens(20, "illegible", parcel.key, kind),
            )
            for kind, period in _BOOKS[:count]
        ),
    )
