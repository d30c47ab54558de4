"""What a version says, in plain values: typed by a drafter, read back from the rows, and what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency
from govern.catalogue.as_files.shapes import RETENTION_STEPS, SCHEDULES, URGENCIES
from govern.catalogue.case_item import CaseItemVersion, VersionAgency, VersionDataItem, VersionField
from govern.catalogue.data_item import DataItem, DataItemField
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.core import clock
from govern.core.wording import Wording
from govern.rules.calendar import to_english, to_roc
from govern.rules.difference import KINDS
from govern.rules.facts import Appearance

NEEDED: Final = Wording("請填寫。", "Please fill this in.")
TOO_LONG: Final = Wording("最多 {most} 個字。", "At most {most} characters.")
UNKNOWN: Final = Wording("目錄中沒有「{code}」。", "The catalogue has no “{code}”.")
TWICE: Final = Wording("「{code}」列了兩次。", "“{code}” is listed twice.")
NOT_KNOWN: Final = Wording("請選一個列出的值。", "Please choose one of the values listed.")
ENDS_FIRST: Final = Wording("迄日早於起日。", "The last day is before the first.")
IS_OVER: Final = Wording("屆期日已經過去。", "The last day is over already.")
NO_STEP: Final = Wording(
    "保存年限須為檔案保存年限級距之一：{steps} 年。", "The retention must be one of the archives' steps: {steps} years."
)
NO_AGENCY: Final = Wording("至少要有一個查調機關。", "At least one agency is needed.")
NO_ITEM: Final = Wording("至少要有一個查調項目。", "At least one data item is needed.")
NO_FIELD: Final = Wording("至少要選一個欄位。", "At least one field is needed.")
NO_BASIS: Final = Wording("至少要有一個法源依據。", "At least one legal basis is needed.")
BASIS_NOT_IN_FORCE: Final = Wording(
    "「{law} {article}」在{day}沒有效力，不能作為依據。", "{law}, {article}, is not in force on {day}."
)
NO_NECESSITY: Final = Wording(
    "這是高敏感欄位，請寫明為何非看不可。", "This field is highly sensitive; please say why it must be seen."
)
NOTHING_TO_REVEAL: Final = Wording(
    "這個欄位不遮蔽，不能設為可揭示。", "This field is not masked, so there is nothing to reveal."
)
FILE_ONLY: Final = Wording(
    "查調項目「{item}」只能以檔案查調，急迫程度須為「批次」。",
    "The data item “{item}” is asked by file only; the urgency must be “batch”.",
)

NAME_ZH_MOST: Final = 120
NAME_EN_MOST: Final = 240
NECESSITY_ZH_MOST: Final = 400
NECESSITY_EN_MOST: Final = 800
BY_FILE: Final = "file"
Faults = dict[str, Wording]


@dataclass(frozen=True, slots=True)
class DraftField:
    """A field as a draft permits it; empty sentences of necessity are none."""

    field: str
    appearance: str  # clear, masked, revealable
    necessity_zh: str = ""
    necessity_en: str = ""


@dataclass(frozen=True, slots=True)
class DraftItem:
    """A data item as a draft lists it."""

    item: str
    fields: tuple[DraftField, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftContent:
    """Everything a drafter decides about a version. Conditions of review stay as they came with the catalogue."""

    name_zh: str
    name_en: str
    kind: str  # application, statutory_duty
    urgency: str
    consent_required: bool
    valid_from: date
    valid_to: date
    retention_years: int
    agencies: tuple[str, ...] = ()
    bases: tuple[int, ...] = ()  # ids of legal bases
    items: tuple[DraftItem, ...] = field(default=())
    default_schedule: str | None = None  # of a scheduled one


def content_of(session: Session, version_id: int) -> DraftContent:
    """What the version's rows say, as a drafter would type it."""
    version = session.get_one(CaseItemVersion, version_id)
    fields: dict[str, list[DraftField]] = {}
    for row in session.scalars(
        select(VersionField).where(VersionField.version_id == version_id).order_by(VersionField.seq)
    ):
        one = DraftField(row.field, row.appearance, row.necessity_zh or "", row.necessity_en or "")
        fields.setdefault(row.item, []).append(one)
    items = session.scalars(
        select(VersionDataItem.item).where(VersionDataItem.version_id == version_id).order_by(VersionDataItem.seq)
    )
    return DraftContent(
        name_zh=version.name_zh,
        name_en=version.name_en,
        kind=version.kind,
        urgency=version.urgency,
        consent_required=version.consent_required,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        retention_years=version.retention_years,
        agencies=tuple(
            session.scalars(
                select(VersionAgency.agency).where(VersionAgency.version_id == version_id).order_by(VersionAgency.seq)
            )
        ),
        bases=tuple(
            session.scalars(
                select(VersionLegalBasis.legal_basis)
                .where(VersionLegalBasis.version_id == version_id)
                .order_by(VersionLegalBasis.seq)
            )
        ),
        items=tuple(DraftItem(item, tuple(fields.get(item, ()))) for item in items),
        default_schedule=version.default_schedule,
    )


