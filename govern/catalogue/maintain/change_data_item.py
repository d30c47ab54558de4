"""A data item and its fields are kept by an approver of the owner: names, sensitivity, default masks, the kinship-like mark.

A default mask holds for versions to come: in a version it is frozen, so that nothing here opens a field under a case item
in force. The row limit holds at once. Which fields there are comes with the source's mapping, not from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.as_files import contents
from govern.catalogue.as_files.shapes import SENSITIVITIES
from govern.catalogue.as_files.values import Normal
from govern.catalogue.data_item import DataItem, DataItemField, MaskRule
from govern.catalogue.maintain.shown import UNKNOWN, demand_unchanged, refuse, say, texts
from govern.core.database import transaction
from govern.core.errors import NotAllowed, NotFound
from govern.core.wording import Wording
from govern.rules import masking
from govern.rules.actor import Actor, Role
from govern.trail.kinds.catalogue import DataItemChanged

TEXTS: Final[Mapping[str, int]] = {"name_zh": 100, "name_en": 200, "note_zh": 400}
FIELD_TEXTS: Final[Mapping[str, int]] = {"name_zh": 80, "name_en": 160}
NEEDED: Final = frozenset({"name_zh", "name_en"})
LEAST_ROWS, MOST_ROWS = 1, 100_000

WRONG_LIMIT: Final = Wording("請填1至100,000的整數。", "Please give a whole number from 1 to 100,000.")
DOES_NOT_FIT: Final = Wording("這種型別的欄位不能用這種遮蔽。", "A field of this type cannot carry this mask.")


@dataclass(frozen=True, slots=True)
class FieldContent:
    """What an owner says of a field."""

    name_zh: str
    name_en: str
    sensitivity: str
    mask: str


@dataclass(frozen=True, slots=True)
class DataItemContent:
    """What an owner says of a data item; of its fields those that are named by their codes, the others stay."""

    name_zh: str
    name_en: str
    note_zh: str
    row_limit: int | None
    is_kinship_like: bool
    fields: Mapping[str, FieldContent] = field(default_factory=dict)


def may_change(actor: Actor, item: DataItem) -> bool:
    """True for an approver of the agency that owns the data item."""
    return actor.holds(Role.APPROVER) and item.owner == actor.agency


def shown(session: Session, code: str) -> Normal:
    """A data item as pages show it, for the hash that a form carries; `NotFound` where there is none."""
    found = contents.data_items(session).get(code)
    if found is None:
        raise NotFound
    return found


def content_of(item: DataItem) -> DataItemContent:
    """What stands there now, as a form begins."""
    return DataItemContent(
        name_zh=item.name_zh,
        name_en=item.name_en,
        note_zh=item.note_zh or "",
        row_limit=item.row_limit,
        is_kinship_like=item.is_kinship_like,
        fields={one.code: FieldContent(one.name_zh, one.name_en, one.sensitivity, one.mask) for one in item.fields},
    )


def change_data_item(actor: Actor, code: str, content: DataItemContent, *, seen: str) -> None:
    """The data item is as given, its version one higher; an entry of the owner's holds both hashes.

    Raises `NotAllowed` unless an approver of the owner acts, `InvalidInput` with the inputs (a field's as
    `fields.CODE.mask`), `ChangedMeanwhile` when it is no longer what the page showed. What is there already writes nothing.
    """
    with transaction() as session:
        item = session.scalars(select(DataItem).where(DataItem.code == code).with_for_update()).one_or_none()
        if item is None:
            raise NotFound
        if not may_change(actor, item):
            raise NotAllowed
        refuse(_wrong(session, item, content))
        before = shown(session, code)
        demand_unchanged(seen, before)
        item.name_zh, item.name_en = content.name_zh.strip(), content.name_en.strip()
        item.note_zh = content.note_zh.strip() or None
        item.row_limit = content.row_limit or item.row_limit
        item.is_kinship_like = content.is_kinship_like
        for one in item.fields:
            _change_field(one, content.fields.get(one.code))
        session.flush()
        after = shown(session, code)
        if after == before:
            return
        item.version += 1
        say(session, DataItemChanged, code, before, after, by=actor, act="changed", data_item=code, owner=item.owner)


def _change_field(one: DataItemField, given: FieldContent | None) -> None:
    if given is not None:
        one.name_zh, one.name_en = given.name_zh.strip(), given.name_en.strip()
        one.sensitivity, one.mask = given.sensitivity, given.mask


def _wrong(session: Session, item: DataItem, content: DataItemContent) -> dict[str, Wording]:
    given = {"name_zh": content.name_zh.strip(), "name_en": content.name_en.strip(), "note_zh": content.note_zh.strip()}
    wrong = texts(given, TEXTS, NEEDED)
    if content.row_limit is None or not LEAST_ROWS <= content.row_limit <= MOST_ROWS:
        wrong["row_limit"] = WRONG_LIMIT
    known = {one.code: one for one in item.fields}
    masks = set(session.scalars(select(MaskRule.code)))
    for code, one in content.fields.items():
        if code not in known:
            wrong[f"fields.{code}"] = UNKNOWN
            continue
        said = texts({"name_zh": one.name_zh.strip(), "name_en": one.name_en.strip()}, FIELD_TEXTS, NEEDED)
        if one.sensitivity not in SENSITIVITIES:
            said["sensitivity"] = UNKNOWN
        if one.mask not in masks:
            said["mask"] = UNKNOWN
        elif not masking.fits(one.mask, known[code].type) and one.mask != known[code].mask:
            said["mask"] = DOES_NOT_FIT
        wrong.update({f"fields.{code}.{name}": wording for name, wording in said.items()})
    return wrong
