"""The page of a version, all versions of a case item, and any two of them side by side."""

from collections.abc import Sequence
from typing import Final

from flask import render_template, request
from sqlalchemy.orm import Session

from admin.console.life import compare
from admin.console.life.pages import pages
from admin.console.life.seen_version import answers, neighbours, seen_version
from admin.frame.actor import the_actor
from admin.frame.display import state_of_version
from admin.frame.names import people_names
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.life.compare import said
from govern.catalogue.scope import case_item_for, version_for, versions_for
from govern.core.database import reading
from govern.core.errors import NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor
from govern.rules.difference import Difference, difference

VIEWS: Final = ("changes", "all", "seen", "words")
MOST: Final = 100


@pages.get("/<code>/versions/<int:number>")
def version(code: str, number: int) -> str:
    """A version: its progress, what it changes, what it shows, and what the visitor may do with it."""
    return version_page(code, number)


def version_page(code: str, number: int, mistakes: dict[str, Wording] | None = None, reason: str = "") -> str:
    """The same with what is wrong with a decision, and the reason as typed."""
    actor = the_actor()
    with reading() as session:
        found = seen_version(actor, session, code, number)
        usual = "changes" if found.former and found.version.state != "draft" else "all"
        view = request.args.get("view", usual)
        view = view if view in VIEWS and (found.former or view != "changes") else usual
        shown = answers(actor, session, found.version) if view == "seen" else []
        before, after = neighbours(actor, session, found.version)
    return render_template(
        "console/life/version.html",
        found=found,
        view=view,
        shown=shown,
        before=before,
        after=after,
        mistakes=mistakes or {},
        reason=reason,
    )


@pages.get("/<code>/versions")
def versions(code: str) -> str:
    """Every version within reach, newest first, two of which can be put side by side."""
    actor = the_actor()
    with reading() as session:
        case_item = case_item_for(actor, session, code)
        rows = _versions(actor, session, code)
        people = people_names(session, {each.proposed_by for each in rows if each.proposed_by})
        changes = _changes(session, rows)
    if not rows:
        raise NotFound
    return render_template(
        "console/life/versions.html",
        case_item=case_item,
        rows=[(each, state_of_version(each.state, each.valid_to)) for each in rows],
        people=people,
        changes=changes,
    )


@pages.get("/<code>/compare")
def side_by_side(code: str) -> str:
    """Two versions side by side; the older stands at the left, whichever was named first."""
    actor = the_actor()
    with reading() as session:
        case_item = case_item_for(actor, session, code)
        rows = _versions(actor, session, code)
        if not rows:
            raise NotFound
        pair = sorted({_chosen("a", rows[min(1, len(rows) - 1)]), _chosen("b", rows[0])})
        one, other = version_for(actor, session, code, pair[0]), version_for(actor, session, code, pair[-1])
        then, now = said(session, one), said(session, other)
        blocks = compare.blocks(session, then, now)
        word = difference(then, now).word
    return render_template(
        "console/life/compare.html",
        case_item=case_item,
        rows=[(each, state_of_version(each.state, each.valid_to)) for each in rows],
        one=one,
        other=other,
        blocks=blocks,
        word=word,
    )


def _versions(actor: Actor, session: Session, code: str) -> list[CaseItemVersion]:
    within_reach = versions_for(actor, session).where(CaseItemVersion.case_item == code)
    return list(session.scalars(within_reach.order_by(CaseItemVersion.version.desc()).limit(MOST)))


def _changes(session: Session, rows: Sequence[CaseItemVersion]) -> dict[int, Difference]:
    """What each version changed of the one that it was based on; nothing for those that were based on none."""
    by_number = {each.version: said(session, each) for each in rows}
    return {
        each.version: difference(by_number[each.based_on], by_number[each.version])
        for each in rows
        if each.based_on in by_number
    }


def _chosen(name: str, usual: CaseItemVersion) -> int:
    return request.args.get(name, usual.version, type=int)
