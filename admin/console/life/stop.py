"""Suspend a case item and resume it, each part by who set it; retire what is in force. Always with a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template, request
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from admin.console.life.pages import is_own, pages, to_case_item
from admin.frame.actor import the_actor
from admin.frame.names import case_item_names
from govern.catalogue.case_item import CaseItem, CaseItemVersion, VersionDataItem
from govern.catalogue.life.in_force import retire as retire_version
from govern.catalogue.life.suspend import BUSINESS_AGENCY, OWNER, PLATFORM, TOUCHED, resume, stops_for, suspend
from govern.catalogue.scope import case_item_for
from govern.core.database import reading
from govern.core.errors import Conflict, InvalidInput, NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to a case item in force: what it is called, what it brings about, what is said when it is done."""

    name: Wording
    brings: Wording
    done: Wording
    is_hard: bool = False


DEEDS: Final = {
    ("suspend", OWNER): Deed(
        Wording("暫停本機關部分", "Suspend your agency's part"),
        Wording(
            "本機關的查調項目立即停止，送出中與已取得的也一樣；其他主政機關的照常。只有本機關能恢復。",
            "Your agency's data items stop at once, also where look-ups are under way; other owners' go on. Only your agency "
            "can resume them.",
        ),
        Wording("已暫停本機關部分。", "Your agency's part is suspended."),
        is_hard=True,
    ),
    ("suspend", BUSINESS_AGENCY): Deed(
        Wording("暫停這個案件項目", "Suspend this case item"),
        Wording(
            "整個案件項目立即停止查調，送出中與已取得的也一樣。只有業務主管機關能恢復。",
            "The whole case item stops at once, also where look-ups are under way. Only the business agency can resume it.",
        ),
        Wording("已暫停這個案件項目。", "This case item is suspended."),
        is_hard=True,
    ),
    ("suspend", PLATFORM): Deed(
        Wording("由平臺暫停這個案件項目", "Suspend this case item for the platform"),
        Wording(
            "整個案件項目立即停止查調，送出中與已取得的也一樣。只有平臺能恢復。",
            "The whole case item stops at once, also where look-ups are under way. Only the platform can resume it.",
        ),
        Wording("已由平臺暫停這個案件項目。", "This case item is suspended by the platform."),
        is_hard=True,
    ),
    ("resume", OWNER): Deed(
        Wording("恢復本機關部分", "Resume your agency's part"),
        Wording(
            "本機關的查調項目立即可以查調；別人設的暫停仍然有效。",
            "Your agency's data items can be asked at once; stops that others set stay.",
        ),
        Wording("已恢復本機關部分。", "Your agency's part is resumed."),
    ),
    ("resume", BUSINESS_AGENCY): Deed(
        Wording("恢復這個案件項目", "Resume this case item"),
        Wording(
            "案件項目立即可以查調；別人設的暫停仍然有效。",
            "The case item can be used at once; stops that others set stay.",
        ),
        Wording("已恢復這個案件項目。", "This case item is resumed."),
    ),
    ("resume", PLATFORM): Deed(
        Wording("由平臺恢復這個案件項目", "Resume this case item for the platform"),
        Wording(
            "案件項目立即可以查調；別人設的暫停仍然有效。",
            "The case item can be used at once; stops that others set stay.",
        ),
        Wording("已由平臺恢復這個案件項目。", "This case item is resumed by the platform."),
    ),
    ("retire", BUSINESS_AGENCY): Deed(
        Wording("廢止生效中的版本", "Retire the version in force"),
        Wording(
            "生效中的版本到此為止，沒有版本接替；此後查調一律不予准許。已有的查調紀錄仍可說明。要改內容請擬訂新版，要暫時停用請暫停。",
            "The version in force ends and nothing takes its place; look-ups are denied from then on. Past look-ups stay "
            "explainable. To change it, draft a new version; to pause it, suspend it.",
        ),
        Wording("生效中的版本已廢止。", "The version in force is retired."),
        is_hard=True,
    ),
}


def deeds_of(actor: Actor, session: Session, item: CaseItem) -> list[tuple[str, str, Deed]]:
    """What the actor may do to a case item now: what, for which part, and its words."""
    if not _is_on_its_way(session, item.code):
        return []
    set_by_us = {
        stop.part for stop in stops_for(actor, session, item.code) if stop.part != OWNER or stop.agency == actor.agency
    }
    found = [("resume" if part in set_by_us else "suspend", part) for part in _spoken_for(actor, session, item)]
    if is_own(actor, item) and _is_in_force(session, item.code):
        found.append(("retire", BUSINESS_AGENCY))
    return [(what, part, DEEDS[what, part]) for what, part in found]


@pages.get("/<code>/stop/<what>/<part>")
def stop(code: str, what: str, part: str) -> str:
    """What the deed brings about, and the reason for it."""
    return _page(code, what, part, {})


@pages.post("/<code>/stop/<what>/<part>")
def do_stop(code: str, what: str, part: str) -> Any:
    """It is done, and everybody whom the case item touches sees who did it and why."""
    deed = DEEDS.get((what, part))
    if deed is None:
        raise NotFound
    actor, reason = the_actor(), request.form.get("reason", "")
    acts: dict[str, Callable[[], None]] = {
        "suspend": lambda: suspend(actor, code, part=part, reason=reason),
        "resume": lambda: resume(actor, code, part=part, reason=reason),
        "retire": lambda: retire_version(actor, code, reason=reason),
    }
    try:
        acts[what]()
    except InvalidInput as wrong:
        return _page(code, what, part, wrong.fields), 422
    except Conflict as clash:
        return _page(code, what, part, {"reason": clash.wording}), 409
    return to_case_item(code, deed.done)


def _page(code: str, what: str, part: str, mistakes: dict[str, Wording]) -> str:
    actor = the_actor()
    with reading() as session:
        item = case_item_for(actor, session, code)
        deed = DEEDS.get((what, part))
        if deed is None or (not mistakes and (what, part) not in {each[:2] for each in deeds_of(actor, session, item)}):
            raise NotFound
        name = case_item_names(session, [code]).get(code, Wording(code, code))
        stops = stops_for(actor, session, code)
    return render_template(
        "console/life/stop.html",
        code=code,
        what=what,
        part=part,
        deed=deed,
        name=name,
        stops=stops,
        mistakes=mistakes,
        reason=request.form.get("reason", ""),
    )


def _spoken_for(actor: Actor, session: Session, item: CaseItem) -> list[str]:
    """The parts for which the actor speaks."""
    found = []
    if actor.holds(Role.APPROVER) and _uses_data_of(session, item.code, actor.agency):
        found.append(OWNER)
    if is_own(actor, item):
        found.append(BUSINESS_AGENCY)
    if actor.holds(Role.OPERATOR):
        found.append(PLATFORM)
    return found


def _uses_data_of(session: Session, code: str, agency: str) -> bool:
    uses = select(VersionDataItem.item).join(CaseItemVersion, CaseItemVersion.id == VersionDataItem.version_id)
    uses = uses.where(
        CaseItemVersion.case_item == code, CaseItemVersion.state.in_(TOUCHED), VersionDataItem.owner == agency
    )
    return session.execute(uses.limit(1)).first() is not None


def _is_on_its_way(session: Session, code: str) -> bool:
    there = exists().where(CaseItemVersion.case_item == code, CaseItemVersion.state.in_(TOUCHED))
    return bool(session.scalar(select(there)))


def _is_in_force(session: Session, code: str) -> bool:
    there = exists().where(CaseItemVersion.case_item == code, CaseItemVersion.state == "in_force")
    return bool(session.scalar(select(there)))
