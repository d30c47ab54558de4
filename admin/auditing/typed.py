"""What an auditor typed: days by the ROC calendar, ids from a form."""

import uuid
from datetime import date
from typing import Final

from govern.core.errors import InvalidInput, NotFound
from govern.core.wording import Wording
from govern.rules.calendar import DateError, read

NO_DAY: Final = Wording(
    "請以民國年月日填寫，例如115年12月4日。", "Write the day as year, month, day, such as 2026-12-04."
)


def day_typed(text: str, place: str = "due_on") -> date:
    """The day that was typed, in any form that people write; `InvalidInput` naming its place for anything else."""
    try:
        found = read(text if "年" not in text or "民國" in text else f"民國{text.strip()}").whole
    except (DateError, ValueError):
        found = None
    if found is None:
        raise InvalidInput(NO_DAY, fields={place: NO_DAY})
    return found


def id_typed(text: str) -> uuid.UUID:
    """An id from a form; what is none is `NotFound`, like a foreign one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None
