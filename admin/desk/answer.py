"""The answer, masked, and the reveal of one field: after their entry, and for the asker alone."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import jsonify, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.desk.ask import pages
from admin.desk.followed import follow
from admin.desk.values import NUMBERS, masked_on_screen, on_screen
from admin.frame.actor import the_actor, the_visitor
from admin.frame.names import agency_names
from admin.frame.parts import parts
from govern.catalogue.data_item import DataItem, DataItemField
from govern.core.database import reading
from govern.core.wording import Wording
from govern.keys.envelope import session_keys
from govern.lookups.lookup import Answer, Task
from govern.lookups.reveal import reveal as reveal_field
from govern.lookups.scope import own_lookup
from govern.lookups.show import ShownAnswer, show

ROW: Wording = Wording("檔案列", "Row")
SUBJECT: Wording = Wording("當事人", "Subject")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value on the page: its text, whether it is masked, and where it stands when it can be revealed."""

    text: str = field(repr=False)
    is_masked: bool = False
    place: str | None = None
    is_number: bool = False
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer's table."""

    name: Wording
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One subject of an answer, or all subjects of a file: header values and tables, ready for the page."""

    found: bool
    header: tuple[tuple[Wording, Cell], ...]
    tables: tuple[tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]], ...]


@dataclass(frozen=True, slots=True)
class AnswerOnPage:
    """One data item's answer as the page shows it."""

    answer: ShownAnswer
    name: Wording
    scope: str
    owner: Wording
    hidden: int
    shown: int
    masked: int
    blocks: tuple[Block, ...]


@pages.post("/lookups/<uuid:identity>/answers")
def answers(identity: uuid.UUID) -> str:
    """Show the answers: the entry "shown" is committed first, then the envelopes open. A part for the script, else a page."""
    visitor = the_visitor()
    shown = show(visitor.actor, session_keys(visitor.secret), identity, parts().settings)
    with reading() as session:
        followed = follow(session, visitor.actor, own_lookup(visitor.actor, session, identity))
        items = {each.item: session.get_one(DataItem, each.item) for each in shown.answers}
        owners = agency_names(session, {item.owner for item in items.values()})
        listed = [_on_page(session, each, items[each.item], owners) for each in shown.answers]
    template = "desk/answers.html" if request.headers.get("X-Part") else "desk/lookup.html"
    return render_template(template, followed=followed, shown=shown, listed=listed)


@pages.post("/lookups/<uuid:identity>/reveal")
def reveal(identity: uuid.UUID) -> Any:
    """One masked field in clear, after its entry: for the page's script, which masks it again after the time said."""
    visitor = the_visitor()
    answer_id = _uuid(request.form.get("answer", ""))
    opened = reveal_field(
        visitor.actor,
        session_keys(visitor.secret),
        identity,
        answer_id,
        request.form.get("place", ""),
        request.form.get("reason", ""),
        parts().settings,
    )
    with reading() as session:
        revealed = _field_of(session, identity, answer_id, opened.field_code)
    text = on_screen(revealed, opened.value) if revealed else opened.value
    return jsonify(value=text, seconds=opened.seconds)


def _uuid(text: str) -> uuid.UUID:
    """An id as typed; one that is none is the id of nothing, so that both are refused alike."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _field_of(session: Session, lookup: uuid.UUID, answer_id: uuid.UUID, code: str) -> DataItemField | None:
    """The field that was revealed, of the data item that the answer of the actor's own look-up is about."""
    own_lookup(the_actor(), session, lookup)
    item = session.scalars(
        select(Task.item).join(Answer, Answer.task == Task.id).where(Answer.id == answer_id, Task.lookup == lookup)
    ).first()
    return session.get(DataItemField, (item, code)) if item else None


