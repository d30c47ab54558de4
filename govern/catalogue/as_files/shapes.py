"""The four files of a catalogue: which keys each record has, which codes they may use.

The keys are those of the city's own files. Keys of ours are all optional: `text_zh`, `in_force_from` and `in_force_to` of a
legal basis, `necessity` of a case item's fields, `for_owner` of a letter, `narrowing`, `row_limit` and `kinship_like` of a
data item.
"""

from collections.abc import Mapping
from typing import Final

from connectors.kinds import SETTINGS
from govern.catalogue.agency import Agency
from govern.catalogue.as_files.values import (
    Key,
    anything,
    code,
    day,
    list_of,
    mapping_of,
    number,
    one_of,
    optional,
    record,
    text,
    truth,
    whole,
)
from govern.catalogue.case_item import CaseItemVersion, Letter, VersionField
from govern.catalogue.data_item import Category, DataItem, DataItemField, MaskRule, Parameter
from govern.catalogue.legal_basis import LegalBasis
from govern.catalogue.source import SourceVersion
from govern.rules.approval import MINISTRY_LETTER
from govern.rules.masking import MASKS

AGENCIES: Final = "agencies.yaml"
DATA_ITEMS: Final = "data_items.yaml"
CASE_ITEMS: Final = "case_items.yaml"
SOURCES: Final = "sources.yaml"
FILES: Final = (AGENCIES, DATA_ITEMS, CASE_ITEMS, SOURCES)

SCHEMA_VERSION: Final = 1
LEVELS: Final = ("city", "first", "second", "central")
FIELD_TYPES: Final = (
    "string", "text", "national_id", "company_no", "land_no", "building_no", "plate_no", "name", "address", "date",
    "datetime", "year", "year_month", "integer", "decimal", "money", "code", "boolean", "file",
)  # fmt: skip
SUBJECT_KEYS: Final = ("national_id", "company_no", "land_no", "building_no", "address", "plate_no", "name", "file")
CONNECTOR_KINDS: Final = ("soap_gateway", "soap_ws", "sftp", "https", "batch_file")
CONNECTOR_BASES: Final = ("seed", "inferred", "owner")  # the 2018 report, our inference, the owner's own word
SENSITIVITIES: Final = ("low", "moderate", "high")
EXTENTS: Final = ("city", "national", "none")
SHAPES: Final = ("single", "list", "grouped")
GROUPS: Final = ("rows", "members")
NARROWING: Final = ("birth_year", "district")
URGENCIES: Final = ("immediate", "normal", "scheduled", "batch")
SCHEDULES: Final = ("daily", "weekly", "monthly", "quarterly", "yearly")
RETENTION_STEPS: Final = (1, 3, 5, 10, 15, 20, 25, 30)  # 檔案保存年限: the archives' steps below permanent
INPUT_TYPES: Final = ("boolean", "integer", "decimal", "money", "date", "string")
ROW_LIMIT: Final = 200
NARROWED_ROW_LIMIT: Final = 50

_ITEM: Final = code()
_AGENCY: Final = code(hyphens=True)

AGENCY: Final[Mapping[str, Key]] = {
    "code": Key(_AGENCY),
    "name_zh": Key(text(Agency.name_zh)),
    "name_en": Key(text(Agency.name_en)),
    "level": Key(one_of(LEVELS)),
    "parent": Key(_AGENCY, needed=False, is_kept=True),
    "kind": Key(code()),
    "data_owner": optional(truth, False),
    "short_zh": optional(text(Agency.short_zh)),
    "district": optional(text(Agency.district)),
    "current_name_zh": optional(text(Agency.current_name_zh)),
    "current_name_en": optional(text(Agency.current_name_en)),
    "note": optional(text(Agency.note)),
}

MASK_RULE: Final[Mapping[str, Key]] = {
    "code": Key(one_of(tuple(MASKS))),
    "name_zh": Key(text(MaskRule.name_zh)),
    "name_en": Key(text(MaskRule.name_en)),
    "example_in": Key(text(MaskRule.example_in)),
    "example_out": Key(text(MaskRule.example_out)),
}

CATEGORY: Final[Mapping[str, Key]] = {
    "seq": Key(whole(1)),
    "code": Key(_ITEM),
    "name_zh": Key(text(Category.name_zh)),
    "name_en": Key(text(Category.name_en)),
    "item_count": Key(whole(0)),
}

_CODED_VALUE: Final = record({"code": Key(text(60)), "zh": Key(text(120)), "en": Key(text(240))})

FIELD: Final[Mapping[str, Key]] = {
    "code": Key(_ITEM),
    "zh": Key(text(DataItemField.name_zh)),
    "en": Key(text(DataItemField.name_en)),
    "type": Key(one_of(FIELD_TYPES)),
    "sensitivity": Key(one_of(SENSITIVITIES)),
    "mask": Key(one_of(tuple(MASKS))),
    "values": optional(list_of(_CODED_VALUE), []),
    "group": optional(one_of(GROUPS), ""),
    "phase": optional(code()),
}

DATA_ITEM: Final[Mapping[str, Key]] = {
    "code": Key(_ITEM),
    "seq": Key(whole(1)),
    "table_name_zh": Key(text(DataItem.table_name_zh)),
    "name_zh": Key(text(DataItem.name_zh)),
    "name_en": Key(text(DataItem.name_en)),
    "category": Key(_ITEM),
    "scope": Key(one_of(EXTENTS)),
    "owner": Key(_AGENCY),
    "connector": Key(one_of(CONNECTOR_KINDS)),
    "connector_basis": Key(one_of(CONNECTOR_BASES)),
    "subject_key": Key(one_of(SUBJECT_KEYS)),
    "alt_subject_keys": Key(list_of(one_of(SUBJECT_KEYS), unique=True)),
    "batch": Key(truth),
    "shape": Key(one_of(SHAPES)),
    "approval": optional(one_of((MINISTRY_LETTER,))),
    "special_category": optional(truth, False),
    "kinship_like": optional(truth, False),
    "narrowing": optional(list_of(one_of(NARROWING), unique=True)),
    "row_limit": optional(whole(1, 100_000)),
    "note_zh": optional(text(DataItem.note_zh)),
    "fields": Key(list_of(record(FIELD), least=1)),
}

