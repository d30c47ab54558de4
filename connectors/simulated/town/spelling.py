"""One spelling for what people write in several: names, addresses, land numbers and plates, as registers find them."""

import re
import unicodedata
from typing import Final

_DIGITS: Final = {digit: place for place, digit in enumerate("〇一二三四五六七八九")} | {"零": 0}
_CHINESE_NUMBER: Final = re.compile(r"[〇零一二三四五六七八九十百]+(?=[段巷弄號樓鄰之]|$)")


def name(text: str) -> str:
    """A name without spaces, in one form of its characters (NFKC), in capitals and with 台 as 臺."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("台", "臺").upper()


def address(text: str) -> str:
    """An address without spaces, 台 as 臺, numerals of sections, lanes, houses and floors as digits, `-` as 之."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).replace("台", "臺")
    plain = re.sub(r"(?<=\d)-(?=\d)", "之", plain)
    return _CHINESE_NUMBER.sub(lambda found: str(_number(found[0])), plain)


def number(text: str) -> str:
    """A land or building number, a plate or an ID number without separators, in capitals."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())


def _number(text: str) -> int:
    total = 0
    unit = 0
    for letter in text:
        if letter in _DIGITS:
            unit = unit * 10 + _DIGITS[letter]
        else:
            total += (unit or 1) * (10 if letter == "十" else 100)
            unit = 0
    return total + unit
