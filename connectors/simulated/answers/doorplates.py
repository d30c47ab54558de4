"""What the household registration offices say of door plates (門牌, 虛構): lists of changes, and each kind of certificate."""

from collections.abc import Iterable

from connectors.simulated.answers.answer import UNKNOWN, Answer, Ask, Fields, Value, fields, listed, roc_year, single
from connectors.simulated.town import chance, doorplates, spelling
from connectors.simulated.town.doorplates import REASONS, Change
from connectors.simulated.town.places import Place


def _named(ask: Ask, *, of_city: bool) -> list[Change]:
    found = doorplates.by_address().get(spelling.address(ask.value), ())
    return [change for change in found if change.is_of_city or not of_city]


def changes_city(ask: Ask) -> Answer | None:
    """村里門牌異動紀錄 of the city: every change that names an address."""
    found = _named(ask, of_city=True)
    return listed(fields(district=found[0].place.district), map(_row, found)) if found else None


def before_national(ask: Ask) -> Answer | None:
    """村里門牌異動紀錄－變更前: changes after which an address was no more, of the whole country."""
    return _listed(
        change for change in _named(ask, of_city=False) if _is_merged(change, ask) or _is(change.before, ask)
    )


def after_national(ask: Ask) -> Answer | None:
    """村里門牌異動紀錄－變更後: changes that made an address, of the whole country."""
    return _listed(change for change in _named(ask, of_city=False) if _is(change.after, ask))


def _is(place: Place | None, ask: Ask) -> bool:
    return place is not None and spelling.address(place.address) == spelling.address(ask.value)


def _is_merged(change: Change, ask: Ask) -> bool:
    return spelling.address(ask.value) in map(spelling.address, change.merged)


def _listed(changes: Iterable[Change]) -> Answer | None:
    found = list(changes)
    if not found:
        return None
    return listed(fields(county=found[0].county, district=found[0].place.district), map(_row, found))


def _row(change: Change) -> Fields:
    return fields(
        address_before=change.before.address if change.before else None,
        address_after=change.after.address if change.after else None,
        change_kind=change.kind,
        change_date=change.on,
        change_reason=REASONS[change.kind],
        village_before=change.before.village if change.before else None,
        village_after=change.after.village if change.after else None,
        approval_no=_approval(change),
    )


def _approval(change: Change) -> str:
    return f"新北虛戶字第{roc_year(change.on.year)}{chance.digits(6, 'plate approval', change.ordinal)}號"


def certificate(ask: Ask, kind: str) -> Answer | None:
    """The certificate of one kind of change (初編, 改編 ...) about an address in the city; the latest when there are several."""
    found = [change for change in _named(ask, of_city=True) if change.kind == kind]
    if not found:
        return None
    change = max(found, key=lambda each: each.on)
    return single(
        district=change.place.district,
        village=change.place.village,
        **_kind_fields(change),
        effective_date=UNKNOWN if change.on.year < 1990 else change.on,
        approval_no=_approval(change),
        certificate_no=f"虛證字第{chance.digits(7, 'plate certificate', change.ordinal)}號",
        cause=REASONS[kind],
        registration_office=change.place.office,
    )


def _kind_fields(change: Change) -> dict[str, Value]:
    before = change.before.address if change.before else None
    after = change.after.address if change.after else None
    match change.kind:
        case "first":
            return {"current_address": after}
        case "add":
            return {"source_address": before, "address_after": after}
        case "merge":
            return {"merged_addresses": "\n".join(change.merged), "address_after": after}
        case "cancel":
            return {"address_before": before, "cancelled_reason": "房屋滅失（虛構）"}
        case "boundary":
            village = change.before.village if change.before else None
            district = change.before.district if change.before else None
            return {
                "address_before": before,
                "address_after": after,
                "district_before": district,
                "village_before": village,
            }
        case "reorganise":
            batch = f"{roc_year(change.on.year)}年第{chance.between(1, 4, 'batch', change.ordinal)}批"
            return {"address_before": before, "address_after": after, "batch_no": batch}
    return {"address_before": before, "address_after": after}