def faults(session: Session, content: DraftContent, *, to_propose: bool) -> Faults:
    """What cannot be used, by the input's name: `agencies`, `items.<item>`, `items.<item>.<field>` and so on.

    A draft may be incomplete, but not name what is not there; a proposal is complete.
    """
    found = _heads(content, to_propose=to_propose)
    found |= _agencies(session, content, to_propose=to_propose)
    found |= _bases(session, content, to_propose=to_propose)
    found |= _items(session, content, to_propose=to_propose)
    return found


def _heads(content: DraftContent, *, to_propose: bool) -> Faults:
    found: Faults = {}
    for name, text, most, needed in (
        ("name_zh", content.name_zh, NAME_ZH_MOST, True),
        ("name_en", content.name_en, NAME_EN_MOST, to_propose),
    ):
        if needed and not text.strip():
            found[name] = NEEDED
        elif len(text) > most:
            found[name] = TOO_LONG.fill(most=most)
    if content.kind not in KINDS:
        found["kind"] = NOT_KNOWN
    if content.urgency not in URGENCIES:
        found["urgency"] = NOT_KNOWN
    if content.default_schedule is not None and content.default_schedule not in SCHEDULES:
        found["default_schedule"] = NOT_KNOWN
    elif to_propose and content.urgency == "scheduled" and content.default_schedule is None:
        found["default_schedule"] = NEEDED
    if content.valid_to < content.valid_from:
        found["valid_to"] = ENDS_FIRST
    elif to_propose and content.valid_to < clock.today():
        found["valid_to"] = IS_OVER
    if content.retention_years not in RETENTION_STEPS:
        found["retention_years"] = NO_STEP.fill(steps="、".join(str(step) for step in RETENTION_STEPS))
    return found


def _agencies(session: Session, content: DraftContent, *, to_propose: bool) -> Faults:
    known = set(session.scalars(select(Agency.code).where(Agency.code.in_(content.agencies))))
    wording = _listed(content.agencies, known) or (NO_AGENCY if to_propose and not content.agencies else None)
    return {} if wording is None else {"agencies": wording}


def _bases(session: Session, content: DraftContent, *, to_propose: bool) -> Faults:
    rows = {row.id: row for row in session.scalars(select(LegalBasis).where(LegalBasis.id.in_(content.bases)))}
    wording = _listed(content.bases, rows)
    if wording is None and to_propose:
        first = max(clock.today(), content.valid_from)
        ended = [row for row in rows.values() if not is_in_force(row, first)]
        wording = NO_BASIS if not content.bases else not_in_force(ended[0], first) if ended else None
    return {} if wording is None else {"bases": wording}


def is_in_force(basis: LegalBasis, on: date) -> bool:
    """Whether a legal basis has effect on a day; one without dates always has."""
    return (basis.in_force_from or on) <= on <= (basis.in_force_to or on)


def not_in_force(basis: LegalBasis, on: date) -> Wording:
    """The sentence that a legal basis has no effect on a day."""
    return Wording(
        BASIS_NOT_IN_FORCE.zh.format(law=basis.law_zh, article=basis.article, day=to_roc(on)),
        BASIS_NOT_IN_FORCE.en.format(law=basis.law_en, article=basis.article, day=to_english(on)),
    )


def _items(session: Session, content: DraftContent, *, to_propose: bool) -> Faults:
    codes = [part.item for part in content.items]
    items = {row.code: row for row in session.scalars(select(DataItem).where(DataItem.code.in_(codes)))}
    wording = _listed(codes, items) or (NO_ITEM if to_propose and not codes else None)
    found: Faults = {} if wording is None else {"items": wording}
    for part in content.items:
        item, place = items.get(part.item), f"items.{part.item}"
        if item is None:
            continue
        if to_propose and not part.fields:
            found[place] = NO_FIELD
        if to_propose and item.subject_key == BY_FILE and content.urgency != "batch":
            found[place] = Wording(FILE_ONLY.zh.format(item=item.name_zh), FILE_ONLY.en.format(item=item.name_en))
        found |= _fields(part, {row.code: row for row in item.fields}, place, to_propose=to_propose)
    return found


def _fields(part: DraftItem, known: Mapping[str, DataItemField], place: str, *, to_propose: bool) -> Faults:
    found: Faults = {}
    wording = _listed([one.field for one in part.fields], known)
    if wording is not None:
        found[place] = wording
    for one in part.fields:
        row = known.get(one.field)
        if row is None:
            continue
        at = f"{place}.{one.field}"
        if one.appearance not in set(Appearance):
            found[at] = NOT_KNOWN
        elif one.appearance == Appearance.REVEALABLE and row.mask == "none":
            found[at] = NOTHING_TO_REVEAL
        elif len(one.necessity_zh) > NECESSITY_ZH_MOST:
            found[at] = TOO_LONG.fill(most=NECESSITY_ZH_MOST)
        elif len(one.necessity_en) > NECESSITY_EN_MOST:
            found[at] = TOO_LONG.fill(most=NECESSITY_EN_MOST)
        elif to_propose and row.sensitivity == "high" and not one.necessity_zh.strip():
            found[at] = NO_NECESSITY
    return found


def _listed(codes: Iterable[Any], known: Iterable[Any]) -> Wording | None:
    """What is wrong with a list of codes: one that is unknown, or listed twice."""
    seen: set[Any] = set()
    there = set(known)
    for code in codes:
        if code not in there:
            return UNKNOWN.fill(code=code)
        if code in seen:
            return TWICE.fill(code=code)
        seen.add(code)
    return None
