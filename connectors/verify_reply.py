"""A reply held against its question and its data item: only what this lets through may be used.

Checked, in this order: the request id is ours; there is one record for each asked key, in order, and each repeats its key;
what says "not found" brings no data; what a single data item says of its subject is the asked subject; each field stands
where the data item has it and looks like its type; a coded value is one of the known ones; there are not too many rows.
Values under unknown names are dropped and counted (`Reply.beyond`). Pure; nothing of a value reaches an error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from connectors.errors import TooMuch, Unreadable
from connectors.exchange import FieldSpec, ItemSpec, Query, Record, Reply, Shape


def verify_reply(query: Query, reply: Reply) -> Reply:
    """The reply with known fields alone and the rest counted; `Unreadable` or `TooMuch` when it is no proper answer."""
    if reply.request_id != query.request_id:
        raise Unreadable("request_id_differs")
    if len(reply.records) != len(query.keys):
        raise Unreadable("record_count")
    known = {each.code: each for each in query.item.fields}
    records, beyond = [], reply.beyond
    for key, record in zip(query.keys, reply.records, strict=True):
        if record.key != key:
            raise Unreadable("other_key")
        kept, dropped = _record(record, query.item, known)
        records.append(kept)
        beyond += dropped
    return replace(reply, records=tuple(records), beyond=beyond)


def _record(record: Record, item: ItemSpec, known: Mapping[str, FieldSpec]) -> tuple[Record, int]:
    """One record checked; the second value counts what was dropped."""
    header, beyond = _row(record.header, "", known)
    groups: dict[str, tuple[Mapping[str, str], ...]] = {}
    group_names = {each.group for each in known.values() if each.group}
    for name, rows in record.groups.items():
        if name not in group_names:
            beyond += sum(len(row) for row in rows)
            continue
        if len(rows) > item.row_limit:
            raise TooMuch("rows")
        checked = [_row(row, name, known) for row in rows]
        groups[name] = tuple(row for row, _ in checked)
        beyond += sum(dropped for _, dropped in checked)
    if not record.found and (header or any(groups.values())):
        raise Unreadable("data_without_finding")
    if record.found and item.shape is Shape.SINGLE and not header:
        raise Unreadable("shape")
    if record.found and item.shape is Shape.GROUPED and not header:
        raise Unreadable("shape")
    _same_subject(record, header, known)
    return replace(record, header=header, groups=groups), beyond


def _row(row: Mapping[str, str], group: str, known: Mapping[str, FieldSpec]) -> tuple[Mapping[str, str], int]:
    kept: dict[str, str] = {}
    beyond = 0
    for name, value in row.items():
        spec = known.get(name)
        if spec is None:
            beyond += 1
            continue
        if spec.group != group:
            raise Unreadable("field_misplaced")
        if not isinstance(value, str):
            raise Unreadable("field_type")
        if value == "":
            continue  # absent means no key in the mapping
        if not _plausible(spec, value):
            raise Unreadable("code_unknown" if spec.type == "code" else "field_type")
        kept[name] = value
    return kept, beyond


def _same_subject(record: Record, header: Mapping[str, str], known: Mapping[str, FieldSpec]) -> None:
    """What stands in the header under the asked kind itself (`national_id`, `company_no` ...) is the asked value.

    A source that echoes our key above somebody else's record is caught here; the other kinds of key are printed by registers
    in other ways than they are asked by (plates with a hyphen, addresses, names), and cannot be compared.
    """
    kind = record.key.kind
    spec = known.get(kind)
    if spec is None or spec.group or spec.type != kind or kind not in _COMPARABLE:
        return
    if header.get(kind, record.key.value) != record.key.value:
        raise Unreadable("other_subject")


_COMPARABLE: Final = frozenset({"national_id", "company_no"})
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_PERSON_NUMBER: Final = re.compile(r"[A-Z0-9*]{6,12}")
_FIRM_NUMBER: Final = re.compile(r"[0-9]{8}")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_AS_REGISTERED: Final = re.compile(r"[0-9民國前年月日時分約不詳/.\-~ ○]{1,32}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_IN_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def _plausible(spec: FieldSpec, value: str) -> bool:
    check = TYPES.get(spec.type)
    if check is None or not check(value):
        return False
    return not (spec.type == "code" and spec.values) or value in spec.values


def _date(value: str) -> bool:
    """ISO 8601 and in the calendar, or as an old register writes it (incomplete, before the ROC)."""
    if _ISO_DATE.fullmatch(value) is None:
        return _AS_REGISTERED.fullmatch(value) is not None
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _datetime(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return _AS_REGISTERED.fullmatch(value) is not None
    return True


def _year_month(value: str) -> bool:
    if _ISO_MONTH.fullmatch(value) is None:
        return _AS_REGISTERED.fullmatch(value) is not None
    return 1 <= int(value[5:]) <= 12


def _line(longest: int) -> Callable[[str], bool]:
    """A text without line breaks or control characters, so that no value can forge a line of a log or a file."""
    return lambda value: len(value) <= longest and _CONTROL.search(value) is None


TYPES: Final[Mapping[str, Callable[[str], bool]]] = {
    "string": _line(1_000),
    "text": lambda value: len(value) <= 100_000 and _CONTROL_IN_TEXT.search(value) is None,
    "national_id": lambda value: _PERSON_NUMBER.fullmatch(value) is not None,
    "company_no": lambda value: _FIRM_NUMBER.fullmatch(value) is not None,
    "land_no": _line(100),
    "building_no": _line(100),
    "plate_no": _line(20),
    "name": _line(200),
    "address": _line(500),
    "date": _date,
    "datetime": _datetime,
    "year": lambda value: _AS_REGISTERED.fullmatch(value) is not None,
    "year_month": _year_month,
    "integer": lambda value: _INTEGER.fullmatch(value) is not None,
    "decimal": lambda value: _NUMBER.fullmatch(value) is not None,
    "money": lambda value: _NUMBER.fullmatch(value) is not None,
    "code": _line(64),
    "boolean": lambda value: value in ("true", "false"),
    "file": lambda value: _CONTROL_IN_TEXT.search(value) is None,
}
