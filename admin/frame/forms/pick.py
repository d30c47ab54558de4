"""Pickers: a word, in the body, finds agencies, data items or case items; at most twenty, within what the actor may see.

A picker is a text field. What is chosen from its list stands in it by name, and what was typed without a script is the
same text: either way `resolved` makes codes of it on the server.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, jsonify, request
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from admin.frame.actor import the_actor
from admin.frame.language import t, w
from admin.frame.names import agency_names, case_item_names, short_name
from admin.frame.seek import forms_of, plain_words
from govern.catalogue.agency import Agency
from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.catalogue.data_item import DataItem
from govern.catalogue.find import called
from govern.catalogue.scope import agencies_for, case_items_for, case_items_in_force_at, data_items_for
from govern.core.database import reading
from govern.core.errors import NotFound
from govern.core.wording import Wording
from govern.names.index import holding
from govern.names.parts import canonical, words_of
from govern.rules.actor import Actor

MOST: Final = 20
_NAMES_OF_A_CASE_ITEM: Final = (CaseItemVersion.case_item, CaseItemVersion.name_zh, CaseItemVersion.name_en)
NOBODY: Final = Wording(
    "找不到「{text}」；請從清單選取，或填完整名稱。",
    "“{text}” was not found; choose from the list or give the whole name.",
)
SEVERAL: Final = Wording("不只一個叫「{text}」，請改填代碼。", "More than one is called “{text}”; give the code.")


@dataclass(frozen=True, slots=True)
class Picked:
    """One thing that a picker offers: its code, its name, and what tells it from others of a like name."""

    code: str
    name: Wording
    detail: Wording


def pick(what: str) -> Response:
    """The things that hold every word typed, at most twenty, and how many they are."""
    found = PICKERS.get(what)
    if found is None:
        raise NotFound
    with reading() as session:
        rows = found(the_actor(), session, plain_words(request.form.get("words", "")))
    more = len(rows) > MOST
    says = t("{n}個", "{n} found", n=len(rows))
    if more:
        says = t("超過{n}個，請再多打幾個字", "More than {n}; type a little more", n=MOST)
    return jsonify(
        says=says if rows else t("沒有符合的", "Nothing matches"),
        found=[{"code": row.code, "name": w(row.name), "detail": w(row.detail)} for row in rows[:MOST]],
    )


def resolved(actor: Actor, what: str, text: str, name: str, wrong: dict[str, Wording]) -> str | None:
    """The code of what was typed: a code, or a whole name in either language; what is none is said at its row."""
    wanted = " ".join(text.split())
    if not wanted:
        return None
    with reading() as session:
        exact = NAMED[what](actor, session, wanted)
    codes = [each for each in exact if each == wanted] or sorted(set(exact))
    if len(codes) == 1:
        return codes[0]
    said = SEVERAL if codes else NOBODY
    wrong[name] = Wording(said.zh.format(text=wanted), said.en.format(text=wanted))
    return None


def resolved_all(actor: Actor, what: str, text: str, name: str, wrong: dict[str, Wording]) -> list[str]:
    """The codes of several names, a comma or 、 between them."""
    parts = [part for part in text.replace("、", ",").replace("，", ",").replace("\n", ",").split(",") if part.strip()]
    found = [resolved(actor, what, part, name, wrong) for part in parts]
    return [code for code in found if code is not None]


def _agencies(actor: Actor, session: Session, words: Sequence[str]) -> list[Picked]:
    named = holding("agency", Agency.code, " ".join(words))
    query = agencies_for(actor, session).where(named).order_by(Agency.seq).limit(MOST + 1)
    rows = session.scalars(query).all()
    above = agency_names(session, {row.parent for row in rows if row.parent})
    return [Picked(row.code, row.name, above.get(row.parent or "", Wording(row.code, row.code))) for row in rows]


def _data_items(actor: Actor, session: Session, words: Sequence[str]) -> list[Picked]:
    """By its own name or a field's: whoever looks for a date of birth finds the items that hold one."""
    return _items_of(session, data_items_for(actor, session), words)


def _own_data_items(actor: Actor, session: Session, words: Sequence[str]) -> list[Picked]:
    """Of one's own agency, which owns them."""
    return _items_of(session, data_items_for(actor, session).where(DataItem.owner == actor.agency), words)


