"""Names and addresses in one form, so that two spellings give one index.

Both: NFKC, spaces removed, 台 as 臺 (DESIGN.md, "Subjects"). An address besides: the numerals of sections stand as Chinese
numerals, as registers write them (一段), those of neighbourhoods, lanes, alleys, houses, floors and rooms as ASCII digits
(161號, 3樓), and 161-1號 is 161之1號. Numerals that belong to a road's own name (三民路, 中正三路) stay as they are. The postal
code in front goes. Rare characters (CNS 11643, private use, variation selectors) pass unchanged where NFKC lets them.
"""

import re
import unicodedata
from typing import Final

from govern.core.wording import Wording
from govern.rules.identifiers.canonical import IdentifierError, plain

EMPTY: Final = Wording("沒有填寫內容。", "Nothing was filled in.")
NO_ADDRESS: Final = Wording(
    "地址應含縣市、行政區、路名與門牌號碼。", "An address needs city, district, road and house number."
)

_SIGNS: Final = ("〇零", "一壹", "二貳兩", "三參", "四肆", "五伍", "六陸", "七柒", "八捌", "九玖")
_DIGITS: Final = {sign: value for value, signs in enumerate(_SIGNS) for sign in f"{value}{signs}"}
_TENS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100}
_NUMERAL: Final = "〇零一二三四五六七八九十百廿卅壹貳參肆伍陸柒捌玖拾佰兩"
_CHINESE: Final = "〇一二三四五六七八九"

_POSTAL_CODE: Final = re.compile(r"[0-9()]{3,}(?=[^0-9()之\-號巷弄鄰樓段])")
_SECTION: Final = re.compile(rf"(?<=[^{_NUMERAL}0-9])([0-9]{{1,2}}|[{_NUMERAL}]{{1,3}})段")
_UNIT: Final = re.compile(rf"([{_NUMERAL}0-9]+)(?=鄰|巷|弄|衖|號|樓|室|之)")
_AFTER: Final = re.compile(rf"(?<=之)([{_NUMERAL}0-9]+)")
_HYPHEN: Final = re.compile(rf"(?<=[0-9號樓{_NUMERAL}])[-‐‑‒–—−](?=[0-9{_NUMERAL}])")
_FLOOR: Final = re.compile(rf"([0-9{_NUMERAL}]+)F(?![A-Z])", re.IGNORECASE)


def canonical_name(text: str) -> str:
    """The name in its one form; `IdentifierError` with `empty`, `too_long` or `hidden_character`."""
    name = _joined(text)
    if not name:
        raise IdentifierError("empty", EMPTY)
    return name


def canonical_address(text: str) -> str:
    """The address in its one form; `IdentifierError` with `empty`, `wrong_form`, `too_long` or `hidden_character`."""
    address = _joined(text)
    if not address:
        raise IdentifierError("empty", EMPTY)
    if match := _POSTAL_CODE.match(address):
        address = address[match.end() :]
    address = _FLOOR.sub(r"\1樓", address)
    address = _HYPHEN.sub("之", address)
    address = _SECTION.sub(lambda match: f"{_chinese(_number(match[1]))}段", address)
    address = _UNIT.sub(lambda match: str(_number(match[1])), address)
    address = _AFTER.sub(lambda match: str(_number(match[1])), address)
    if not re.search(r"[0-9]", address) or not re.search(r"[號鄰巷弄樓路街段里村]", address):
        raise IdentifierError("wrong_form", NO_ADDRESS)
    return address


def _joined(text: str) -> str:
    # NFKC writes a lone accent as a space and a mark: without the space the mark joins the letter before it.
    return unicodedata.normalize("NFKC", "".join(plain(text).split())).replace("台", "臺")


def _number(numeral: str) -> int:
    """A numeral in digits (161), in Chinese digits (一六一) or in words (一百六十一), even mixed; zeros in front go."""
    spelled = numeral.replace("廿", "二十").replace("卅", "三十")
    total = rest = 0
    for sign in spelled:
        if sign in _TENS:
            total += (rest or 1) * _TENS[sign]
            rest = 0
        else:
            rest = rest * 10 + _DIGITS[sign]
    return total + rest


def _chinese(number: int) -> str:
    """A number below 100 in Chinese words, as sections are written; a larger one stays in digits."""
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    if not tens:
        return _CHINESE[ones]
    return (_CHINESE[tens] if tens > 1 else "") + "十" + (_CHINESE[ones] if ones else "")