def _on_page(session: Session, answer: ShownAnswer, item: DataItem, owners: Mapping[str, Wording]) -> AnswerOnPage:
    rows = session.get_one(Task, answer.task_id).permitted
    # A masked appearance under the mask `none` changes nothing: such a field is clear.
    bare = {row["field"] for row in rows if row["mask"] == "none" or row["appearance"] == "clear"}
    masks = {row["field"]: row["mask"] for row in rows}
    cells = _Cells(answer, {each.code: each for each in item.fields}, frozenset(bare), masks)
    is_file = any(subject.get("row_number") for subject in answer.subjects)
    return AnswerOnPage(
        answer=answer,
        name=item.name,
        scope=item.scope,
        owner=owners[item.owner],
        hidden=len(item.fields) - len(answer.appearances),
        shown=len(answer.appearances),
        masked=sum(1 for code in answer.appearances if cells.is_masked(code)),
        blocks=(cells.of_file(answer.subjects),) if is_file else tuple(cells.of(each) for each in answer.subjects),
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells of one answer, in the order in which the case item lists its fields."""

    answer: ShownAnswer
    fields: Mapping[str, DataItemField]
    bare: frozenset[str]
    masks: Mapping[str, str]

    def is_masked(self, code: str) -> bool:
        """Whether a mask changes how the field appears."""
        return self.answer.appearances[code] != "clear" and code not in self.bare

    def codes(self, group: str) -> list[str]:
        """The permitted fields of the header (`""`) or of a group."""
        return [code for code in self.answer.appearances if code in self.fields and self.fields[code].group == group]

    def of(self, subject: Mapping[str, Any]) -> Block:
        """One subject: each header field with its value, and a table a group. What the source left out is said to be 無."""
        ordinal, found = subject["ordinal"], bool(subject["found"])
        header = [(self.fields[code].name, self.cell(code, ordinal, "", subject["header"])) for code in self.codes("")]
        tables = []
        for group in self.groups():
            rows = subject["groups"].get(group, ())
            listed = [self.row(group, ordinal, index, row) for index, row in enumerate(rows)]
            tables.append((self.columns(self.codes(group)), tuple(listed)))
        has_header = found and any(text for text in subject["header"].values())
        return Block(found, tuple(header) if has_header else (), tuple(tables) if found else ())

    def of_file(self, subjects: Sequence[Mapping[str, Any]]) -> Block:
        """All subjects of a file in one table: row number, masked key, then the fields; a line for each row of a group."""
        groups = self.groups()
        codes = [*self.codes(""), *(code for group in groups for code in self.codes(group))]
        lines: list[tuple[Cell, ...]] = []
        for subject in subjects:
            ordinal, header = subject["ordinal"], self.codes("")
            first = (Cell(f"{subject['row_number']}", is_number=True), Cell(subject.get("key", ""), is_masked=True))
            if not subject["found"]:
                lines.append((*first, *(Cell("") for _ in codes)))
                continue
            own = tuple(self.cell(code, ordinal, "", subject["header"]) for code in header)
            rows = [(group, i, row) for group in groups for i, row in enumerate(subject["groups"].get(group, ()))]
            for group, index, row in rows or [("", 0, {})]:
                beside = {
                    code: self.cell(code, ordinal, f"{group}/{index}", row) for code in self.codes(group) if group
                }
                lines.append((*first, *own, *(beside.get(code, Cell("")) for code in codes[len(own) :])))
        columns = (Column(ROW, is_number=True), Column(SUBJECT), *self.columns(codes))
        return Block(True, (), ((columns, tuple(lines)),))

    def groups(self) -> list[str]:
        """The groups of which a field is permitted, the header left out."""
        named = (self.fields[code].group for code in self.answer.appearances if code in self.fields)
        return [group for group in dict.fromkeys(named) if group]

    def columns(self, codes: Sequence[str]) -> tuple[Column, ...]:
        """The columns of these fields; amounts stand at the end of theirs."""
        return tuple(Column(self.fields[code].name, self.fields[code].type in NUMBERS) for code in codes)

    def row(self, group: str, ordinal: int, index: int, row: Mapping[str, str]) -> tuple[Cell, ...]:
        """One row of a group."""
        return tuple(self.cell(code, ordinal, f"{group}/{index}", row) for code in self.codes(group))

    def cell(self, code: str, ordinal: int, path: str, values: Mapping[str, str]) -> Cell:
        """One value: readable when clear, as the rulebook gives it when masked."""
        text, place = values.get(code, ""), f"{ordinal}:{path}:{code}"
        its, is_masked = self.fields[code], self.is_masked(code)
        return Cell(
            text=masked_on_screen(self.masks.get(code, ""), text) if is_masked else on_screen(its, text),
            is_masked=is_masked and bool(text),
            place=place if place in self.answer.revealable else None,
            is_number=its.type in NUMBERS,
            is_name=its.type == "name" and not is_masked and bool(text),
        )
