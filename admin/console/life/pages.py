"""The blueprint of a case item's life, and what its pages share: who may work on a version, and where a deed leads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.frame.language import w
from admin.frame.names import people_names
from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.catalogue.life.content import DraftContent, content_of
from govern.catalogue.scope import case_item_for, version_for
from govern.core.errors import Conflict, NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.trail.entry import Entry

pages = Blueprint("life", __name__, url_prefix="/case-items")

DRAFT: Final = "draft"
PROPOSED: Final = Wording("這個版本已經提出，不能再改。", "This version was proposed and cannot be changed any more.")
WITHDRAWN: Final = Wording("這個版本已經撤回，不能再改。", "This version was withdrawn and cannot be changed any more.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that the actor may change: the case item, the version's row and what it says now."""

    case_item: CaseItem
    version: CaseItemVersion
    content: DraftContent


def is_own(actor: Actor, case_item: CaseItem) -> bool:
    """Whether the actor drafts for the business agency of a case item."""
    return actor.holds(Role.DRAFTER) and case_item.business_agency == actor.agency


class NoDraftAnyMore(Conflict):
    """Somebody proposed or withdrew the draft meanwhile; what was typed is shown, and nothing was saved (`no_draft`)."""

    code = "no_draft_any_more"

    def __init__(self, draft: Draft) -> None:
        super().__init__(WITHDRAWN if draft.version.state == "withdrawn" else PROPOSED)
        self.draft = draft


def draft_for(actor: Actor, session: Session, code: str, number: int) -> Draft:
    """A draft of the actor's own agency; a foreign one is not there, and of an own one that is none any more it is said."""
    case_item = case_item_for(actor, session, code)
    version = version_for(actor, session, code, number)
    if not is_own(actor, case_item):
        raise NotFound
    found = Draft(case_item, version, content_of(session, version.id))
    if version.state != DRAFT:
        raise NoDraftAnyMore(found)
    return found


def first_at(session: Session, version: CaseItemVersion) -> tuple[str, datetime | None]:
    """Who saved a draft last, and when: whoever comes after learns whom to talk to."""
    last = session.execute(
        select(Entry.person, Entry.at)
        .where(
            Entry.case_item == version.case_item,
            Entry.case_item_version == version.version,
            Entry.kind.in_(("drafted", "draft_changed")),
        )
        .order_by(Entry.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return "", None
    return people_names(session, [last.person]).get(last.person, "") if last.person else "", last.at


def to_version(code: str, number: int, said: Wording | None = None, tone: str = "ok") -> Response:
    """The page of a version, with what was just done said above it."""
    if said is not None:
        flash(w(said), tone)
    return redirect(url_for("life.version", code=code, number=number), 303)


def to_case_item(code: str, said: Wording) -> Response:
    """The page of a case item, likewise."""
    flash(w(said), "ok")
    return redirect(url_for("case_items.details_view", id=code), 303)
