"""The forms of a new data item and of new fields, for an approver of the owner: row by row, and nothing typed is lost."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Response, make_response, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.console.keep.data_item import LABELS as ITEM_LABELS
from admin.console.keep.kept import FRESH, Outcome, Typed, done, pages, saved, text_in
from admin.console.words import CONNECTORS, GROUPS, KEYS, NARROWINGS, SCOPES, SHAPES, TYPES
from admin.frame.actor import the_actor
from admin.frame.forms.kept import Restored, filled, restored
from admin.frame.language import w
from admin.frame.names import agency_names
from govern.catalogue.as_files import shapes
from govern.catalogue.data_item import Category, DataItem, MaskRule
from govern.catalogue.maintain import add_data_item as adding
from govern.catalogue.maintain import change_data_item
from govern.catalogue.maintain.add_data_item import MOST_AT_ONCE, NewDataItem, NewField
from govern.catalogue.maintain.shown import print_of
from govern.catalogue.scope import data_item_for, sources_for
from govern.catalogue.source import Source
from govern.core.database import reading
from govern.core.errors import NotAllowed
from govern.core.wording import Wording
from govern.rules.actor import Actor
from govern.rules.approval import MINISTRY_LETTER

ADDED: Final = Wording(
    "已登錄查調項目。草案現在就可以引用；核准生效前不能查調。",
    "The data item is entered. Drafts can use it now; it is asked once a version is in force.",
)
EXTENDED: Final = Wording(
    "已新增欄位。草案現在就可以選用；生效中的版本沒有列出，不會取得。",
    "The fields are entered. Drafts can use them now; versions in force do not list them.",
)
LABELS: Final[Mapping[str, Wording]] = {
    **ITEM_LABELS,
    "code": Wording("代碼", "Code"),
    "category": Wording("類別", "Category"),
    "scope": Wording("資料範圍", "Extent"),
    "subject_key": Wording("查調鍵值", "Asked by"),
    "alt_subject_keys": Wording("也可改用", "Or by"),
    "narrowing": Wording("須併同輸入", "Together with one of"),
    "shape": Wording("回覆形式", "Answers with"),
    "source": Wording("介接來源", "Source"),
    "approval": Wording("須財政部核備函", "Needs a letter of the Ministry of Finance"),
    "is_batch": Wording("可以檔案批次查調", "Files of numbers can be sent"),
    "is_special_category": Wording("特種個資", "Special category"),
    "fields": Wording("欄位", "Fields"),
}
FIELD_LABELS: Final[Mapping[str, Wording]] = {
    "code": Wording("代碼", "Code"),
    "name_zh": Wording("中文名稱", "Chinese name"),
    "name_en": Wording("英文名稱", "English name"),
    "type": Wording("型別", "Type"),
    "sensitivity": Wording("敏感度", "Sensitivity"),
    "mask": Wording("預設遮蔽", "Default mask"),
    "group": Wording("屬於", "Stands in"),
    "values": Wording("代碼值", "Coded values"),
}
IN_ORDER: Final = (
    "name_zh", "name_en", "code", "category", "scope", "subject_key", "shape", "alt_subject_keys", "narrowing", "source",
    "row_limit", "note_zh", "fields",
)  # fmt: skip
TYPED_IN: Final = ("code", "name_zh", "name_en", "values")  # a row is one as soon as one of these is filled in
NOTHING: Final = Typed(
    {"scope": "city", "subject_key": "national_id", "shape": "single", "row_limit": str(shapes.ROW_LIMIT)}
)
_ROW: Final = re.compile(r"fields\.([0-9]{1,2})\.code")
_PARTS: Final = re.compile(r"[,，\t]")


@pages.get("/data-items/new")
def new_data_item() -> str:
    """The form of a data item that is not on file yet."""
    kept = restored()
    return _item_form(filled(kept) or NOTHING, FRESH, kept=kept)


@pages.post("/data-items/new")
def add_item() -> Response:
    """It is on file, or the form says what to mend; another row of the form is only a row."""
    actor, typed = the_actor(), request.form
    if typed.get("deed") == "more":
        return make_response(_item_form(typed, FRESH, more=1))
    new = _item_in(typed)
    outcome = saved(lambda: adding.add_data_item(actor, new))
    if outcome.is_done:
        return done(ADDED, "data_items.details_view", id=new.code)  # type: ignore[return-value]
    return make_response(_item_form(typed, outcome), outcome.status)


@pages.get("/data-items/<item>/fields/new")
def new_fields(item: str) -> str:
    """The form of fields that a data item does not have yet."""
    kept = restored()
    return _fields_form(item, filled(kept) or Typed(), FRESH, kept=kept)


@pages.post("/data-items/<item>/fields/new")
def add_item_fields(item: str) -> Response:
    """They are on file, or the form says what to mend."""
    actor, typed = the_actor(), request.form
    _mine(actor, item)
    if typed.get("deed") == "more":
        return make_response(_fields_form(item, typed, FRESH, more=1))
    fields = _fields_in(typed)
    outcome = saved(lambda: adding.add_fields(actor, item, fields, seen=typed.get("seen", "")))
    if outcome.is_done:
        return done(EXTENDED, "data_items.details_view", id=item)  # type: ignore[return-value]
    return make_response(_fields_form(item, typed, outcome), outcome.status)


def _mine(actor: Actor, code: str) -> DataItem:
    """A data item that the visitor keeps; another's is not allowed, an absent one not found."""
    with reading() as session:
        known = data_item_for(actor, session, code)
    if not change_data_item.may_change(actor, known):
        raise NotAllowed
    return known


