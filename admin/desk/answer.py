"""The answer, masked; reveal; what a value looks like on screen."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import jsonify, render_template, request
from sqlalchemy import select

from admin.desk.ask import pages
from admin.desk.follow import follow
from admin.frame.actor import the_visitor
from admin.frame.language import language
from admin.frame.parts import parts
from govern.catalogue.agency import Agency
from govern.catalogue.data_item import DataItem, DataItemField
from govern.core.database import reading
from govern.core.wording import Wording
from govern.keys.envelope import session_keys
from govern.lookups.reveal import reveal as reveal_field
from govern.lookups.scope import own_lookup
from govern.lookups.show import ShownAnswer, ShownLookup, show
from govern.rules.calendar import DateError, read, to_roc
from govern.trail.entry import Entry, EntryNumber

YES, NO = Wording("是", "Yes"), Wording("否", "No")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value on the page: its text, whether it is masked, and where it stands when it can be revealed."""

    text: str
    is_masked: bool
    place: str | None


@dataclass(frozen=True, slots=True)
class Block:
    """One subject of an answer: header values and tables, ready for the page."""

    ordinal: int
    found: bool
    row_number: int | None
    key: str
    header: tuple[tuple[Wording, Cell], ...]
    tables: tuple[tuple[str, tuple[Wording, ...], tuple[tuple[Cell, ...], ...]], ...]


@dataclass(frozen=True, slots=True)
class AnswerOnPage:
    """One data item's answer as the page shows it."""

    answer: ShownAnswer
    name: Wording
    scope: str
    owner: Wording
    hidden: int
    blocks: tuple[Block, ...]


@pages.post("/lookups/<uuid:identity>/answers")
def answers(identity: uuid.UUID) -> str:
    """Show the answers: the entry "shown" is committed first, then the envelopes open. A part for the script, else a page."""
    visitor = the_visitor()
    shown = show(visitor.actor, session_keys(visitor.secret), identity, parts().settings)
    with reading() as session:
        followed = follow(session, own_lookup(visitor.actor, session, identity))
        items = {a.item: session.get_one(DataItem, a.item) for a in shown.answers}
        owners = {item.owner: session.get_one(Agency, item.owner) for item in items.values()}
        listed = [_on_page(answer, items[answer.item], owners) for answer in shown.answers]
        number = _number_of(session, shown)
    template = "desk/answers.html" if request.headers.get("X-Part") else "desk/lookup.html"
    return render_template(template, followed=followed, shown=shown, listed=listed, number=number)


@pages.post("/lookups/<uuid:identity>/reveal")
def reveal(identity: uuid.UUID) -> Any:
    """One masked field in clear, after its entry: for the page's script, which masks it again after the time said."""
    visitor = the_visitor()
    opened = reveal_field(
        visitor.actor,
        session_keys(visitor.secret),
        identity,
        _uuid(request.form.get("answer", "")),
        request.form.get("place", ""),
        request.form.get("reason", ""),
        parts().settings,
    )
    with reading() as session:
        field = session.get(DataItemField, (request.form.get("item", ""), opened.field_code))
    text = on_screen(field, opened.value) if field else opened.value
    return jsonify(value=text, seconds=opened.seconds)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _number_of(session: Any, shown: ShownLookup) -> tuple[int | None, Any] | None:
    """The number and time of the entry that was written first; no number while the sequencer has not come by."""
    if shown.evidence is None:
        return None
    entry = session.get_one(Entry, shown.evidence.entry_id)
    number = session.execute(select(EntryNumber.number).where(EntryNumber.entry_id == entry.id)).scalar_one_or_none()
    return number, entry.at


def _on_page(answer: ShownAnswer, item: DataItem, owners: Mapping[str, Agency]) -> AnswerOnPage:
    fields = {field.code: field for field in item.fields}
    return AnswerOnPage(
        answer=answer,
        name=item.name,
        scope=item.scope,
        owner=owners[item.owner].name,
        hidden=len(item.fields) - len(answer.appearances),
        blocks=tuple(_block(answer, subject, fields) for subject in answer.subjects),
    )


def _block(answer: ShownAnswer, subject: Mapping[str, Any], fields: Mapping[str, DataItemField]) -> Block:
    ordinal = subject["ordinal"]
    header = tuple(
        (fields[code].name, _cell(answer, fields[code], ordinal, "", text)) for code, text in subject["header"].items()
    )
    tables = []
    for group, rows in subject["groups"].items():
        codes = [code for code in answer.appearances if code in fields and fields[code].group == group]
        listed = tuple(
            tuple(_cell(answer, fields[code], ordinal, f"{group}/{index}", row.get(code, "")) for code in codes)
            for index, row in enumerate(rows)
        )
        tables.append((group, tuple(fields[code].name for code in codes), listed))
    return Block(
        ordinal=ordinal,
        found=subject["found"],
        row_number=subject.get("row_number"),
        key=subject.get("key", ""),
        header=header,
        tables=tuple(tables),
    )


def _cell(answer: ShownAnswer, field: DataItemField, ordinal: int, path: str, text: str) -> Cell:
    place = f"{ordinal}:{path}:{field.code}"
    is_masked = answer.appearances[field.code] != "clear"
    shown = text if is_masked else on_screen(field, text)
    return Cell(shown, is_masked and bool(text), place if place in answer.revealable else None)


def on_screen(field: DataItemField, text: str) -> str:
    """A clear value as people read it: ROC dates, thousands, names of codes; a text that is none of these as it is."""
    if not text:
        return ""
    if field.values:
        for value in field.values:
            if value["code"] == text:
                return str(value["en"] if language() == "en" else value["zh"])
    if field.type == "boolean":
        return (YES if text == "true" else NO).in_language(language())
    if field.type in ("money", "integer") and text.lstrip("-").isdigit() and len(text) > 3:
        return f"{int(text):,}"
    if field.type == "date":
        try:
            whole = read(text).whole
        except DateError:
            whole = None
        return to_roc(whole) if whole else text
    return text
