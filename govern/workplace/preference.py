"""How a person likes the console: light or dark, single keys or not, which guides were read; the language is the person's."""

import uuid
from collections.abc import Iterable
from typing import Final

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core.database import Base, transaction
from govern.core.errors import InvalidInput
from govern.core.wording import LANGUAGES, Wording
from govern.people.person import Person
from govern.rules.actor import Actor, Role

MODES: Final = ("auto", "light", "dark")
NO_SUCH_CHOICE: Final = Wording("請從清單中選擇。", "Please choose from the list.")


class Preference(Base):
    """One row a person, made when something differs from the usual."""

    __tablename__ = "preference"

    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    mode: Mapped[str] = mapped_column(String(5), default="auto")
    single_keys: Mapped[bool] = mapped_column(default=True)
    guides_read: Mapped[list[str]] = mapped_column(JSON, default=list)


def choose_language(person: uuid.UUID, language: str) -> None:
    """The console speaks this language to the person from now on, on whatever machine; `InvalidInput` for another."""
    _must_be_one_of(LANGUAGES, "language", language)
    with transaction() as session:
        _person(session, person).language = language


def arrange(actor: Actor, *, language: str, mode: str, single_keys: bool) -> None:
    """The person's own settings are these. Raises `InvalidInput` with the fields `language` or `mode`."""
    _must_be_one_of(LANGUAGES, "language", language)
    _must_be_one_of(MODES, "mode", mode)
    with transaction() as session:
        _person(session, actor.person_id).language = language
        found = _own(session, actor)
        found.mode, found.single_keys = mode, single_keys


def guides_read(actor: Actor, roles: Iterable[Role]) -> None:
    """The guides of these roles were read and are put away."""
    with transaction() as session:
        found = _own(session, actor)
        found.guides_read = sorted({*found.guides_read, *(role.value for role in roles)})


def guides_again(actor: Actor) -> None:
    """The guides stand on the home page again."""
    with transaction() as session:
        _own(session, actor).guides_read = []


def _person(session: Session, identity: uuid.UUID) -> Person:
    """The person's row, locked, so that two windows of one person do not make two rows of preferences."""
    return session.scalars(select(Person).where(Person.id == identity).with_for_update()).one()


def _own(session: Session, actor: Actor) -> Preference:
    person = _person(session, actor.person_id)
    found = session.get(Preference, person.id)
    if found is None:
        found = Preference(person=person.id, mode="auto", single_keys=True, guides_read=[])
        session.add(found)
    return found


def _must_be_one_of(known: Iterable[str], name: str, chosen: str) -> None:
    if chosen not in known:
        raise InvalidInput(NO_SUCH_CHOICE, fields={name: NO_SUCH_CHOICE})
