"""The form of an agency: its names for its head or supervisor, its place in the tree for an operator, who also adds one."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from admin.console.keep.kept import FRESH, Outcome, Typed, differences, done, first, pages, saved, text_in
from admin.console.words import LEVELS
from admin.frame.actor import the_actor
from admin.frame.forms.choose import chosen
from admin.frame.forms.kept import Restored, filled, restored
from admin.frame.forms.pick import resolved
from admin.frame.language import w
from govern.catalogue.agency import Agency
from govern.catalogue.maintain import change_agency
from govern.catalogue.maintain.shown import print_of
from govern.catalogue.scope import agency_for
from govern.core.database import reading
from govern.core.errors import NotAllowed
from govern.core.wording import Wording
from govern.rules.actor import Actor

SAVED: Final = Wording("已儲存。", "Saved.")
ADDED: Final = Wording("已新增。", "Added.")
LABELS: Final[Mapping[str, Wording]] = {
    "name_zh": Wording("中文名稱", "Chinese name"),
    "name_en": Wording("英文名稱", "English name"),
    "short_zh": Wording("簡稱", "Short name (Chinese)"),
    "current_name_zh": Wording("現名（中文）", "Present name (Chinese)"),
    "current_name_en": Wording("現名（英文）", "Present name (English)"),
    "district": Wording("行政區", "District"),
    "note": Wording("備註", "Note"),
    "level": Wording("層級", "Level"),
    "parent": Wording("上級機關", "Under"),
    "is_data_owner": Wording("資料主政機關", "Data owner"),
}


@pages.get("/agencies/<agency>/edit")
def agency_form(agency: str) -> str:
    """The facts that the visitor keeps, as they stand, or as they were being typed when the log-in ended."""
    found = restored()
    again = filled(found)
    if again is None:
        return _form(agency, None, FRESH, kept_form=found)
    actor = the_actor()
    wrong: dict[str, Wording] = {}
    given = _given(actor, again, change_agency.may_change(actor, agency), wrong)
    return _form(agency, given, Outcome(mistakes=wrong), again, found)


@pages.post("/agencies/<agency>/edit")
def change(agency: str) -> Response:
    """They are saved, or the form says what to mend or who was first."""
    actor = the_actor()
    kept = change_agency.may_change(actor, agency)
    with reading() as session:
        typed = chosen(request.form, _typed(session, agency_for(actor, session, agency)))
    wrong: dict[str, Wording] = {}
    given = _given(actor, typed, kept, wrong)
    seen = typed.get("seen", "")
    outcome = saved(lambda: change_agency.change_agency(actor, agency, given, seen=seen), wrong)
    if outcome.is_done:
        return done(SAVED, "agencies.details_view", id=agency)  # type: ignore[return-value]
    return make_response(_form(agency, given, outcome, typed), outcome.status)


@pages.get("/agencies/new")
def new_agency() -> str:
    """The form of a new agency."""
    found = restored()
    again = filled(found)
    if again is None:
        return _form(None, {}, FRESH, kept_form=found)
    wrong: dict[str, Wording] = {}
    given = _given(the_actor(), again, frozenset(LABELS), wrong) | {"code": text_in(again, "code")}
    return _form(None, given, Outcome(mistakes=wrong), again, found)


@pages.post("/agencies/new")
def add_agency() -> Response:
    """The agency stands in the tree, or the form says what to mend."""
    actor, code = the_actor(), text_in(request.form, "code")
    wrong: dict[str, Wording] = {}
    given = _given(actor, request.form, frozenset(LABELS), wrong)
    outcome = saved(lambda: change_agency.add_agency(actor, code, given), wrong)
    if outcome.is_done:
        return done(ADDED, "agencies.details_view", id=code)  # type: ignore[return-value]
    return make_response(_form(None, given | {"code": code}, outcome, request.form), outcome.status)


def _given(actor: Actor, typed: Typed, kept: frozenset[str], wrong: dict[str, Wording]) -> dict[str, Any]:
    given: dict[str, Any] = {name: text_in(typed, name) for name in LABELS if name in kept}
    if "is_data_owner" in given:
        given["is_data_owner"] = "is_data_owner" in typed
    if "parent" in given:  # typed by name, or by code
        given["parent"] = resolved(actor, "agency", given["parent"], "parent", wrong) or ""
    return given


def _form(
    code: str | None,
    typed: Mapping[str, Any] | None,
    outcome: Outcome,
    form: Typed | None = None,
    kept_form: Restored | None = None,
) -> str:
    actor = the_actor()
    with reading() as session:
        agency = None if code is None else agency_for(actor, session, code)
        kept = frozenset(LABELS) if code is None else change_agency.may_change(actor, code)
        if not kept:
            raise NotAllowed
        now = _now(agency)
        values: dict[str, Any] = {
            "seen": print_of(change_agency.shown(session, code)) if code else "",
            "parent_typed": _named(session, now.get("parent")) if form is None else form.get("parent", ""),
            "theirs": _typed(session, agency) if agency and outcome.is_clash else None,
            "first": first(session, "agency", agency.code) if agency and outcome.is_clash else None,
        }
        clash = _clash(session, now, typed) if outcome.is_clash and typed is not None else ()
    if kept_form is not None and form is not None:
        values["seen"] = form.get("seen", "")  # what the page showed when it was typed: a change since shows as one
    return render_template(
        "console/keep_agency.html",
        agency=agency,
        kept=kept,
        given=now if typed is None else typed,
        clash=clash,
        restored=kept_form,
        outcome=outcome,
        labels=LABELS,
        levels=LEVELS,
        longest=change_agency.NAMES,
        needed=change_agency.NEEDED_NAMES,
        **values,
    )


def _clash(session: Session, now: Mapping[str, Any], yours: Mapping[str, Any]) -> Any:
    """The rows in which they differ; agencies and levels by name."""
    return [
        (label, *(_worded(session, name, side) for side in sides), name)
        for label, *sides, name in differences(LABELS, now, yours)
    ]


def _worded(session: Session, name: str, value: Any) -> Any:
    if name == "parent":
        return _named(session, value)
    return w(LEVELS.get(value)) or value if name == "level" else value


def _typed(session: Session, agency: Agency) -> Typed:
    """What stands there now, as the form would send it."""
    now = _now(agency) | {"parent": _named(session, agency.parent)}
    return Typed({name: "1" if value is True else value for name, value in now.items() if value is not False})


def _now(agency: Agency | None) -> dict[str, Any]:
    return {} if agency is None else {
        name: getattr(agency, name) if name == "is_data_owner" else getattr(agency, name) or "" for name in LABELS
    }  # fmt: skip


def _named(session: Session, code: str | None) -> str:
    """An agency as the form shows it to be changed."""
    found = session.get(Agency, code) if code else None
    return w(found.name) if found else ""
