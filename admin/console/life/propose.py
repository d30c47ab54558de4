"""Propose a draft, and each owner's word on its own part: approved, sent back with a reason, or rejected with one."""

from collections.abc import Callable
from typing import Any, Final

from flask import render_template, request

from admin.console.life.pages import draft_for, pages, to_version
from admin.console.life.seen_version import SeenVersion, seen_version
from admin.console.life.show import version_page
from admin.frame.actor import the_actor
from govern.catalogue.life.approve import approve as approve_part
from govern.catalogue.life.approve import reject as reject_version
from govern.catalogue.life.approve import send_back as send_back_version
from govern.catalogue.life.propose import propose as propose_draft
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput
from govern.core.wording import Wording

PROPOSED: Final = Wording(
    "已提出審核，各主政機關已收到。您可以在這一頁看到每個機關的意見。",
    "Proposed; each owner has it now. This page shows what each one says.",
)

APPROVED: Final = Wording("已核准本機關部分。", "Your agency's part is approved.")
RETURNED: Final = Wording("已退回修正，提案人會看到您的理由。", "Sent back; the proposer sees your reason.")
REJECTED: Final = Wording("已駁回，提案人會看到您的理由。", "Rejected; the proposer sees your reason.")


@pages.get("/<code>/versions/<int:number>/propose")
def before_proposing(code: str, number: int) -> str:
    """What would be proposed, beside what it would replace, and who must say yes."""
    return _page(_found(code, number))


@pages.post("/<code>/versions/<int:number>/propose")
def propose(code: str, number: int) -> Any:
    """The draft is proposed as it was read; what is missing, or what somebody else changed meanwhile, is shown instead."""
    found = _found(code, number)
    try:
        propose_draft(the_actor(), code, number, edition=request.form.get("edition", -1, type=int))
    except InvalidInput:
        return _page(found), 422
    except Conflict as clash:
        return _page(_found(code, number), clash.wording), 409
    return to_version(code, number, PROPOSED)


def _found(code: str, number: int) -> SeenVersion:
    actor = the_actor()
    with reading() as session:
        draft_for(actor, session, code, number)
        return seen_version(actor, session, code, number)


def _page(found: SeenVersion, clash: Wording | None = None) -> str:
    return render_template("console/life/propose.html", found=found, clash=clash)


@pages.post("/<code>/versions/<int:number>/approve")
def approve(code: str, number: int) -> Any:
    """The own agency's part is approved; a reason may be given."""
    return _said(code, number, approve_part, APPROVED)


@pages.post("/<code>/versions/<int:number>/return")
def send_back(code: str, number: int) -> Any:
    """The proposal is a draft again, with a reason."""
    return _said(code, number, send_back_version, RETURNED)


@pages.post("/<code>/versions/<int:number>/reject")
def reject(code: str, number: int) -> Any:
    """The proposal is rejected for good, with a reason."""
    return _said(code, number, reject_version, REJECTED)


def _said(code: str, number: int, use_case: Callable[..., None], done: Wording) -> Any:
    """The use case's deed, or the page again with what is wrong and the reason as typed: nothing of it is lost."""
    reason = request.form.get("reason", "")
    try:
        use_case(the_actor(), code, number, round=request.form.get("round", -1, type=int), reason=reason)
    except InvalidInput as wrong:
        return version_page(code, number, wrong.fields, reason), 422
    except Conflict as clash:
        return version_page(code, number, {"clash": clash.wording}, reason), 409
    return to_version(code, number, done)
