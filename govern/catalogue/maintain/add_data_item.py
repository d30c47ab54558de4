"""A data item, or fields of one, entered by an approver of the agency that owns the data.

What a new record may say is what a file may: the same readers and checks as at a load, so that neither way lets in what the
other refuses. A field is usable at once in drafts, and in no look-up before a version that lists it is in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors.kinds import SETTINGS
from govern.catalogue.agency import Agency
from govern.catalogue.as_files import contents, store
from govern.catalogue.as_files.check import NO_VALUES, check_data_item, check_field, lacks_group
from govern.catalogue.as_files.read import Files
from govern.catalogue.as_files.shapes import DATA_ITEM, FIELD
from govern.catalogue.as_files.values import BAD_TEXT, MISSING, TWICE, UNUSABLE, Normal, join, record
from govern.catalogue.data_item import Category, DataItem
from govern.catalogue.maintain.change_data_item import DOES_NOT_FIT, may_change, shown
from govern.catalogue.maintain.shown import NEEDED, UNKNOWN, demand_unchanged, refuse, say
from govern.catalogue.scope import sources_for
from govern.catalogue.source import Source, SourceItem
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import NotAllowed, NotFound
from govern.core.wording import Wording
from govern.rules import masking
from govern.rules.actor import Actor, Role
from govern.trail.kinds.catalogue import CategoryChanged, DataItemChanged, SourceChanged

TAKEN: Final = Wording("這個代碼已有查調項目使用。", "Another data item has this code.")
FIELD_TAKEN: Final = Wording("這個查調項目已有這個代碼的欄位。", "This data item has a field of this code already.")
NO_FIELD: Final = Wording("至少要有一個欄位。", "At least one field is needed.")
VALUES_FORM: Final = Wording(
    "請每行寫一個代碼值：代碼、中文、英文，以逗號分開。",
    "Please give one value a line: code, Chinese, English, with commas between.",
)
WRONG_PART: Final = Wording("這種回覆形式沒有這個部分。", "An answer of this form has no such part.")
NO_ROWS: Final = Wording(
    "回覆有多筆時，至少要有一個欄位屬於各筆。", "An answer with rows needs a field that stands in them."
)
CHOSEN: Final = frozenset({"type", "sensitivity", "mask", "category", "scope", "subject_key", "shape", "source"})
MOST_AT_ONCE: Final = 60  # fields in one form
FILE: Final = "file"

Faults = dict[str, Wording]


@dataclass(frozen=True, slots=True)
class NewField:
    """A field as its owner enters it; `values` are the coded ones, each with `code`, `zh` and `en`."""

    code: str
    name_zh: str
    name_en: str
    type: str
    sensitivity: str
    mask: str
    group: str = ""
    values: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class NewDataItem:
    """A data item as its owner enters it. Without a `source` it has none yet, and cannot be asked until it has."""

    code: str
    name_zh: str
    name_en: str
    category: str
    scope: str
    subject_key: str
    shape: str
    connector: str  # the kind of its source, or of the one that is planned
    source: str | None = None
    alt_subject_keys: Sequence[str] = ()
    narrowing: Sequence[str] = ()
    row_limit: int | None = None
    approval: str | None = None
    is_batch: bool = False
    is_special_category: bool = False
    is_kinship_like: bool = False
    note_zh: str = ""
    fields: Sequence[NewField] = field(default_factory=tuple)


def may_add(actor: Actor, session: Session) -> bool:
    """True for an approver of an agency that is a data owner."""
    if not actor.holds(Role.APPROVER):
        return False
    agency = session.get(Agency, actor.agency)
    return agency is not None and agency.is_data_owner


def add_data_item(actor: Actor, new: NewDataItem) -> str:
    """The data item stands behind all others, owned by the actor's agency; entries of the item, its category and source.

    Raises `NotAllowed` for anybody but an approver of a data owner, `InvalidInput` with everything that is wrong, by the
    form's names (a field's as `fields.0.code`).
    """
    with transaction() as session:
        if not may_add(actor, session):
            raise NotAllowed
        # All categories are locked, so that two new data items at once get two places, and one code one item.
        rows = {row.code: row for row in session.scalars(select(Category).order_by(Category.code).with_for_update())}
        seq = (session.scalar(select(func.max(DataItem.seq))) or 0) + 1
        source, wrong = _source(actor, session, new)
        normal = _head(session, actor, new, seq, source, wrong)
        normal["fields"] = _fields(session, new.fields, str(normal.get("shape", "")), (), wrong)
        refuse(wrong)
        item = DataItem(code=new.code, version=1, **store.data_item_values(contents.plainly(normal)))
        store.replace_fields(item, normal["fields"])
        session.add(item)
        session.flush()
        _entry(session, actor, item, None, "added", normal["fields"])
        _count(session, actor, rows[item.category])
        if source is not None:
            _answers(session, actor, source, item)
    return new.code


def add_fields(actor: Actor, code: str, fields: Sequence[NewField], *, seen: str) -> None:
    """The fields stand behind those that the data item has, its version one higher; an entry names them.

    Raises `NotAllowed` unless an approver of the owner acts, `InvalidInput` with the inputs, `ChangedMeanwhile` when the
    data item is no longer what the page showed.
    """
    with transaction() as session:
        item = session.scalars(select(DataItem).where(DataItem.code == code).with_for_update()).one_or_none()
        if item is None:
            raise NotFound
        if not may_change(actor, item):
            raise NotAllowed
        before = shown(session, code)
        wrong: Faults = {}
        new = _fields(session, fields, item.shape, before["fields"], wrong)
        refuse(wrong)
        demand_unchanged(seen, before)
        store.replace_fields(item, [*before["fields"], *new])
        item.version += 1
        session.flush()
        _entry(session, actor, item, before, "extended", new)


def _source(actor: Actor, session: Session, new: NewDataItem) -> tuple[Source | None, Faults]:
    """The owner's own source that shall answer; its kind is the item's."""
    if new.source is None:
        return None, {} if new.connector in SETTINGS else {"source": UNKNOWN if new.connector else NEEDED}
    query = sources_for(actor, session).where(Source.code == new.source, Source.owner == actor.agency)
    found = session.scalars(query.with_for_update()).one_or_none()
    return (found, {}) if found is not None else (None, {"source": UNKNOWN})


def _head(session: Session, actor: Actor, new: NewDataItem, seq: int, source: Source | None, wrong: Faults) -> Normal:
    raw: dict[str, Any] = {
        "code": new.code or None,
        "seq": seq,
        "table_name_zh": new.name_zh or None,
        "name_zh": new.name_zh or None,
        "name_en": new.name_en or None,
        "category": new.category or None,
        "scope": new.scope or None,
        "owner": actor.agency,
        "connector": source.kind if source else new.connector,
        "connector_basis": "owner",
        "subject_key": new.subject_key or None,
        "alt_subject_keys": list(new.alt_subject_keys),
        "batch": new.is_batch or new.subject_key == FILE,
        "shape": new.shape or None,
        "approval": new.approval,
        "special_category": new.is_special_category,
        "kinship_like": new.is_kinship_like,
        "narrowing": list(new.narrowing) or None,
        "row_limit": new.row_limit,
        "note_zh": new.note_zh or None,
    }
    said: list[tuple[str, Wording]] = []
    shape = {name: key for name, key in DATA_ITEM.items() if name != "fields"}
    got = record(shape)(raw, "", lambda place, wording: said.append((place, wording)))
    normal: Normal = {} if got is UNUSABLE else got
    known = {"agencies": contents.agencies(session), "categories": contents.categories(session)}
    files = Files(sections={name: list(rows.values()) for name, rows in known.items()})
    check_data_item(files, normal)
    said += [(problem.field, problem.wording) for problem in files.problems]
    for place, wording in said:
        _note(wrong, {"table_name_zh": "name_zh", "connector": "source"}.get(place, place.partition("[")[0]), wording)
    if new.code and session.get(DataItem, new.code) is not None:
        wrong["code"] = TAKEN
    return normal


def _fields(
    session: Session, given: Sequence[NewField], shape: str, present: Sequence[Normal], wrong: Faults
) -> list[Normal]:
    """The fields in normal form; what is wrong with each is noted by its place in the form."""
    masks = contents.mask_rules(session)
    taken, new = {one["code"] for one in present}, list[Normal]()
    for place, one in enumerate(given[:MOST_AT_ONCE]):
        at = f"fields.{place}"
        normal = _field(one, at, wrong)
        check_field(normal, shape, masks, at, lambda where, wording: _note(wrong, _row_of(where), wording))
        code = normal.get("code")
        if code in taken:
            wrong[join(at, "code")] = FIELD_TAKEN
        elif code is not None and code in {each.get("code") for each in new}:
            wrong[join(at, "code")] = TWICE
        if {"mask", "type"} <= normal.keys() and not masking.fits(normal["mask"], normal["type"]):
            _note(wrong, join(at, "mask"), DOES_NOT_FIT)
        new.append(normal)
    if not given:
        wrong["fields"] = NO_FIELD
    elif shape and lacks_group(shape, [*present, *new]):
        wrong.setdefault("fields.0.group", NO_ROWS)
    return new


def _field(one: NewField, at: str, wrong: Faults) -> Normal:
    raw = {
        "code": one.code or None,
        "zh": one.name_zh or None,
        "en": one.name_en or None,
        "type": one.type or None,
        "sensitivity": one.sensitivity or None,
        "mask": one.mask or None,
        "group": one.group or None,
        "values": [{name: text or None for name, text in value.items()} for value in one.values] or None,
    }
    got = record(FIELD)(raw, at, lambda place, wording: _note(wrong, _row_of(place), wording))
    return {} if got is UNUSABLE else got


def _row_of(place: str) -> str:
    """The form's input for a place in a record: names have their column's name, and all coded values one box."""
    _, number, name, *_ = place.replace("[", ".").split(".")
    return f"fields.{number}.{ {'zh': 'name_zh', 'en': 'name_en'}.get(name, name) }"


def _note(wrong: Faults, place: str, wording: Wording) -> None:
    """The reader's sentence, in the words of a form: what is not there is to be filled in, what is chosen to be chosen."""
    name = place.rpartition(".")[2]
    if name == "values" and wording in (MISSING, BAD_TEXT, NO_VALUES):
        wording = VALUES_FORM
    elif wording == MISSING:
        wording = NEEDED
    elif name == "group":
        wording = WRONG_PART
    elif name in CHOSEN and wording not in (DOES_NOT_FIT, NEEDED):
        wording = UNKNOWN
    wrong.setdefault(place, wording)


def _entry(
    session: Session, actor: Actor, item: DataItem, before: Normal | None, act: str, fields: Sequence[Normal]
) -> None:
    say(
        session,
        DataItemChanged,
        item.code,
        before,
        shown(session, item.code),
        by=actor,
        act=act,
        data_item=item.code,
        owner=item.owner,
        field_codes=tuple(one["code"] for one in fields),
    )


def _count(session: Session, actor: Actor, category: Category) -> None:
    before = contents.categories(session)[category.code]
    category.item_count += 1
    session.flush()
    after = contents.categories(session)[category.code]
    say(session, CategoryChanged, category.code, before, after, by=actor, act="changed")


def _answers(session: Session, actor: Actor, source: Source, item: DataItem) -> None:
    before = contents.sources(session).get(source.code)
    session.add(SourceItem(item=item.code, source=source.code, from_at=clock.now()))
    session.flush()
    after = contents.sources(session)[source.code]
    say(session, SourceChanged, source.code, before, after, by=actor, act="changed", owner=source.owner)
