"""Findings: whose they are, due when, closed by another person."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from admin.auditing.course.steps import lines_of
from admin.auditing.words import KIND_STATES, VERDICT_STATES, month_name
from admin.frame.actor import the_actor
from admin.frame.display import FINDING_STATES, State
from admin.frame.forms.kept import Restored, filled, restored
from admin.frame.governed_view import GovernedView
from admin.frame.language import w
from admin.frame.listing import Tab
from admin.frame.names import agency_names, people_names
from admin.frame.paging import Order
from audit.draw.sample import Sample
from audit.review import finding as findings
from audit.review.finding import finding_sheet
from audit.review.followed_up import Finding
from audit.review.scope import finding_for, findings_for, samples_for
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role

pages = Blueprint("finding", __name__, url_prefix="/findings")


@dataclass(frozen=True, slots=True)
class Row:
    """A finding in the list; what it says is opened on its own page."""

    id: uuid.UUID
    seq: int
    verdict: State | None
    agency: Wording
    person: str
    is_mine: bool
    due_on: date
    is_overdue: bool
    state: State


class Findings(GovernedView):
    """The findings that the visitor follows up, mends or reads."""

    scope, one = findings_for, finding_for
    title = Wording("缺失", "Findings")
    lede = Wording(
        "查核發現的問題：由誰改善、何時到期；改善後由另一人結案。",
        "What audits found wrong: who mends it, by when; another person then closes it.",
    )
    orders = (
        Order("due_on", Finding.due_on, Finding.id, Wording("期限", "Due")),
        Order("opened", Finding.id, Finding.id, Wording("開立", "Opened"), descending=True),
    )
    tabs = (
        Tab(
            "open",
            Wording("待改善", "To be mended"),
            lambda things: things.where(Finding.state == "open"),
            is_counted=True,
        ),
        Tab(
            "to_close",
            Wording("待結案", "Awaiting closure"),
            lambda things: things.where(Finding.state == "to_close"),
            is_counted=True,
        ),
        Tab("closed", Wording("已結案", "Closed"), lambda things: things.where(Finding.state == "closed")),
    )
    column_list = ("sample", "agency", "person", "due_on", "state")
    written_as: ClassVar = {"sample": ("seq", "verdict")}
    column_labels: ClassVar = {
        "seq": Wording("樣本", "Sample"),
        "verdict": Wording("查核結果", "Verdict"),
        "sample": Wording("樣本與查核結果", "Sample and verdict"),
        "agency": Wording("機關", "Agency"),
        "person": Wording("負責改善", "Who mends it"),
        "due_on": Wording("期限", "Due"),
        "state": Wording("狀態", "State"),
    }
    can_export = True
    can_view_details = False
    list_template = "auditing/findings.html"

    def rows(self, actor: Actor, session: Session, things: Sequence[Finding]) -> Sequence[Row]:
        """Findings with names; a late one is marked."""
        today = clock.today()
        return [
            Row(
                id=line.id,
                seq=line.seq,
                verdict=VERDICT_STATES.get(line.verdict or ""),
                agency=line.agency,
                person=line.person,
                is_mine=line.finding.person == actor.person_id,
                due_on=line.finding.due_on,
                is_overdue=line.finding.state == "open" and line.finding.due_on < today,
                state=FINDING_STATES[line.finding.state],
            )
            for line in lines_of(session, things)
        ]


@pages.get("/<uuid:identity>")
def show(identity: uuid.UUID) -> str:
    """One finding: what is wrong, what was done, and the step that is the visitor's."""
    found = restored()
    return _page(the_actor(), identity, filled(found) or {}, {}, found)


@pages.post("/<uuid:identity>/answer")
def answer(identity: uuid.UUID) -> Any:
    """Who has to mend it says what was done."""
    measure = request.form.get("measure", "")
    done = Wording("已送出改善情形，等待稽核人員結案。", "Sent; an auditor will look at it and close it.")
    return _step(identity, lambda actor: findings.answer_finding(actor, identity, measure), done)


@pages.post("/<uuid:identity>/close")
def close(identity: uuid.UUID) -> Any:
    """An auditor closes it, or sends it back with a reason."""
    remark = request.form.get("remark", "")
    if request.form.get("act") == "send_back":
        back = Wording("已退回，請負責人繼續改善。", "Sent back to whoever has to mend it.")
        return _step(identity, lambda actor: findings.send_back_finding(actor, identity, remark), back)
    done = Wording("已結案。", "Closed.")
    return _step(identity, lambda actor: findings.close_finding(actor, identity, remark), done)


def _step(identity: uuid.UUID, use_case: Callable[[Actor], object], done: Wording) -> Any:
    actor = the_actor()
    try:
        use_case(actor)
    except InvalidInput as wrong:
        named = {"remark" if name == "reason" else name: said for name, said in wrong.fields.items()}
        return _page(actor, identity, request.form, named), 422
    except Conflict as no:
        flash(w(no.wording), "bad")
    else:
        flash(w(done), "ok")
    return redirect(url_for("finding.show", identity=identity), 303)


def _page(
    actor: Actor,
    identity: uuid.UUID,
    typed: Mapping[str, str],
    mistakes: Mapping[str, Wording],
    found: Restored | None = None,
) -> str:
    with reading() as session:
        sheet = finding_sheet(actor, session, identity)
        names = agency_names(session, {sheet.finding.agency, sheet.period.agency})
        people = people_names(
            session,
            {person for person in (sheet.finding.person, sheet.finding.opened_by, sheet.finding.closed_by) if person}
            | {said.person for said in sheet.course if said.person},
        )
        is_seen = (
            session.scalars(samples_for(actor, session).where(Sample.id == sheet.finding.sample)).first() is not None
        )
    return render_template(
        "auditing/finding.html",
        sheet=sheet,
        names=names,
        people=people,
        month=month_name(sheet.period.month),
        verdict=VERDICT_STATES.get(sheet.verdict or ""),
        kind_states=KIND_STATES,
        to_sample=is_seen and actor.agency == sheet.period.agency and actor.holds(Role.AUDITOR, Role.HEAD),
        typed=typed,
        restored=found,
        mistakes=mistakes,
    )
