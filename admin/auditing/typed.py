"""What an auditor typed: days by the ROC calendar, ids from a form."""

import uuid
from datetime import date

from govern.core.errors import InvalidInput, NotFound
from govern.rules.calendar import DayError, read_day


def day_typed(text: str, place: str = "due_on") -> date:
    """The day that was typed, in any form that people write; `InvalidInput` naming its place for anything else."""
    try:
        return read_day(text)
    except DayError as no:
        raise InvalidInput(no.wording, fields={place: no.wording}) from None


def id_typed(text: str) -> uuid.UUID:
    """An id from a form; what is none is `NotFound`, like a foreign one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None
