"""The forms of an article: entered, corrected, given a last day; before its ending is confirmed it shows what stands on it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final

from flask import Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from admin.console.keep.kept import FRESH, First, Outcome, Typed, differences, done, first, pages, saved, text_in
from admin.console.legal_bases import standing, state_of_law
from admin.frame.actor import the_actor
from admin.frame.forms.choose import chosen
from admin.frame.forms.day import as_typed, day_in
from admin.frame.forms.kept import Restored, filled, restored
from govern.catalogue.impact import case_items_on
from govern.catalogue.legal_basis import LegalBasis, cited
from govern.catalogue.maintain import change_legal_basis as laws
from govern.catalogue.maintain.shown import print_of
from govern.catalogue.scope import legal_basis_for
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import NotAllowed
from govern.core.wording import Wording

ADDED: Final = Wording("已登錄，可以在草案中引用。", "Entered; drafts can cite it.")
CORRECTED: Final = Wording(
    "已更正；已核准的版本保留當時的條文。", "Corrected; versions keep the text they were approved with."
)
ENDED: Final = Wording("已登錄終止日。", "Its last day is on file.")
KEPT: Final = Wording("已撤回終止日，條文繼續施行。", "The ending is taken back; the article stays in force.")
LABELS: Final[Mapping[str, Wording]] = {
    "law_zh": Wording("法規名稱", "Law (Chinese)"),
    "law_en": Wording("法規英譯", "Law (English)"),
    "article": Wording("條號", "Article"),
    "text_zh": Wording("條文", "Text"),
    "in_force_from": Wording("生效日", "In force from"),
    "is_checked": Wording("已與公布條文核對", "Checked against the published text"),
}
NOTHING: Final = laws.LegalBasisContent("", "", "", "", None, False)


@pages.get("/laws/new")
def new_law() -> str:
    """The form of an article that is not on file yet."""
    return _opened(None)


@pages.post("/laws/new")
def add_law() -> Response:
    """The article is on file, or the form says what to mend."""
    actor = the_actor()
    content, wrong = _content(request.form)
    added: list[int] = []
    outcome = saved(lambda: added.append(laws.add_legal_basis(actor, content)), wrong)
    if outcome.is_done:
        return done(ADDED, "legal_bases.details_view", id=str(added[0]))  # type: ignore[return-value]
    return make_response(_form(None, content, request.form, outcome), outcome.status)


@pages.get("/laws/<int:basis>/edit")
def law_form(basis: int) -> str:
    """What stands there now, to be corrected, or as it was being typed when the log-in ended."""
    return _opened(_mine(basis))


@pages.post("/laws/<int:basis>/edit")
def correct_law(basis: int) -> Response:
    """It is corrected, or the form says what to mend or who was first."""
    actor, known = the_actor(), _mine(basis)
    typed = chosen(request.form, _typed(known))
    content, wrong = _content(typed)
    seen = typed.get("seen", "")
    outcome = saved(lambda: laws.change_legal_basis(actor, known.id, content, seen=seen), wrong)
    if outcome.is_done:
        return done(CORRECTED, "legal_bases.details_view", id=str(basis))  # type: ignore[return-value]
    return make_response(_form(_mine(basis), content, typed, outcome), outcome.status)


@pages.get("/laws/<int:basis>/end")
def end_form(basis: int) -> str:
    """Every case item that stands on the article, and the form that asks for its last day and why."""
    known = _mine(basis)
    return _end_form(known, Typed({"ends_on": as_typed(known.in_force_to or clock.today())}), FRESH)


@pages.post("/laws/<int:basis>/end")
def end_law(basis: int) -> Response:
    """Its last day is on file, or an ending that was stated is taken back; or the form says what to mend."""
    actor, known, typed = the_actor(), _mine(basis), request.form
    wrong: dict[str, Wording] = {}
    keeps = typed.get("deed") == "keep"
    ends_on = None if keeps else day_in(typed, "ends_on", wrong, needed=True)
    seen, reason = typed.get("seen", ""), text_in(typed, "reason")
    outcome = saved(lambda: laws.end_legal_basis(actor, known.id, ends_on=ends_on, reason=reason, seen=seen), wrong)
    if outcome.is_done:
        return done(KEPT if keeps else ENDED, "legal_bases.details_view", id=str(basis))  # type: ignore[return-value]
    return make_response(_end_form(_mine(basis), typed, outcome), outcome.status)


def _mine(basis: int) -> LegalBasis:
    """An article that the visitor keeps; another's is not allowed, an absent one not found."""
    actor = the_actor()
    with reading() as session:
        known = legal_basis_for(actor, session, basis)
        if not laws.may_change(actor, session, known):
            raise NotAllowed
        return known


def _content(typed: Typed) -> tuple[laws.LegalBasisContent, dict[str, Wording]]:
    wrong: dict[str, Wording] = {}
    content = replace(
        NOTHING,
        **{name: text_in(typed, name) for name in ("law_zh", "law_en", "article", "text_zh")},
        in_force_from=day_in(typed, "in_force_from", wrong),
        is_checked="is_checked" in typed,
    )
    return content, wrong


def _opened(known: LegalBasis | None) -> str:
    found = restored()
    again = filled(found)
    if again is None:
        return _form(known, None, MultiDict(), FRESH, found)
    content, wrong = _content(again)
    return _form(known, content, again, Outcome(mistakes=wrong), found)


def _form(
    known: LegalBasis | None,
    content: laws.LegalBasisContent | None,
    typed: Typed,
    outcome: Outcome,
    found: Restored | None = None,
) -> str:
    now = NOTHING if known is None else laws.content_of(known)
    given = content or now
    who = First()
    if known is not None and outcome.is_clash:
        with reading() as session:
            who = first(session, "legal_basis", str(known.id))
    return render_template(
        "console/keep_law.html",
        basis=known,
        given=replace(given, article=cited(given.article).zh),
        from_typed=typed.get("in_force_from", as_typed(given.in_force_from)),
        article=cited(known.article) if known else None,
        seen=typed.get("seen", "") if found and typed else print_of(laws.shown(known)) if known else "",
        outcome=outcome,
        restored=found,
        first=who,
        theirs=_typed(known) if known else None,
        clash=_clash(now, content) if outcome.is_clash and content else (),
        longest=laws.TEXTS,
        labels=LABELS,
    )


def _clash(now: laws.LegalBasisContent, yours: laws.LegalBasisContent) -> Any:
    return differences(LABELS, _plainly(now), _plainly(yours))


def _typed(known: LegalBasis) -> Typed:
    """What stands there now, as the form would send it."""
    now = _plainly(laws.content_of(known)) | {"article": cited(known.article).zh}
    return Typed(
        {name: "1" if value is True else str(value or "") for name, value in now.items() if value is not False}
    )


def _plainly(content: laws.LegalBasisContent) -> dict[str, object]:
    return {name: as_typed(value) if isinstance(value, date) else value for name, value in asdict(content).items()}


def _end_form(known: LegalBasis, typed: Typed, outcome: Outcome) -> str:
    actor = the_actor()
    with reading() as session:
        touched = standing(session, case_items_on(actor, session, known.id))
    return render_template(
        "console/end_law.html",
        basis=known,
        name=Wording(f"{known.law_zh}{cited(known.article).zh}", f"{known.law_en}, {cited(known.article).en}"),
        state=state_of_law(known),
        touched=touched,
        typed=typed,
        outcome=outcome,
        seen=print_of(laws.shown(known)),
    )
