"""1 ask: choose a case item, fill in, submit."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as http_session
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.desk.form import Form, form_for
from admin.desk.typed import mistakes_of, request_from
from admin.frame.actor import the_actor
from admin.frame.forms.kept import Restored, filled, restored
from admin.frame.names import agency_names
from admin.frame.parts import parts
from govern.catalogue.case_item import CaseItem, CaseItemVersion, VersionAgency
from govern.core import clock
from govern.core.database import reading
from govern.core.errors import InvalidInput, NotFound
from govern.core.wording import Wording
from govern.lookups.lookup import Lookup
from govern.lookups.request import NARROWING
from govern.lookups.scope import own_lookup
from govern.lookups.submit import submit as submit_lookup
from govern.people.right import Right
from govern.rules.actor import Actor
from govern.rules.identifiers import kinds

pages = Blueprint("desk", __name__, url_prefix="/desk")

SENT: Final = "sent"  # the look-up that was just submitted, until its page was seen once

# How a key is written, shown beside its label.
EXAMPLES = {
    "national_id": Wording("如A123456789", "such as A123456789"),
    "company_no": Wording("8位數字", "8 digits"),
    "land_no": Wording("段代碼與地號，如AD0609 18-1", "section code and number, such as AD0609 18-1"),
    "building_no": Wording("段代碼與建號，如AD0609 123-0", "section code and number, such as AD0609 123-0"),
    "plate_no": Wording("如ABC-1234", "such as ABC-1234"),
    "address": Wording("縣市起的完整地址", "the whole address, from the city on"),
    "name": Wording("完整姓名或名稱", "the whole name"),
}


# The rows of the form that are no keys, as its summary of mistakes names them.
LABELS = {
    "case_number": Wording("案號", "Case number"),
    "document": Wording("文件編號", "Document number"),
    "signed_on": Wording("簽署日期", "Signed on"),
    "reason": Wording("說明", "Note"),
    "file": Wording("號碼檔", "File of numbers"),
    "items": Wording("查調項目", "Data items"),
    "subject_1": Wording("當事人", "Subject"),
}


@pages.get("/")
def choose() -> str:
    """The case items that the clerk has a right to use, and how to begin when there is none."""
    actor = the_actor()
    with reading() as session:
        usable = case_items_of(actor, session)
        in_charge = {
            row.code: row.business_agency
            for row in session.scalars(
                select(CaseItem).where(CaseItem.code.in_([each.case_item for each, _ in usable]))
            )
        }
        agencies = agency_names(session, set(in_charge.values()))
    return render_template(
        "desk/choose.html", usable=usable, agencies={code: agencies[its] for code, its in in_charge.items()}
    )


@pages.get("/<case_item>")
def fill_in(case_item: str) -> str:
    """The form of a case item, with what will be fetched beside it.

    `again` names a former look-up of one's own of which one data item (`item`) is asked again; neither is anybody's value.
    """
    actor = the_actor()
    with reading() as session:
        form = form_for(actor, session, case_item)
        former = _former(actor, session, case_item, request.args.get("again", ""))
    found = restored()
    again = filled(found)
    chosen = request.args.getlist("item") if again is None else again.getlist("item")
    return _page(form, dict((again or {}).items()), {}, chosen=chosen, former=former, found=found)


@pages.post("/<case_item>")
def submit(case_item: str) -> Any:
    """Submit, and go to the look-up's page; what was typed wrong is said beside it, and nothing was looked up."""
    actor = the_actor()
    with reading() as session:
        form = form_for(actor, session, case_item)
        former = _former(actor, session, case_item, request.form.get("again", ""))
    try:
        wanted = request_from(form, request.form, request.files.get("file"), former=former.id if former else None)
        done = submit_lookup(actor, wanted, parts().settings)
    except InvalidInput as wrong:
        kept = {
            name: text
            for name, text in request.form.items()
            if not name.startswith("subject_") and name != "csrf_token"
        }
        return _page(form, kept, mistakes_of(wrong), chosen=request.form.getlist("item"), former=former), 422
    http_session[SENT] = str(done.lookup_id)
    return redirect(url_for("desk.lookup", identity=done.lookup_id), 303)


def _former(actor: Actor, session: Session, case_item: str, text: str) -> Lookup | None:
    """The look-up that is asked again: the actor's own and of this case item; anything else is as if none were named."""
    try:
        found = own_lookup(actor, session, uuid.UUID(text))
    except (ValueError, NotFound):
        return None
    return found if found.case_item == case_item else None


def _page(
    form: Form,
    typed: dict[str, str],
    mistakes: Mapping[str, Wording],
    *,
    chosen: Sequence[str],
    former: Lookup | None,
    found: Restored | None = None,
) -> str:
    return render_template(
        "desk/ask.html",
        form=form,
        typed=typed,
        chosen=chosen,
        former=former,
        restored=found,
        mistakes=mistakes,
        summary={name: _labelled(name, wording) for name, wording in mistakes.items()},
        key_names=kinds.NAMES,
        key_examples=EXAMPLES,
        narrowing_names=NARROWING,
        intent_key=typed.get("intent_key") or uuid.uuid4().hex,
    )


def _labelled(name: str, wording: Wording) -> Wording:
    """What is wrong, with the name of the row, as the summary above the form says it."""
    key = name.removeprefix("subject_1_")
    label = LABELS.get(name) or kinds.NAMES.get(key) or NARROWING.get(key)
    return Wording(f"{label.zh}：{wording.zh}", f"{label.en}: {wording.en}") if label else wording


def case_items_of(actor: Actor, session: Session) -> list[tuple[CaseItemVersion, Right]]:
    """The case items that an actor has a right to use now at the agency, by name; those in force at that agency alone."""
    today = clock.today()
    rows = session.execute(
        select(CaseItemVersion, Right)
        .join(Right, Right.case_item == CaseItemVersion.case_item)
        .join(CaseItem, CaseItem.code == CaseItemVersion.case_item)
        .join(VersionAgency, VersionAgency.version_id == CaseItemVersion.id)
        .where(
            CaseItemVersion.state == "in_force",
            VersionAgency.agency == actor.agency,
            Right.person == actor.person_id,
            Right.agency == actor.agency,
            Right.ended_at.is_(None),
            Right.starts_on <= today,
            Right.ends_on >= today,
        )
        .order_by(CaseItem.seq)
    )
    return [(version, right) for version, right in rows]
