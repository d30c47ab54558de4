"""Vehicle plates (車號): 1234-AB, AB-1234, ABC-123, ABC-1234 and others; kept in upper case without hyphen.

Four to seven letters and digits with at least one digit. Plates of special use carry a Chinese sign in front (試, 臨, 軍,
外, 使, 領), which is kept. The forms of a century are many and new ones come, so that no list of them is held here: what a
register does not know it does not find.
"""

import re
from typing import Final

from govern.core.wording import Wording
from govern.rules.identifiers.canonical import IdentifierError, plain_code

_FORM: Final = re.compile(r"[試臨軍外使領]?(?=[A-Z0-9]*[0-9])[A-Z0-9]{4,7}")
_HYPHENS: Final = re.compile(r"(?<=[A-Z0-9試臨軍外使領])-(?=[A-Z0-9])")

WRONG_FORM: Final = Wording(
    "車號應為4至7個英文字母與數字，例如 ABC-1234。", "A plate is four to seven letters and digits, such as ABC-1234."
)


def canonical(text: str) -> str:
    """The plate in its one form (`ABC1234`); `IdentifierError` with `wrong_form`."""
    plate = _HYPHENS.sub("", plain_code(text))
    if not _FORM.fullmatch(plate):
        raise IdentifierError("wrong_form", WRONG_FORM)
    return plate
