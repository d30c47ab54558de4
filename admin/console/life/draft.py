"""Draft a case item, or a change of one in force: part by part, saved as it stands, with its faults said beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from admin.console.life import compare, form, typed
from admin.console.life.pages import Draft, draft_for, first_at, pages, to_version
from admin.console.words import CASE_KINDS, URGENCIES
from admin.frame.actor import the_actor
from admin.frame.forms.choose import chosen
from admin.frame.forms.day import as_typed
from admin.frame.forms.kept import Restored, filled, restored
from govern.catalogue.life.content import DraftContent, faults
from govern.catalogue.life.draft import amend, draft_change_of
from govern.catalogue.life.draft import draft as draft_new
from govern.catalogue.life.draft import withdraw as withdraw_draft
from govern.catalogue.scope import data_item_for
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotFound
from govern.core.wording import Wording
from govern.rules.difference import SCHEDULES


@dataclass(frozen=True, slots=True)
class Clash:
    """What somebody else saved first: who and when, the rows in which it differs, and theirs as the form would send it."""

    rows: Sequence[compare.Row]
    who: str
    at: datetime | None
    theirs: typed.Typed


Read = Callable[[typed.Typed, DraftContent], DraftContent]

READERS: Final[Mapping[str, Read]] = {
    "basics": typed.basics_from,
    "agencies": typed.agencies_from,
    "bases": typed.bases_from,
    "items": typed.items_from,
}
BEGUN: Final = Wording(
    "已開始草擬，隨時可以離開，內容都會留著。", "The draft is begun; leave at any time, everything is kept."
)
WITHDRAWN: Final = Wording("已撤回；內容與經過仍留存。", "Withdrawn; what it said and its course are kept.")


@pages.get("/new")
def begin() -> str:
    """The first part of a new case item's form: its code and particulars."""
    kept = restored()
    return _new_page(typed.nothing_yet(), {}, kept, filled(kept))


@pages.post("/new")
def create() -> Any:
    """A new case item of the own agency is drafted, and its next part is shown."""
    content = typed.nothing_yet()
    try:
        content = typed.basics_from(request.form, content)
        code, number = draft_new(the_actor(), request.form.get("code", "").strip(), content)
    except InvalidInput as wrong:
        return _new_page(content, wrong.fields), 422
    except Conflict as taken:
        return _new_page(content, {"code": taken.wording}), 409
    return redirect(url_for("life.edit", code=code, number=number, part="agencies"), 303)


@pages.post("/<code>/change")
def change(code: str) -> Any:
    """A draft that begins with what is in force; where there is one already, that one is shown."""
    return to_version(code, draft_change_of(the_actor(), code), BEGUN)


@pages.post("/<code>/versions/<int:number>/withdraw")
def withdraw(code: str, number: int) -> Any:
    """The version is given up; its page says so."""
    withdraw_draft(the_actor(), code, number)
    return to_version(code, number, WITHDRAWN)


@pages.get("/<code>/versions/<int:number>/edit/<part>")
def edit(code: str, number: int, part: str) -> str:
    """One part of a draft to be filled in."""
    if part not in READERS:
        raise NotFound
    with reading() as session:
        found = draft_for(the_actor(), session, code, number)
    kept = restored()
    again = filled(kept)
    if again is None:
        return _page(found, part, found.content, {}, edition=found.version.edition, kept=kept)
    content, wrong = found.content, {}
    try:
        content = READERS[part](again, content)
    except InvalidInput as no:
        wrong = no.fields
    return _page(found, part, content, wrong, edition=_edition_in(again), kept=kept, given=again)


@pages.post("/<code>/versions/<int:number>/edit/<part>")
def save(code: str, number: int, part: str) -> Any:
    """The part is kept as typed, complete or not; the next one is shown, or the draft's page when asked for."""
    if part not in READERS:
        raise NotFound
    with reading() as session:
        found = draft_for(the_actor(), session, code, number)
    content = found.content
    try:
        content = READERS[part](chosen(request.form, typed.as_typed_again(content)), content)
        amend(the_actor(), code, number, content, edition=_edition())
    except InvalidInput as wrong:
        return _page(found, part, content, wrong.fields, edition=_edition()), 422
    except Conflict as clash:
        return _clash(found, part, content, clash), 409
    return _onward(found, part, content)


@pages.get("/<code>/versions/<int:number>/fields/<item>")
def fields(code: str, number: int, item: str) -> str:
    """The fields of one data item of a draft: absent, masked, revealable or clear, and why."""
    actor, kept = the_actor(), restored()
    again = filled(kept)
    with reading() as session:
        found = draft_for(actor, session, code, number)
        if again is None:
            content, edition = found.content, found.version.edition
        else:
            content, edition = (
                typed.fields_from(again, found.content, data_item_for(actor, session, item)),
                _edition_in(again),
            )
    return _fields_page(found, item, content, {}, edition=edition, kept=kept)


