"""A list as a CSV file: capped, in the visitor's language, and with no cell that a spreadsheet would run.

A cell that begins as a formula does gets an apostrophe before it (OWASP, CSV injection); UTF-8 with its mark, so that
spreadsheets read the Chinese.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from flask import Response

from admin.frame.display import State
from admin.frame.language import t, w
from govern.core import clock
from govern.core.clock import TAIPEI
from govern.core.wording import Wording

ROWS_AT_MOST: Final = 5000
BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_response(name: str, heads: Sequence[str], cells: Sequence[Sequence[Any]]) -> Response:
    """The file, to be saved under the list's name and the day."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(heads)
    writer.writerows([[plain(cell) for cell in row] for row in cells])
    response = Response("\ufeff" + file.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{clock.today():%Y%m%d}.csv"'
    return response


def plain(value: Any) -> str:
    """A cell as text that stays text."""
    text = _text(value)
    return f"'{text}" if text.startswith(BEGINS_A_FORMULA) else text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Wording):
        return w(value)
    if isinstance(value, State):
        return w(value.word)
    if isinstance(value, bool):
        return t("是", "yes") if value else t("否", "no")
    if isinstance(value, datetime):
        return f"{value.astimezone(TAIPEI):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple | frozenset):
        return "、".join(_text(each) for each in value)
    return str(value)
