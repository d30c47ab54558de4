"""The clerk's questions: what auditors ask about sampled look-ups, by when, and the answer with its documents."""

import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from admin.frame.actor import the_actor
from admin.frame.display import State
from admin.frame.doors import Waiting, once
from admin.frame.forms.kept import Restored, filled, restored
from admin.frame.governed_view import GovernedView
from admin.frame.language import t, w
from admin.frame.listing import Tab
from admin.frame.names import agency_names, case_item_names, people_names
from admin.frame.paging import Order
from audit.draw.period import Period
from audit.draw.sample import Sample
from audit.review.answer import (
    MOST_DOCUMENTS,
    HandedIn,
    answer,
    open_document,
    question_of,
    question_state,
)
from audit.review.counts import waits_for
from audit.review.scope import question_for, questions_for
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput
from govern.core.wording import Wording
from govern.lookups.lookup import Lookup
from govern.rules.actor import Actor

pages = Blueprint("question", __name__, url_prefix="/questions")

QUESTION_STATES: Final[Mapping[str, State]] = {
    "waiting": State("clock", Wording("待答覆", "To be answered"), "wait"),
    "overdue": State("warning", Wording("逾期未復", "Overdue"), "bad"),
    "answered": State("done", Wording("已答覆", "Answered"), "ok"),
    "closed": State("dash", Wording("已結束", "Over")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A question in the list; its text is opened on its own page."""

    id: uuid.UUID
    reference: str
    case_item: Wording
    auditor: Wording
    asked_at: datetime
    due_on: date
    is_late: bool
    state: State


class Questions(GovernedView):
    """Questions about own look-ups; a supervisor's, about those of clerks who are gone."""

    scope, one = questions_for, question_for
    title = Wording("稽核詢問", "Auditors’ questions")
    lede = Wording(
        "您的查調被抽中時，稽核人員在這裡請您說明並提供文件；逾期未復，稽核人員會逕行判定。",
        "When a look-up of yours is drawn, auditors ask for an explanation and documents here; after the day they judge without.",
    )
    orders = (Order("due_on", Sample.due_on, Sample.id, Wording("期限", "Due"), may_be_empty=True),)
    tabs = (
        Tab(
            "open",
            Wording("待答覆", "To be answered"),
            lambda things: things.where(Sample.answered_at.is_(None)),
            is_counted=True,
        ),
        Tab("answered", Wording("已答覆", "Answered"), lambda things: things.where(Sample.answered_at.is_not(None))),
    )
    column_list = ("reference", "case_item", "auditor", "asked_at", "due_on", "state")
    column_labels: ClassVar = {
        "reference": Wording("查調編號", "Look-up"),
        "case_item": Wording("案件項目", "Case item"),
        "auditor": Wording("稽核機關", "Asked by"),
        "asked_at": Wording("詢問", "Asked"),
        "due_on": Wording("期限", "Due"),
        "state": Wording("狀態", "State"),
    }
    can_view_details = False
    list_template = "desk/questions.html"

    def rows(self, _actor: Actor, session: Session, things: Sequence[Sample]) -> Sequence[Row]:
        """Questions with names; what is late is marked."""
        lookups = {
            row.id: row
            for row in session.scalars(select(Lookup).where(Lookup.id.in_({each.lookup for each in things})))
        }
        auditing = dict(
            session.execute(select(Period.id, Period.agency).where(Period.id.in_({each.period for each in things})))
            .tuples()
            .all()
        )
        agencies = agency_names(session, auditing.values())
        case_items = case_item_names(session, {row.case_item for row in lookups.values()})
        return [
            Row(
                id=each.id,
                reference=lookups[each.lookup].reference,
                case_item=case_items[lookups[each.lookup].case_item],
                auditor=agencies[auditing[each.period]],
                asked_at=each.asked_at,
                due_on=each.due_on,
                is_late=each.is_late,
                state=QUESTION_STATES[question_state(each)],
            )
            for each in things
            if each.asked_at is not None and each.due_on is not None
        ]


@pages.get("/<uuid:identity>")
def show(identity: uuid.UUID) -> str:
    """One question, with the form for its answer."""
    found = restored()
    return _page(the_actor(), identity, (filled(found) or MultiDict()).get("text", ""), {}, found)


@pages.post("/<uuid:identity>/answer")
def give(identity: uuid.UUID) -> Any:
    """The answer and its documents are handed in; what cannot be used is said, and the text stays."""
    actor, text = the_actor(), request.form.get("text", "")
    files = [each for each in request.files.getlist("documents") if each.filename]
    try:
        answer(actor, identity, text, [_handed_in(each) for each in files])
    except InvalidInput as wrong:
        return _page(actor, identity, text, wrong.fields), 422
    except Conflict as no:
        flash(w(no.wording), "bad")
        return redirect(url_for("question.show", identity=identity), 303)
    flash(t("已答覆，稽核人員會看到。", "Answered; the auditor will see it."), "ok")
    return redirect(url_for("questions.index_view"), 303)


@pages.post("/documents/<uuid:identity>")
def document(identity: uuid.UUID) -> Response:
    """A document that was handed in, as a file; the entry of its opening is written first."""
    opened = open_document(the_actor(), identity)
    return send_file(
        io.BytesIO(opened.content), mimetype=opened.media_type, as_attachment=True, download_name=opened.file_name
    )


def waits(actor: Actor, session: Session) -> Sequence[Waiting]:
    """How many auditors' questions wait for the actor, and when the first is due."""
    due = once("audit", lambda: waits_for(actor, session))
    if not due.questions:
        return ()
    return [
        Waiting(
            Wording("稽核詢問", "Auditors’ questions"),
            Wording(f"{due.questions}件等您答覆", f"{due.questions} to answer"),
            Wording("答覆", "Answer"),
            "questions.index_view",
            due_on=due.question_due_on,
        )
    ]


def _handed_in(file: FileStorage) -> HandedIn:
    """An upload, which lies in memory alone (`RequestInMemory`)."""
    return HandedIn(file.filename or "", file.read())


def _page(
    actor: Actor, identity: uuid.UUID, text: str, mistakes: Mapping[str, Wording], kept: Restored | None = None
) -> str:
    with reading() as session:
        found = question_of(actor, session, identity)
        names = agency_names(session, {found.agency})
        case_item = case_item_names(session, {found.case_item})[found.case_item]
        clerk = people_names(session, {found.clerk}).get(found.clerk, "")
    return render_template(
        "desk/question.html",
        question=found,
        auditor=names[found.agency],
        case_item=case_item,
        clerk=clerk,
        state=QUESTION_STATES[found.state],
        text=text,
        restored=kept,
        mistakes=mistakes,
        most=MOST_DOCUMENTS,
    )