PARAMETER: Final[Mapping[str, Key]] = {
    "code": Key(_ITEM),
    "zh": Key(text(Parameter.name_zh)),
    "en": Key(text(Parameter.name_en)),
    "value": Key(number),
    "unit": Key(text(Parameter.unit)),
    "sample": Key(truth),
}

_LEGAL_BASIS: Final = record(
    {
        "law_zh": Key(text(LegalBasis.law_zh)),
        "law_en": Key(text(LegalBasis.law_en)),
        "article": Key(text(LegalBasis.article)),
        "checked": Key(truth),
        "text_zh": optional(text(20_000)),
        "in_force_from": optional(day),
        "in_force_to": optional(day),
    }
)
_NECESSITY: Final = record({"zh": Key(text(VersionField.necessity_zh)), "en": Key(text(VersionField.necessity_en))})
_PERMITTED: Final = record(
    {
        "item": Key(_ITEM),
        "fields": Key(list_of(_ITEM, least=1, unique=True)),
        "clear": optional(list_of(_ITEM, unique=True), []),
        "revealable": optional(list_of(_ITEM, unique=True), []),
        "necessity": optional(mapping_of(_NECESSITY), {}),
    }
)
_CONDITION: Final = record(
    {
        "code": Key(_ITEM),
        "zh": Key(text(200)),
        "en": Key(text(400)),
        "expr": Key(text(2_000)),
        "on_false": Key(one_of(("fail", "review"))),
    }
)
_INPUT: Final = record(
    {"code": Key(_ITEM), "zh": Key(text(120)), "en": Key(text(240)), "type": Key(one_of(INPUT_TYPES))}
)
_ELIGIBILITY: Final = record(
    {
        "plain_zh": Key(text(2_000)),
        "plain_en": Key(text(4_000)),
        "conditions": Key(list_of(_CONDITION)),
        "inputs": optional(list_of(_INPUT), []),
        "amount": optional(record({"zh": Key(text(120)), "en": Key(text(240)), "expr": Key(text(2_000))})),
    }
)
_LETTER: Final = record(
    {
        "owner": Key(_AGENCY),
        "document_zh": Key(text(Letter.document_zh)),
        "letter_no": Key(text(Letter.number)),
        "status": Key(one_of(("pending", "approved"))),
        "approved_on": Key(day, needed=False, is_kept=True),
        "for_owner": optional(_AGENCY),  # whose part it concerns; unsaid, every owner's below that superior
    }
)

CASE_ITEM: Final[Mapping[str, Key]] = {
    "code": Key(_ITEM),
    "seq": Key(whole(1)),
    "name_zh": Key(text(CaseItemVersion.name_zh)),
    "name_en": Key(text(CaseItemVersion.name_en)),
    "business_agency": Key(_AGENCY),
    "kind": Key(one_of(("application", "statutory_duty"))),
    "legal_basis": Key(list_of(_LEGAL_BASIS, least=1)),
    "consent_required": Key(truth),
    "urgency": Key(one_of(URGENCIES)),
    "authorised_agencies": Key(list_of(_AGENCY, least=1, unique=True)),
    "data": Key(list_of(_PERMITTED, least=1)),
    "valid_from": Key(day),
    "valid_to": Key(day),
    "retention_years": optional(whole(1, 30, steps=RETENTION_STEPS)),
    "seed_example": Key(truth, needed=False, default=False, is_kept=True),
    "one_stop": optional(truth, False),
    "default_schedule": optional(one_of(SCHEDULES)),
    "eligibility": optional(_ELIGIBILITY),
    "approvals": optional(list_of(_LETTER), []),
}

SOURCE: Final[Mapping[str, Key]] = {
    "code": Key(code(hyphens=True, dots=True)),
    "owner": Key(_AGENCY),
    "kind": Key(one_of(tuple(SETTINGS))),
    "address": Key(text(SourceVersion.address)),
    "deadline_s": optional(number, 0.0),  # seconds; nought is the house's own default, a setting
    "may_ask_again": Key(truth, needed=False, default=False, is_kept=True),
    "max_at_once": Key(whole(1, 1_000), needed=False, default=4, is_kept=True),
    "file_key": optional(one_of(SUBJECT_KEYS), "national_id"),
    "credential_ref": optional(text(SourceVersion.credential_ref)),
    "settings": optional(mapping_of(anything), {}),
    "state": optional(one_of(("open", "closed"))),
    "items": Key(list_of(_ITEM, unique=True)),
}

# File -> its sections, each a list of records; and the lists of codes that a file says it uses.
SECTIONS: Final[Mapping[str, Mapping[str, Mapping[str, Key]]]] = {
    AGENCIES: {"agencies": AGENCY},
    DATA_ITEMS: {"mask_rules": MASK_RULE, "categories": CATEGORY, "data_items": DATA_ITEM},
    CASE_ITEMS: {"parameters": PARAMETER, "case_items": CASE_ITEM},
    SOURCES: {"sources": SOURCE},
}
CODE_LISTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    DATA_ITEMS: {
        "field_types": FIELD_TYPES,
        "subject_key_types": SUBJECT_KEYS,
        "connector_kinds": CONNECTOR_KINDS,
        "sensitivities": SENSITIVITIES,
    }
}
