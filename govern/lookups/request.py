"""What a clerk asks for, as typed; and the same with every key brought to its canonical form, or the reasons why not."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from govern.catalogue.data_item import DataItem
from govern.core.errors import InvalidInput
from govern.core.wording import Wording
from govern.rules.facts import GroundFacts
from govern.rules.identifiers import kinds

WRONG: Final = Wording("有欄位需要修正，尚未送出任何查調。", "Some fields need to be put right; nothing was looked up.")
NOT_FOUND_KEY: Final = Wording(
    "這個查調項目需要{kind}，請填入或不查這一項。", "This look-up needs a {kind}; enter one or leave it out."
)
TOO_LONG: Final = Wording("最多{limit}個字。", "At most {limit} characters.")
EMPTY: Final = Wording("請填寫這一欄。", "Please fill this in.")

# Why a row of a file was sent nowhere, by the code that its row keeps.
ROW_REASONS: Final[Mapping[str, Wording]] = {
    "wrong_form": Wording("格式不是身分證號。", "This is no national ID number."),
    "wrong_check_digit": Wording("檢查碼不符，可能打錯。", "The check digit is wrong; it may be mistyped."),
    "old_form_ended": Wording("舊式統一證號已失效。", "Resident numbers of the old form have ended."),
    "repeated": Wording("與前面的列重複。", "An earlier row has the same number."),
    "own_data": Wording("不得查調自己的資料。", "Nobody looks up the own data."),
    "hidden_character": Wording("含有看不見的字元。", "It holds an invisible character."),
    "too_long": Wording("內容過長。", "It is too long."),
    "empty": Wording("沒有內容。", "It is empty."),
}

NARROWING: Final[Mapping[str, Wording]] = {
    "birth_year": Wording("出生年（民國）", "Year of birth (ROC)"),
    "district": Wording("行政區", "District"),
}


@dataclass(frozen=True, slots=True)
class KeyInput:
    """A key as typed."""

    kind: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GroundInput:
    """A ground as typed: its kind, the number of its document, and when that was signed."""

    kind: str | None
    document: str = field(default="", repr=False)
    signed_on: date | None = None

    def facts(self) -> GroundFacts:
        """What the rulebook reads of it."""
        return GroundFacts(self.kind or None, bool(self.document.strip()), self.signed_on)


@dataclass(frozen=True, slots=True)
class SubjectInput:
    """A subject as typed, with its own ground."""

    keys: tuple[KeyInput, ...]
    ground: GroundInput
    narrowing: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class FileInput:
    """An uploaded file of numbers: one a row, in order, empty rows left out by the reader with their numbers kept."""

    rows: tuple[tuple[int, str], ...] = field(repr=False)
    ground: GroundInput


@dataclass(frozen=True, slots=True)
class LookupRequest:
    """One submission. `intent_key` is made with the form, so that posting it twice makes one look-up (SECURITY.md, F12)."""

    case_item: str
    case_number: str = field(repr=False)
    subjects: tuple[SubjectInput, ...] = ()
    file: FileInput | None = None
    reason: str = field(default="", repr=False)
    items: tuple[str, ...] | None = None  # of the case item's data items; none: all
    key_kinds: Mapping[str, str] = field(default_factory=dict)  # data item: the alternative key that the clerk chose
    due_at: datetime | None = None
    intent_key: str = field(default_factory=lambda: uuid.uuid4().hex)
    former: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class CanonicalKey:
    """A key in its one form, and how it is shown."""

    kind: str
    value: str = field(repr=False)
    shown: str


@dataclass(frozen=True, slots=True)
class CanonicalSubject:
    """A subject whose keys are canonical. `row_number` is that of an uploaded file."""

    ordinal: int
    keys: tuple[CanonicalKey, ...]
    narrowing: Mapping[str, str]
    ground: GroundInput = field(repr=False)
    row_number: int | None = None

    def key(self, kind: str) -> CanonicalKey:
        """The subject's key of a kind; `KeyError` when it has none."""
        for key in self.keys:
            if key.kind == kind:
                return key
        raise KeyError(kind)


@dataclass(frozen=True, slots=True)
class CanonicalRows:
    """An uploaded file's valid rows as subjects, and the wrong ones by number and reason."""

    subjects: tuple[CanonicalSubject, ...]
    wrong: tuple[tuple[int, str], ...]


def check_texts(request: LookupRequest) -> None:
    """Raise `InvalidInput` for a case number or reason that cannot be kept; names the fields."""
    wrong: dict[str, Wording] = {}
    if not request.case_number.strip():
        wrong["case_number"] = EMPTY
    elif len(request.case_number) > 80:
        wrong["case_number"] = TOO_LONG.fill(limit=80)
    if len(request.reason) > 400:
        wrong["reason"] = TOO_LONG.fill(limit=400)
    if not request.subjects and request.file is None:
        wrong["subject_1"] = EMPTY
    if wrong:
        raise InvalidInput(WRONG, fields=wrong)


def canonical_subjects(
    request: LookupRequest, items: Mapping[str, DataItem], key_kinds: Mapping[str, str], on: date
) -> tuple[CanonicalSubject, ...]:
    """The subjects of a request with canonical keys; `InvalidInput` names every field that is wrong, all at once."""
    wrong: dict[str, Wording] = {}
    subjects = []
    for ordinal, subject in enumerate(request.subjects, start=1):
        keys: dict[str, CanonicalKey] = {}
        for key in subject.keys:
            if not key.text.strip():
                continue
            try:
                keys[key.kind] = canonical_key(key.kind, key.text, on)
            except kinds.IdentifierError as error:
                wrong[f"subject_{ordinal}_{key.kind}"] = error.wording
        for item, kind in key_kinds.items():
            field_name = f"subject_{ordinal}_{kind}"
            if kind not in keys and field_name not in wrong:
                wrong[field_name] = NOT_FOUND_KEY.fill(kind=_kind_name(kind))
            narrowing = items[item].narrowing
            if narrowing and not any(subject.narrowing.get(name, "").strip() for name in narrowing):
                wrong[f"subject_{ordinal}_{narrowing[0]}"] = EMPTY
        kept = {name: text.strip() for name, text in subject.narrowing.items() if text.strip()}
        subjects.append(CanonicalSubject(ordinal, tuple(keys.values()), kept, subject.ground))
    if wrong:
        raise InvalidInput(WRONG, fields=wrong)
    return tuple(subjects)


def canonical_rows(file: FileInput, kind: str, on: date) -> CanonicalRows:
    """The valid rows of a file as subjects, each by itself; wrong and repeated ones by row number and reason."""
    subjects: list[CanonicalSubject] = []
    wrong: list[tuple[int, str]] = []
    seen: set[str] = set()
    for row_number, text in file.rows:
        try:
            key = canonical_key(kind, text, on)
        except kinds.IdentifierError as error:
            wrong.append((row_number, error.code))
            continue
        if key.value in seen:
            wrong.append((row_number, "repeated"))
            continue
        seen.add(key.value)
        subjects.append(CanonicalSubject(len(subjects) + 1, (key,), {}, file.ground, row_number))
    return CanonicalRows(tuple(subjects), tuple(wrong))


def canonical_key(kind: str, text: str, on: date) -> CanonicalKey:
    """A key in its one form; `IdentifierError` says why not, without the value."""
    parsed = kinds.parse(kind, text, on=on)
    return CanonicalKey(parsed.kind, parsed.value, kinds.masked(parsed.kind, parsed.value))


def _kind_name(kind: str) -> str:
    return kinds.NAMES[kind].zh if kind in kinds.NAMES else kind