def _item_in(typed: Typed) -> NewDataItem:
    limit = text_in(typed, "row_limit").replace(",", "")
    where, _, which = typed.get("source", "").partition(":")
    return NewDataItem(
        **{name: text_in(typed, name) for name in ("code", "name_zh", "name_en", "category", "scope", "note_zh")},
        subject_key=typed.get("subject_key", ""),
        alt_subject_keys=typed.getlist("alt_subject_keys"),
        narrowing=typed.getlist("narrowing"),
        shape=typed.get("shape", ""),
        source=which if where == "source" else None,
        connector=which if where == "kind" else "",
        row_limit=int(limit) if limit.isdecimal() and len(limit) <= 6 else 0 if limit else None,
        approval=MINISTRY_LETTER if "approval" in typed else None,
        is_batch="is_batch" in typed,
        is_special_category="is_special_category" in typed,
        is_kinship_like="is_kinship_like" in typed,
        fields=_fields_in(typed),
    )


def _rows_in(typed: Typed) -> list[dict[str, str]]:
    """The rows of the form that say anything, as typed and without those between that say nothing."""
    places = [int(found[1]) for name in typed if (found := _ROW.fullmatch(name))]
    rows = [{name: text_in(typed, f"fields.{place}.{name}") for name in FIELD_LABELS} for place in sorted(places)]
    return [row for row in rows if any(row[name] for name in TYPED_IN)][:MOST_AT_ONCE]


def _fields_in(typed: Typed) -> list[NewField]:
    return [
        NewField(
            **{name: text for name, text in row.items() if name != "values"},
            values=[_value(line) for line in row["values"].split("\n") if line.strip()],
        )
        for row in _rows_in(typed)
    ]


def _value(line: str) -> dict[str, str]:
    code, zh, en = (*(part.strip() for part in _PARTS.split(line, maxsplit=2)), "", "")[:3]
    return {"code": code, "zh": zh, "en": en}


