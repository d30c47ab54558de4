"""The catalogue out as files that load again with nothing changed: versions in force, and those that wait for a letter.

Credentials of sources are written by reference only. The same catalogue gives the same bytes.
"""

import os
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy.orm import Session

from govern.catalogue.as_files import contents
from govern.catalogue.as_files.shapes import (
    AGENCIES,
    CASE_ITEMS,
    CODE_LISTS,
    DATA_ITEMS,
    SCHEMA_VERSION,
    SOURCES,
)
from govern.catalogue.as_files.values import Normal
from govern.catalogue.load import Counts
from govern.core.database import reading

HEADS: Final = {
    AGENCIES: "機關目錄 Agencies",
    DATA_ITEMS: "資料項目目錄 Data items",
    CASE_ITEMS: "業務案件項目目錄 Case items: the versions in force, and those that wait for a letter",
    SOURCES: "介接來源目錄 Sources: where each data item is answered; credentials by reference only",
}
# Keys whose records are read best with one record a line.
ONE_A_LINE: Final = frozenset(
    {"agencies", "mask_rules", "categories", "fields", "parameters", "legal_basis", "data", "approvals", "inputs"}
)


def export(folder: Path) -> Counts:
    """The folder holds the catalogue's four files; former ones are replaced, each whole. `changed` is always nought."""
    with reading() as session:
        written = _files(session)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        part = folder / f".{name}.part"
        part.write_text(_yaml(name, content), encoding="utf-8")
        os.replace(part, folder / name)
    data_items = written[DATA_ITEMS]["data_items"]
    return Counts(
        agencies=len(written[AGENCIES]["agencies"]),
        data_items=len(data_items),
        fields=sum(len(item["fields"]) for item in data_items),
        case_items=len(written[CASE_ITEMS]["case_items"]),
        changed=0,
    )


def _files(session: Session) -> dict[str, dict[str, Any]]:
    versions = contents.exported_versions(session)
    said = contents.case_items(session, versions.values())
    case_items = sorted((row for row, _masks in said.values()), key=lambda row: (row["seq"], row["code"]))
    sections: dict[str, dict[str, Any]] = {
        AGENCIES: {"agencies": _rows(contents.agencies(session))},
        DATA_ITEMS: {
            "mask_rules": _rows(contents.mask_rules(session)),
            **{name: list(codes) for name, codes in CODE_LISTS[DATA_ITEMS].items()},
            "categories": _rows(contents.categories(session)),
            "data_items": _rows(contents.data_items(session)),
        },
        CASE_ITEMS: {"parameters": _rows(contents.parameters(session)), "case_items": case_items},
        SOURCES: {"sources": _rows(contents.sources(session))},
    }
    return {name: {"schema_version": SCHEMA_VERSION} | content for name, content in sections.items()}


def _rows(found: dict[str, Normal]) -> list[Normal]:
    return list(found.values())


class _OnOneLine(dict[str, Any]):
    """A record that is written on one line."""


class _Dumper(yaml.SafeDumper):
    """The safe dumper, without aliases: the reader takes none."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.add_representer(
    _OnOneLine, lambda dumper, row: dumper.represent_mapping("tag:yaml.org,2002:map", row, flow_style=True)
)


def _yaml(name: str, content: dict[str, Any]) -> str:
    body = yaml.dump(
        _arranged("", content),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=100_000,
        default_flow_style=None,
    )
    return f"# {HEADS[name]}\n{body}"


def _arranged(key: str, value: Any) -> Any:
    """The same content, with the records of lists named in `ONE_A_LINE` marked to stand on one line each."""
    if isinstance(value, dict):
        return {name: _arranged(name, one) for name, one in value.items()}
    if isinstance(value, list):
        if key in ONE_A_LINE:
            return [_OnOneLine(row) if isinstance(row, dict) else row for row in value]
        return [_arranged("", one) for one in value]
    return value
