"""Unified business numbers (統一編號), before and after 2023.

Eight digits; weights 1, 2, 1, 2, 1, 2, 4, 1, the digits of each product added. Since April 2023 the sum divides by 5, before
it divided by 10, so that every older number still holds. A seven as the seventh digit gives 28 and so 2 + 8 = 10, whose
digits may be added once more: then the sum or the sum + 1 divides (Ministry of Finance).
"""

import re
from datetime import date
from typing import Final

from govern.core.wording import Wording
from govern.rules.identifiers.canonical import IdentifierError, plain_code

NEW_RULE_FROM: Final = date(2023, 4, 1)

_WEIGHTS: Final = (1, 2, 1, 2, 1, 2, 4, 1)
_FORM: Final = re.compile(r"[0-9]{8}")

WRONG_FORM: Final = Wording("統一編號應為8位數字。", "A business number is eight digits.")
WRONG_CHECK_DIGIT: Final = Wording(
    "統一編號的檢查碼不符，請核對登記文件。",
    "The check digit of the business number is wrong; please check the document.",
)


def canonical(text: str, *, on: date | None = None) -> str:
    """The number in its one form, eight ASCII digits, checked by the rule that held on a day (without one: the present).

    `IdentifierError` with `wrong_form` or `wrong_check_digit`.
    """
    number = plain_code(text)
    if not _FORM.fullmatch(number):
        raise IdentifierError("wrong_form", WRONG_FORM)
    if not has_valid_check_digit(number, divisor=10 if on is not None and on < NEW_RULE_FROM else 5):
        raise IdentifierError("wrong_check_digit", WRONG_CHECK_DIGIT)
    return number


def has_valid_check_digit(number: str, *, divisor: int) -> bool:
    """Whether eight digits add up: `divisor` is 5 since April 2023 and was 10 before."""
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(number, _WEIGHTS, strict=True))
    return total % divisor == 0 or (number[6] == "7" and (total + 1) % divisor == 0)
