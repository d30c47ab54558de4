"""What the database says, in the files' normal form: for telling what a load changes, and for writing files.

One form serves both, so that exported files load again with nothing changed.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency
from govern.catalogue.as_files.shapes import (
    AGENCY,
    CASE_ITEM,
    CATEGORY,
    DATA_ITEM,
    FIELD,
    MASK_RULE,
    NARROWED_ROW_LIMIT,
    PARAMETER,
    ROW_LIMIT,
    SOURCE,
)
from govern.catalogue.as_files.values import Key, Normal
from govern.catalogue.case_item import (
    CaseItem,
    CaseItemVersion,
    Letter,
    VersionAgency,
    VersionDataItem,
    VersionField,
)
from govern.catalogue.data_item import Category, DataItem, DataItemField, MaskRule, Parameter
from govern.catalogue.legal_basis import LegalBasis, VersionLegalBasis
from govern.catalogue.source import Source, SourceItem, SourceVersion

WAITING: Final = "waiting_for_letter"
IN_FORCE: Final = "in_force"
# Item and field to the mask under which the field appears.
Masks = Mapping[tuple[str, str], str]


def agencies(session: Session) -> dict[str, Normal]:
    """Agencies in the order of their file."""
    rows = session.scalars(select(Agency).order_by(Agency.seq, Agency.code))
    return {row.code: _normal(AGENCY, vars(row) | {"data_owner": row.is_data_owner}) for row in rows}


def mask_rules(session: Session) -> dict[str, Normal]:
    """The mask forms that this catalogue names."""
    rows = session.scalars(select(MaskRule).order_by(MaskRule.seq, MaskRule.code))
    return {row.code: _normal(MASK_RULE, vars(row)) for row in rows}


def categories(session: Session) -> dict[str, Normal]:
    """The categories of data items."""
    rows = session.scalars(select(Category).order_by(Category.seq))
    return {row.code: _normal(CATEGORY, vars(row)) for row in rows}


def parameters(session: Session) -> dict[str, Normal]:
    """The newest version of each parameter."""
    newest = select(Parameter.code, func.max(Parameter.version).label("version")).group_by(Parameter.code).subquery()
    rows = session.scalars(
        select(Parameter)
        .join(newest, (newest.c.code == Parameter.code) & (newest.c.version == Parameter.version))
        .order_by(Parameter.seq, Parameter.code)
    )
    return {
        row.code: _normal(
            PARAMETER,
            {
                "code": row.code,
                "zh": row.name_zh,
                "en": row.name_en,
                "value": int(row.value) if row.is_whole else row.value,
                "unit": row.unit,
                "sample": row.is_sample,
            },
        )
        for row in rows
    }


def data_items(session: Session) -> dict[str, Normal]:
    """Data items with their fields."""
    found = {}
    for row in session.scalars(select(DataItem).order_by(DataItem.seq, DataItem.code)):
        values = vars(row) | {
            "connector": row.connector_kind,
            "batch": row.is_batch,
            "special_category": row.is_special_category,
            "kinship_like": row.is_kinship_like,
            "fields": [_field(field) for field in row.fields],
        }
        found[row.code] = plainly(_normal(DATA_ITEM, values))
    return found


def sources(session: Session) -> dict[str, Normal]:
    """Sources as they are reached now, with the data items that they answer."""
    answered = defaultdict(list)
    for source, item in session.execute(
        select(SourceItem.source, SourceItem.item)
        .join(DataItem, DataItem.code == SourceItem.item)
        .where(SourceItem.to_at.is_(None))
        .order_by(DataItem.seq)
    ):
        answered[source].append(item)
    rows = session.execute(
        select(Source, SourceVersion)
        .join(SourceVersion, SourceVersion.source == Source.code)
        .where(SourceVersion.to_at.is_(None))
        .order_by(Source.code)
    )
    return {
        row.code: _normal(
            SOURCE,
            vars(row)
            | {
                "address": version.address,
                "deadline_s": int(version.deadline_s) if version.deadline_s.is_integer() else version.deadline_s,
                "credential_ref": version.credential_ref,
                "settings": version.settings,
                "state": row.state if row.state != "open" else None,
                "items": answered[row.code],
            },
        )
        for row, version in rows
    }


def newest_versions(
    session: Session, *, states: Iterable[str] | None = None, but: Iterable[str] = ()
) -> dict[str, CaseItemVersion]:
    """The newest version of each case item, among those in the states, or in all but some."""
    query = select(CaseItemVersion).order_by(CaseItemVersion.case_item, CaseItemVersion.version)
    if states is not None:
        query = query.where(CaseItemVersion.state.in_(tuple(states)))
    query = query.where(CaseItemVersion.state.not_in(tuple(but)))
    return {version.case_item: version for version in session.scalars(query)}


def exported_versions(session: Session) -> dict[str, CaseItemVersion]:
    """The versions that files hold: those in force, else those that wait for a letter."""
    return newest_versions(session, states=(WAITING,)) | newest_versions(session, states=(IN_FORCE,))


def case_items(session: Session, versions: Iterable[CaseItemVersion]) -> dict[int, tuple[Normal, Masks]]:
    """Versions by their id: what their file would say, and the masks as they were frozen."""
    chosen = list(versions)
    ids = [version.id for version in chosen]
    items = {row.code: row for row in session.scalars(select(CaseItem))}
    authorised, permitted, letters, laws = _parts(session, ids)
    found: dict[int, tuple[Normal, Masks]] = {}
    for version in chosen:
        item, fields = items[version.case_item], permitted[version.id]
        values = vars(version) | {
            "code": item.code,
            "seq": item.seq,
            "business_agency": item.business_agency,
            "seed_example": item.is_seed_example,
            "one_stop": version.one_stop,
            "valid_from": version.valid_from.isoformat(),
            "valid_to": version.valid_to.isoformat(),
            "legal_basis": laws[version.id],
            "authorised_agencies": authorised[version.id],
            "data": [_permitted(code, rows) for code, rows in fields.items()],
            "approvals": letters[version.id],
        }
        masks = {(row.item, row.field): row.mask for rows in fields.values() for row in rows}
        found[version.id] = (_normal(CASE_ITEM, values), masks)
    return found


def substance(case_item: Normal, masks: Masks) -> Normal:
    """What of a case item makes a version: all but its place in lists, its letters and what the law itself says.

    A field whose mask is `none` is clear whether it is listed so or not.
    """
    found = {
        key: value for key, value in case_item.items() if key not in ("seq", "seed_example", "approvals", "legal_basis")
    }
    found["legal_basis"] = [
        {key: basis[key] for key in ("law_zh", "article", "text_zh") if key in basis}
        for basis in case_item["legal_basis"]
    ]
    found["data"] = [
        {
            "item": part["item"],
            "fields": [[field, appearance(part, field, masks)] for field in part["fields"]],
            "necessity": part.get("necessity", {}),
        }
        for part in case_item["data"]
    ]
    return found


def appearance(part: Normal, field: str, masks: Masks) -> str:
    """How a permitted field appears: clear, masked, or revealable."""
    if field in part.get("clear", ()) or masks.get((part["item"], field)) == "none":
        return "clear"
    return "revealable" if field in part.get("revealable", ()) else "masked"


def digest(normal: Any) -> bytes:
    """SHA-256 of a normal form as canonical JSON: what entries name as before and after."""
    text = json.dumps(normal, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def narrowing_of(data_item: Normal) -> list[str]:
    """The inputs of which one must come with the key.

    Where the file says nothing: a search by name that answers with people's numbers may hit many people, so that a birth
    year or a district is demanded.
    """
    if "narrowing" in data_item:
        return list(data_item["narrowing"])
    finds_people = any(field.get("type") == "national_id" for field in data_item["fields"])
    return ["birth_year", "district"] if data_item["subject_key"] == "name" and finds_people else []


def row_limit_of(data_item: Normal) -> int:
    """The most rows that an answer may have: what the file says, else fewer where a search had to be narrowed."""
    return int(data_item.get("row_limit", NARROWED_ROW_LIMIT if narrowing_of(data_item) else ROW_LIMIT))


def plainly(data_item: Normal) -> Normal:
    """A data item without the keys that say no more than their absence would."""
    found = dict(data_item)
    for key, read in (("row_limit", row_limit_of), ("narrowing", narrowing_of)):
        without = {name: value for name, value in found.items() if name != key}
        if key in found and read(without) == found[key]:
            found = without
    return found


def _normal(shape: Mapping[str, Key], values: Mapping[str, Any]) -> Normal:
    """The keys of the shape that the values have, left out where they say nothing, as reading a file does."""
    found: Normal = {}
    for name, key in shape.items():
        value = values.get(name)
        if value is None:
            if key.is_kept:
                found[name] = key.default
        elif key.needed or key.is_kept or value != key.default:
            found[name] = value
    return found


def _field(row: DataItemField) -> Normal:
    return _normal(FIELD, vars(row) | {"zh": row.name_zh, "en": row.name_en})


def _permitted(item: str, rows: list[VersionField]) -> Normal:
    part: Normal = {"item": item, "fields": [row.field for row in rows]}
    for key in ("clear", "revealable"):
        listed = [row.field for row in rows if row.appearance == key and row.mask != "none"]
        if listed:
            part[key] = listed
    necessity = {
        row.field: {"zh": row.necessity_zh, "en": row.necessity_en or row.necessity_zh}  # the files want both
        for row in rows
        if row.necessity_zh is not None
    }
    return part | ({"necessity": necessity} if necessity else {})


def _parts(
    session: Session, ids: list[int]
) -> tuple[
    dict[int, list[str]], dict[int, dict[str, list[VersionField]]], dict[int, list[Normal]], dict[int, list[Normal]]
]:
    """Agencies, permitted fields by data item, letters and legal bases of versions, each in the file's order."""
    authorised: dict[int, list[str]] = defaultdict(list)
    for agency in session.scalars(
        select(VersionAgency).where(VersionAgency.version_id.in_(ids)).order_by(VersionAgency.seq)
    ):
        authorised[agency.version_id].append(agency.agency)
    permitted: dict[int, dict[str, list[VersionField]]] = defaultdict(dict)
    for part in session.scalars(
        select(VersionDataItem).where(VersionDataItem.version_id.in_(ids)).order_by(VersionDataItem.seq)
    ):
        permitted[part.version_id][part.item] = []
    for field in session.scalars(
        select(VersionField).where(VersionField.version_id.in_(ids)).order_by(VersionField.seq)
    ):
        permitted[field.version_id][field.item].append(field)
    letters: dict[int, list[Normal]] = defaultdict(list)
    for letter in session.scalars(
        select(Letter).where(Letter.version_id.in_(ids)).order_by(Letter.superior, Letter.for_owner)
    ):
        letters[letter.version_id].append(
            {
                "owner": letter.superior,
                "document_zh": letter.document_zh,
                "letter_no": letter.number,
                "status": letter.status,
                "approved_on": letter.approved_on.isoformat() if letter.approved_on else None,
                **({"for_owner": letter.for_owner} if letter.for_owner else {}),
            }
        )
    laws: dict[int, list[Normal]] = defaultdict(list)
    for use, basis in session.execute(
        select(VersionLegalBasis, LegalBasis)
        .join(LegalBasis, LegalBasis.id == VersionLegalBasis.legal_basis)
        .where(VersionLegalBasis.version_id.in_(ids))
        .order_by(VersionLegalBasis.seq)
    ):
        laws[use.version_id].append(_legal_basis(use, basis))
    return authorised, permitted, letters, laws


def _legal_basis(use: VersionLegalBasis, basis: LegalBasis) -> Normal:
    found: Normal = {
        "law_zh": basis.law_zh,
        "law_en": basis.law_en,
        "article": basis.article,
        "checked": basis.is_checked,
        "text_zh": use.text_zh,
        "in_force_from": basis.in_force_from.isoformat() if basis.in_force_from else None,
        "in_force_to": basis.in_force_to.isoformat() if basis.in_force_to else None,
    }
    return {key: value for key, value in found.items() if value is not None}
