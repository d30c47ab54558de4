"""Persons are made and given roles; each of it ends, and each is an entry. Rights (`grant_right`) are handed out here too.

Whoever acts is an `Actor`; without one it is the house itself, at its command line or setting up a demonstration. Roles and
rights are ended at a moment and never overwritten, so that the past can be judged. A supervisor grants rights to clerks of
the own agency, never to oneself; an operator keeps accounts and roles, and holds no right.
"""

import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from govern.catalogue.agency import Agency
from govern.core import clock
from govern.core.database import transaction
from govern.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.keys.ring import Ring
from govern.keys.subject import data_key, seal
from govern.people import password as passwords
from govern.people.grant_right import close_right, end_right, grant_right, renew_right
from govern.people.person import Account, Person, RoleHeld
from govern.people.reach import roles_held
from govern.people.right import Right
from govern.people.session_life import OnSessionEnd, end_sessions_of, nobody_to_tell
from govern.people.sign_on import LOCAL, account_key
from govern.rules import separation
from govern.rules.actor import ROLE_NAMES, Actor, Role
from govern.rules.identifiers import kinds as identifiers
from govern.trail.append import append
from govern.trail.kinds import people

__all__ = (
    "end_right", "give_role", "grant_right", "make_person", "renew_right", "set_password", "take_role",
)  # fmt: skip

RETENTION_YEARS: Final = 30  # of a person's own number: the longest step below permanent

NAME_TAKEN: Final = Wording("這個帳號名稱已有人使用。", "This account name is taken.")
NUMBER_TAKEN: Final = Wording("這個身分證號已屬於另一位使用者。", "This ID number belongs to another user.")
NO_NAME: Final = Wording("請填寫。", "Please fill this in.")
UNUSABLE: Final = Wording("有些內容不能使用。", "Some of what was given cannot be used.")
CLASH: Final = Wording(
    "同一人在同一機關不得兼任「{first}」與「{second}」。",
    "One person may not be both {first} and {second} at one agency.",
)
NEEDS_NUMBER: Final = Wording(
    "承辦人須登錄本人身分證號，以便禁止查調自己的資料。",
    "A clerk's own ID number must be on file, so that looking oneself up can be refused.",
)


def make_person(
    ring: Ring,
    *,
    account_name: str,
    name: str,
    agency: str,
    password: str,
    national_id: str | None = None,
    must_change_password: bool = True,
    is_invented: bool = False,
    by: Actor | None = None,
) -> uuid.UUID:
    """A person with a local account; the own number, demanded of clerks, is sealed and found by its keyed index.

    Raises `InvalidInput` with the fields that cannot be used, `Conflict` when account or number are another's.
    """
    _must_hold(by, Role.OPERATOR)
    key = account_key(account_name)
    number = _usable(key, name, password, national_id)
    password_hash = passwords.hash_password(password)

    with transaction() as session:
        if session.get(Agency, agency) is None:
            raise NotFound
        if session.scalars(select(Account.id).where(Account.provider == LOCAL, Account.name == key)).first():
            raise Conflict(NAME_TAKEN, code="account_taken")
        person = Person(id=new_id(), name=name.strip(), is_invented=is_invented, is_active=True, language="zh")
        if number is not None:
            _keep_number(ring, session, person, agency, number)
        session.add(person)
        session.flush()
        session.add(
            Account(
                id=new_id(),
                person=person.id,
                provider=LOCAL,
                name=key,
                password_hash=password_hash,
                must_change_password=must_change_password,
                failed_count=0,
            )
        )
        append(session, people.PersonMade(about_id=str(person.id), account_name=key, is_invented=is_invented), by=by)
        return person.id


