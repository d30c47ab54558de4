"""A log-in session from its beginning to its end: who it acts for, when it was last heard of, and why it ended.

    active ──log out, idle, too long, switched, password changed──▶ ended

Whoever ends a session says so in an entry, in the same transaction, and tells what lies above (`OnSessionEnd`): answers
sealed to the session are destroyed then. Sessions that fall silent are ended by the reconciler; until it comes round, a
session past its time opens nothing, because `actor_of` looks at the times itself.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, bindparam, or_, select, update
from sqlalchemy.orm import Session

from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.keys.envelope import SECRET_BYTES, new_secret, session_hash, session_keys
from govern.people.person import Account, Person
from govern.people.reach import reach_of, roles_held
from govern.people.session import LogInSession
from govern.rules.actor import Actor, Role
from govern.trail.append import append
from govern.trail.kinds import people

# Told inside the ending transaction, with the ended session's hash: its answers' destruction falls due.
OnSessionEnd = Callable[[Session, bytes], None]
# Told inside the beginning transaction, with the person and the new session's hash: what waited for a log-in falls due.
OnSignOn = Callable[[Session, uuid.UUID, bytes], None]

TOUCH_EVERY: Final = timedelta(seconds=60)
NO_ROLE_THERE: Final = Wording("您在這個機關沒有任何角色。", "You hold no role at this agency.")


def nobody_to_tell(_session: Session, _session_hash: bytes) -> None:
    """For a house, or a test, without answers."""


def nothing_waits(_session: Session, _person: uuid.UUID, _session_hash: bytes) -> None:
    """For a house, or a test, without scheduled look-ups."""


@dataclass(frozen=True, slots=True)
class SignedOn:
    """A session has begun. The secret goes into the cookie and nowhere else."""

    secret: bytes
    person_id: uuid.UUID
    agency: str
    agencies: tuple[str, ...]
    must_change_password: bool

    def __repr__(self) -> str:
        return f"SignedOn(person_id={self.person_id}, agency={self.agency!r})"  # never the secret


@dataclass(frozen=True, slots=True)
class Refused:
    """No session; the sentence is for the person at the door and tells nothing about the account."""

    wording: Wording


def begin(session: Session, actor: Actor, *, ends_at: datetime, on_sign_on: OnSignOn) -> bytes:
    """A new session of the actor, with its entry, in the caller's transaction; returns the cookie's secret."""
    secret, at = new_secret(), clock.now()
    keys = session_keys(secret)
    session.add(
        LogInSession(
            id_hash=keys.session_hash,
            person=actor.person_id,
            account=actor.account,
            agency=actor.agency,
            strength=actor.strength,
            public_key=keys.public_key,
            started_at=at,
            seen_at=at,
            ends_at=ends_at,
        )
    )
    append(session, people.SignedOn(strength=actor.strength), by=replace(actor, session_hash=keys.session_hash))
    on_sign_on(session, actor.person_id, keys.session_hash)
    return secret


_OPEN: Final = (  # made once: every request asks
    select(LogInSession, Person.is_active)
    .join(Person, Person.id == LogInSession.person)
    .where(LogInSession.id_hash == bindparam("id_hash"), LogInSession.ended_at.is_(None))
)


def actor_of(
    session: Session, settings: Settings, secret: bytes, *, address: str = "", origin: str = "console"
) -> Actor | None:
    """Who acts with this cookie, with the roles held now at the session's agency and the reach they give.

    `None` when there is no such session, it has ended, was idle or lived too long, or its person is no longer active.
    A person who lost every role at the agency acts with none. Reads only.
    """
    if len(secret) != SECRET_BYTES:
        return None
    hashed, at = session_hash(secret), clock.now()
    found = session.execute(_OPEN, {"id_hash": hashed}).one_or_none()
    if found is None:
        return None
    row, is_active = found
    if not is_active or at >= row.ends_at or at - row.seen_at >= timedelta(seconds=settings.session_idle_s):
        return None
    roles: frozenset[Role] = roles_held(session, row.person, at).get(row.agency, frozenset())
    return Actor(
        person_id=row.person,
        account=row.account,
        agency=row.agency,
        roles=roles,
        session_hash=hashed,
        strength=row.strength,
        reach=reach_of(session, row.agency, roles),
        address=address,
        origin=origin,
    )


_SEEN: Final = select(LogInSession.seen_at).where(  # made once, likewise
    LogInSession.id_hash == bindparam("id_hash"), LogInSession.ended_at.is_(None)
)


def touch(settings: Settings, hashed: bytes) -> None:
    """The session was heard of just now, written at most once a minute (at half the idle time where that is shorter).

    To be called after the request's reading session has closed. An open event stream is no activity: it does not call.
    """
    every = min(TOUCH_EVERY, timedelta(seconds=settings.session_idle_s / 2))
    with reading() as session:
        seen_at = session.execute(_SEEN, {"id_hash": hashed}).scalar_one_or_none()
    if seen_at is None or clock.now() - seen_at < every:
        return
    with transaction() as session:
        at = clock.now()
        session.execute(
            update(LogInSession)
            .where(LogInSession.id_hash == hashed, LogInSession.ended_at.is_(None))
            .where(LogInSession.seen_at <= at - every)
            .where(LogInSession.seen_at > at - timedelta(seconds=settings.session_idle_s))  # an idle one stays idle
            .values(seen_at=at)
        )


def log_out(actor: Actor, *, on_session_end: OnSessionEnd) -> None:
    """The actor's session has ended and its answers' destruction is due. A second time it does nothing."""
    if actor.session_hash is None:
        return
    with transaction() as session:
        row = _open_for_update(session, actor.session_hash)
        if row is not None:
            end(session, row, "log_out", by=actor, on_session_end=on_session_end)


def switch_agency(
    actor: Actor, agency: str, *, on_session_end: OnSessionEnd, on_sign_on: OnSignOn = nothing_waits
) -> SignedOn | Refused:
    """A new session of the same person acts for another agency; the former has ended, and its answers go with it.

    A session acts for one agency, so that what one agency asked is never read as another. The new one ends when the
    former would have: switching makes no log-in last longer. Refused where the person holds no role now.
    """
    with transaction() as session:
        row = None if actor.session_hash is None else _open_for_update(session, actor.session_hash)
        held = roles_held(session, actor.person_id, clock.now())
        if row is None or agency not in held:
            return Refused(NO_ROLE_THERE)
        account = session.scalars(
            select(Account).where(Account.person == actor.person_id, Account.name == row.account)
        ).first()
        end(session, row, "switched", by=actor, on_session_end=on_session_end)
        secret = begin(session, replace(actor, agency=agency), ends_at=row.ends_at, on_sign_on=on_sign_on)
        must_change = account is not None and account.must_change_password
        return SignedOn(secret, row.person, agency, tuple(held), must_change)


def end_silent_sessions(settings: Settings, *, on_session_end: OnSessionEnd) -> tuple[bytes, ...]:
    """Sessions that were idle too long or lived too long have ended, an entry each; returns their hashes.

    Called by the reconciler. Reads first: as a rule nothing is to be ended, and a transaction would only be in the way.
    """
    with reading() as session:
        if not session.scalars(_silent(settings).limit(1)).all():
            return ()
    ended = []
    with transaction() as session:
        at = clock.now()
        for row in session.scalars(_silent(settings).limit(500).with_for_update(skip_locked=True)).all():
            end(session, row, "too_long" if at >= row.ends_at else "idle", by=None, on_session_end=on_session_end)
            ended.append(row.id_hash)
    return tuple(ended)


def end_sessions_of(
    session: Session,
    person: uuid.UUID,
    cause: str,
    *,
    by: Actor | None,
    on_session_end: OnSessionEnd,
    but: bytes | None = None,
) -> None:
    """Every open session of a person, but the one named, has ended, in the caller's transaction (ASVS 7.4.2, 7.4.3)."""
    rows = session.scalars(
        select(LogInSession).where(LogInSession.person == person, LogInSession.ended_at.is_(None)).with_for_update()
    ).all()
    for row in rows:
        if row.id_hash != but:
            end(session, row, cause, by=by, on_session_end=on_session_end)


def end(session: Session, row: LogInSession, cause: str, *, by: Actor | None, on_session_end: OnSessionEnd) -> None:
    """An open session has ended, with its entry, in the caller's transaction."""
    row.ended_at, row.end_cause = clock.now(), cause
    append(session, people.SessionEnded(cause=cause, ended_session=row.id_hash, about_id=str(row.person)), by=by)
    on_session_end(session, row.id_hash)


def _open_for_update(session: Session, hashed: bytes) -> LogInSession | None:
    return session.scalars(
        select(LogInSession).where(LogInSession.id_hash == hashed, LogInSession.ended_at.is_(None)).with_for_update()
    ).one_or_none()


def _silent(settings: Settings) -> Select[LogInSession]:
    at = clock.now()
    return (
        select(LogInSession)
        .where(LogInSession.ended_at.is_(None))
        .where(
            or_(
                LogInSession.ends_at <= at,
                LogInSession.seen_at <= at - timedelta(seconds=settings.session_idle_s),
            )
        )
        .order_by(LogInSession.seen_at)
    )
