"""What every identifier goes through first: one Unicode form, ASCII digits only, nothing hidden in it.

NFKC first, then a full match (SECURITY.md, trap 11): full-width and mathematical digits become ASCII, and the 600-odd
other decimal digits of Unicode, which `\\d` and `int()` would take, are left for the match to refuse. A trailing newline
passes `$` but not `fullmatch`.
"""

import re
import unicodedata
from typing import Final

from govern.core.errors import InvalidInput
from govern.core.wording import Wording

LONGEST: Final = 200  # characters, before and after normalising: one sign may become eighteen

_ASCII_UPPER: Final = {ord(letter): ord(letter) - 32 for letter in "abcdefghijklmnopqrstuvwxyz"}
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u30fc]")

TOO_LONG: Final = Wording("內容過長。", "This is too long.")
HIDDEN_CHARACTER: Final = Wording(
    "內容含有看不見的字元，請重新輸入，不要用貼上的。",
    "This contains an invisible character; please type it instead of pasting.",
)


class IdentifierError(InvalidInput):
    """A text that is no identifier of its kind. `code` says why, as a row of a file reports it; never holds the text."""

    code = "identifier_wrong"

    def __init__(self, code: str, wording: Wording) -> None:
        super().__init__(wording, code=code)


def plain(text: str) -> str:
    """NFKC, spaces at both ends taken off; refuses what is too long and what cannot be seen (controls, format signs)."""
    if len(text) > LONGEST:
        raise IdentifierError("too_long", TOO_LONG)
    normal = unicodedata.normalize("NFKC", text).strip(" ")
    if len(normal) > LONGEST:
        raise IdentifierError("too_long", TOO_LONG)
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in normal):
        raise IdentifierError("hidden_character", HIDDEN_CHARACTER)
    return normal


def plain_code(text: str) -> str:
    """As `plain`, for numbers with letters: ASCII letters upper case, every dash a hyphen, spaces within taken out.

    Only ASCII letters are raised: `str.upper` would make an I of a dotless ı, and so another person's number.
    """
    return _DASHES.sub("-", plain(text)).replace(" ", "").translate(_ASCII_UPPER)