def set_password(
    account_name: str, password: str, *, by: Actor | None = None, on_session_end: OnSessionEnd = nobody_to_tell
) -> None:
    """The account has a new first password, to be changed at the next log-in; its lock is off, its sessions have ended.

    Raises `InvalidInput` (field `password`), `NotFound` for an account that is not there.
    """
    _must_hold(by, Role.OPERATOR)
    key = account_key(account_name)
    faults = passwords.faults(password, account_name=key)
    if faults:
        raise InvalidInput(UNUSABLE, fields={"password": faults[0]})
    password_hash = passwords.hash_password(password)
    with transaction() as session:
        account = session.scalars(
            select(Account).where(Account.provider == LOCAL, Account.name == key).with_for_update()
        ).one_or_none()
        if account is None:
            raise NotFound
        account.password_hash, account.must_change_password = password_hash, True
        account.failed_count, account.locked_until = 0, None
        append(session, people.PasswordChanged(about_id=str(account.id), by_holder=False), by=by)
        end_sessions_of(session, account.person, "password", by=by, on_session_end=on_session_end)


def give_role(person_id: uuid.UUID, agency: str, role: Role, *, by: Actor | None = None) -> bool:
    """The person holds the role at the agency from now on; whether anything changed.

    Raises `Conflict` where separation forbids it (`rules.separation`) and for a clerk without the own number on file.
    """
    _must_hold(by, Role.OPERATOR)
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update=True)
        if person is None or session.get(Agency, agency) is None:
            raise NotFound
        held = roles_held(session, person_id, clock.now()).get(agency, frozenset())
        if role in held:
            return False
        both = separation.clash(held | {role})
        if both is not None:
            first, second = (ROLE_NAMES[one] for one in both)
            raise Conflict(
                Wording(
                    CLASH.zh.format(first=first.zh, second=second.zh), CLASH.en.format(first=first.en, second=second.en)
                ),
                code="roles_clash",
            )
        if role is Role.CLERK and person.national_id_index is None:
            raise Conflict(NEEDS_NUMBER, code="own_number_missing")
        session.add(RoleHeld(id=new_id(), person=person_id, agency=agency, role=role.value, from_at=clock.now()))
        append(session, people.RoleGiven(about_id=str(person_id), given_role=role.value, at_agency=agency), by=by)
    return True


def take_role(person_id: uuid.UUID, agency: str, role: Role, *, by: Actor | None = None) -> bool:
    """The person holds the role no more, and with a clerk's role the rights at the agency end; whether anything changed."""
    _must_hold(by, Role.OPERATOR)
    with transaction() as session:
        row = session.scalars(
            select(RoleHeld)
            .where(RoleHeld.person == person_id, RoleHeld.agency == agency, RoleHeld.role == role.value)
            .where(RoleHeld.to_at.is_(None))
            .with_for_update()
        ).one_or_none()
        if row is None:
            return False
        row.to_at = clock.now()
        append(session, people.RoleTaken(about_id=str(person_id), taken_role=role.value, at_agency=agency), by=by)
        if role is Role.CLERK:
            for right in session.scalars(
                select(Right).where(Right.person == person_id, Right.agency == agency, Right.ended_at.is_(None))
            ).all():
                close_right(session, right, "role_taken", by)
    return True


def _must_hold(by: Actor | None, role: Role) -> None:
    if by is not None and not by.holds(role):
        raise NotAllowed


def _usable(account_name: str, name: str, password: str, national_id: str | None) -> str | None:
    """The own number in its canonical form; raises `InvalidInput` with everything that cannot be used."""
    wrong: dict[str, Wording] = {}
    if not account_name:
        wrong["account_name"] = NO_NAME
    if not name.strip():
        wrong["name"] = NO_NAME
    faults = passwords.faults(password, account_name=account_name)
    if faults:
        wrong["password"] = faults[0]
    number = None
    if national_id is not None:
        try:
            number = identifiers.parse("national_id", national_id).value
        except identifiers.IdentifierError as unusable:
            wrong["national_id"] = unusable.wording
    if wrong:
        raise InvalidInput(UNUSABLE, fields=wrong)
    return number


def _keep_number(ring: Ring, session: Session, person: Person, agency: str, number: str) -> None:
    index = ring.index("national_id", number)
    if session.scalars(select(Person.id).where(Person.national_id_index == index)).first() is not None:
        raise Conflict(NUMBER_TAKEN, code="number_taken")
    key = data_key(ring, session, agency=agency, retention_years=RETENTION_YEARS, at=clock.now())
    sealed = seal(key, "national_id", number, index=index)
    session.add(sealed)
    session.flush()
    person.national_id, person.national_id_index = sealed.id, index
