"""What a value of an answer looks like on screen: ROC dates, thousands, names of codes; empty is said, never left blank.

Only a value that comes in clear is made readable here. A masked one stands exactly as the rulebook gives it: what a mask
left over must not be read again, and a date cut to its year must not grow a month on the way to the page.
"""

from typing import Final

from admin.frame.display import MONTHS
from admin.frame.language import language, t
from govern.catalogue.data_item import DataItemField
from govern.core.wording import Wording
from govern.rules.calendar import ROC_OFFSET, DateError, RegisterDate, read, roc_year

YES: Final = Wording("是", "Yes")
NO: Final = Wording("否", "No")
NUMBERS: Final = frozenset({"money", "integer", "decimal"})


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
