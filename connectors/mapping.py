"""Turn a source's rows into named fields, from a declaration, without code.

A declaration stands in a source's settings under `mapping`, by data item: for each name that the source uses the field it
means and, where needed, the form its values have or the codes they stand for:

    mapping:
      hh_person_city:
        出生日期: {field: birth_date, form: roc_date}
        性別: {field: sex, values: {"1": M, "2": F}}
        姓名: name

A data item without a declaration names its fields as the catalogue does. A name that a declaration leaves out passes
unchanged, so that what a data item does not know is counted where a reply is verified. A value that is not in the declared
form stays as written: incomplete dates of old registers are data, not mistakes (DESIGN.md, fixed point 4). Pure.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from connectors.errors import Misconfigured, Unreadable
from connectors.exchange import ItemSpec, Record

LINES: Final = "#lines"  # the group of a file's flat lines, until `folded` has taken them apart


@dataclass(frozen=True, slots=True)
class Rule:
    """What one name of a source means."""

    code: str
    form: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


Declaration = Mapping[str, Rule]


def declared(mapping: object, item: str) -> Declaration:
    """The declaration for a data item out of a source's `mapping` setting; `Misconfigured` when it makes no sense."""
    if mapping is None:
        return {}
    if not isinstance(mapping, Mapping):
        raise Misconfigured("mapping", never_left=True)
    stated = mapping.get(item, {})
    if not isinstance(stated, Mapping):
        raise Misconfigured("mapping", never_left=True)
    return {str(name): _rule(meaning) for name, meaning in stated.items()}


def named(record: Record, declaration: Declaration) -> Record:
    """The record under our names and in our forms; `Unreadable` when two of the source's names meet in one field."""
    if not declaration:
        return record
    groups = {name: tuple(_row(row, declaration) for row in rows) for name, rows in record.groups.items()}
    return replace(record, header=_row(record.header, declaration), groups=groups)


def folded(record: Record, item: ItemSpec) -> Record:
    """A file's flat lines taken apart: fields without a group once into the header, the others a row each.

    Fields of the header repeat on every line; `Unreadable` when they differ. Unknown names stay in the row (or, for a
    single record, in the header), to be counted by who verifies.
    """
    if LINES not in record.groups:
        return record
    places = {each.code: each.group for each in item.fields}
    groups = sorted({group for group in places.values() if group})
    if len(groups) > 1:
        raise Misconfigured("mapping", never_left=False)
    header: dict[str, str] = {}
    rows: list[Mapping[str, str]] = []
    for line in record.groups[LINES]:
        row: dict[str, str] = {}
        for name, value in line.items():
            if groups and places.get(name, groups[0]):
                row[name] = value
            elif header.setdefault(name, value) != value:
                raise Unreadable("header_differs")
        if row:
            rows.append(row)
    return replace(record, header=header, groups={groups[0]: tuple(rows)} if groups else {})


def _rule(meaning: object) -> Rule:
    if isinstance(meaning, str) and meaning:
        return Rule(meaning)
    if not isinstance(meaning, Mapping) or not set(meaning) <= {"field", "form", "values"}:
        raise Misconfigured("mapping", never_left=True)
    code, form, values = meaning.get("field"), meaning.get("form", ""), meaning.get("values", {})
    proper = isinstance(code, str) and code and (form == "" or form in FORMS) and isinstance(values, Mapping)
    if not proper:
        raise Misconfigured("mapping", never_left=True)
    return Rule(str(code), str(form), {str(theirs): str(ours) for theirs, ours in values.items()})


def _row(row: Mapping[str, str], declaration: Declaration) -> Mapping[str, str]:
    out: dict[str, str] = {}
    for name, value in row.items():
        rule = declaration.get(name)
        code = rule.code if rule else name
        if code in out:
            raise Unreadable("shape")
        out[code] = _value(value, rule) if rule else value
    return out


def _value(value: str, rule: Rule) -> str:
    text = value.strip()
    if rule.values:
        return rule.values.get(text, text)
    return FORMS[rule.form](text) if rule.form else text


_DATE: Final = re.compile(r"(?:民國)?([0-9]{1,4})[年/.\-]([0-9]{1,2})[月/.\-]([0-9]{1,2})日?")


def _iso(year: int, month: int, day: int, written: str) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return written  # 0750300: the day is not known; the register's own words stay


def _roc_date(text: str) -> str:
    """`0750308` or `750308` (years of the ROC, 1 = 1912) to ISO 8601."""
    if text.isascii() and text.isdigit() and len(text) in (6, 7):
        return _iso(int(text[:-4]) + 1911, int(text[-4:-2]), int(text[-2:]), text)
    return text


def _roc_written(text: str) -> str:
    """`75/03/08`, `75.3.8` or `民國75年3月8日` to ISO 8601."""
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    year, month, day = (int(part) for part in found.groups())
    return _iso(year + 1911, month, day, text) if year < 1000 else text


def _compact_date(text: str) -> str:
    """`19860308` to ISO 8601."""
    if text.isascii() and text.isdigit() and len(text) == 8:
        return _iso(int(text[:4]), int(text[4:6]), int(text[6:]), text)
    return text


def _roc_year_month(text: str) -> str:
    """`11005` to `2021-05`."""
    if text.isascii() and text.isdigit() and len(text) in (4, 5) and 1 <= int(text[-2:]) <= 12:
        return f"{int(text[:-2]) + 1911:04d}-{text[-2:]}"
    return text


def _roc_year(text: str) -> str:
    """`075` to `1986`."""
    return f"{int(text) + 1911:04d}" if text.isascii() and text.isdigit() and len(text) <= 3 else text


def _grouped_number(text: str) -> str:
    """`1,234,567` to `1234567`."""
    return text.replace(",", "") if re.fullmatch(r"-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?", text) else text


def _plain_number(text: str) -> str:
    """`0001234` to `1234`."""
    return str(int(text)) if text.isascii() and text.isdigit() and len(text) <= 18 else text


FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "roc_date": _roc_date,
    "roc_written": _roc_written,
    "compact_date": _compact_date,
    "roc_year_month": _roc_year_month,
    "roc_year": _roc_year,
    "grouped_number": _grouped_number,
    "plain_number": _plain_number,
}