@pages.post("/<code>/versions/<int:number>/fields/<item>")
def save_fields(code: str, number: int, item: str) -> Any:
    """The fields are kept as chosen; the next data item is shown, or the draft's page."""
    actor = the_actor()
    with reading() as session:
        found = draft_for(actor, session, code, number)
        choices = chosen(request.form, typed.as_typed_again(found.content, item))
        content = typed.fields_from(choices, found.content, data_item_for(actor, session, item))
    try:
        amend(actor, code, number, content, edition=_edition())
    except InvalidInput as wrong:
        return _fields_page(found, item, content, wrong.fields, edition=_edition()), 422
    except Conflict as clash:
        return _clash(found, "fields", content, clash, item=item), 409
    return _onward(found, "fields", content, item)


def _edition() -> int:
    return _edition_in(request.form)


def _edition_in(given: typed.Typed) -> int:
    """The edition that the form was opened with: what somebody saved since shows as a conflict, also after a log-in."""
    return given.get("edition", -1, type=int)


def _onward(found: Draft, part: str, content: DraftContent, item: str = "") -> Any:
    code, number = found.case_item.code, found.version.version
    after, of = form.following(part, content.items, item)
    if "stay" in request.form or not after:
        return to_version(code, number, Wording("已儲存草案。", "The draft is saved."))
    if after == "fields":
        return redirect(url_for("life.fields", code=code, number=number, item=of), 303)
    return redirect(url_for("life.edit", code=code, number=number, part=after), 303)


def _clash(found: Draft, part: str, yours: DraftContent, clash: Conflict, *, item: str = "") -> str:
    """What somebody else saved meanwhile beside what was typed here: nothing of either is lost, and saving again keeps yours.

    The part is laid over what the others saved, so that only this part can differ. `clash` rises when there is no difference
    of editions, or no draft any more.
    """
    actor = the_actor()
    with reading() as session:
        now = draft_for(actor, session, found.case_item.code, found.version.version)
        if now.version.edition == _edition():
            raise clash
        given = chosen(request.form, typed.as_typed_again(found.content, item))
        if part == "fields":
            mine = typed.fields_from(given, now.content, data_item_for(actor, session, item))
        else:
            mine = READERS[part](given, now.content)
        if part == "items":
            rows = compare.rows_of_items(session, now.content, mine)
        else:
            rows = [row for _, row in compare.rows(session, now.content, mine)]
        who, at = first_at(session, now.version)
    beside = Clash(rows, who, at, typed.as_typed_again(now.content, item))
    if part == "fields":
        return _fields_page(now, item, mine, {}, edition=now.version.edition, clash=beside)
    return _page(now, part, mine, {}, edition=now.version.edition, clash=beside)


def _new_page(
    content: DraftContent,
    mistakes: Mapping[str, Wording],
    kept: Restored | None = None,
    given: typed.Typed | None = None,
) -> str:
    return render_template(
        "console/life/basics.html",
        draft=None,
        part="basics",
        content=content,
        mistakes=mistakes,
        summary=form.mistakes_of(mistakes, {}),
        given=request.form if given is None else given,
        restored=kept,
        edition=0,
        clash=None,
        parts=[form.PartState(part, "", name, ()) for part, name in form.PARTS.items()],
        roc=as_typed,
        schedules=SCHEDULES,
        kinds=CASE_KINDS,
        urgencies=URGENCIES,
        retentions=typed.RETENTIONS,
    )


def _page(
    found: Draft,
    part: str,
    content: DraftContent,
    mistakes: Mapping[str, Wording],
    *,
    edition: int,
    clash: Any = None,
    kept: Restored | None = None,
    given: typed.Typed | None = None,
) -> str:
    actor = the_actor()
    with reading() as session:
        groups = {"agencies": form.agencies, "bases": form.bases, "items": form.items}.get(part, _none)(actor, session)
        parts = _parts(session, content)
    return render_template(
        "console/life/basics.html" if part == "basics" else "console/life/pick.html",
        draft=found,
        part=part,
        content=content,
        mistakes=mistakes,
        summary=form.mistakes_of(mistakes, {}),
        given=request.form if given is None else given,
        restored=kept,
        edition=edition,
        clash=clash,
        groups=groups,
        parts=parts,
        roc=as_typed,
        schedules=SCHEDULES,
        kinds=CASE_KINDS,
        urgencies=URGENCIES,
        retentions=typed.RETENTIONS,
    )


def _fields_page(
    found: Draft,
    code: str,
    content: DraftContent,
    mistakes: Mapping[str, Wording],
    *,
    edition: int,
    clash: Any = None,
    kept: Restored | None = None,
) -> str:
    drafted = next((each for each in content.items if each.item == code), None)
    if drafted is None:
        raise NotFound
    with reading() as session:
        item = data_item_for(the_actor(), session, code)
        choices = form.fields(session, item, drafted)
        parts = _parts(session, content)
    return render_template(
        "console/life/fields.html",
        draft=found,
        part="fields",
        content=content,
        mistakes=mistakes,
        summary=form.mistakes_of(mistakes, {f"items.{code}.{each.field.code}": each.field.name for each in choices}),
        edition=edition,
        restored=kept,
        clash=clash,
        item=item,
        choices=choices,
        parts=parts,
    )


def _parts(session: Session, content: DraftContent) -> list[form.PartState]:
    lacks = faults(session, content, to_propose=True)
    return form.parts_of(session, content, lacks)


def _none(_actor: Any, _session: Any) -> list[form.Group]:
    return []
