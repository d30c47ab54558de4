"""What has happened to the town's door plates (門牌, 虛構): for each kind of change some addresses, before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from connectors.simulated.town import chance, people, places, spelling
from connectors.simulated.town.places import Place

KINDS: Final = ("first", "renumber", "add", "merge", "cancel", "boundary", "reorganise")
REASONS: Final = {
    "first": "新建房屋申請初編",
    "renumber": "道路拓寬改編門牌",
    "add": "分戶申請增編",
    "merge": "相鄰房屋打通合併",
    "cancel": "房屋拆除註銷",
    "boundary": "行政區域調整",
    "reorganise": "門牌整編",
}
_EACH: Final = 14


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a door plate; `before` is empty for a first plate, `after` for a cancelled one."""

    kind: str
    ordinal: int
    county: str
    before: Place | None
    after: Place | None
    merged: tuple[str, ...]
    on: date

    @property
    def place(self) -> Place:
        """Where it stands now, or stood last."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def is_of_city(self) -> bool:
        """Whether the city's own register knows it."""
        return self.county == places.CITY


@cache
def changes() -> tuple[Change, ...]:
    """All changes: of the city's households in turn, so that every kind has some, and of each kind some elsewhere."""
    homes = [household.place for household in people.households() if household.place.county == places.CITY]
    of_city = [_change(KINDS[place % len(KINDS)], place, homes[place]) for place in range(_EACH * len(KINDS))]
    beyond = [_change(kind, 900 + place, places.elsewhere("plate", place)) for place, kind in enumerate(KINDS)]
    return (*of_city, *beyond)


def _change(kind: str, ordinal: int, place: Place) -> Change:
    same_county = {"district": places.BY_NAME.get(place.district)}
    old = (
        places.in_city("old plate", ordinal, **same_county)
        if place.county == places.CITY
        else places.elsewhere("old", ordinal)
    )
    gone = places.in_city("gone plate", ordinal, **same_county) if place.county == places.CITY else place
    before: Place | None = None if kind == "first" else gone if kind == "cancel" else old
    after: Place | None = None if kind == "cancel" else place
    merged = (old.address, gone.address) if kind == "merge" else ()
    return Change(
        kind,
        ordinal,
        place.county,
        before,
        after,
        merged,
        chance.day(date(1988, 1, 1), date(2025, 12, 31), "plate", ordinal),
    )


@cache
def by_address() -> Mapping[str, tuple[Change, ...]]:
    """Changes by each address that they name, before or after, in its one spelling."""
    found: dict[str, tuple[Change, ...]] = {}
    for change in changes():
        named = {place.address for place in (change.before, change.after) if place} | set(change.merged)
        for address in sorted(named):
            written = spelling.address(address)
            found[written] = (*found.get(written, ()), change)
    return found
