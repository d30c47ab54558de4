"""One period: its seven steps, and the steps that are taken there: draw, sign off, re-open."""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from admin.auditing.course.steps import show as shown
from admin.auditing.typed import id_typed
from admin.auditing.words import VERDICT_STATES
from admin.frame.actor import the_actor
from admin.frame.language import t, w
from audit.draw import draw_sample
from audit.draw.account import draw_account
from audit.review import sign_off
from audit.review.scope import period_for
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotFound, TryLater
from govern.core.wording import Wording
from govern.rules.actor import Actor

pages = Blueprint("period", __name__, url_prefix="/periods")


@pages.get("/<uuid:identity>")
def show(identity: uuid.UUID) -> str:
    """The period, step by step; the next step is the one main action."""
    return _page(the_actor(), identity, {}, {})


def _page(actor: Actor, identity: uuid.UUID, typed: Mapping[str, Any], mistakes: Mapping[str, Wording]) -> str:
    with reading() as session:
        found = shown(actor, session, identity)
    return render_template(
        "auditing/period.html", shown=found, verdict_states=VERDICT_STATES, typed=typed, mistakes=mistakes
    )


@pages.post("/<uuid:identity>/draw")
def draw(identity: uuid.UUID) -> Any:
    """The sample is drawn, if the seed is there; else it is said what is awaited."""
    return _step(
        identity,
        lambda actor: draw_sample.draw_period(identity, by=actor),
        Wording(
            "已抽樣。樣本由種子決定，任何人都能重算。", "Drawn. The seed decides the sample; anybody can draw it again."
        ),
    )


@pages.post("/<uuid:identity>/sign")
def sign(identity: uuid.UUID) -> Any:
    """The period is signed off at the level whose turn it is, over the content that the page showed."""
    typed = request.form.get("round", "")
    round_seen = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
    return _step(
        identity,
        lambda actor: sign_off.sign_off(actor, identity, round=round_seen),
        Wording("已核章並寫入軌跡。", "Signed off; it is in the trail."),
    )


@pages.post("/<uuid:identity>/reopen")
def reopen(identity: uuid.UUID) -> Any:
    """The head re-opens a signed period: the samples named are judged anew."""
    actor, reason = the_actor(), request.form.get("reason", "")
    named = request.form.getlist("sample")
    try:
        sign_off.reopen(actor, identity, reason, {id_typed(text) for text in named})
    except InvalidInput as wrong:
        return _page(actor, identity, {"reason": reason, "samples": named}, wrong.fields), 422
    except Conflict as no:
        flash(w(no.wording), "bad")
    else:
        flash(t("已重開，原核章作廢並留存。", "Re-opened; the sign-offs so far are void, and kept."), "ok")
    return redirect(url_for("period.show", identity=identity), 303)


@pages.get("/<uuid:identity>/account.json")
def account(identity: uuid.UUID) -> Response:
    """The account of the draw, from which anybody draws the sample again (docs/draw.md)."""
    actor = the_actor()
    with reading() as session:
        found = period_for(actor, session, identity)
        if found.n is None and found.population:
            raise NotFound
        body = json.dumps(draw_account(session, found), ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": f'attachment; filename="draw-{found.month}-{found.agency}.json"'}
    return Response(body, mimetype="application/json", headers=headers)


def _step(identity: uuid.UUID, use_case: Callable[[Actor], object], done: Wording) -> Any:
    """Take a step and come back to the page; a "no" of the trade is said there."""
    try:
        use_case(the_actor())
    except (Conflict, TryLater) as no:
        flash(w(no.wording), "bad" if isinstance(no, Conflict) else "wait")
    else:
        flash(w(done), "ok")
    return redirect(url_for("period.show", identity=identity), 303)
