"""Samples: queue, facts and documents beside the look-up, verdict; keyboard alone suffices."""

import io
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from admin.auditing.queue import queue_around, waiting_sample
from admin.auditing.typed import day_typed
from admin.auditing.words import KIND_STATES, VERDICT_MEANINGS, VERDICT_STATES, month_name
from admin.frame.actor import the_actor
from admin.frame.forms.day import as_typed
from admin.frame.language import t, w
from admin.frame.names import agency_names
from admin.frame.parts import parts
from admin.frame.security import wants_json
from audit.review.answer import open_document
from audit.review.ask import ask_clerk, usual_due_on
from audit.review.counts import next_to_judge
from audit.review.finding import may_mend, open_finding
from audit.review.judge import judge, save_note
from audit.review.scope import sample_for
from audit.review.sheet import sample_sheet
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput
from govern.core.wording import Wording
from govern.rules.actor import Actor
from govern.rules.verdict import Verdict

pages = Blueprint("sample", __name__, url_prefix="/samples")

KEYS: Final = tuple(enumerate(VERDICT_STATES.items(), start=1))
SIGNED_IN_BY: Final = {
    "password": Wording("帳號密碼", "Password"),
    "oidc": Wording("單一簽入", "Single sign-on"),
    "card": Wording("憑證卡", "Certificate card"),
}


@pages.get("/")
def queue() -> Any:
    """The sample that waits longest for the visitor's verdict; where none does, how samples come about."""
    actor = the_actor()
    with reading() as session:
        found = waiting_sample(actor, session)
    if found is not None:
        return redirect(url_for("sample.show", identity=found.id), 303)
    return render_template("auditing/no_samples.html")


@pages.get("/<uuid:identity>")
def show(identity: uuid.UUID) -> str:
    """One sampled look-up, for its verdict."""
    return _page(the_actor(), identity, {}, {})


@pages.post("/<uuid:identity>/note")
def note(identity: uuid.UUID) -> ResponseReturnValue:
    """The note as typed so far is kept; whoever saves over another's saving sees both."""
    actor, typed, seen = the_actor(), request.form.get("note", ""), _edition()
    try:
        edition = save_note(actor, identity, typed, edition=-1 if seen is None else seen)
    except InvalidInput as wrong:
        if wants_json():
            raise
        return _page(actor, identity, request.form, wrong.fields), 422
    except Conflict as no:
        return _conflict(actor, identity, no)
    if wants_json():
        return jsonify(edition=edition, at=_time_said())
    flash(t("說明已儲存。", "The note is saved."), "ok")
    return redirect(url_for("sample.show", identity=identity), 303)


def _conflict(actor: Actor, identity: uuid.UUID, no: Conflict) -> ResponseReturnValue:
    """Theirs and yours, side by side; nothing was overwritten."""
    with reading() as session:
        sheet = sample_sheet(actor, session, identity)
    if wants_json():
        said = {"error": no.code, "zh": no.wording.zh, "en": no.wording.en}
        return jsonify(**said, note=sheet.note, edition=sheet.sample.note_edition), no.status
    flash(w(no.wording), "wait")
    if no.code != "note_changed":
        return redirect(url_for("sample.show", identity=identity), 303)
    return _page(actor, identity, request.form, {}, theirs=sheet.note), no.status


@pages.post("/<uuid:identity>/verdict")
def verdict(identity: uuid.UUID) -> ResponseReturnValue:
    """The verdict stands, with its note; then the next sample, or the finding that it calls for."""
    actor, given, typed = the_actor(), request.form.get("verdict", ""), request.form.get("note", "")
    if given == Verdict.TO_BE_CLARIFIED:
        return redirect(url_for("sample.show", identity=identity, ask=1, _anchor="ask"), 303)
    try:
        judge(actor, identity, given, typed, edition=_edition())
    except InvalidInput as wrong:
        return _page(actor, identity, request.form, wrong.fields), 422
    except Conflict as no:
        return _conflict(actor, identity, no)
    if request.form.get("then") == "finding":
        return redirect(url_for("sample.show", identity=identity, _anchor="finding"), 303)
    return _on_to_the_next(actor, identity)


