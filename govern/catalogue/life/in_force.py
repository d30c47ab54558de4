"""A complete version comes into force when its day has come, and retires the former; a business agency ends one."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.case_item import CaseItem, CaseItemVersion
from govern.catalogue.life.held import a_reason, about, in_force, locked, must_be_business, must_hold, sealed, take
from govern.core import clock
from govern.core.clock import TAIPEI
from govern.core.database import reading, transaction
from govern.core.errors import Conflict
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.trail.append import append
from govern.trail.kinds import catalogue as kinds

NOTHING_IN_FORCE: Final = Wording("目前沒有生效的版本。", "No version is in force.")


def bring_in_force(now: datetime) -> int:
    """Every complete version whose day has come (Asia/Taipei) is in force; how many came in force now.

    Each in a transaction of its own; a second call, or one on another host at the same time, finds nothing left. A version
    whose term is over already stays as it is: it would retire what is in force and permit nothing.
    """
    on = now.astimezone(TAIPEI).date()
    with reading() as session:
        due = session.execute(
            select(CaseItemVersion.case_item, CaseItemVersion.id)
            .where(CaseItemVersion.state == "waiting_for_date", CaseItemVersion.valid_from <= on)
            .where(CaseItemVersion.valid_to >= on)
            .order_by(CaseItemVersion.valid_from, CaseItemVersion.id)
        ).all()
    count = 0
    for code, version_id in due:
        with transaction() as session:
            session.get(CaseItem, code, with_for_update={"key_share": True})
            version = session.get_one(CaseItemVersion, version_id)
            count += come_in_force_if_due(session, version, on)
    return count


def come_in_force_if_due(session: Session, version: CaseItemVersion, on: date) -> bool:
    """Whether the version came in force now, being complete and its day having come; the former one is retired then.

    The caller has the case item locked. The steps are the calendar's: their entries name no person.
    """
    if version.state != "waiting_for_date" or not version.valid_from <= on <= version.valid_to:
        return False
    former = in_force(session, version.case_item)
    if former is not None:
        take(former, "superseded")
        former.retired_at = clock.now()
        append(session, kinds.Retired(**about(former), cause="superseded", replaced_by=version.version))
    take(version, "day_comes")
    version.in_force_at = clock.now()
    append(
        session,
        kinds.CameInForce(
            **about(version),
            replaces=None if former is None else former.version,
            content_sha256=version.content_sha256,
        ),
    )
    return True


def retire(actor: Actor, code: str, *, reason: str) -> None:
    """The version in force is in force no more, and nothing takes its place; the reason is sealed in the entry.

    Open look-ups under it are denied at their next decision. Raises `NotAllowed` for all but the business agency's
    drafter, `Conflict` where nothing is in force.
    """
    must_hold(actor, Role.DRAFTER)
    text = a_reason(reason)
    with transaction() as session:
        must_be_business(actor, locked(session, actor, code))
        version = in_force(session, code)
        if version is None:
            raise Conflict(NOTHING_IN_FORCE, code="nothing_in_force")
        take(version, "retire")
        version.retired_at = clock.now()
        append(
            session,
            kinds.Retired(**about(version), cause="ended"),
            by=actor,
            role=Role.DRAFTER,
            text=sealed(session, actor, "reason", text),
        )