def _item_form(typed: Typed, outcome: Outcome, *, kept: Restored | None = None, more: int = 0) -> str:
    actor = the_actor()
    with reading() as session:
        if not adding.may_add(actor, session):
            raise NotAllowed
        values: dict[str, Any] = {
            "owner": agency_names(session, [actor.agency])[actor.agency],
            "categories": [
                (row.code, w(Wording(row.name_zh, row.name_en)))
                for row in session.scalars(select(Category).order_by(Category.seq))
            ],
            "sources": session.scalars(
                sources_for(actor, session).where(Source.owner == actor.agency).order_by(Source.code)
            ).all(),
            "rows": _rows(typed, "" if typed.get("shape") == "single" else "rows", more),
            **_choices(session),
        }
    values |= {
        "scopes": _said(SCOPES, shapes.EXTENTS),
        "keys": _said(KEYS, shapes.SUBJECT_KEYS),
        "narrowings": _said(NARROWINGS, shapes.NARROWING),
        "forms": _said(SHAPES, shapes.SHAPES),
        "connectors": _said(CONNECTORS, shapes.CONNECTOR_KINDS),
    }
    return _page("console/new_data_item.html", None, typed, outcome, kept, values)


def _fields_form(code: str, typed: Typed, outcome: Outcome, *, kept: Restored | None = None, more: int = 0) -> str:
    item = _mine(the_actor(), code)
    with reading() as session:
        values: dict[str, Any] = {
            "seen": print_of(change_data_item.shown(session, code)),
            "owner": agency_names(session, [item.owner])[item.owner],
            "rows": _rows(typed, "" if item.shape == "single" else "rows", more),
            **_choices(session),
        }
    return _page("console/new_fields.html", item, typed, outcome, kept, values)


def _page(
    template: str,
    item: DataItem | None,
    given: Typed,
    outcome: Outcome,
    kept: Restored | None,
    values: Mapping[str, Any],
) -> str:
    """Either form: what was typed, what is wrong with it, and what can be chosen."""
    return render_template(
        template,
        item=item,
        given=given,
        outcome=outcome,
        summary=_summary(outcome.mistakes),
        restored=kept,
        is_more=given.get("deed") == "more",
        **values,
    )


def _rows(typed: Typed, group: str, more: int) -> Sequence[Mapping[str, str]]:
    """What was typed, and an empty row behind it where there is none or one more was asked for."""
    rows = _rows_in(typed)
    empty = dict.fromkeys(FIELD_LABELS, "") | {"group": group}
    return [*rows, *([empty] * (more if rows else 1))]


def _summary(wrong: Mapping[str, Wording]) -> dict[str, Wording]:
    """What is wrong, each with the name of its row: two fields may both lack a name."""
    return {place: _named(place, wrong[place]) for place in sorted(wrong, key=_place_in_form)}


def _place_in_form(place: str) -> tuple[int, int, int]:
    at, _, name = place.rpartition(".")
    if not at:
        return IN_ORDER.index(name), 0, 0
    return IN_ORDER.index("fields"), int(at.partition(".")[2]), list(FIELD_LABELS).index(name)


def _named(place: str, says: Wording) -> Wording:
    at, _, name = place.rpartition(".")
    if not at:
        return Wording(f"{LABELS[place].zh}：{says.zh}", f"{LABELS[place].en}: {says.en}")
    number, label = int(at.partition(".")[2]) + 1, FIELD_LABELS[name]
    return Wording(f"第{number}個欄位的{label.zh}：{says.zh}", f"Field {number}, {label.en.lower()}: {says.en}")


def _said(words: Mapping[str, Wording], codes: Sequence[str]) -> list[tuple[str, str]]:
    """What can be chosen, as the visitor's language calls it."""
    return [(code, w(words[code])) for code in codes]


def _choices(session: Session) -> dict[str, Any]:
    return {
        "labels": LABELS,
        "field_labels": FIELD_LABELS,
        "types": _said(TYPES, shapes.FIELD_TYPES),
        "sensitivities": shapes.SENSITIVITIES,
        "masks": session.scalars(select(MaskRule).order_by(MaskRule.seq)).all(),
        "groups": _said(GROUPS, ("", *shapes.GROUPS)),
    }
