"""The desk's form: what it asks for a case item, and what was typed, as a `LookupRequest`.

The subject's keys are never put back into a page: who typed something wrong types them again (LOOK.md, Forms).
"""

import csv
import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from govern.access.gather import Purpose, purpose
from govern.catalogue.agency import Agency
from govern.catalogue.data_item import DataItem
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.core import clock
from govern.core.errors import InvalidInput
from govern.core.wording import Wording
from govern.lookups.request import NARROWING, WRONG, FileInput, GroundInput, KeyInput, LookupRequest, SubjectInput
from govern.rules.actor import Actor
from govern.rules.calendar import DateError, read
from govern.rules.facts import Appearance
from govern.rules.identifiers import kinds

WRONG_DATE: Final = Wording(
    "請以民國年月日填寫，例如115年11月24日或1151124。", "Write a ROC date, such as 115年11月24日 or 1151124."
)
WRONG_FILE: Final = Wording(
    "請選擇一個文字檔或CSV檔，每列一個號碼。", "Choose a text or CSV file with one number a row."
)
MOST_ROWS: Final = 5000
TOO_MANY_ROWS: Final = Wording("一個檔案最多5,000列。", "A file has at most 5,000 rows.")


@dataclass(frozen=True, slots=True)
class ItemToAsk:
    """One data item beside the form: which of its fields come whole, masked, not at all."""

    code: str
    name: Wording
    scope: str
    owner: Wording
    clear: tuple[Wording, ...]
    masked: tuple[Wording, ...]
    hidden: int
    source_state: str
    key_kinds: tuple[str, ...]
    takes_file: bool
    narrowing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What the page shows for a case item."""

    case_item: str
    name: Wording
    business_agency: Wording
    bases: tuple[str, ...]
    valid_to: date
    urgency: str
    consent_required: bool
    items: tuple[ItemToAsk, ...]
    right_ends_on: date | None

    @property
    def key_kinds(self) -> tuple[str, ...]:
        """The kinds of key that the items are asked by, each once."""
        found = dict.fromkeys(item.key_kinds[0] for item in self.items if not item.takes_file)
        return tuple(found)

    @property
    def takes_file(self) -> bool:
        """Whether the case item is asked with a file of numbers."""
        return any(item.takes_file for item in self.items)

    @property
    def narrowing(self) -> tuple[str, ...]:
        """Inputs that must go with a key, each once."""
        return tuple(dict.fromkeys(name for item in self.items for name in item.narrowing))

    @property
    def owners(self) -> int:
        """How many data owners are asked."""
        return len({item.owner for item in self.items})

    @property
    def permitted(self) -> int:
        """How many fields the case item permits."""
        return sum(len(item.clear) + len(item.masked) for item in self.items)

    @property
    def hidden(self) -> int:
        """How many it does not."""
        return sum(item.hidden for item in self.items)


def form_for(actor: Actor, session: Session, case_item: str) -> Form:
    """The form of a case item; `NotFound` for one that nobody proposed."""
    known = purpose(session, person_id=actor.person_id, agency=actor.agency, case_item=case_item, on=clock.today())
    agencies = {agency.code: agency for agency in session.scalars(select(Agency))}
    return Form(
        case_item=case_item,
        name=known.version.name,
        business_agency=agencies[known.facts.business_agency].name,
        bases=_bases(session, known),
        valid_to=known.version.valid_to,
        urgency=known.version.urgency,
        consent_required=known.version.consent_required,
        items=tuple(_item(known, code, agencies) for code in known.permitted),
        right_ends_on=known.right.ends_on if known.right and not known.right.ended else None,
    )


def _bases(session: Session, known: Purpose) -> tuple[str, ...]:
    rows = session.execute(
        select(LegalBasis.law_zh, LegalBasis.article)
        .join(VersionLegalBasis, VersionLegalBasis.legal_basis == LegalBasis.id)
        .where(VersionLegalBasis.version_id == known.version.id)
        .order_by(VersionLegalBasis.seq)
    )
    return tuple(f"{law}{article}" for law, article in rows)


def _item(known: Purpose, code: str, agencies: Mapping[str, Agency]) -> ItemToAsk:
    item: DataItem = known.items[code]
    names = {field.code: field.name for field in item.fields}
    permitted = known.permitted[code].fields
    source = known.sources.get(code)
    takes_file = item.subject_key == "file"
    own = "national_id" if takes_file else item.subject_key
    return ItemToAsk(
        code=code,
        name=item.name,
        scope=item.scope,
        owner=Wording(agencies[item.owner].short_zh or agencies[item.owner].name_zh, agencies[item.owner].name_en),
        clear=tuple(names[field.code] for field in permitted if field.appearance == Appearance.CLEAR),
        masked=tuple(names[field.code] for field in permitted if field.appearance != Appearance.CLEAR),
        hidden=len(item.fields) - len(permitted),
        source_state=source.state if source else "missing",
        key_kinds=(own, *item.alt_subject_keys),
        takes_file=takes_file,
        narrowing=tuple(item.narrowing),
    )


def request_from(form: Form, typed: "MultiDict[str, str]", file: FileStorage | None) -> LookupRequest:
    """What was typed as a request; `InvalidInput` for what cannot even be read (a date, a file)."""
    wrong: dict[str, Wording] = {}
    ground = GroundInput(
        typed.get("ground_kind") or None,
        typed.get("document", ""),
        _roc_date(typed.get("signed_on", ""), "signed_on", wrong),
    )
    items = tuple(typed.getlist("item")) or None
    rows = _rows(file, wrong) if form.takes_file else ()
    if wrong:
        raise InvalidInput(WRONG, fields=wrong)
    keys = tuple(
        KeyInput(kind, typed.get(f"subject_1_{kind}", ""))
        for kind in kinds.KINDS
        if typed.get(f"subject_1_{kind}", "").strip()
    )
    narrowing = {name: typed.get(f"subject_1_{name}", "") for name in NARROWING}
    return LookupRequest(
        case_item=form.case_item,
        case_number=typed.get("case_number", ""),
        subjects=() if form.takes_file else (SubjectInput(keys, ground, narrowing),),
        file=FileInput(rows, ground) if form.takes_file else None,
        reason=typed.get("reason", ""),
        items=items,
        due_at=_due_at(form, typed),
        intent_key=typed.get("intent_key", "")[:64] or uuid.uuid4().hex,
    )


def _roc_date(text: str, name: str, wrong: dict[str, Wording]) -> date | None:
    if not text.strip():
        return None
    try:
        found = read(text if "年" not in text or "民國" in text else f"民國{text}").whole
    except DateError:
        found = None
    if found is None:
        wrong[name] = WRONG_DATE
    return found


def _due_at(form: Form, typed: "MultiDict[str, str]") -> datetime | None:
    """A scheduled look-up is due after the minutes chosen; any other at once."""
    if form.urgency != "scheduled":
        return None
    minutes = typed.get("due_in_minutes", "0")
    return clock.now() + timedelta(minutes=int(minutes) if minutes.isdigit() and int(minutes) <= 1440 else 0)


def _rows(file: FileStorage | None, wrong: dict[str, Wording]) -> tuple[tuple[int, str], ...]:
    """The numbers of an uploaded file: first column of each row, empty rows left out, numbered as people count them.

    The file is read in memory and never written down (DESIGN.md, Uploads). A first row without a digit is a heading.
    """
    if file is None or not file.filename:
        wrong["file"] = WRONG_FILE
        return ()
    raw = file.stream.read()
    for encoding in ("utf-8-sig", "cp950"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        wrong["file"] = WRONG_FILE
        return ()
    try:
        listed = list(csv.reader(io.StringIO(text), strict=False))
    except csv.Error:
        wrong["file"] = WRONG_FILE
        return ()
    rows = [(number, row[0].strip()) for number, row in enumerate(listed, start=1) if row and row[0].strip()]
    if rows and not any(letter.isdigit() for letter in rows[0][1]):
        rows = rows[1:]
    if not rows:
        wrong["file"] = WRONG_FILE
    elif len(rows) > MOST_ROWS:
        wrong["file"] = TOO_MANY_ROWS
    return tuple(rows)
