"""What a clerk typed into the desk's form, as a `LookupRequest`; what cannot even be read is said beside its field.

A file is read in memory and never written down (DESIGN.md, "Uploads"). Nothing of a subject is put back into a page: who
typed a key wrong types it again, so that no key ever returns in clear.
"""

import csv
import io
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from werkzeug.datastructures import FileStorage, MultiDict

from admin.desk.form import Form
from admin.frame.forms.day import day_in
from govern.core import clock
from govern.core.errors import InvalidInput
from govern.core.wording import Wording
from govern.lookups.request import NARROWING, WRONG, FileInput, GroundInput, KeyInput, LookupRequest, SubjectInput
from govern.rules.identifiers import kinds

WRONG_FILE: Final = Wording(
    "請選擇一個文字檔或CSV檔，每列一個號碼。", "Choose a text or CSV file with one number a row."
)
MOST_ROWS: Final = 5000
TOO_MANY_ROWS: Final = Wording("一個檔案最多5,000列。", "A file has at most 5,000 rows.")
NO_ITEM: Final = Wording("請至少勾選一個查調項目。", "Tick at least one data item.")
NO_VALID_ROW: Final = Wording(
    "檔案裡沒有一列是正確的號碼，沒有送出任何查調。",
    "No row of the file holds a correct number; nothing was looked up.",
)
ENCODINGS: Final = ("utf-8-sig", "cp950")
LONGEST_WAIT_MIN: Final = 1440
FORM_KEY_LENGTH: Final = 64

# What the use case says of a form as a whole, at the row of the form where it can be mended.
PLACES: Final[Mapping[str, tuple[str, Wording]]] = {
    "item_not_in_case_item": ("items", NO_ITEM),
    "file_without_valid_rows": ("file", NO_VALID_ROW),
    "file_of_two_kinds": ("file", WRONG_FILE),
}


def mistakes_of(wrong: InvalidInput) -> dict[str, Wording]:
    """What is wrong, by the id of the row of the form that mends it."""
    if wrong.fields:
        return wrong.fields
    place, wording = PLACES.get(wrong.code, ("case_number", wrong.wording))
    return {place: wording}


def request_from(
    form: Form, typed: "MultiDict[str, str]", file: FileStorage | None, *, former: uuid.UUID | None = None
) -> LookupRequest:
    """What was typed as a request; `InvalidInput` for what cannot even be read (a date, a file), all at once."""
    wrong: dict[str, Wording] = {}
    ground = GroundInput(
        typed.get("ground_kind") or None,
        typed.get("document", ""),
        day_in(typed, "signed_on", wrong),
    )
    items = tuple(typed.getlist("item"))
    if not items:
        wrong["items"] = NO_ITEM
    rows = _rows(file, wrong) if form.takes_file else ()
    if wrong:
        raise InvalidInput(WRONG, fields=wrong)
    keys = tuple(
        KeyInput(kind, typed.get(f"subject_1_{kind}", ""))
        for kind in kinds.KINDS
        if typed.get(f"subject_1_{kind}", "").strip()
    )
    narrowing = {name: typed.get(f"subject_1_{name}", "") for name in NARROWING}
    chosen = {item.code: typed.get(f"key_kind_{item.code}", "") for item in form.items if len(item.key_kinds) > 1}
    return LookupRequest(
        case_item=form.case_item,
        case_number=typed.get("case_number", ""),
        subjects=() if form.takes_file else (SubjectInput(keys, ground, narrowing),),
        file=FileInput(rows, ground) if form.takes_file else None,
        reason=typed.get("reason", ""),
        items=items,
        key_kinds={code: kind for code, kind in chosen.items() if kind},
        due_at=_due_at(form, typed),
        intent_key=typed.get("intent_key", "")[:FORM_KEY_LENGTH] or uuid.uuid4().hex,
        former=former,
    )


def _due_at(form: Form, typed: "MultiDict[str, str]") -> datetime | None:
    """A scheduled look-up is due after the minutes chosen; any other at once."""
    if form.urgency != "scheduled":
        return None
    minutes = typed.get("due_in_minutes", "0")
    return clock.now() + timedelta(
        minutes=int(minutes) if minutes.isdigit() and int(minutes) <= LONGEST_WAIT_MIN else 0
    )


def _rows(file: FileStorage | None, wrong: dict[str, Wording]) -> tuple[tuple[int, str], ...]:
    """The numbers of an uploaded file: first column of each row, empty rows left out, numbered as people count them.

    A first row without a digit is a heading.
    """
    listed = _listed(file)
    rows = [(number, row[0].strip()) for number, row in enumerate(listed, start=1) if row and row[0].strip()]
    if rows and not any(letter.isdigit() for letter in rows[0][1]):
        rows = rows[1:]
    if not rows:
        wrong["file"] = WRONG_FILE
    elif len(rows) > MOST_ROWS:
        wrong["file"] = TOO_MANY_ROWS
    return tuple(rows)


def _listed(file: FileStorage | None) -> list[list[str]]:
    """The rows of a file in one of the two encodings that offices write; none for what is no text."""
    if file is None or not file.filename:
        return []
    raw = file.stream.read()
    for encoding in ENCODINGS:
        try:
            return list(csv.reader(io.StringIO(raw.decode(encoding)), strict=False))
        except (UnicodeDecodeError, csv.Error):
            continue
    return []
