"""A small catalogue of another city, as files, and ways to change one thing in it."""

import copy
from pathlib import Path
from typing import Any

import yaml

from govern.catalogue.as_files.read import CatalogueWrong, Problem
from govern.catalogue.load import Counts, load
from govern.core.settings import load_settings

ROOT = Path(__file__).parent.parent.parent
OURS = ROOT / "govern" / "catalogue" / "files"
SETTINGS = load_settings()

Files = dict[str, dict[str, Any]]


def another_city() -> Files:
    """Two departments, a ministry, three data items and two case items of a city that is not ours."""
    return {
        "agencies.yaml": {
            "schema_version": 1,
            "agencies": [
                {"code": "tainan", "name_zh": "虛構市", "name_en": "City", "level": "city", "parent": None, "kind": "city"},
                {
                    "code": "tainan-civil",
                    "name_zh": "虛構市民政局",
                    "name_en": "Civil affairs",
                    "level": "first",
                    "parent": "tainan",
                    "kind": "bureau",
                    "data_owner": True,
                },
                {
                    "code": "tainan-social",
                    "name_zh": "虛構市社會局",
                    "name_en": "Social welfare",
                    "level": "first",
                    "parent": "tainan",
                    "kind": "bureau",
                },
                {
                    "code": "tax",
                    "name_zh": "虛構國稅局",
                    "name_en": "Tax",
                    "level": "central",
                    "parent": None,
                    "kind": "central",
                    "data_owner": True,
                },
            ],
        },
        "data_items.yaml": {
            "schema_version": 1,
            "mask_rules": [_mask("none"), _mask("surname_only"), _mask("amount_band")],
            "categories": [
                {"seq": 1, "code": "people", "name_zh": "人", "name_en": "People", "item_count": 2},
                {"seq": 2, "code": "money", "name_zh": "錢", "name_en": "Money", "item_count": 1},
            ],
            "data_items": [
                _item("household", 1, "people", "tainan-civil", shape="grouped") | {"fields": [
                    _field("name", "name", "surname_only"),
                    _field("kind", "code", "none", values=[{"code": "a", "zh": "甲", "en": "A"}]),
                    _field("member_name", "name", "surname_only", group="members"),
                ]},
                _item("by_name", 2, "people", "tainan-civil", shape="list", subject_key="name") | {"fields": [
                    _field("national_id", "national_id", "none", group="rows"),
                ]},
                _item("income", 3, "money", "tax") | {
                    "approval": "ministry_letter",
                    "fields": [_field("total", "money", "amount_band"), _field("year", "year", "none")],
                },
            ],
        },
        "case_items.yaml": {
            "schema_version": 1,
            "parameters": [
                {"code": "limit", "zh": "限額", "en": "Limit", "value": 1000.0, "unit": "TWD", "sample": True},
                {"code": "year", "zh": "年", "en": "Year", "value": 115, "unit": "year", "sample": True},
            ],
            "case_items": [
                _case_item("allowance", 1) | {
                    "data": [
                        {"item": "household", "fields": ["name", "kind", "member_name"], "clear": ["name"],
                         "revealable": ["member_name"]},
                        {"item": "income", "fields": ["total"]},
                    ],
                    "eligibility": {
                        "plain_zh": "所得在限額以下。",
                        "plain_en": "Income below the limit.",
                        "conditions": [
                            {"code": "income", "zh": "所得", "en": "Income", "on_false": "review",
                             "expr": 'd.income.total <= p.limit && "p.nothing" != "" && input.counted'},
                        ],
                        "inputs": [{"code": "counted", "zh": "已清點", "en": "Counted", "type": "boolean"}],
                    },
                    "approvals": [_letter("approved", "2026-01-05")],
                },
                _case_item("subsidy", 2) | {
                    "data": [{"item": "income", "fields": ["total", "year"]}],
                    "approvals": [_letter("pending", None)],
                },
            ],
        },
        "sources.yaml": {
            "schema_version": 1,
            "sources": [
                _source("tainan-civil.https", "tainan-civil", ["household", "by_name"]),
                _source("tax.https", "tax", ["income"]),
            ],
        },
    }  # fmt: skip


def _mask(code: str) -> dict[str, Any]:
    return {"code": code, "name_zh": code, "name_en": code, "example_in": "x", "example_out": "x"}


def _field(code: str, type_: str, mask: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "zh": code, "en": code, "type": type_, "sensitivity": "moderate", "mask": mask} | more


def _item(code: str, seq: int, category: str, owner: str, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "seq": seq,
        "table_name_zh": code,
        "name_zh": code,
        "name_en": code,
        "category": category,
        "scope": "city",
        "owner": owner,
        "connector": "https",
        "connector_basis": "inferred",
        "subject_key": "national_id",
        "alt_subject_keys": [],
        "batch": False,
        "shape": "single",
    } | more


def _case_item(code: str, seq: int) -> dict[str, Any]:
    return {
        "code": code,
        "seq": seq,
        "name_zh": code,
        "name_en": code,
        "business_agency": "tainan-social",
        "kind": "application",
        "legal_basis": [{"law_zh": "虛構法", "law_en": "Invented Act", "article": f"第{seq}條", "checked": False}],
        "consent_required": True,
        "urgency": "normal",
        "authorised_agencies": ["tainan-social"],
        "valid_from": "2026-01-01",
        "valid_to": "2028-12-31",
        "retention_years": 5,
        "seed_example": False,
    }


def _letter(status: str, approved_on: str | None) -> dict[str, Any]:
    return {
        "owner": "tainan",
        "document_zh": "核定函",
        "letter_no": "字第1號",
        "status": status,
        "approved_on": approved_on,
    }


def _source(code: str, owner: str, items: list[str]) -> dict[str, Any]:
    return {
        "code": code,
        "owner": owner,
        "kind": "https",
        "address": "https://127.0.0.1:{https}/api/" + owner,
        "deadline_s": 10,
        "may_ask_again": False,
        "max_at_once": 4,
        "credential_ref": code,
        "settings": {"authority": "{simulated}/ca.pem"},
        "items": items,
    }


def row(files: Files, file: str, section: str, code: str) -> dict[str, Any]:
    """A record of a file, to be changed in place."""
    found: dict[str, Any] = next(one for one in files[f"{file}.yaml"][section] if one["code"] == code)
    return found


def write(folder: Path, files: Files) -> Path:
    """The files stand in the folder, as somebody's editor would have written them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = yaml.dump(copy.deepcopy(content), None, yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def load_files(folder: Path, files: Files) -> Counts:
    """Write and load."""
    return load(write(folder, files), settings=SETTINGS)


def the_other_city(folder: Path) -> None:
    """A beginning: another city's catalogue as it is."""
    load_files(folder, another_city())


def problems_of(folder: Path, files: Files) -> list[Problem]:
    """What is wrong with the files; nothing when they load."""
    try:
        load_files(folder, files)
    except CatalogueWrong as wrong:
        return wrong.problems
    return []
