"""The form of a data item for its owner's approver: names, row limit, the kinship-like mark; each field's names and mask."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, make_response, render_template, request
from sqlalchemy import select

from admin.console.keep.kept import FRESH, Outcome, Typed, done, first, pages, saved, text_in
from admin.console.words import TYPES
from admin.frame.actor import the_actor
from admin.frame.forms.choose import chosen
from admin.frame.forms.kept import Restored, filled, restored
from admin.frame.names import agency_names
from govern.catalogue.as_files.shapes import SENSITIVITIES
from govern.catalogue.data_item import DataItem, MaskRule
from govern.catalogue.impact import case_items_using
from govern.catalogue.maintain import change_data_item
from govern.catalogue.maintain.change_data_item import DataItemContent, FieldContent
from govern.catalogue.maintain.shown import print_of
from govern.catalogue.scope import data_item_for
from govern.core.database import reading
from govern.core.errors import NotAllowed
from govern.core.wording import Wording
from govern.rules.masking import fits

SAVED: Final = Wording(
    "已儲存。生效中的案件項目照核准時的遮蔽，不受影響。",
    "Saved. Case items in force keep the masks that they were approved with.",
)
LABELS: Final[Mapping[str, Wording]] = {
    "name_zh": Wording("中文名稱", "Chinese name"),
    "name_en": Wording("英文名稱", "English name"),
    "note_zh": Wording("備註", "Note"),
    "row_limit": Wording("筆數上限", "Rows at most"),
    "is_kinship_like": Wording("比照親等關聯資料", "Kinship-like data"),
}
FIELD_LABELS: Final[Mapping[str, Wording]] = {
    "name_zh": Wording("中文名稱", "Chinese name"),
    "name_en": Wording("英文名稱", "English name"),
    "sensitivity": Wording("敏感度", "Sensitivity"),
    "mask": Wording("預設遮蔽", "Default mask"),
}


@pages.get("/data-items/<item>/edit")
def data_item_form(item: str) -> str:
    """What stands there now, to be changed, or as it was being typed when the log-in ended."""
    found = restored()
    again = filled(found)
    if again is None:
        return _form(item, None, FRESH, found)
    with reading() as session:
        known = data_item_for(the_actor(), session, item)
    return _form(item, _typed(again, known), FRESH, found, again.get("seen", ""))


@pages.post("/data-items/<item>/edit")
def change_item(item: str) -> Response:
    """It is saved, or the form says what to mend or who was first."""
    actor = the_actor()
    with reading() as session:
        known = data_item_for(actor, session, item)
    if not change_data_item.may_change(actor, known):
        raise NotAllowed
    typed = chosen(request.form, _as_typed(change_data_item.content_of(known)))
    content = _typed(typed, known)
    outcome = saved(lambda: change_data_item.change_data_item(actor, item, content, seen=typed.get("seen", "")))
    if outcome.is_done:
        return done(SAVED, "data_items.details_view", id=item)  # type: ignore[return-value]
    return make_response(_form(item, content, outcome), outcome.status)


def _typed(typed: Typed, known: DataItem) -> DataItemContent:
    limit = text_in(typed, "row_limit").replace(",", "")
    return DataItemContent(
        name_zh=text_in(typed, "name_zh"),
        name_en=text_in(typed, "name_en"),
        note_zh=text_in(typed, "note_zh"),
        row_limit=int(limit) if limit.isdecimal() and len(limit) <= 6 else None,
        is_kinship_like="is_kinship_like" in typed,
        fields={
            one.code: FieldContent(**{name: text_in(typed, f"fields.{one.code}.{name}") for name in FIELD_LABELS})
            for one in known.fields
            if f"fields.{one.code}.mask" in typed
        },
    )


def _as_typed(now: DataItemContent) -> Typed:
    """What stands there now, as the form would send it."""
    typed = Typed({name: str(getattr(now, name) or "") for name in LABELS if name != "is_kinship_like"})
    if now.is_kinship_like:
        typed["is_kinship_like"] = "1"
    for code, one in now.fields.items():
        typed.update({f"fields.{code}.{name}": getattr(one, name) for name in FIELD_LABELS})
    return typed


def _form(
    code: str, content: DataItemContent | None, outcome: Outcome, found: Restored | None = None, seen: str = ""
) -> str:
    actor = the_actor()
    with reading() as session:
        item = data_item_for(actor, session, code)
        if not change_data_item.may_change(actor, item):
            raise NotAllowed
        now = change_data_item.content_of(item)
        masks = {rule.code: rule for rule in session.scalars(select(MaskRule).order_by(MaskRule.seq))}
        values: dict[str, Any] = {
            "seen": seen or print_of(change_data_item.shown(session, code)),
            "first": first(session, "data_item", code) if outcome.is_clash else None,
            "owner": agency_names(session, [item.owner])[item.owner],
            "touched": case_items_using(actor, session, [code]),
        }
    return render_template(
        "console/keep_data_item.html",
        item=item,
        given=content or now,
        outcome=outcome,
        restored=found,
        theirs=_as_typed(now),
        clash=_differences(item, now, content) if outcome.is_clash and content else (),
        labels=LABELS,
        sensitivities=SENSITIVITIES,
        masks=masks,
        fits={one.code: [rule for rule in masks.values() if fits(rule.code, one.type) or rule.code == one.mask]
              for one in item.fields},
        types=TYPES,
        **values,
    )  # fmt: skip


def _differences(item: DataItem, now: DataItemContent, yours: DataItemContent) -> list[tuple[Wording, Any, Any, str]]:
    """What stands there now beside what was typed, fields included."""
    found = [
        (label, getattr(now, name), getattr(yours, name), name)
        for name, label in LABELS.items()
        if getattr(now, name) != getattr(yours, name)
    ]
    for one in item.fields:
        theirs, mine = now.fields[one.code], yours.fields.get(one.code, now.fields[one.code])
        found += [
            (
                Wording(f"{one.name_zh}：{label.zh}", f"{one.name_en}: {label.en}"),
                getattr(theirs, name),
                getattr(mine, name),
                f"fields.{one.code}.{name}",
            )
            for name, label in FIELD_LABELS.items()
            if getattr(theirs, name) != getattr(mine, name)
        ]
    return found
