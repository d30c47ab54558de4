"""What a page says, letter by letter: the text of a PDF held against literals of its data (docs/record.md).

Compared without white space and in compatibility form (NFKC), since lines break anywhere and fonts share glyphs; what cannot
be seen is spelled out on the page, 〔U+202E〕.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from audit.check.claim import ClaimFailed

_UNSEEN: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # variation selectors choose a glyph, no more
_CANNOT_BE_SEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LINE_ENDS: Final = re.compile(r"[\t\r\n]+")
_DOTS: Final = str.maketrans({"\u30fb": "\u00b7", "\u2027": "\u00b7"})


def must_say(text: str, literals: Iterable[str]) -> int:
    """Each literal stands in the text; how many different ones that are. Raises `ClaimFailed` for the first that does not."""
    page = plain(text)
    found: set[str] = set()
    for literal in literals:
        sought = plain(as_printed(literal))
        if sought in found:
            continue
        if sought not in page:
            raise ClaimFailed("text_differs")
        found.add(sought)
    return len(found)


def must_say_in_order(text: str, literals: Iterable[str]) -> int:
    """Each literal stands in the text after the place of the one before; how many. Raises `ClaimFailed`."""
    page, at, count = plain(text), 0, 0
    for literal in literals:
        sought = plain(as_printed(literal))
        place = page.find(sought, at)
        if place < 0:
            raise ClaimFailed("text_differs")
        at = place + len(sought)
        count += bool(sought)
    return count


def seen(found: int) -> tuple[str, str]:
    """What was looked at, in both languages."""
    return (
        f"頁面上的{found:,}處文字與所附資料逐一相等",
        f"{found:,} texts on the page, each equal to the attached data",
    )


def plain(text: str) -> str:
    """A text as both sides are compared: compatibility form, no white space, one kind of middle dot."""
    return "".join(_UNSEEN.sub("", unicodedata.normalize("NFKC", text)).split()).translate(_DOTS)


def as_printed(literal: str) -> str:
    """A literal with what cannot be seen spelled out, as the page does; a tab or line end is a space."""
    flat = _LINE_ENDS.sub(" ", literal)
    return "".join(f"〔U+{ord(one):04X}〕" if unicodedata.category(one) in _CANNOT_BE_SEEN else one for one in flat)
