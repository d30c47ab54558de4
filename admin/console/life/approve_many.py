"""Several proposals approved or sent back at once: what each would show more or less of, before one confirmation."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.frame.display import State
from admin.frame.lists.bulk import Act, Asks, Change
from admin.frame.names import case_item_names
from govern.catalogue.case_item import CaseItemVersion
from govern.catalogue.life.approve import OWN_PROPOSAL, approve, send_back
from govern.catalogue.life.compare import difference_of, former_of
from govern.catalogue.scope import case_items_for, parts_to_approve_for
from govern.core.errors import Conflict
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.rules.difference import Difference, Direction

ROWS_AT_MOST: Final = 6

NEW: Final = State("plus", Wording("新案", "New"))
WIDENED: Final = State("warning", Wording("放寬", "Widened"), "wait")
NARROWED: Final = State("dash", Wording("縮減", "Narrowed"))
BOTH: Final = State("warning", Wording("放寬及縮減", "Widened and narrowed"), "wait")
SAME: Final = State("circle", Wording("本機關資料未增減", "Neither more nor less of yours"))
NOT_WAITING: Final = Wording(
    "沒有等您核准的部分：可能待核備、還在草擬，或貴機關已經表示過意見。",
    "No part of it awaits your approval: it may await a letter, be a draft, or have your agency’s word already.",
)
VERSION: Final = Wording("第{n}版", "version {n}")
FIRST: Final = Wording("第一次提出，沒有前一版", "proposed for the first time; there is no version before")
MORE: Final = Wording("另有{n}項變更，見該版頁面", "{n} more changes, on its page")
CHANGED_SINCE: Final = Wording(
    "預覽之後這個案件項目又有新的版本，請重新預覽。", "A newer version came after the preview; please preview it again."
)


def preview(actor: Actor, session: Session, codes: Sequence[str]) -> list[Change]:
    """For each case item the version whose own part waits for the actor, or why there is none that the actor may approve."""
    waiting = parts_to_approve_for(actor, session).where(CaseItemVersion.case_item.in_(codes))
    versions = {version.case_item: version for version in session.scalars(waiting.order_by(CaseItemVersion.version))}
    within = case_items_for(actor, session).subquery()
    known = session.scalars(select(within.c.code).where(within.c.code.in_(codes))).all()
    names = case_item_names(session, [code for code in known if code not in versions])
    return [
        _of(actor, session, versions[code])
        if code in versions
        else Change(code, names.get(code, Wording(code, code)), no=NOT_WAITING)
        for code in codes
        if code in known
    ]


def _of(actor: Actor, session: Session, version: CaseItemVersion) -> Change:
    former = former_of(session, version)
    difference = difference_of(session, former, version).of_owner(actor.agency)
    authors = [author for author in version.authors if author == str(actor.person_id)]
    return Change(
        identity=version.case_item,
        name=version.name,
        detail=VERSION.fill(n=version.version),
        says=[FIRST] if former is None else _said(difference),
        word=NEW if former is None else _word(difference),
        no=OWN_PROPOSAL if authors else None,
        seen=f"{version.version}.{version.round}",
        url=url_for("life.version", code=version.case_item, number=version.version),
    )


def _word(difference: Difference) -> State:
    return {
        (True, True): BOTH,
        (True, False): WIDENED,
        (False, True): NARROWED,
        (False, False): SAME,
    }[difference.widens, difference.narrows]


def _said(difference: Difference) -> list[Wording]:
    """What changes, what shows more first; of many the first, and how many more."""
    rows = sorted(difference.rows, key=lambda row: list(Direction).index(row.direction))
    said = [
        Wording(f"{row.what.zh}：{row.before.zh} → {row.after.zh}", f"{row.what.en}: {row.before.en} → {row.after.en}")
        for row in rows[:ROWS_AT_MOST]
    ]
    return said if len(rows) <= ROWS_AT_MOST else [*said, MORE.fill(n=len(rows) - ROWS_AT_MOST)]


def do(actor: Actor, code: str, seen: str, given: Mapping[str, str]) -> None:
    """The own part of the version that was seen is approved, as on its own page; what is newer than that is a `Conflict`."""
    version, round = _seen(seen)
    approve(actor, code, version, round=round, reason=given.get("reason"))


def do_send_back(actor: Actor, code: str, seen: str, given: Mapping[str, str]) -> None:
    """The version that was seen is a draft again, as from its own page; the reason is needed."""
    version, round = _seen(seen)
    send_back(actor, code, version, round=round, reason=given.get("reason", ""))


def _seen(seen: str) -> tuple[int, int]:
    version, _, round = seen.partition(".")
    if not (version.isdecimal() and round.isdecimal()):
        raise Conflict(CHANGED_SINCE, code="another_round")
    return int(version), int(round)


APPROVE_MANY: Final = Act(
    label=Wording("預覽後核准", "Preview and approve"),
    sure=Wording("核准這{n}項的本機關部分", "Approve your part of these {n}"),
    done=Wording("已核准本機關部分", "Your part is approved"),
    preview=preview,
    use_case=do,
    says=Wording(
        "只核准貴機關資料的部分，逐項寫入軌跡；請先看過每一項的變更。",
        "Only your agency’s part is approved, each with its own entry. Read what each changes first.",
    ),
    asks=(
        Asks(
            "reason",
            Wording("審核意見", "Opinion"),
            "long",
            help=Wording("可空白；會寫在每一項的往來意見。", "May be empty; it stands with each of them."),
        ),
    ),
    roles=frozenset({Role.APPROVER}),
    tabs=("mine", "waiting"),
    key="A",
)
SEND_BACK_MANY: Final = Act(
    label=Wording("預覽後退回修正", "Preview and send back"),
    sure=Wording("退回這{n}項", "Send these {n} back"),
    done=Wording("已退回修正", "Sent back"),
    preview=preview,
    use_case=do_send_back,
    says=Wording(
        "退回後整個版本回到草案，其他機關這一次的核准也一併作廢；逐項寫入軌跡。",
        "Sent back, the whole version is a draft again and what others approved this time is void. Each has its own entry.",
    ),
    asks=(
        Asks(
            "reason",
            Wording("退回理由", "Reason"),
            "long",
            is_needed=True,
            help=Wording(
                "寫明要改什麼；每一項的提案人都看得到這段文字。",
                "Say what to change; the proposer of each of them reads this.",
            ),
        ),
    ),
    roles=frozenset({Role.APPROVER}),
    tabs=("mine", "waiting"),
)
