"""From proven identity to session: local accounts, their lock, and the change of a password.

A refused log-in says the same sentence, in the same time, whether the account exists, is locked, or the password is
wrong (SECURITY.md, A3; ASVS 6.3.8). Five failures lock an account for a quarter of an hour (附表十); both are
settings, counted in the database, so that several web hosts count together. What lies beyond the log-in is in
`session_life`; its functions are named here too, because callers look for them at the door.
"""

import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from govern.core import clock
from govern.core.database import reading, transaction
from govern.core.errors import InvalidInput
from govern.core.settings import Settings
from govern.core.wording import Wording
from govern.keys.ring import Ring
from govern.people import password as passwords
from govern.people.person import Account, Person
from govern.people.reach import roles_held
from govern.people.session import LogInSession
from govern.people.session_life import (
    NO_ROLE_THERE,
    OnSessionEnd,
    OnSignOn,
    Refused,
    SignedOn,
    actor_of,
    begin,
    end_sessions_of,
    end_silent_sessions,
    log_out,
    nobody_to_tell,
    nothing_waits,
    switch_agency,
    touch,
)
from govern.rules.actor import Actor, Role
from govern.trail.append import append
from govern.trail.kinds import people

__all__ = [
    "OnSessionEnd",
    "OnSignOn",
    "Refused",
    "SignedOn",
    "actor_of",
    "change_password",
    "end_silent_sessions",
    "log_out",
    "nobody_to_tell",
    "nothing_waits",
    "sign_on",
    "switch_agency",
    "touch",
]

LOCAL: Final = "local"
STRENGTH: Final = "password"
NO_ROLE: Final = "no_role"
NOBODY: Final = uuid.UUID(int=0)
NOT_KNOWN: Final = Wording(
    "帳號或密碼不正確，或帳號暫時鎖定中。請確認後再試，或洽機關管理人員。",
    "The account or the password is not right, or the account is locked for a while. "
    "Please check and try again, or ask your agency's administrator.",
)
WRONG_PASSWORD: Final = Wording("目前的密碼不正確。", "The present password is not right.")
SAME_PASSWORD: Final = Wording("新密碼不得與目前的密碼相同。", "The new password must differ from the present one.")
NOT_TAKEN: Final = Wording("新密碼不能使用。", "The new password cannot be used.")


def account_key(name: str) -> str:
    """An account's name as it is stored and compared: NFKC, without spaces around it, in small letters."""
    return unicodedata.normalize("NFKC", name).strip().casefold()[:100]


def sign_on(
    settings: Settings,
    ring: Ring,
    account_name: str,
    password: str,
    agency: str | None,
    address: str,
    *,
    on_sign_on: OnSignOn = nothing_waits,
) -> SignedOn | Refused:
    """A session for the person whose account and password these are, at the agency; else a refusal. Both are entries.

    Without an agency the one of the person's last session is taken, else the first by code. A right password resets the
    count of failures, but not while the account is locked. The password is verified while no transaction is open;
    whether it counts is decided in the transaction, so that guesses made at the same time are counted one by one.
    """
    name = account_key(account_name)
    with reading() as session:
        stored = session.execute(
            select(Account.id, Account.password_hash).where(Account.provider == LOCAL, Account.name == name)
        ).one_or_none()
    account_id, stored_hash = (stored.id, stored.password_hash) if stored else (NOBODY, None)
    is_right = passwords.verify(stored_hash, password)
    renewed = passwords.renewed(stored_hash, password) if is_right else None

    with transaction() as session:
        found = _account_and_person(session, account_id)
        refused = _why_not(found, is_right, stored_hash)
        if found is not None and refused is None:
            account, person = found
            held = roles_held(session, person.id, clock.now())
            acting_for = agency or _last_agency(session, person.id, held) or next(iter(held), "")
            if acting_for in held:
                account.failed_count, account.locked_until = 0, None
                account.password_hash = renewed or account.password_hash
                ends_at = clock.now() + timedelta(seconds=settings.session_life_s)
                actor = Actor(person.id, account.name, acting_for, frozenset(), strength=STRENGTH, address=address)
                secret = begin(session, actor, ends_at=ends_at, on_sign_on=on_sign_on)
                return SignedOn(secret, person.id, acting_for, tuple(held), account.must_change_password)
            refused = NO_ROLE
        else:
            _count_failure(settings, session, account_id)
        about = {"about_kind": "person", "about_id": str(found[1].id)} if found else {}
        index = ring.index("account", name)
        append(
            session, people.SignOnFailed(cause=str(refused), name_index=index, from_address=address or None, **about)
        )
    return Refused(NO_ROLE_THERE if refused == NO_ROLE else NOT_KNOWN)


