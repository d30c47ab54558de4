"""Names and addresses under their masks: surname kept, middle hidden, address down to the district.

A name in Chinese characters has a surname of one character, or a compound one, which stays whole. Every other name (Latin
letters, a middle dot, five characters and more: foreign and indigenous names, firms) keeps its first character and then
○○, since nobody can say where its parts lie. A character is taken with the variation selector that may follow it, so
that rare forms (CNS 11643) survive. Where one cannot tell, more is hidden, not less.
"""

import re
import unicodedata
from typing import Final

CIRCLE: Final = "○"

COMPOUND_SURNAMES: Final = frozenset(
    {
        "歐陽", "司馬", "諸葛", "上官", "司徒", "司空", "夏侯", "尉遲", "公孫", "東方", "南宮", "西門", "皇甫", "慕容", "令狐",
        "宇文", "長孫", "鍾離", "端木", "獨孤", "淳于", "申屠", "澹臺", "澹台", "軒轅", "太史", "濮陽", "公冶", "公羊", "赫連",
        "呼延", "東郭", "南門", "百里", "左丘", "梁丘", "聞人", "万俟", "拓跋", "樂正", "公西", "漆雕", "鮮于", "閭丘", "司寇",
    }
)  # fmt: skip
# Taiwan's joined surnames: of three characters the second may as well begin the given name (張·簡明), so that they
# count as compound only in names of four.
JOINED_SURNAMES: Final = frozenset({"張簡", "張廖", "范姜", "翁林", "周黃", "徐辜", "葉劉", "曾江", "劉張", "陳李"})

_LONGEST_CHINESE_NAME: Final = 4
_CITIES: Final = (
    "[臺台]北市|新北市|桃園市|[臺台]中市|[臺台]南市|高雄市|基隆市|新竹市|嘉義市|"
    "新竹縣|苗栗縣|彰化縣|南投縣|雲林縣|嘉義縣|屏東縣|宜蘭縣|花蓮縣|[臺台]東縣|澎湖縣|金門縣|連江縣|"
    "[臺台]北縣|桃園縣|[臺台]中縣|[臺台]南縣|高雄縣"
)
# A city has districts; a county has townships and cities, of which two carry 鎮 or 市 inside their name (平鎮市, 新市鄉).
_DISTRICT: Final = re.compile(
    rf"(?:\(?[0-9]{{3,6}}\)?)?(?:[臺台]灣省|福建省)?((?:{_CITIES}))(?:(?<=市)([^0-9]{{1,3}}?區)|(?<=縣)(.[鎮市][鄉市]|[^0-9]{{1,3}}?[鄉鎮市]))?"
)


def hide_given_name(name: str) -> str:
    """The surname, then a ○ for each character of the given name: 王○○, 歐陽○○; J○○ for all but Chinese names."""
    characters = _characters(name)
    if not _is_chinese_name(characters):
        return _first_only(characters)
    kept = _surname_length(characters)
    return "".join(characters[:kept]) + CIRCLE * (len(characters) - kept)


def hide_middle(name: str) -> str:
    """Surname and last character, a ○ for each between: 王○明, 歐陽○明; of a single given character nothing: 王○."""
    characters = _characters(name)
    if not _is_chinese_name(characters):
        return _first_only(characters)
    kept = _surname_length(characters)
    given = characters[kept:]
    if len(given) == 1:
        return "".join(characters[:kept]) + CIRCLE
    return "".join(characters[:kept]) + CIRCLE * (len(given) - 1) + given[-1]


def to_district(address: str) -> str | None:
    """City and district at the head of an address (新北市板橋區), the city alone where no district follows; else None."""
    plain = "".join(unicodedata.normalize("NFKC", address).split())
    match = _DISTRICT.match(plain)
    return match[1] + (match[2] or match[3] or "") if match else None


def _characters(name: str) -> list[str]:
    """What a reader takes for characters: each with the marks and variation selectors that follow; white space left out."""
    found: list[str] = []
    for sign in name:
        if sign.isspace():
            continue
        if found and unicodedata.category(sign) in ("Mn", "Me", "Mc"):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _is_chinese_name(characters: list[str]) -> bool:
    return 2 <= len(characters) <= _LONGEST_CHINESE_NAME and all(_is_chinese(each[0]) for each in characters)


def _is_chinese(sign: str) -> bool:
    """Han characters of every plane, and private use, where registers keep characters that Unicode lacks."""
    return unicodedata.category(sign) == "Co" or unicodedata.name(sign, "").startswith("CJK ")


def _surname_length(characters: list[str]) -> int:
    head = "".join(characters[:2])
    is_compound = (head in COMPOUND_SURNAMES and len(characters) > 2) or (
        head in JOINED_SURNAMES and len(characters) == _LONGEST_CHINESE_NAME
    )
    return 2 if is_compound else 1


def _first_only(characters: list[str]) -> str:
    return (characters[0] if len(characters) > 1 else "") + CIRCLE * 2
