"""Draft a case item, or a change of one; amend a draft; withdraw what is not in force yet."""

import re
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.catalogue.life.content import DraftContent, content_of, faults
from govern.catalogue.life.held import (
    IN_WORK,
    UNUSABLE,
    about,
    held_by_drafter,
    locked,
    must_be_business,
    must_hold,
    same_edition,
    take,
)
from govern.catalogue.life.rows import write_heads, write_parts
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, InvalidInput
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.rules.lives import NEW, VERSION, step
from govern.trail.append import append
from govern.trail.kinds import catalogue as kinds

CODE: Final = re.compile(r"[a-z0-9_]{3,60}")
BAD_CODE: Final = Wording(
    "代碼限小寫英文字母、數字與底線，3至60個字。", "A code has 3 to 60 lower-case letters, digits and underscores."
)
CODE_TAKEN: Final = Wording("這個代碼已有業務案件項目使用。", "This code is another case item's already.")
HAS_ONE_IN_WORK: Final = Wording(
    "第 {version} 版正在辦理中；請先辦完或撤回，再擬訂新版本。",
    "Version {version} is in work; please finish or withdraw it before drafting another.",
)


def draft(actor: Actor, code: str, content: DraftContent) -> tuple[str, int]:
    """A new case item of the actor's agency has a draft as its version 1; its code and version.

    A draft may be incomplete. Raises `NotAllowed` for who is no drafter, `InvalidInput` with the fields that cannot be
    used, `Conflict` for a code that is taken.
    """
    must_hold(actor, Role.DRAFTER)
    with transaction() as session:
        wrong = faults(session, content, to_propose=False)
        if not CODE.fullmatch(code):
            wrong["code"] = BAD_CODE
        if wrong:
            raise InvalidInput(UNUSABLE, fields=wrong)
        if session.get(CaseItem, code) is not None:
            raise Conflict(CODE_TAKEN, code="code_taken")
        last = session.scalar(select(func.max(CaseItem.seq))) or 0
        session.add(CaseItem(code=code, seq=last + 1, business_agency=actor.agency, is_seed_example=False))
        session.flush()
        _new_version(session, actor, code, 1, content, None)
    return code, 1


def draft_change_of(actor: Actor, code: str) -> int:
    """A draft stands that says what the version in force says, to be changed; its number.

    Where nothing is in force, the newest version that is over (retired, rejected or withdrawn) is the model. Raises
    `Conflict` while another version is in work.
    """
    must_hold(actor, Role.DRAFTER)
    with transaction() as session:
        item = locked(session, actor, code)
        must_be_business(actor, item)
        versions = session.scalars(
            select(CaseItemVersion)
            .where(CaseItemVersion.case_item == code)
            .order_by((CaseItemVersion.state == "in_force").desc(), CaseItemVersion.version.desc())
        ).all()
        for one in versions:
            if one.state in IN_WORK:
                raise Conflict(HAS_ONE_IN_WORK.fill(version=one.version), code="has_one_in_work")
        number = max(one.version for one in versions) + 1
        return _new_version(session, actor, code, number, content_of(session, versions[0].id), versions[0])


def amend(actor: Actor, code: str, version: int, content: DraftContent, *, edition: int) -> int:
    """The draft says what is given; its new edition. `Conflict` when it was changed since `edition`, or is no draft."""
    with transaction() as session:
        found = held_by_drafter(session, actor, code, version)
        take(found, "change")
        same_edition(found, edition)
        wrong = faults(session, content, to_propose=False)
        if wrong:
            raise InvalidInput(UNUSABLE, fields=wrong)
        write_heads(found, content)
        write_parts(session, found, content)
        found.edition += 1
        found.authors = sorted({*found.authors, str(actor.person_id)})
        append(
            session,
            kinds.DraftChanged(**about(found), edition=found.edition, content_sha256=found.content_sha256),
            by=actor,
            role=Role.DRAFTER,
        )
        return found.edition


def withdraw(actor: Actor, code: str, version: int) -> None:
    """The version is given up by its business agency before it came in force; approvals so far count for nothing."""
    with transaction() as session:
        found = held_by_drafter(session, actor, code, version)
        cause = found.state
        take(found, "withdraw")
        append(session, kinds.Withdrawn(**about(found), cause=cause), by=actor, role=Role.DRAFTER)


def _new_version(
    session: Session, actor: Actor, code: str, number: int, content: DraftContent, former: CaseItemVersion | None
) -> int:
    version = CaseItemVersion(
        case_item=code,
        version=number,
        state=step(VERSION, NEW, "draft").next_state,
        one_stop=None if former is None else former.one_stop,
        eligibility=None if former is None else former.eligibility,
        content_sha256=bytes(32),
        drafted_by=actor.person_id,
        drafted_at=clock.now(),
        based_on=None if former is None else former.version,
        round=0,
        edition=0,
        authors=[str(actor.person_id)],
    )
    write_heads(version, content)
    session.add(version)
    session.flush()
    write_parts(session, version, content)
    kind = kinds.Drafted(**about(version), based_on=version.based_on)
    append(session, kind, by=actor, role=Role.DRAFTER)
    return number
