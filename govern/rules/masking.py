"""The mask forms, each with its example.

    none             板橋區                         板橋區
    hide_last_4      A123456789                    A12345****
    keep_last_4      0012345678901                 *********8901      never for a national ID number
    surname_only     王小明                         王○○
    middle_hidden    王小明                         王○明
    year_only        民國75年3月8日                 民國75年
    year_month_only  民國110年5月20日               民國110年5月
    district_only    新北市板橋區中山路一段161號      新北市板橋區
    amount_band      1,234,567                     100萬至200萬元
    exists_only      診斷碼                         有
    redact           （任何內容）                    （遮蔽）

A mask shows what its form promises or less: what it cannot read (an amount in words, a date in no known form, an address
without a city) is hidden whole. Names and addresses are found in `masked_names`; this file knows the forms and their order.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Final

from govern.rules import calendar
from govern.rules.masked_names import hide_given_name, hide_middle, to_district

HIDDEN: Final = "（遮蔽）"
EXISTS: Final = "有"
ABSENT: Final = "無"

_STAR: Final = "*"
_WAN: Final = 10_000
_BANDS_WAN: Final = (0, 10, 50, 100, 200, 500, 1000)
_AMOUNT: Final = re.compile(r"(-?)(?:NT\$|\$)?([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]+)?元?")
_NATIONAL_ID: Final = re.compile(r"[A-Z][A-D0-9][0-9]{8}", re.IGNORECASE)


class UnknownMask(KeyError):
    """A mask code that the program does not know; at load an error, so that none reaches an answer."""


def mask(rule_code: str, text: str, field_type: str) -> str:
    """The text as the mask lets it appear. `field_type` is the catalogue's type of the field.

    An empty text stays empty, except under the two masks that speak of existence: `exists_only` says 無, and `redact` looks
    the same whether there is something to hide or not. Raises `UnknownMask` for a code that is not in `MASKS`.
    """
    try:
        form = MASKS[rule_code]
    except KeyError:
        raise UnknownMask(rule_code) from None
    if not text and rule_code not in SPEAK_OF_EXISTENCE:
        return ""
    if rule_code in ("keep_last_4", "hide_last_4") and is_national_id(text, field_type):
        form = _hide_last_4  # the last four are what every other sheet hides: two sheets would give the whole number
        text = _bare(text) if is_national_id(text, "") else text  # a sign that nobody sees is none of the four
    if rule_code == "exists_only" and field_type == "boolean" and text == "false":
        return ABSENT
    return form(text)


def is_national_id(text: str, field_type: str) -> bool:
    """True for the field type and for any text of that form: a licence number may be its holder's national ID number."""
    return field_type == "national_id" or bool(_NATIONAL_ID.fullmatch(_bare(text)))


def _bare(text: str) -> str:
    """Letters and digits alone: a dash, a space or an invisible sign makes no other number of one."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum())


def fits(rule_code: str, field_type: str) -> bool:
    """True if a field of this type may carry this mask; a catalogue that pairs them otherwise is refused at load."""
    if rule_code not in MASKS:
        return False
    only = _TYPES.get(rule_code)
    return not (rule_code == "keep_last_4" and field_type == "national_id") and (only is None or field_type in only)


def stricter_mask(one: str, other: str) -> str:
    """The most open mask that hides all that either hides; of two that hide different things, `exists_only`."""
    if one not in MASKS or other not in MASKS:
        raise UnknownMask(one if one not in MASKS else other)
    if other in _HIDES_AT_LEAST[one]:
        return other
    if one in _HIDES_AT_LEAST[other]:
        return one
    return "exists_only"


def _none(text: str) -> str:
    return text


def _hide_last_4(text: str) -> str:
    return text[:-4] + _STAR * 4


def _keep_last_4(text: str) -> str:
    if len(text) <= 4:
        return _STAR * 4  # keeping all of it would hide nothing
    return _STAR * (len(text) - 4) + text[-4:]


def _year_only(text: str) -> str:
    date = _date(text)
    if date is None or date.year is None:
        return HIDDEN if date is None else calendar.UNKNOWN
    return calendar.roc_year(date.year)


def _year_month_only(text: str) -> str:
    date = _date(text)
    if date is None or date.year is None:
        return HIDDEN if date is None else calendar.UNKNOWN
    return calendar.roc_year(date.year) + (f"{date.month}月" if date.month else "")


def _date(text: str) -> calendar.RegisterDate | None:
    try:
        return calendar.read(text)
    except calendar.DateError:
        return None


def _amount_band(text: str) -> str:
    """Bands in 萬元, upper end included: 0, to 10, 50, 100, 200, 500, 1000, above. A debit has 負 before its band."""
    match = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if match is None:
        return HIDDEN
    amount = Decimal(match[2].replace(",", "") + (match[3] or ""))
    if amount == 0:
        return "0元"
    return ("負" if match[1] else "") + _band(amount)


def _band(amount: Decimal) -> str:
    for lower, upper in pairwise(_BANDS_WAN):
        if amount <= upper * _WAN:
            return f"{lower}萬至{upper}萬元" if lower else f"{upper}萬元以下"
    return f"超過{_BANDS_WAN[-1]}萬元"


def _exists_only(text: str) -> str:
    return EXISTS if text.strip() else ABSENT


def _redact(text: str) -> str:
    return HIDDEN


MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "none": _none,
    "hide_last_4": _hide_last_4,
    "keep_last_4": _keep_last_4,
    "surname_only": hide_given_name,
    "middle_hidden": hide_middle,
    "year_only": _year_only,
    "year_month_only": _year_month_only,
    "district_only": lambda text: to_district(text) or HIDDEN,
    "amount_band": _amount_band,
    "exists_only": _exists_only,
    "redact": _redact,
}

# Masks that say something of an absent value too, so that absence is not read from a gap.
SPEAK_OF_EXISTENCE: Final = frozenset({"exists_only", "redact"})

_TYPES: Final[Mapping[str, frozenset[str]]] = {
    "surname_only": frozenset({"name"}),
    "middle_hidden": frozenset({"name"}),
    "year_only": frozenset({"date", "datetime", "year", "year_month"}),
    "year_month_only": frozenset({"date", "datetime", "year_month"}),
    "district_only": frozenset({"address"}),
    "amount_band": frozenset({"money", "integer", "decimal"}),
}

# For each mask those that hide all that it hides, itself included: `stricter_mask` picks from them.
_HIDES_AT_LEAST: Final[Mapping[str, frozenset[str]]] = {
    "none": frozenset(MASKS),
    "hide_last_4": frozenset({"hide_last_4", "exists_only", "redact"}),
    "keep_last_4": frozenset({"keep_last_4", "exists_only", "redact"}),
    "surname_only": frozenset({"surname_only", "exists_only", "redact"}),
    "middle_hidden": frozenset({"middle_hidden", "surname_only", "exists_only", "redact"}),
    "year_only": frozenset({"year_only", "exists_only", "redact"}),
    "year_month_only": frozenset({"year_month_only", "year_only", "exists_only", "redact"}),
    "district_only": frozenset({"district_only", "exists_only", "redact"}),
    "amount_band": frozenset({"amount_band", "exists_only", "redact"}),
    "exists_only": frozenset({"exists_only", "redact"}),
    "redact": frozenset({"redact"}),
}
