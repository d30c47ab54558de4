"""A source is closed and opened by an approver of its owner, with a reason; a closed one denies look-ups by a rule of its own.

Tasks that wait are judged again before they are asked, so that a closing stops them too (DESIGN.md, road 4).
"""

from typing import Final

from sqlalchemy.orm import Session

from govern.catalogue.as_files import contents
from govern.catalogue.as_files.values import Normal
from govern.catalogue.maintain.shown import demand_unchanged, reason_in, say, sealed_reason
from govern.catalogue.scope import source_for
from govern.catalogue.source import Source
from govern.core.database import transaction
from govern.core.errors import Conflict, NotAllowed, NotFound
from govern.core.wording import Wording
from govern.rules.actor import Actor, Role
from govern.trail.kinds.catalogue import SourceChanged

OPEN, CLOSED = "open", "closed"
IS_CLOSED: Final = Wording("這個來源已經停止介接。", "This source is closed already.")
IS_OPEN: Final = Wording("這個來源已經開放。", "This source is open already.")


def may_close(actor: Actor, source: Source) -> bool:
    """True for an approver of the owner: an operator keeps the machine, not whether an owner answers."""
    return actor.holds(Role.APPROVER) and source.owner == actor.agency


def shown(session: Session, code: str) -> Normal:
    """A source as pages show it, for the hash that a form carries; `NotFound` where there is none."""
    found = contents.sources(session).get(code)
    if found is None:
        raise NotFound
    return found


def close_source(actor: Actor, code: str, *, reason: str, seen: str) -> None:
    """Nothing is asked of the source from now on; `source_closed` denies. The reason is sealed.

    Raises `NotFound` out of reach, `NotAllowed` for who is no approver of the owner, `Conflict` when it is closed already.
    """
    _turn(actor, code, CLOSED, reason, seen, IS_CLOSED)


def open_source(actor: Actor, code: str, *, reason: str, seen: str) -> None:
    """The source may be asked again from now on; otherwise as `close_source`."""
    _turn(actor, code, OPEN, reason, seen, IS_OPEN)


def _turn(actor: Actor, code: str, state: str, reason: str, seen: str, already: Wording) -> None:
    with transaction() as session:
        source = source_for(actor, session, code)
        if not may_close(actor, source):
            raise NotAllowed
        said = reason_in(reason)
        session.refresh(source, with_for_update=True)
        if source.state == state:
            raise Conflict(already, code=f"already_{state}")
        before = shown(session, code)
        demand_unchanged(seen, before)
        source.state = state
        session.flush()
        sealed = sealed_reason(session, source.owner, said)
        act = "closed" if state == CLOSED else "opened"
        after = shown(session, code)
        say(session, SourceChanged, code, before, after, by=actor, reason=sealed, act=act, owner=source.owner)
