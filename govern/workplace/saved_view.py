"""Views of lists that a person has saved, and the columns chosen: never a word that was searched for.

Both are a person's own, for every agency acted for, and are no event of the trail: they change what one looks at, never what
one may see. A view opens within today's scope; a filter or column that the list no longer has is left out.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from govern.core import clock
from govern.core.database import Base, transaction
from govern.core.errors import Conflict, InvalidInput, NotFound
from govern.core.ids import new_id
from govern.core.wording import Wording
from govern.people.person import Person
from govern.rules.actor import Actor

VIEWS_AT_MOST: Final = 20
LONGEST_NAME: Final = 40
KEPT: Final = ("tab", "sort", "size", "filters")  # what a view holds; words are not among it, they may name a person

NO_NAME: Final = Wording("請為檢視取名，最多{n}個字。", "Please name the view, in at most {n} characters.")
TAKEN: Final = Wording("已經有同名的檢視。", "There is a view of this name already.")
TOO_MANY: Final = Wording(
    "每個清單最多儲存{n}個檢視，請先刪除不用的。", "At most {n} views a list; please delete one first."
)


class SavedView(Base):
    """A list narrowed and sorted in a way that has a name: tab, order, filters. Words are not kept, they may name a person."""

    __tablename__ = "saved_view"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    place: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(40))
    view: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person", "place", "name"),)


class ChosenColumns(Base):
    """Which columns of a list a person wants to see, in their order."""

    __tablename__ = "chosen_columns"

    person: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    place: Mapped[str] = mapped_column(String(60), primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JSON)


def views_of(actor: Actor, session: Session, place: str) -> Sequence[SavedView]:
    """The actor's views of a list, the oldest first."""
    return session.scalars(
        select(SavedView)
        .where(SavedView.person == actor.person_id, SavedView.place == place)
        .order_by(SavedView.made_at, SavedView.id)
    ).all()


def view_for(actor: Actor, session: Session, identity: uuid.UUID) -> SavedView:
    """One of the actor's own views, or `NotFound`."""
    found = session.get(SavedView, identity)
    if found is None or found.person != actor.person_id:
        raise NotFound
    return found


def save_view(actor: Actor, place: str, name: str, view: Mapping[str, Any]) -> uuid.UUID:
    """The list is kept as it is narrowed and sorted, under a name; returns its id. Words are left out.

    Raises `InvalidInput` for a name that says nothing or is too long, `Conflict` for one that is taken or one view too many.
    """
    said = _named(name)
    with transaction() as session:
        session.get(Person, actor.person_id, with_for_update=True)  # one after the other, so that twenty stay twenty
        if _count(session, actor, place) >= VIEWS_AT_MOST:
            raise Conflict(TOO_MANY.fill(n=VIEWS_AT_MOST), code="too_many_views")
        _must_be_free(session, actor, place, said)
        kept = {key: view[key] for key in KEPT if view.get(key)}
        made = SavedView(id=new_id(), person=actor.person_id, place=place, name=said, view=kept, made_at=clock.now())
        session.add(made)
        return made.id


def rename_view(actor: Actor, identity: uuid.UUID, name: str) -> None:
    """The view has another name. Raises what `save_view` raises for names, `NotFound` for a foreign one."""
    said = _named(name)
    with transaction() as session:
        session.get(Person, actor.person_id, with_for_update=True)
        found = view_for(actor, session, identity)
        if found.name != said:
            _must_be_free(session, actor, found.place, said)
            found.name = said


def delete_view(actor: Actor, identity: uuid.UUID) -> None:
    """The view is gone; `NotFound` for a foreign one as for one that is gone already."""
    with transaction() as session:
        session.delete(view_for(actor, session, identity))


def columns_of(actor: Actor, session: Session, place: str) -> Sequence[str]:
    """The columns that the actor chose for a list, in their order; empty where it is as usual."""
    found = session.get(ChosenColumns, (actor.person_id, place))
    return () if found is None else tuple(found.columns)


def choose_columns(actor: Actor, place: str, columns: Sequence[str]) -> None:
    """The list shows these columns from now on, in this order; none named: as usual again."""
    with transaction() as session:
        session.get(Person, actor.person_id, with_for_update=True)
        found = session.get(ChosenColumns, (actor.person_id, place))
        if not columns:
            if found is not None:
                session.delete(found)
        elif found is None:
            session.add(ChosenColumns(person=actor.person_id, place=place, columns=list(columns)))
        else:
            found.columns = list(columns)


def _named(name: str) -> str:
    said = " ".join(name.split())
    if not said or len(said) > LONGEST_NAME or not said.isprintable():
        raise InvalidInput(NO_NAME.fill(n=LONGEST_NAME), fields={"name": NO_NAME.fill(n=LONGEST_NAME)})
    return said


def _count(session: Session, actor: Actor, place: str) -> int:
    of_list = select(func.count()).where(SavedView.person == actor.person_id, SavedView.place == place)
    return session.scalar(of_list) or 0


def _must_be_free(session: Session, actor: Actor, place: str, name: str) -> None:
    if session.scalar(
        select(SavedView.id).where(
            SavedView.person == actor.person_id, SavedView.place == place, SavedView.name == name
        )
    ):
        raise Conflict(TAKEN, code="view_name_taken")
