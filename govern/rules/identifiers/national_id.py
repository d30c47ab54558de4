"""National ID and resident numbers (國民身分證統一編號、統一證號).

One letter and nine digits, or for the old resident form two letters and eight digits. The second character says what it
is: 1 or 2 a citizen, 8 or 9 a resident since 2021, A to D the old resident form. The letter counts as two digits, the
weights are 1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1, and the sum divides by 10. In the old form the second letter counts with the
last digit of its value. The old form is valid until 1 January 2031 (RULES.md); the last day is a parameter's business:
without a day nothing is said to have ended.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Final

from govern.core.wording import Wording
from govern.rules.identifiers.canonical import IdentifierError, plain_code

OLD_FORM_ENDS_ON: Final = date(2031, 1, 1)  # from this day on the old resident form is refused

_LETTERS: Final = {
    **{letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")},
}
_WEIGHTS: Final = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_FORM: Final = re.compile(r"[A-Z][1289][0-9]{8}|[A-Z][A-D][0-9]{8}")

WRONG_FORM: Final = Wording(
    "身分證號應為1個英文字母加9位數字（舊式統一證號為2個字母加8位數字）。",
    "A national ID number is one letter and nine digits (old resident numbers: two letters and eight digits).",
)
WRONG_CHECK_DIGIT: Final = Wording(
    "身分證號的檢查碼不符，請核對證件。",
    "The check digit of the ID number is wrong; please compare it with the document.",
)
OLD_FORM_ENDED: Final = Wording(
    "舊式統一證號已停止使用，請改用新式統一證號。",
    "Old resident numbers are no longer valid; please use the new resident number.",
)


class Holder(StrEnum):
    """Whose number it is."""

    CITIZEN = "citizen"
    RESIDENT = "resident"
    OLD_RESIDENT = "old_resident"


def canonical(text: str, *, on: date | None = None) -> str:
    """The number in its one form (`A123456789`), checked; `IdentifierError` with `wrong_form`, `wrong_check_digit` or
    `old_form_ended`, the last only where `on` is given and the old form had ended by that day."""
    number = plain_code(text)
    if not _FORM.fullmatch(number):
        raise IdentifierError("wrong_form", WRONG_FORM)
    if _sum(number) % 10:
        raise IdentifierError("wrong_check_digit", WRONG_CHECK_DIGIT)
    if on is not None and on >= OLD_FORM_ENDS_ON and holder(number) == Holder.OLD_RESIDENT:
        raise IdentifierError("old_form_ended", OLD_FORM_ENDED)
    return number


def holder(number: str) -> Holder:
    """Whose number a canonical number is, by its second character."""
    if number[1] in "12":
        return Holder.CITIZEN
    return Holder.RESIDENT if number[1] in "89" else Holder.OLD_RESIDENT


def _sum(number: str) -> int:
    first = divmod(_LETTERS[number[0]], 10)
    second = _LETTERS[number[1]] % 10 if number[1].isalpha() else int(number[1])
    digits = (*first, second, *(int(digit) for digit in number[2:]))
    return sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
