"""What a public draw is called: as it was named, and on English pages and in English sentences in English."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from govern.core.wording import Wording
from govern.rules.calendar import ROC_OFFSET, to_english

# The public draws of Taiwan Lottery by the names that it gives them in English.
SORTS: Final[Mapping[str, str]] = {
    "今彩539": "Daily Cash 539 (今彩539)",
    "大樂透": "Lotto 6/49 (大樂透)",
    "威力彩": "Super Lotto (威力彩)",
}
OCCASION: Final = re.compile(r"(.+) ([0-9]{4}-[01][0-9]-[0-3][0-9]) 起第一次開獎(?:，取 ([0-9]+) 個號碼)?")


def sort_name(sort: str) -> Wording:
    """A sort of draw, such as 今彩539; one that is not known is called as it was typed."""
    return Wording(sort, SORTS.get(sort, sort))


def draw_name(name: str) -> Wording:
    """A public draw as it was named (`draw.plan.occasion`); in English its sort, day and numbers.

    What is of another form stands as it was named.
    """
    found = OCCASION.fullmatch(name)
    if found is None:
        return sort_name(name)
    sort, day, count = found.groups()
    on = date.fromisoformat(day)
    taken = f", {count} numbers" if count else ""
    first = f"first on or after {to_english(on)} (ROC {on.year - ROC_OFFSET})"
    return Wording(name, f"{sort_name(sort).en}, {first}{taken}")
