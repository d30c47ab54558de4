"""Checks while typing: one value, in the body, held against the server's own rule; nothing of it is stored or logged."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, Response, jsonify, request

from admin.frame.forms.day import as_typed, in_full, weekday_of
from admin.frame.language import w
from govern.core import clock
from govern.core.errors import NotFound
from govern.core.wording import Wording
from govern.rules.calendar import DayError, read_day
from govern.rules.identifiers import kinds
from govern.rules.identifiers.canonical import IdentifierError

pages = Blueprint("forms", __name__, url_prefix="/form")

LONGEST: Final = 400
FITS: Final = Wording("格式正確", "Well formed")
CHECK_DIGIT_FITS: Final = Wording("檢查碼正確", "Check digit correct")
HAVE_CHECK_DIGIT: Final = frozenset({"national_id", "company_no"})

Answer = Mapping[str, object]


@pages.post("/check")
def check() -> Response:
    """Whether a value is right, and the sentence that says so or how to mend it."""
    kind, value = request.form.get("kind", ""), request.form.get("value", "")[:LONGEST]
    judge = CHECKS.get(kind)
    if judge is None:
        raise NotFound
    return jsonify(judge(kind, value))


def _day(_kind: str, value: str) -> Answer:
    """A day is shown back as the field writes days, and said in full."""
    try:
        found = read_day(value)
    except DayError as no:
        return {"right": False, "says": w(no.wording)}
    return {"right": True, "says": w(weekday_of(value)), "heard": w(in_full(found)), "value": as_typed(found)}


def _key(kind: str, value: str) -> Answer:
    """A subject's key is never sent back, not even in its canonical form."""
    try:
        kinds.parse(kind, value, on=clock.today())
    except IdentifierError as no:
        return {"right": False, "says": w(no.wording)}
    return {"right": True, "says": w(CHECK_DIGIT_FITS if kind in HAVE_CHECK_DIGIT else FITS)}


CHECKS: Final[Mapping[str, Callable[[str, str], Answer]]] = {"day": _day, **dict.fromkeys(kinds.KINDS, _key)}