def _items_of(session: Session, items: Select[DataItem], words: Sequence[str]) -> list[Picked]:
    of_field = [
        or_(
            holding("data_item", DataItem.code, word),
            holding("data_item_field", DataItem.code, word),
        )
        for word in words
    ]  # fmt: skip
    rows = session.scalars(items.where(*of_field).order_by(DataItem.seq).limit(MOST + 1)).all()
    owners = agency_names(session, {row.owner for row in rows})
    return [Picked(row.code, row.name, _with_fields(row, owners[row.owner], words)) for row in rows]


def _with_fields(item: DataItem, owner: Wording, words: Sequence[str]) -> Wording:
    wanted = words_of(" ".join(words))
    held = [
        field.name
        for field in item.fields
        if any(word in canonical(f"{field.name_zh} {field.name_en}") for word in wanted)
    ][:3]
    if not held:
        return owner
    return Wording(
        f"{owner.zh}，欄位：{'、'.join(each.zh for each in held)}", f"{owner.en}, fields: {', '.join(each.en for each in held)}"
    )  # fmt: skip


def _case_items(actor: Actor, session: Session, words: Sequence[str]) -> list[Picked]:
    named = holding("case_item_version", CaseItemVersion.id, " ".join(words))
    rows = session.execute(case_items_in_force_at(actor.agency).where(named).limit(MOST + 1)).all()
    return [Picked(row.code, Wording(row.name_zh, row.name_en), Wording(row.code, row.code)) for row in rows]


def _known_case_items(actor: Actor, session: Session, words: Sequence[str]) -> list[Picked]:
    """Every case item of which the actor may know, for narrowing a list."""
    found = case_items_for(actor, session).where(called(actor, session, " ".join(words)))
    codes = [row.code for row in session.scalars(found.order_by(CaseItem.seq).limit(MOST + 1))]
    names = case_item_names(session, codes)
    return [Picked(code, names.get(code, Wording(code, code)), Wording(code, code)) for code in codes]


def _same(text: str, *columns: Any) -> ColumnElement[bool]:
    """A column says exactly this; 台 is 臺."""
    return or_(*(column == form for form in forms_of(text) for column in columns))


def _agency_named(actor: Actor, session: Session, text: str) -> list[str]:
    same = _same(text, Agency.code, Agency.name_zh, Agency.short_zh, Agency.name_en)
    rows = session.scalars(agencies_for(actor, session).where(same)).all()
    short = [row.code for row in rows if text in (row.code, row.name_zh, row.name_en)]
    if rows or not text.isascii():
        return short or [row.code for row in rows]
    return [
        row.code
        for row in session.scalars(agencies_for(actor, session).where(Agency.name_en.startswith(text, autoescape=True)))
        if short_name(row.name_zh, row.short_zh, row.name_en).en == text
    ]


def _data_item_named(actor: Actor, session: Session, text: str) -> list[str]:
    same = _same(text, DataItem.code, DataItem.name_zh, DataItem.name_en)
    return [row.code for row in session.scalars(data_items_for(actor, session).where(same))]


def _own_data_item_named(actor: Actor, session: Session, text: str) -> list[str]:
    same = _same(text, DataItem.code, DataItem.name_zh, DataItem.name_en)
    own = data_items_for(actor, session).where(DataItem.owner == actor.agency)
    return [row.code for row in session.scalars(own.where(same))]


def _known_case_item_named(actor: Actor, session: Session, text: str) -> list[str]:
    same = CaseItem.code.in_(select(CaseItemVersion.case_item).where(_same(text, *_NAMES_OF_A_CASE_ITEM)))
    return [row.code for row in session.scalars(case_items_for(actor, session).where(same))]


def _case_item_named(actor: Actor, session: Session, text: str) -> list[str]:
    same = _same(text, *_NAMES_OF_A_CASE_ITEM)
    return [row.code for row in session.execute(case_items_in_force_at(actor.agency).where(same))]


PICKERS: Final[Mapping[str, Callable[[Actor, Session, Sequence[str]], list[Picked]]]] = {
    "agency": _agencies,
    "data_item": _data_items,
    "own_data_item": _own_data_items,
    "case_item": _case_items,
    "known_case_item": _known_case_items,
}
NAMED: Final[Mapping[str, Callable[[Actor, Session, str], list[str]]]] = {
    "agency": _agency_named,
    "data_item": _data_item_named,
    "own_data_item": _own_data_item_named,
    "case_item": _case_item_named,
    "known_case_item": _known_case_item_named,
}
