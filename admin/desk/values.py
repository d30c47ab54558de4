"""What a value of an answer looks like on screen: ROC dates, thousands, names of codes; empty is said, never left blank.

Only a value that comes in clear is made readable here. A masked one stands exactly as the rulebook gives it: what a mask
left over must not be read again, and a date cut to its year must not grow a month on the way to the page. On an English page
the words that a mask itself put in are said in English, and only where the whole text is of that mask's form.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from admin.frame.display import MONTHS
from admin.frame.language import language, t
from govern.catalogue.data_item import DataItemField
from govern.core.wording import Wording
from govern.rules.calendar import ROC_OFFSET, UNKNOWN, DateError, RegisterDate, read, roc_year
from govern.rules.masking import ABSENT, EXISTS, HIDDEN

YES: Final = Wording("是", "Yes")
NO: Final = Wording("否", "No")
NUMBERS: Final = frozenset({"money", "integer", "decimal"})
WAN: Final = 10_000
BAND: Final = re.compile(r"(負?)(超過)?(?:([0-9]+)萬至)?([0-9]+)(萬?)元(以下)?")
YEAR: Final = re.compile(r"民國(前?)([0-9]+)年(?:([0-9]{1,2})月)?")


def on_screen(field: DataItemField, text: str) -> str:
    """A clear value as people read it; a text that is not what its type says stays as the register wrote it."""
    if not text:
        return ""
    for value in field.values:
        if value["code"] == text:
            return str(value["en"] if language() == "en" else value["zh"])
    if field.type == "boolean" and text in ("true", "false"):
        return (YES if text == "true" else NO).in_language(language())
    if field.type in NUMBERS:
        return _number(text, is_money=field.type == "money")
    if field.type == "year":
        return _year(text)
    if field.type in ("date", "year_month", "datetime"):
        return _date(text, has_time=field.type == "datetime")
    return text


def masked_on_screen(mask: str, text: str) -> str:
    """A masked value as the rulebook gives it; in English, the mask's own words in English."""
    if language() != "en" or not text:
        return text
    if text == HIDDEN:
        return "(masked)"
    return _MASKED_IN_ENGLISH.get(mask, str)(text)


def _band(text: str) -> str:
    found = BAND.fullmatch(text)
    if found is None:
        return text
    below, over, lower, upper, is_wan, at_most = found.groups()
    many = WAN if is_wan else 1
    amount = f"NT${int(upper) * many:,}"
    said = f"NT${int(lower) * WAN:,} to {amount}" if lower else amount
    return ("minus " if below else "") + ("over " if over else "") + said + (" or less" if at_most else "")


def _cut_date(text: str) -> str:
    if text == UNKNOWN:
        return "unknown"
    found = YEAR.fullmatch(text)
    if found is None or (found[3] and not 1 <= int(found[3]) <= len(MONTHS)):
        return text
    year = ROC_OFFSET + 1 - int(found[2]) if found[1] else ROC_OFFSET + int(found[2])
    return _in_english(RegisterDate(text, year, int(found[3]) if found[3] else None))


_MASKED_IN_ENGLISH: Final[Mapping[str, Callable[[str], str]]] = {
    "amount_band": _band,
    "year_only": _cut_date,
    "year_month_only": _cut_date,
    "exists_only": lambda text: {EXISTS: "yes, there is", ABSENT: "none"}.get(text, text),
}


def _number(text: str, *, is_money: bool) -> str:
    whole, point, rest = text.lstrip("-").partition(".")
    if not whole.isascii() or not whole.isdigit() or (point and not (rest.isascii() and rest.isdigit())):
        return text
    said = ("-" if text.startswith("-") else "") + f"{int(whole):,}" + point + rest
    return t("{amount}元", "NT${amount}", amount=said) if is_money else said


def _year(text: str) -> str:
    """Registers write 114 or 2025; both are 114年."""
    if not (text.isascii() and text.isdigit()) or len(text) > 4:
        return text
    roc = int(text) - (ROC_OFFSET if len(text) == 4 else 0)
    if roc <= 0:
        return text
    return t("{roc}年", "{year} (ROC {roc})", roc=roc, year=roc + ROC_OFFSET)


def _date(text: str, *, has_time: bool) -> str:
    try:
        known = read(text)
    except DateError:
        return text
    if known.year is None:
        return text
    clock = f" {text[11:16]}" if has_time and len(text) >= 16 and text[13:14] == ":" else ""
    return (_in_english(known) if language() == "en" else _in_chinese(known)) + clock


def _in_chinese(known: RegisterDate) -> str:
    """As complete as the register has it: 民國75年3月8日, 民國75年3月, 民國75年."""
    parts = [roc_year(known.year or 0)]
    parts += [f"{known.month}月"] if known.month else []
    parts += [f"{known.day}日"] if known.day else []
    return "".join(parts)


def _in_english(known: RegisterDate) -> str:
    parts = [str(known.day)] if known.day else []
    parts += [MONTHS[known.month - 1]] if known.month else []
    year = known.year or 0
    roc = f" (ROC {year - ROC_OFFSET})" if year > ROC_OFFSET else ""
    return " ".join([*parts, str(year)]) + roc
