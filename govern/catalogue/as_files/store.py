"""Records of files become rows, in the caller's transaction, with an entry for each thing that was changed in place.

Agencies, mask rules, categories and data items are changed where they stand; what is versioned (case items, how a source
is reached) is in `versions`. Nothing is deleted because a file no longer names it, but for a field of a data item that came
with a file: what owners added in the console is `kept`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency
from govern.catalogue.as_files import contents, kept
from govern.catalogue.as_files.contents import digest
from govern.catalogue.as_files.values import Normal
from govern.catalogue.data_item import Category, DataItem, DataItemField, MaskRule, Parameter
from govern.trail.append import append
from govern.trail.kinds import catalogue as kinds
from govern.trail.kinds.kind import Kind


@dataclass(frozen=True, slots=True)
class Changer:
    """One load's way of changing: its session, its moment, and whether each change is an entry of its own.

    At a first load the entry `loaded` says it all; later each thing changed in place has an entry with both hashes.
    """

    session: Session
    at: datetime
    is_first: bool

    def say(self, kind: type[Any], code: str, before: Normal | None, after: Normal) -> None:
        """The entry of a thing changed in place: SHA-256 of its normal form before (empty when new) and after."""
        if not self.is_first:
            former = digest(before).hex() if before is not None else ""
            append(self.session, kind(about_id=code, before=former, after=digest(after).hex()))


def changed(wanted: Mapping[str, Normal], known: Mapping[str, Normal]) -> list[str]:
    """The codes whose record is new or differs."""
    return [code for code, row in wanted.items() if known.get(code) != row]


def store_agencies(change: Changer, wanted: Mapping[str, Normal]) -> int:
    """Agencies are as the file says; returns how many were new or changed."""
    known = contents.agencies(change.session)
    differing = changed(wanted, known)
    order = {code: place for place, code in enumerate(wanted, start=1)}
    for code in sorted(differing, key=lambda code: _depth(code, wanted)):
        row, values = wanted[code], {key: wanted[code].get(key) for key in wanted[code]}
        is_owner = bool(values.pop("data_owner", False))
        optional = ("short_zh", "district", "note", "current_name_zh", "current_name_en")
        values = dict.fromkeys(optional) | values | {"is_data_owner": is_owner, "seq": order[code]}
        if code in known:
            agency = change.session.get_one(Agency, code)
            for name, value in values.items():
                setattr(agency, name, value)
        else:
            change.session.add(Agency(**values))
        change.say(kinds.AgencyChanged, code, known.get(code), row)
    for code, seq in change.session.execute(select(Agency.code, Agency.seq)).all():
        if code in order and order[code] != seq:
            change.session.execute(update(Agency).where(Agency.code == code).values(seq=order[code]))
    return len(differing)


def store_mask_rules(change: Changer, wanted: Mapping[str, Normal]) -> int:
    """The mask forms are as the file says; what a mask does is the program's."""
    return _store_simply(change, MaskRule, wanted, contents.mask_rules(change.session), kinds.MaskRuleChanged)


def store_categories(change: Changer, wanted: Mapping[str, Normal]) -> int:
    """The categories are as the file says."""
    return _store_simply(change, Category, wanted, contents.categories(change.session), kinds.CategoryChanged)


def store_parameters(change: Changer, wanted: Mapping[str, Normal]) -> int:
    """A parameter that differs has a new version; the former ones stay, so that a past suggestion can be explained."""
    session = change.session
    known = contents.parameters(session)
    differing = changed(wanted, known)
    order = {code: place for place, code in enumerate(wanted, start=1)}
    for code in differing:
        row = wanted[code]
        former = session.scalars(
            select(Parameter.version).where(Parameter.code == code).order_by(Parameter.version.desc()).limit(1)
        ).first()
        session.add(
            Parameter(
                code=code,
                version=(former or 0) + 1,
                seq=order[code],
                name_zh=row["zh"],
                name_en=row["en"],
                value=float(row["value"]),
                is_whole=isinstance(row["value"], int),
                unit=row["unit"],
                is_sample=row["sample"],
            )
        )
        change.say(kinds.ParameterChanged, code, known.get(code), row)
    return len(differing)


def store_data_items(change: Changer, wanted: Mapping[str, Normal]) -> int:
    """Data items and their fields are as the file says; masks frozen in versions of case items stay as they were."""
    session = change.session
    known = contents.data_items(session)
    wanted = kept.with_fields_of_the_console(session, wanted, known)
    wanted = wanted | kept.behind(wanted, known)
    differing = changed(wanted, known)
    rows = {row.code: row for row in session.scalars(select(DataItem))}
    for code in differing:
        wanted_item = wanted[code]
        row = rows.get(code)
        if row is None:
            row = DataItem(code=code, version=0)
            session.add(row)
        for key, value in data_item_values(wanted_item).items():
            setattr(row, key, value)
        row.version += 1
        if known.get(code, {}).get("fields") != wanted_item["fields"]:
            replace_fields(row, wanted_item["fields"])
        change.say(kinds.DataItemChanged, code, known.get(code), wanted_item)
    session.flush()
    return len(differing)


def data_item_values(wanted: Normal) -> dict[str, Any]:
    """The columns of a data item in normal form, but for its code, version and fields."""
    return {
        "seq": wanted["seq"],
        "table_name_zh": wanted["table_name_zh"],
        "name_zh": wanted["name_zh"],
        "name_en": wanted["name_en"],
        "category": wanted["category"],
        "scope": wanted["scope"],
        "owner": wanted["owner"],
        "connector_kind": wanted["connector"],
        "connector_basis": wanted["connector_basis"],
        "subject_key": wanted["subject_key"],
        "alt_subject_keys": wanted["alt_subject_keys"],
        "is_batch": wanted["batch"],
        "shape": wanted["shape"],
        "approval": wanted.get("approval"),
        "is_special_category": wanted.get("special_category", False),
        "is_kinship_like": wanted.get("kinship_like", False),
        "note_zh": wanted.get("note_zh"),
        "narrowing": contents.narrowing_of(wanted),
        "row_limit": contents.row_limit_of(wanted),
    }


def replace_fields(row: DataItem, wanted: list[Normal]) -> None:
    """The data item's fields are these, in this order."""
    present = {field.code: field for field in row.fields}
    for seq, field in enumerate(wanted, start=1):
        one = present.pop(field["code"], None)
        if one is None:
            one = DataItemField(code=field["code"])
            row.fields.append(one)
        one.seq, one.name_zh, one.name_en = seq, field["zh"], field["en"]
        one.type, one.sensitivity, one.mask = field["type"], field["sensitivity"], field["mask"]
        one.group, one.phase, one.values = field.get("group", ""), field.get("phase"), field.get("values", [])
    for gone in present.values():
        row.fields.remove(gone)


def _store_simply(
    change: Changer,
    table: type[MaskRule] | type[Category],
    wanted: Mapping[str, Normal],
    known: Mapping[str, Normal],
    kind: type[Kind],
) -> int:
    differing = changed(wanted, known)
    order = {code: place for place, code in enumerate(wanted, start=1)}
    for code in differing:
        values = {"seq": order[code]} | wanted[code]
        if code in known:
            change.session.execute(update(table).where(table.code == code).values(values))
        else:
            change.session.execute(insert(table).values(values))
        change.say(kind, code, known.get(code), wanted[code])
    return len(differing)


def _depth(code: str, agencies: Mapping[str, Normal]) -> int:
    depth, parent = 0, agencies[code].get("parent")
    while parent is not None:
        depth, parent = depth + 1, agencies[parent].get("parent")
    return depth