def change_password(
    settings: Settings, actor: Actor, current: str, new: str, *, on_session_end: OnSessionEnd = nobody_to_tell
) -> None:
    """The actor's account has the new password, and the person's other sessions have ended; an entry says so.

    Raises `InvalidInput` with the fields `current` or `new`. A wrong present password counts like a failed log-in, so
    that an open desk is no place to guess.
    """
    with reading() as session:
        stored_hash = session.scalars(_account_of(actor).with_only_columns(Account.password_hash)).one_or_none()
    is_right = passwords.verify(stored_hash, current)
    wrong = passwords.faults(new, account_name=actor.account)
    if is_right and not wrong and passwords.verify(stored_hash, new):
        wrong = (SAME_PASSWORD,)
    new_hash = passwords.hash_password(new) if is_right and not wrong else None

    with transaction() as session:
        account = session.scalars(_account_of(actor).with_for_update()).one_or_none()
        is_right = is_right and account is not None and not _is_locked(account, clock.now())
        is_right = is_right and account is not None and account.password_hash == stored_hash
        if account is not None and not is_right:
            _count_failure(settings, session, account.id)
        elif account is not None and new_hash is not None:
            account.password_hash = new_hash
            account.must_change_password = False
            account.failed_count, account.locked_until = 0, None
            append(session, people.PasswordChanged(about_id=str(account.id), by_holder=True), by=actor)
            end_sessions_of(
                session,
                actor.person_id,
                "password",
                by=actor,
                on_session_end=on_session_end,
                but=actor.session_hash,
            )
    if not is_right:
        raise InvalidInput(WRONG_PASSWORD, fields={"current": WRONG_PASSWORD})
    if wrong:
        raise InvalidInput(NOT_TAKEN, fields={"new": wrong[0]})


def _account_of(actor: Actor) -> Select[Account]:
    return select(Account).where(
        Account.provider == LOCAL, Account.person == actor.person_id, Account.name == actor.account
    )


def _account_and_person(session: Session, account_id: uuid.UUID) -> tuple[Account, Person] | None:
    row = session.execute(
        select(Account, Person)
        .join(Person, Person.id == Account.person)
        .where(Account.id == account_id)
        .with_for_update(of=Account)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def _why_not(found: tuple[Account, Person] | None, is_right: bool, verified: str | None) -> str | None:
    if found is None:
        return "unknown_account"
    account, person = found
    if _is_locked(account, clock.now()):
        return "locked"
    if not is_right or account.password_hash != verified:  # changed since it was verified: the old one opens nothing
        return "wrong_password"
    return None if person.is_active else "not_active"


def _is_locked(account: Account, at: datetime) -> bool:
    return account.locked_until is not None and account.locked_until > at


def _count_failure(settings: Settings, session: Session, account_id: uuid.UUID) -> None:
    """One failure more, and a lock at the last one allowed; while locked nothing counts, so that a lock ends by itself.

    An account that does not exist runs the same two statements and matches no row.
    """
    at = clock.now()
    session.execute(
        update(Account)
        .where(Account.id == account_id, Account.locked_until <= at)
        .values(failed_count=0, locked_until=None)
    )
    account = session.execute(
        select(Account.failed_count, Account.locked_until).where(Account.id == account_id)
    ).one_or_none()
    count = account.failed_count + 1 if account else 1
    locks = count >= settings.sign_on_failures
    session.execute(
        update(Account)
        .where(Account.id == account_id, Account.locked_until.is_(None))
        .values(failed_count=count, locked_until=at + timedelta(seconds=settings.sign_on_lock_s) if locks else None)
    )


def _last_agency(session: Session, person: uuid.UUID, held: Mapping[str, frozenset[Role]]) -> str | None:
    return session.scalars(
        select(LogInSession.agency)
        .where(LogInSession.person == person, LogInSession.agency.in_(list(held)))
        .order_by(LogInSession.started_at.desc())
        .limit(1)
    ).first()