def _on_to_the_next(actor: Actor, identity: uuid.UUID) -> ResponseReturnValue:
    with reading() as session:
        this = sample_for(actor, session, identity)
        following = next_to_judge(actor, session, this.period, this.seq)
    if following is not None:
        return redirect(url_for("sample.show", identity=following.id), 303)
    flash(t("這一期目前沒有等您判定的樣本了。", "No sample of this period waits for your verdict now."), "ok")
    return redirect(url_for("period.show", identity=this.period), 303)


@pages.post("/<uuid:identity>/ask")
def ask(identity: uuid.UUID) -> ResponseReturnValue:
    """The clerk is asked, with a day by which to answer; then the next sample."""
    actor, form = the_actor(), request.form
    try:
        due_on = day_typed(form.get("due_on", ""))
        ask_clerk(actor, identity, form.get("question", ""), due_on=due_on)
    except InvalidInput as wrong:
        return _page(actor, identity, form, wrong.fields), 422
    except Conflict as no:
        flash(w(no.wording), "bad")
        return redirect(url_for("sample.show", identity=identity), 303)
    flash(
        t(
            "已請承辦人說明，答覆後會回到您的樣本裡。",
            "The clerk is asked; with the answer the sample comes back to you.",
        ),
        "ok",
    )
    return _on_to_the_next(actor, identity)


@pages.post("/<uuid:identity>/finding")
def finding(identity: uuid.UUID) -> ResponseReturnValue:
    """A finding is open: what is wrong, who mends it, by when."""
    actor, form = the_actor(), request.form
    try:
        due_on = day_typed(form.get("mend_by", ""), "mend_by")
        open_finding(actor, identity, what=form.get("what", ""), person=_person_typed(), due_on=due_on)
    except InvalidInput as wrong:
        named = {"mend_by" if name == "due_on" else name: said for name, said in wrong.fields.items()}
        return _page(actor, identity, form, named), 422
    except Conflict as no:
        flash(w(no.wording), "bad")
        return redirect(url_for("sample.show", identity=identity), 303)
    flash(t("缺失已開立，並列入負責人的待辦。", "The finding is open and waits for whoever has to mend it."), "ok")
    return redirect(url_for("sample.show", identity=identity), 303)


@pages.post("/documents/<uuid:identity>")
def document(identity: uuid.UUID) -> Response:
    """A handed-in document as a file to keep apart from this page; the entry of its opening is written first."""
    return as_file(the_actor(), identity)


def as_file(actor: Actor, identity: uuid.UUID) -> Response:
    """A document as an attachment: a browser neither shows it as a page of ours nor keeps it in its cache."""
    opened = open_document(actor, identity)
    return send_file(
        io.BytesIO(opened.content), mimetype=opened.media_type, as_attachment=True, download_name=opened.file_name
    )


def _page(
    actor: Actor,
    identity: uuid.UUID,
    typed: Mapping[str, str],
    mistakes: Mapping[str, Wording],
    theirs: str | None = None,
) -> str:
    with reading() as session:
        sheet = sample_sheet(actor, session, identity)
        around = queue_around(actor, session, sheet.period, sheet.sample)
        owner = agency_names(session, {sheet.period.owner})[sheet.period.owner]
        people = may_mend(session, sheet.sample) if "open_finding" in sheet.may else []
    return render_template(
        "auditing/sample.html",
        sheet=sheet,
        queue=around,
        month=month_name(sheet.period.month),
        owner=owner,
        people=[person for person in people if person.id != actor.person_id],
        typed=typed,
        mistakes=mistakes,
        theirs=theirs,
        keys=KEYS,
        verdict_states=VERDICT_STATES,
        verdict_meanings=VERDICT_MEANINGS,
        kind_states=KIND_STATES,
        signed_in_by=SIGNED_IN_BY,
        day_of=date.fromisoformat,
        usual_due_on=as_typed(usual_due_on(parts().settings)),
        asks=request.args.get("ask") == "1" or "question" in typed,
    )


def _person_typed() -> uuid.UUID:
    """Who was chosen; nobody at all where none was, which no agency's list holds."""
    try:
        return uuid.UUID(request.form.get("person", ""))
    except ValueError:
        return uuid.UUID(int=0)


def _edition() -> int | None:
    """The edition of the note that the page showed; nothing where none was sent."""
    text = request.form.get("edition", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _time_said() -> str:
    return f"{clock.now().astimezone(clock.TAIPEI):%H:%M:%S}"
