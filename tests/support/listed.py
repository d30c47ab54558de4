"""What case items list of data items, and an answer made of any values, cut, masked and written out as the desk's page does it.

No queue, no store and no look-up: every use of every data item by every case item in force can be tried in seconds. The road
from the reply to the page is the product's own: `minimise`, then the cells and the template of the desk.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

from flask import Flask, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.desk import answer as desk
from admin.frame.names import agency_names
from connectors.exchange import Key, Record
from govern.catalogue.case_item import CaseItemVersion, VersionField
from govern.catalogue.data_item import DataItem, DataItemField
from govern.catalogue.reach import item_spec
from govern.core import clock
from govern.core.database import reading
from govern.lookups.show import ShownAnswer
from govern.rules.decision import Permit
from govern.rules.facts import Appearance, PermittedField
from govern.rules.minimise import Minimised, minimise
from tests.support.houses import invented_number

ValueOf = Callable[[DataItemField, int], str]


@dataclass(frozen=True, slots=True)
class Use:
    """A case item's use of a data item: what it lists of its fields."""

    case_item: str
    item: DataItem
    permit: Permit

    @property
    def name(self) -> str:
        """To be read."""
        return f"{self.case_item}/{self.item.code}"


@dataclass(frozen=True, slots=True)
class Written:
    """An answer on its way: the values it was made of, what was kept of them, and the page in both its forms."""

    values: Mapping[str, str]
    kept: Minimised
    html: str


def uses() -> list[Use]:
    """Every data item of every case item in force, with the fields that are listed there."""
    with reading() as session:
        listed: dict[tuple[str, int, str], list[PermittedField]] = {}
        for version, row in session.execute(
            select(CaseItemVersion, VersionField)
            .join(VersionField, VersionField.version_id == CaseItemVersion.id)
            .where(CaseItemVersion.state == "in_force")
            .order_by(CaseItemVersion.case_item, VersionField.item, VersionField.seq)
        ):
            of = listed.setdefault((version.case_item, version.version, row.item), [])
            of.append(PermittedField(row.field, Appearance(row.appearance), row.mask))
        items = {item.code: item for item in session.scalars(select(DataItem))}
        for item in items.values():
            _ = item.fields
    return [
        Use(case_item, items[code], Permit(code, case_item, version, "test", 1, tuple(fields), uuid.uuid4()))
        for (case_item, version, code), fields in listed.items()
    ]


def canary(field: DataItemField, number: int) -> str:
    """A value of a field's type that no other field of the same answer has."""
    if field.type == "national_id":
        return invented_number(5000 + number)
    if field.type == "name":
        return f"歐陽{chr(0x4E00 + 37 * number)}{chr(0x9FA0 - 11 * number)}"
    if field.type == "address":
        return f"新北市板橋區稀見{chr(0x4E00 + 53 * number)}路{71 + number}巷9號"
    if field.type in ("money", "integer", "decimal"):
        return str(7_310_007 + 1013 * number)
    if field.type == "date":
        return (date(1951, 1, 7) + timedelta(days=211 * number)).isoformat()
    return f"QZ{number:03d}X"


def written(app: Flask, use: Use, value_of: ValueOf) -> Written:
    """The use's answer with a value in every field that the data item has, listed or not; as a subject's and as a file's."""
    values = {field.code: value_of(field, number) for number, field in enumerate(use.item.fields)}
    groups: dict[str, list[dict[str, str]]] = {}
    header = {field.code: values[field.code] for field in use.item.fields if not field.group}
    for field in use.item.fields:
        if field.group:
            groups.setdefault(field.group, [{}])[0][field.code] = values[field.code]
    record = Record(
        Key("national_id", "A123456789"), True, header, {name: tuple(rows) for name, rows in groups.items()}
    )
    kept = minimise(record, use.permit, item_spec(use.item))
    with reading() as session, app.test_request_context("/"):
        owners = agency_names(session, {use.item.owner})
        pages = [
            desk._on_page(_tasks(use), _shown(use, kept, beside), use.item, owners)
            for beside in ({}, {"row_number": 2, "key": "A12345****"})
        ]
        html = render_template(
            "desk/answers.html", listed=pages, shown=SimpleNamespace(denied={}, gone=()), followed=None
        )
    return Written(values, kept, html)


def _tasks(use: Use) -> Session:
    """A session that knows one task: what it was permitted."""
    task = SimpleNamespace(permitted=[field.to_row() for field in use.permit.fields])
    return cast(Session, SimpleNamespace(get_one=lambda _kind, _identity: task))


def _shown(use: Use, kept: Minimised, beside: Mapping[str, Any]) -> ShownAnswer:
    subject = {"ordinal": 1, "found": True, "header": kept.header, "groups": kept.groups, **beside}
    return ShownAnswer(
        answer_id=uuid.uuid4(),
        task_id=uuid.uuid4(),
        item=use.item.code,
        ends_at=clock.now(),
        answered_at=clock.now(),
        duration_ms=1,
        withheld=0,
        subjects=(subject,),
        revealable=frozenset(f"1:{path}:{code}" for path, code in kept.revealable),
        appearances={field.code: str(field.appearance) for field in use.permit.fields},
    )


def clear_fields(use: Use) -> Iterator[DataItemField]:
    """The fields that the use shows as they come."""
    listed = {field.code for field in use.permit.fields if field.effective_mask == "none"}
    return (field for field in use.item.fields if field.code in listed)
